namespace HvIntegration.HostBroker.Dashboard;

/// <summary>The host in one line.</summary>
/// <param name="LogicalProcessors">Count; null when the source does not say.</param>
/// <param name="Busy">Share of the logical processors in use.</param>
/// <param name="Root">Share of them the root partition uses.</param>
/// <param name="MemoryAvailable">What it can still give.</param>
/// <param name="MemoryTotal">What it has.</param>
/// <param name="Stores">Backing devices.</param>
/// <param name="Network">Bytes per second over all adapters of VMs.</param>
/// <param name="Dropped">Packets dropped per second over all adapters of VMs.</param>
public sealed record HostStrip(
    int? LogicalProcessors, Figure Busy, Figure Root, Figure MemoryAvailable, Figure MemoryTotal, IReadOnlyList<StoreLine> Stores, Figure Network, Figure Dropped);

/// <summary>A backing device now.</summary>
public sealed record StoreLine(string Name, Figure Iops, Figure Bytes, Figure Latency);
