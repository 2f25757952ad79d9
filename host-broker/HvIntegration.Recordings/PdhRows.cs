using HvIntegration.Model;

namespace HvIntegration.Recordings;

/// <summary>Rows of a PDH recording.</summary>
internal abstract class PdhRows : RowSource
{
    private readonly Slot[] _slots;

    protected PdhRows(RecordingCursor cursor, Dictionary<(Guid, SeriesKey), Slot> slots)
    {
        Cursor = cursor;
        _slots = new Slot[cursor.Targets.Count];
        for (int i = 0; i < _slots.Length; i++)
        {
            var key = (cursor.Targets[i].Partition, cursor.Targets[i].Series);
            if (!slots.TryGetValue(key, out var slot))
            {
                slots[key] = slot = new Slot();
            }

            _slots[i] = slot;
        }
    }

    /// <summary>Reader of the recording, at its current row.</summary>
    public RecordingCursor Cursor { get; }

    /// <inheritdoc/>
    public override long EndNs => Cursor.EndNs;

    /// <inheritdoc/>
    public override bool Advance() => Cursor.Advance();

    /// <inheritdoc/>
    public override void Dispose() => Cursor.Dispose();

    /// <summary>True when no other recording gave this series for this time; notes that this one does.</summary>
    protected bool Claim(int target)
    {
        var slot = _slots[target];
        if (slot.CoveredToNs > Cursor.StartNs + ((Cursor.EndNs - Cursor.StartNs) / 2) || slot.CoveredToNs >= Cursor.EndNs)
        {
            return false;
        }

        slot.CoveredToNs = Cursor.EndNs;
        return true;
    }
}
