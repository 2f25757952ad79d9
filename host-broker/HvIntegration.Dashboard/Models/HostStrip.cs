namespace HvIntegration.Dashboard.Models;

/// <summary>The host in one line.</summary>
/// <param name="LogicalProcessors">Count; null when the source does not say.</param>
/// <param name="Busy">Share of the logical processors in use.</param>
/// <param name="Root">Share of them the root partition uses.</param>
/// <param name="MemoryAvailable">What it can still give.</param>
/// <param name="MemoryTotal">Physical memory of the host.</param>
/// <param name="Stores">Stores of the host (backing devices).</param>
/// <param name="Switches">Virtual switches; none where the source does not count them.</param>
/// <param name="Network">Bytes per second over all adapters of VMs.</param>
/// <param name="Dropped">Packets dropped per second over all adapters of VMs.</param>
public sealed record HostStrip(
    int? LogicalProcessors, Figure Busy, Figure Root, Figure MemoryAvailable, Figure MemoryTotal, IReadOnlyList<StoreLine> Stores,
    IReadOnlyList<SwitchLine> Switches, Figure Network, Figure Dropped);

/// <summary>A backing device now.</summary>
/// <param name="Name">As the source names it.</param>
/// <param name="IsSum">The host does not count it: its numbers are those of its virtual disks together, and no history of its own is kept.</param>
/// <param name="Iops">Operations of both directions.</param>
/// <param name="Bytes">Bytes of both directions.</param>
/// <param name="Latency">Mean time of an operation.</param>
public sealed record StoreLine(string Name, bool IsSum, Figure Iops, Figure Bytes, Figure Latency);

/// <summary>A virtual switch now, all its ports together.</summary>
public sealed record SwitchLine(string Name, Figure Received, Figure Sent, Figure Dropped)
{
    /// <summary>Bytes received plus bytes sent per second.</summary>
    public Figure Both => Received with { Value = Received.Value is null && Sent.Value is null ? null : (Received.Value ?? 0) + (Sent.Value ?? 0) };
}
