using HvIntegration.Model;

namespace HvIntegration.History;

/// <summary>What one commit writes: everything that arrived since the previous one.</summary>
/// <param name="Batches">New guest batches (already known sequences removed by the caller or by the store).</param>
/// <param name="ClockExchanges">Exchanges, so that windows can be recomputed from raw counters.</param>
/// <param name="HostSamples">Raw host samples.</param>
/// <param name="Reports">Reports of the seconds that closed: verdicts and signals for the rollups.</param>
/// <param name="Partitions">Inventory, when it changed; else empty.</param>
/// <param name="Gaps">Gaps beside those that the reports tell; null for none.</param>
public sealed record HistoryCommit(
    IReadOnlyList<GuestBatch> Batches,
    IReadOnlyList<(Guid Partition, Guid BootId, ClockExchange Exchange)> ClockExchanges,
    IReadOnlyList<HostSample> HostSamples,
    IReadOnlyList<PartitionReport> Reports,
    IReadOnlyList<PartitionInfo> Partitions,
    IReadOnlyList<(Guid Partition, DataGap Gap)>? Gaps = null);
