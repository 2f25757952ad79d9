namespace HvIntegration.History;

/// <summary>State of the store for health pages.</summary>
/// <param name="SizeBytes">Bytes of everything in the folder; as it was last known while the folder cannot be read.</param>
/// <param name="SizeBytesMax">Most that all files together may take.</param>
/// <param name="OldestSecond">Earliest second kept; 0 when none is.</param>
/// <param name="CommittedBatches">Batches written since the start.</param>
/// <param name="DuplicateBatches">Batches that were there already.</param>
/// <param name="Fault">What is wrong now, in sentences; null when all is well.</param>
public sealed record HistoryStatus(long SizeBytes, long SizeBytesMax, long OldestSecond, long CommittedBatches, long DuplicateBatches, string? Fault)
{
    /// <summary>What of each VM found no room, and times that cannot be true; VMs of which nothing was left out are not in it.</summary>
    public IReadOnlyDictionary<Guid, LeftOutCounts> LeftOut { get; init; } = new Dictionary<Guid, LeftOutCounts>();
}
