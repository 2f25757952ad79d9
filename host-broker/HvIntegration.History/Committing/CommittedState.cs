using DuckDB.NET.Data;
using HvIntegration.History.Files;
using HvIntegration.History.Tables;

namespace HvIntegration.History.Committing;

/// <summary>What the newest raw file holds, as far as the next commit needs it in memory: its number, how far each boot is stored, guest clocks, inventory.</summary>
internal sealed class CommittedState
{
    /// <summary>Number of the last commit over all files.</summary>
    public long LastCommitId { get; set; }

    /// <summary>How far the batches of each boot are stored.</summary>
    public CommitProgress Progress { get; } = new();

    /// <summary>Where the reads of each boot lie in host time.</summary>
    public GuestClocks Clocks { get; } = new();

    /// <summary>The newest inventory entry of each VM.</summary>
    public KnownPartitions Inventory { get; } = new();

    /// <summary>Takes over the newest commit number of a file.</summary>
    public void LoadCommitId(DuckDBConnection connection, Segment segment) =>
        LastCommitId = Math.Max(LastCommitId, segment.Name.Tier == HistoryTier.Second ? CommitLogTable.Newest(connection, segment.Alias) : WindowDoneTable.Newest(connection, segment.Alias));

    /// <summary>Takes over progress, inventory and clocks from a raw file.</summary>
    /// <param name="connection">Sees the file.</param>
    /// <param name="segment">The file.</param>
    /// <param name="nowNs">Age of what its batches tell, Unix nanoseconds.</param>
    public void Load(DuckDBConnection connection, Segment segment, long nowNs)
    {
        foreach (var (position, atNs) in ProgressTable.Newest(connection, segment.Alias, nowNs, BootBook<int>.BootsMax))
        {
            Progress.Load(position, atNs);
        }

        Inventory.Note(InventoryTable.Newest(connection, segment.Alias).Select(i => i.Info));
        foreach (var (boot, exchange) in ClockTable.Newest(connection, segment.Alias, BootBook<int>.BootsMax))
        {
            Clocks.Add(boot, exchange);
        }
    }
}
