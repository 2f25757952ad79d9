using HvIntegration.Engine.Model;

namespace HvIntegration.HostBroker.History;

/// <summary>What one commit writes: everything that arrived since the previous one.</summary>
/// <param name="Batches">New guest batches (already known sequences removed by the caller or by the store).</param>
/// <param name="ClockExchanges">Exchanges, so that windows can be recomputed from raw counters.</param>
/// <param name="HostSamples">Raw host samples.</param>
/// <param name="Reports">Reports of the seconds that closed: verdicts and signals for the rollups.</param>
/// <param name="Partitions">Inventory, when it changed; else empty.</param>
/// <param name="Gaps">Gaps beside those that the reports tell; null for none.</param>
internal sealed record HistoryCommit(
    IReadOnlyList<GuestBatch> Batches,
    IReadOnlyList<(Guid Partition, Guid BootId, ClockExchange Exchange)> ClockExchanges,
    IReadOnlyList<HostSample> HostSamples,
    IReadOnlyList<PartitionReport> Reports,
    IReadOnlyList<PartitionInfo> Partitions,
    IReadOnlyList<(Guid Partition, DataGap Gap)>? Gaps = null);

/// <summary>One point of a queried series.</summary>
/// <param name="Second">Start of the window, host Unix second.</param>
/// <param name="Span">Seconds the window covers: 1, 60 or 3600, or a multiple of 3600 where even hours are more than was asked for.</param>
/// <param name="Value">Rate per second of a counter, mean of a gauge, over the window.</param>
/// <param name="Minimum">Least 1 s value in the window.</param>
/// <param name="Maximum">Greatest 1 s value in the window.</param>
internal readonly record struct HistoryPoint(long Second, int Span, double Value, double Minimum, double Maximum);

/// <summary>One series of an answer.</summary>
internal sealed record HistorySeries(SeriesKey Series, IReadOnlyList<HistoryPoint> Points);

/// <summary>A verdict that held over a stretch of seconds.</summary>
internal sealed record VerdictSpan(Guid Partition, long FromSecond, long ToSecond, string Hypothesis, double Probability, string Sentence)
{
    // Seconds of one verdict this near to each other are one span: a second may be missing without the trouble having ended.
    private const int GapMax = 5;

    /// <summary>Adds a span to those before it, joined with the last where it goes on with the same cause; the surer one speaks.</summary>
    public static void Join(List<VerdictSpan> spans, VerdictSpan next)
    {
        if (spans.Count > 0 && spans[^1] is var last && last.Hypothesis == next.Hypothesis && next.FromSecond - last.ToSecond <= GapMax)
        {
            var stronger = next.Probability > last.Probability ? next : last;
            spans[^1] = last with { ToSecond = Math.Max(last.ToSecond, next.ToSecond), Probability = stronger.Probability, Sentence = stronger.Sentence };
        }
        else
        {
            spans.Add(next);
        }
    }
}

/// <summary>History of both sides in one folder. Writers are one at a time; readers never wait for them.</summary>
internal interface IHistoryStore : IAsyncDisposable
{
    /// <summary>Writes all or nothing and returns when it is on disk.</summary>
    /// <exception cref="HistoryException">Nothing was written; the sentence says why and what to do. The caller keeps the data and tries again.</exception>
    Task CommitAsync(HistoryCommit commit, CancellationToken cancellation);

    /// <summary>Highest committed sequence of a boot; 0 when none.</summary>
    ulong CommittedSequence(Guid partition, Guid bootId);

    /// <summary>Series of a metric of one partition, from the finest tier that covers the range within <paramref name="pointsMax"/> points.</summary>
    Task<IReadOnlyList<HistorySeries>> QueryAsync(Guid partition, ushort metricId, long fromSecond, long toSecond, int pointsMax, CancellationToken cancellation);

