using HvIntegration.Protocol.Codec;

namespace HvIntegration.GuestAgent.Collection;

/// <summary>The processes sent each second: a slot each, stable while the process stays selected.</summary>
/// <remarks>Filled by the platform's process collector, read by the encoder. One thread at a time.</remarks>
internal sealed class ProcessSlots(int capacity) : IProcessSlots
{
    /// <summary>Number of columns of <see cref="ProcessColumn"/>.</summary>
    public const int ColumnCount = ProcessColumns.Count;

    private readonly ProcessIdentity?[] _identities = new ProcessIdentity?[capacity];
    private readonly bool[] _redefined = new bool[capacity];
    private readonly bool[] _present = new bool[capacity];
    private readonly long[] _values = new long[capacity * ColumnCount];

    /// <summary>Most processes that can be selected at once.</summary>
    public int Capacity => capacity;

    /// <summary>Processes in the whole guest at the last read.</summary>
    public int ProcessesTotal { get; set; }

    /// <summary>Puts a process into a slot; all its columns start at 0.</summary>
    public void Assign(int slot, ProcessIdentity identity)
    {
        _identities[slot] = identity;
        _redefined[slot] = true;
        _values.AsSpan(slot * ColumnCount, ColumnCount).Clear();
    }

    /// <summary>Makes a slot free: a later process may take it.</summary>
    public void Clear(int slot)
    {
        _redefined[slot] |= _identities[slot] is not null;
        _identities[slot] = null;
        _present[slot] = false;
        _values.AsSpan(slot * ColumnCount, ColumnCount).Clear();
    }

    /// <summary>Sets one column of a slot and marks the slot as read in this sample.</summary>
    public void Set(int slot, ProcessColumn column, long value)
    {
        _values[(slot * ColumnCount) + (int)column] = value;
        _present[slot] = true;
    }

    /// <summary>Forgets which slots were read; called before each read.</summary>
    public void BeginRead() => Array.Clear(_present);

    /// <summary>Who is in a slot; null when empty.</summary>
    public ProcessIdentity? Identity(int slot) => _identities[slot];

    /// <summary>True when the slot was read in this sample.</summary>
    public bool IsPresent(int slot) => _present[slot];

    /// <summary>True when the slot changed hands since <see cref="ClearRedefined"/>.</summary>
    public bool IsRedefined(int slot) => _redefined[slot];

    /// <summary>Newest values of a slot, by <see cref="ProcessColumn"/>.</summary>
    public ReadOnlySpan<long> Row(int slot) => _values.AsSpan(slot * ColumnCount, ColumnCount);

    /// <summary>Called by the encoder after the definitions were written.</summary>
    public void ClearRedefined() => Array.Clear(_redefined);
}
