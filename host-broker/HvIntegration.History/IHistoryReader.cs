using HvIntegration.Model;

namespace HvIntegration.History;

/// <summary>Answers questions about what history keeps; changes nothing. Readers never wait for the writer.</summary>
public interface IHistoryReader : ICommittedSequences
{
    /// <summary>Series of a metric of one partition, from the finest tier that covers the range within <paramref name="pointsMax"/> points.</summary>
    Task<IReadOnlyList<HistorySeries>> QueryAsync(Guid partition, ushort metricId, long fromSecond, long toSecond, int pointsMax, CancellationToken cancellation);

    /// <summary>The same, with the number of series that do not fit into an answer (<see cref="VmShare.AnswerSeriesMax"/>, <see cref="VmShare.AnswerPointsMax"/>).</summary>
    Task<(IReadOnlyList<HistorySeries> Series, int LeftOut)> QueryCountedAsync(Guid partition, ushort metricId, long fromSecond, long toSecond, int pointsMax, CancellationToken cancellation);

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
