using System.Collections.Concurrent;

namespace HvIntegration.Ingest.Budgets;

/// <summary>What one VM's agents sent, and everything of it that was refused or dropped, since the broker started.</summary>
internal sealed class VmLedger
{
    private readonly ConcurrentDictionary<string, long> _counts = new(StringComparer.Ordinal);
    private string? _lastRefusal;

    /// <summary>Adds to a count.</summary>
    public void Count(LedgerEntry entry, long by = 1) => _counts.AddOrUpdate(Name(entry), by, (_, was) => was + by);

    /// <summary>Counts a refusal and keeps its sentence.</summary>
    public void Refused(RefusedException refusal)
    {
        Count(LedgerEntry.Refused);
        _counts.AddOrUpdate($"refused_{Snake(refusal.Reason.ToString())}", 1, (_, was) => was + 1);
        _lastRefusal = refusal.Message;
    }

    /// <summary>Sentence of the newest refusal; null when there was none.</summary>
    public string? LastRefusal => _lastRefusal;

    /// <summary>A count, 0 when nothing was counted.</summary>
    public long this[LedgerEntry entry] => _counts.GetValueOrDefault(Name(entry));

    /// <summary>All counts that are not zero, by name.</summary>
    public IReadOnlyDictionary<string, long> Counts => new SortedDictionary<string, long>(_counts, StringComparer.Ordinal);

    private static string Name(LedgerEntry entry) => Snake(entry.ToString());

    private static string Snake(string name) =>
        string.Concat(name.Select((c, i) => char.IsUpper(c) ? (i == 0 ? "" : "_") + char.ToLowerInvariant(c) : c.ToString()));
}

/// <summary>What a <see cref="VmLedger"/> counts.</summary>
internal enum LedgerEntry
{
    /// <summary>Number of streams that were admitted.</summary>
    Connections,

    /// <summary>Streams refused, whatever the reason.</summary>
    Refused,

    /// <summary>Streams that took the place of one that had fallen silent.</summary>
    TakenOver,

    /// <summary>Batches handed to the broker.</summary>
    Batches,

    /// <summary>Bytes of those batches on the wire, gRPC framing aside.</summary>
    Bytes,

    /// <summary>Batches sent again that were known already.</summary>
    DuplicateBatches,

    /// <summary>Messages that were read later because the VM sent faster than allowed.</summary>
    Throttled,

    /// <summary>Clock replies that answer no probe of ours.</summary>
    StrayReplies,

    /// <summary>Process tables nobody asked for.</summary>
    StrayTables,

    /// <summary>Readings of metrics this broker does not know.</summary>
    UnknownMetrics,

    /// <summary>Series or rows left out because the VM is over a limit.</summary>
    OverLimit,

    /// <summary>Messages of kinds this broker does not know.</summary>
    UnknownMessages,

    /// <summary>Batches the agent's own ring dropped, as the agent says.</summary>
    AgentDropped,

    /// <summary>Messages to the agent that were left out because it did not read.</summary>
    OutboxDropped,

    /// <summary>Batches kept out of history for now because history could not be written; the agent keeps and re-sends them.</summary>
    HistoryDeferred,

    /// <summary>Streams ended for silence.</summary>
    SilenceEnded,

    /// <summary>Values left out because the VM brought more different series than its budget of the hour or day.</summary>
    SeriesOverBudget,

    /// <summary>Process rows left out because the VM brought more new processes than its budget.</summary>
    ProcessesOverBudget,

    /// <summary>Streams refused because the VM opens more of them, or boots more often, than its budget.</summary>
    StreamsOverBudget,

    /// <summary>Values and process rows left out because no machine can have them.</summary>
    OutOfRange,

    /// <summary>Batches emptied because they are of a time that is not there yet, or too long ago.</summary>
    OutOfTime,

    /// <summary>Times that the VM's stream waited because its own data were not stored yet.</summary>
    HeldBack,

    /// <summary>Batches kept without their samples because the VM wrote more than its share of history.</summary>
    HistoryOverShare,

    /// <summary>Batches kept without their samples because history could not be written with them.</summary>
    HistoryUnwritable,

    /// <summary>Batches that the engine could not take.</summary>
    EngineFaults,

    /// <summary>Log lines about this VM that were left out.</summary>
    LogSuppressed,

    /// <summary>Connections hung up on before a byte was read: too many at one time, or too often.</summary>
    ConnectionsRefused,

    /// <summary>Connections that ended without a stream.</summary>
    ConnectionsWithoutStream,
}
