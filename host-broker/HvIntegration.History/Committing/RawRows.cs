using HvIntegration.History.Tables;
using HvIntegration.History.Times;
using HvIntegration.Model;

namespace HvIntegration.History.Committing;

/// <summary>What is new in a commit: known sequences removed, guest reads placed in host time.</summary>
/// <param name="Batches">New batches with the estimated host time of their start.</param>
/// <param name="ClockExchanges">Exchanges.</param>
/// <param name="HostSamples">Raw host samples.</param>
/// <param name="Reports">Reports of closed seconds.</param>
/// <param name="Partitions">Changed inventory.</param>
/// <param name="Gaps">New words on gaps.</param>
/// <param name="Kept">Where rows of this commit can lie.</param>
internal sealed record RawRows(
    IReadOnlyList<(GuestBatch Batch, long HostNs)> Batches,
    IReadOnlyList<(Guid Partition, Guid BootId, ClockExchange Exchange)> ClockExchanges,
    IReadOnlyList<HostSample> HostSamples,
    IReadOnlyList<PartitionReport> Reports,
    IReadOnlyList<PartitionInfo> Partitions,
    IReadOnlyList<GapRow> Gaps,
    KeptTime Kept)
{
    /// <summary>True when there is nothing to write.</summary>
    public bool IsEmpty => Batches.Count == 0 && ClockExchanges.Count == 0 && HostSamples.Count == 0 && Reports.Count == 0 && Partitions.Count == 0 && Gaps.Count == 0;

    /// <summary>Host time of a read of a batch; that of the batch where the guest puts it out of all time.</summary>
    public long Placed(long batchHostNs, long readNs, long batchNs)
    {
        var at = SaturatingTime.Narrow((Int128)batchHostNs + readNs - batchNs);
        return Kept.Holds(at) ? at : batchHostNs;
    }

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
            Widen(SaturatingTime.Ns(report.Second));
        }

        foreach (var row in Gaps)
        {
            Widen(SaturatingTime.Ns(row.Second));
        }

        return first <= last ? (first, last) : null;

        void Widen(long ns)
        {
            first = Math.Min(first, ns);
            last = Math.Max(last, ns);
        }
    }
}
