using HvIntegration.Engine.Model;
using HvIntegration.HostBroker.History;

namespace HvIntegration.HostBroker.Tests.Ingest;

/// <summary>A real store on a disk that a test can fill.</summary>
internal sealed class FillingDisk(IHistoryStore store) : IHistoryStore
{
    public const string Sentence = "history.duckdb: no space left on device; free some space";

    public bool IsFull { get; set; }

    public HistoryStatus Status => store.Status;

    public Task CommitAsync(HistoryCommit commit, CancellationToken cancellation) =>
        IsFull ? throw new HistoryException(Sentence) : store.CommitAsync(commit, cancellation);

    public ulong CommittedSequence(Guid partition, Guid bootId) => store.CommittedSequence(partition, bootId);

    public Task<IReadOnlyList<HistorySeries>> QueryAsync(Guid partition, ushort metricId, long fromSecond, long toSecond, int pointsMax, CancellationToken cancellation) =>
        store.QueryAsync(partition, metricId, fromSecond, toSecond, pointsMax, cancellation);

    public Task<HistorySeries> QuerySignalAsync(Guid partition, string signalId, long fromSecond, long toSecond, int pointsMax, CancellationToken cancellation) =>
        store.QuerySignalAsync(partition, signalId, fromSecond, toSecond, pointsMax, cancellation);

    public Task<IReadOnlyList<HistorySeries>> QuerySignalsAsync(Guid partition, IReadOnlyList<string> signalIds, long fromSecond, long toSecond, int pointsMax, CancellationToken cancellation) =>
        store.QuerySignalsAsync(partition, signalIds, fromSecond, toSecond, pointsMax, cancellation);

    public Task<IReadOnlyList<EpisodeRecord>> QueryEpisodesAsync(Guid? partition, long? onset, long fromSecond, long toSecond, int rowsMax, CancellationToken cancellation) =>
        store.QueryEpisodesAsync(partition, onset, fromSecond, toSecond, rowsMax, cancellation);

    public Task<IReadOnlyList<(Guid Partition, DataGap Gap)>> QueryGapsAsync(Guid? partition, long fromSecond, long toSecond, CancellationToken cancellation) =>
        store.QueryGapsAsync(partition, fromSecond, toSecond, cancellation);

    public Task<RecordedSecond?> QuerySecondAsync(Guid partition, long second, CancellationToken cancellation) => store.QuerySecondAsync(partition, second, cancellation);

    public Task<IReadOnlyList<VerdictSpan>> QueryVerdictsAsync(Guid partition, long fromSecond, long toSecond, CancellationToken cancellation) =>
        store.QueryVerdictsAsync(partition, fromSecond, toSecond, cancellation);

    public Task<IReadOnlyList<ProcessUse>> QueryProcessesAsync(Guid partition, long fromSecond, long toSecond, int rowsMax, CancellationToken cancellation) =>
        store.QueryProcessesAsync(partition, fromSecond, toSecond, rowsMax, cancellation);

    public Task<(long Guest, long Host)> CountRawAsync(IReadOnlyCollection<Guid> insides, long fromSecond, long toSecond, CancellationToken cancellation) =>
        store.CountRawAsync(insides, fromSecond, toSecond, cancellation);

    public Task<RawStretch> QueryRawAsync(IReadOnlyCollection<Guid> insides, long fromSecond, long toSecond, CancellationToken cancellation) =>
        store.QueryRawAsync(insides, fromSecond, toSecond, cancellation);

    public Task<IReadOnlyList<PartitionInfo>> KnownPartitionsAsync(CancellationToken cancellation) => store.KnownPartitionsAsync(cancellation);

    public ValueTask DisposeAsync() => store.DisposeAsync();
}
