namespace HvIntegration.History;

/// <summary>Writes history. Commits are one at a time.</summary>
public interface IHistoryWriter : ICommittedSequences
{
    /// <summary>Writes all or nothing and returns when it is on disk.</summary>
    /// <exception cref="HistoryException">Nothing was written; the sentence says why and what to do. The caller keeps the data and tries again.</exception>
    Task CommitAsync(HistoryCommit commit, CancellationToken cancellation);
}
