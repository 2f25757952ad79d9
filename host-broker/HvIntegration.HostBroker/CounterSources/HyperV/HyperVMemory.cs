namespace HvIntegration.HostBroker.CounterSources.HyperV;

/// <summary>Memory settings, MiB.</summary>
/// <param name="IsDynamic">The balancer may change it.</param>
/// <param name="StartupMb">At start; all of it without dynamic memory.</param>
/// <param name="MinimumMb">Least.</param>
/// <param name="MaximumMb">Most.</param>
/// <param name="BufferPercent">Target buffer.</param>
/// <param name="Weight">Relative.</param>
internal sealed record HyperVMemory(bool IsDynamic, double StartupMb, double MinimumMb, double MaximumMb, double BufferPercent, double Weight);
