namespace HvIntegration.CounterSources.HyperV;

/// <summary>How much memory a VM may have, MiB.</summary>
/// <param name="IsDynamic">The balancer may change it.</param>
/// <param name="StartupMb">At start; all of it without dynamic memory.</param>
/// <param name="MinimumMb">The balancer never goes below it.</param>
/// <param name="MaximumMb">The balancer never goes above it.</param>
/// <param name="BufferPercent">Free memory that the balancer aims at, percent of the demand.</param>
/// <param name="Weight">Share among VMs when memory is short, relative to theirs.</param>
public sealed record HyperVMemory(bool IsDynamic, double StartupMb, double MinimumMb, double MaximumMb, double BufferPercent, double Weight);
