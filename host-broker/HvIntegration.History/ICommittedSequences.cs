namespace HvIntegration.History;

/// <summary>How far the batches of each boot are on disk.</summary>
public interface ICommittedSequences
{
    /// <summary>Highest committed sequence of a boot; 0 when none.</summary>
    ulong CommittedSequence(Guid partition, Guid bootId);
}
