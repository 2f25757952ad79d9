namespace HvIntegration.CounterSources.Qemu;

/// <summary>A disk with a medium.</summary>
/// <param name="Name">Drive id, device id or node name.</param>
/// <param name="Image">File or URL behind it; empty when not told.</param>
/// <param name="OperationsMax">Cap on operations per second; null when uncapped.</param>
/// <param name="BytesMax">Cap on bytes per second; null when uncapped.</param>
internal sealed record QemuDisk(string Name, string Image, double? OperationsMax, double? BytesMax);
