namespace HvIntegration.HostBroker.History;

/// <summary>Highest committed sequence of each boot.</summary>
/// <remarks>One writer; readers of other threads see whole entries.</remarks>
internal sealed class CommitProgress
{
    private readonly Lock _gate = new();
    private Dictionary<(Guid Partition, Guid Boot), (ulong Sequence, long AtNs)> _committed = [];

    /// <summary>Highest committed sequence of a boot; 0 when none.</summary>
    public ulong Of(Guid partition, Guid boot)
    {
        lock (_gate)
        {
            return _committed.TryGetValue((partition, boot), out var entry) ? entry.Sequence : 0;
        }
    }

    /// <summary>Takes over what a transaction wrote.</summary>
    public void Raise(Dictionary<(Guid Partition, Guid Boot), ulong> written, long atNs)
    {
        lock (_gate)
        {
            foreach (var (key, sequence) in written)
            {
                if (!_committed.TryGetValue(key, out var entry) || entry.Sequence < sequence)
                {
                    _committed[key] = (sequence, atNs);
                }
            }
        }
    }

    /// <summary>Entries not older than this; older ones are forgotten: their agents hold nothing of that boot any more.</summary>
    public IReadOnlyList<(Guid Partition, Guid Boot, ulong Sequence, long AtNs)> KeepSince(long oldestNs)
    {
        lock (_gate)
        {
            _committed = _committed.Where(e => e.Value.AtNs >= oldestNs).ToDictionary();
            return [.. _committed.Select(e => (e.Key.Partition, e.Key.Boot, e.Value.Sequence, e.Value.AtNs))];
        }
    }

    /// <summary>Adds one entry read from a file.</summary>
    public void Load(Guid partition, Guid boot, ulong sequence, long atNs) =>
        Raise(new() { [(partition, boot)] = sequence }, atNs);
}