    /// <summary>One derived signal over time, same tiers.</summary>
    Task<HistorySeries> QuerySignalAsync(Guid partition, string signalId, long fromSecond, long toSecond, int pointsMax, CancellationToken cancellation);

    /// <summary>Several derived signals over time in one question, same tiers; those never measured are left out.</summary>
    Task<IReadOnlyList<HistorySeries>> QuerySignalsAsync(Guid partition, IReadOnlyList<string> signalIds, long fromSecond, long toSecond, int pointsMax, CancellationToken cancellation);

    /// <summary>Episodes that touch a range, newest onset first.</summary>
    /// <param name="partition">Of one VM; null for all.</param>
    /// <param name="onset">With exactly this first second; null for any.</param>
    /// <param name="fromSecond">First second of the range.</param>
    /// <param name="toSecond">End of the range, not in it.</param>
    /// <param name="rowsMax">Most episodes.</param>
    /// <param name="cancellation">Gives up.</param>
    Task<IReadOnlyList<EpisodeRecord>> QueryEpisodesAsync(Guid? partition, long? onset, long fromSecond, long toSecond, int rowsMax, CancellationToken cancellation);

    /// <summary>Gaps that touch a range, oldest first; those that were filled later are none.</summary>
    /// <param name="partition">Of one VM; null for all.</param>
    /// <param name="fromSecond">First second of the range.</param>
    /// <param name="toSecond">End of the range, not in it.</param>
    /// <param name="cancellation">Gives up.</param>
    Task<IReadOnlyList<(Guid Partition, DataGap Gap)>> QueryGapsAsync(Guid? partition, long fromSecond, long toSecond, CancellationToken cancellation);

    /// <summary>What was kept of one second of one VM, or of the newest second before it within 5 s; null when nothing was.</summary>
    Task<RecordedSecond?> QuerySecondAsync(Guid partition, long second, CancellationToken cancellation);

    /// <summary>Verdicts over a range, joined into spans.</summary>
    Task<IReadOnlyList<VerdictSpan>> QueryVerdictsAsync(Guid partition, long fromSecond, long toSecond, CancellationToken cancellation);

    /// <summary>Processes that an agent sent within a range of the raw tier, with their mean use between first and last read in it, busiest first.</summary>
    Task<IReadOnlyList<ProcessUse>> QueryProcessesAsync(Guid partition, long fromSecond, long toSecond, int rowsMax, CancellationToken cancellation);

    /// <summary>Values of a stretch of the raw tier: those of the guests that are wanted, and all of the host. Both 0 when the tier has nothing of it.</summary>
    Task<(long Guest, long Host)> CountRawAsync(IReadOnlyCollection<Guid> insides, long fromSecond, long toSecond, CancellationToken cancellation);

    /// <summary>A stretch of the raw tier as it came in; ask for a short one, all of it is in memory.</summary>
    /// <param name="insides">Guests whose inside, and whose verdicts, are wanted; the host's side is of all.</param>
    /// <param name="fromSecond">First second.</param>
    /// <param name="toSecond">End, not in it.</param>
    /// <param name="cancellation">Gives up.</param>
    Task<RawStretch> QueryRawAsync(IReadOnlyCollection<Guid> insides, long fromSecond, long toSecond, CancellationToken cancellation);

    /// <summary>Partitions ever seen in the kept range, newest entry each.</summary>
    Task<IReadOnlyList<PartitionInfo>> KnownPartitionsAsync(CancellationToken cancellation);

    /// <summary>Size on disk, oldest second per tier, refused and dropped counts.</summary>
    HistoryStatus Status { get; }
}

/// <summary>State of the store for health pages.</summary>
internal sealed record HistoryStatus(long SizeBytes, long SizeBytesMax, long OldestSecond, long CommittedBatches, long DuplicateBatches, string? Fault);

/// <summary>History could not be written or opened; the message names file, cause and remedy.</summary>
internal sealed class HistoryException(string message, Exception? inner = null) : Exception(message, inner);
