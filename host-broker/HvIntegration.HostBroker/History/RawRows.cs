using HvIntegration.Engine.Model;

namespace HvIntegration.HostBroker.History;

/// <summary>What is new in a commit: known sequences removed, guest reads placed in host time.</summary>
/// <param name="Batches">New batches with the estimated host time of their start.</param>
/// <param name="ClockExchanges">Exchanges.</param>
/// <param name="HostSamples">Raw host samples.</param>
/// <param name="Reports">Reports of closed seconds.</param>
/// <param name="Partitions">Changed inventory.</param>
/// <param name="Gaps">New words on gaps.</param>
internal sealed record RawRows(
    IReadOnlyList<(GuestBatch Batch, long HostNs)> Batches,
    IReadOnlyList<(Guid Partition, Guid BootId, ClockExchange Exchange)> ClockExchanges,
    IReadOnlyList<HostSample> HostSamples,
    IReadOnlyList<PartitionReport> Reports,
    IReadOnlyList<PartitionInfo> Partitions,
    IReadOnlyList<GapRow> Gaps)
{
    /// <summary>Nothing to write.</summary>
    public bool IsEmpty => Batches.Count == 0 && ClockExchanges.Count == 0 && HostSamples.Count == 0 && Reports.Count == 0 && Partitions.Count == 0 && Gaps.Count == 0;

    /// <summary>Earliest and latest host time of the rows; null when none has a time.</summary>
    public (long FirstNs, long LastNs)? Range()
    {
        var first = long.MaxValue;
        var last = long.MinValue;
        foreach (var (_, hostNs) in Batches)
        {
            Widen(hostNs);
        }

        foreach (var sample in HostSamples)
        {
            Widen(sample.EndNs);
        }

        foreach (var report in Reports)
        {
            Widen(report.Second * 1_000_000_000);
        }

        foreach (var row in Gaps)
        {
            Widen(row.Second * 1_000_000_000);
        }

        return first <= last ? (first, last) : null;

        void Widen(long ns)
        {
            first = Math.Min(first, ns);
            last = Math.Max(last, ns);
        }
    }
}
