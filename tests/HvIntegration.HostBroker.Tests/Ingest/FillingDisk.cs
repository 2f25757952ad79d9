using HvIntegration.History;

namespace HvIntegration.HostBroker.Tests.Ingest;

/// <summary>A real store on a disk that a test can fill.</summary>
internal sealed class FillingDisk(IHistoryWriter store) : IHistoryWriter
{
    public const string Sentence = "history.duckdb: no space left on device; free some space";

    public bool IsFull { get; set; }

    /// <summary>Tells the fault of a commit; null for one that is to be written.</summary>
    public Func<HistoryCommit, Exception?> FaultOf { get; set; } = _ => null;

    public Task CommitAsync(HistoryCommit commit, CancellationToken cancellation) =>
        IsFull ? throw new HistoryException(Sentence)
        : FaultOf(commit) is { } fault ? throw fault
        : store.CommitAsync(commit, cancellation);

    public ulong CommittedSequence(Guid partition, Guid bootId) => store.CommittedSequence(partition, bootId);
}
