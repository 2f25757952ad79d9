using System.Collections.Concurrent;

namespace HvIntegration.HostBroker.Ingest;

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
    /// <summary>Streams admitted.</summary>
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
}
