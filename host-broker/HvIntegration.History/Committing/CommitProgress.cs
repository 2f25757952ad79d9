using HvIntegration.Model;

namespace HvIntegration.History.Committing;

/// <summary>Highest committed sequence of each boot; of each VM the newest few boots.</summary>
/// <remarks>One writer; readers of other threads see whole entries.</remarks>
internal sealed class CommitProgress
{
    private readonly Lock _gate = new();
    private readonly BootBook<(ulong Sequence, long AtNs)> _committed = new();

    /// <summary>Highest committed sequence of a boot; 0 when none.</summary>
    public ulong Of(BootKey boot)
    {
        lock (_gate)
        {
            return _committed.TryGet(boot, out var entry) ? entry.Sequence : 0;
        }
    }

    /// <summary>Takes over what a transaction wrote.</summary>
    public void Raise(Dictionary<BootKey, ulong> written, long atNs)
    {
        lock (_gate)
        {
            foreach (var (boot, sequence) in written)
            {
                if (!_committed.TryGet(boot, out var entry) || entry.Sequence < sequence)
                {
                    _committed.Set(boot, (sequence, atNs));
                }
            }
        }
    }

    /// <summary>Entries not older than this; older ones are forgotten: their agents hold nothing of that boot any more.</summary>
    public IReadOnlyList<(StreamPosition Position, long AtNs)> KeepSince(long oldestNs)
    {
        lock (_gate)
        {
            _committed.Keep(e => e.AtNs >= oldestNs);
            return [.. _committed.All.Select(e => (new StreamPosition(e.Boot, e.Value.Sequence), e.Value.AtNs))];
        }
    }

    /// <summary>Adds one entry read from a file; the oldest come first.</summary>
    public void Load(StreamPosition position, long atNs) =>
        Raise(new() { [position.Boot] = position.Sequence }, atNs);
}
