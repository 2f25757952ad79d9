namespace HvIntegration.CounterSources.HyperV;

/// <summary>A virtual hard disk.</summary>
/// <param name="Path">On the host; after a checkpoint the differencing disk.</param>
/// <param name="MaximumIops">Storage QoS maximum in operations of 8 KiB per second; 0 is none.</param>
/// <param name="MinimumIops">Storage QoS minimum; 0 is none.</param>
public sealed record HyperVDisk(string Path, double MaximumIops, double MinimumIops);
