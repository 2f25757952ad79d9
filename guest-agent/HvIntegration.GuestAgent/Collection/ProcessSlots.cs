using HvIntegration.Protocol.V1;

namespace HvIntegration.GuestAgent.Collection;

/// <summary>Columns of a process row, in the order of <c>ProcessRows</c> on the wire.</summary>
internal enum ProcessColumn
{
    CpuUserUs,
    CpuSystemUs,
    RunWaitUs,
    ResidentBytes,
    PrivateBytes,
    MajorFaults,
    ReadBytes,
    WriteBytes,
    Threads,
    State,
    Handles,
}

/// <summary>Who a process is.</summary>
/// <param name="Pid">Number in the guest.</param>
/// <param name="StartTimeMs">Since boot of the guest; with <paramref name="Pid"/> the identity.</param>
/// <param name="Name">Short name, not the command line.</param>
/// <param name="CommandHash">FNV-1a of the command line, 0 when unreadable.</param>
/// <param name="UserId">Numeric user (Linux) or 0.</param>
/// <param name="ParentPid">Parent's number.</param>
/// <param name="SessionId">Windows session or Linux session leader.</param>
internal sealed record ProcessIdentity(
    int Pid, ulong StartTimeMs, string Name, ulong CommandHash, uint UserId, int ParentPid, uint SessionId)
{
    /// <summary>The process as the whole table carries it.</summary>
    /// <param name="row">Its place in the table.</param>
    /// <param name="values">A value for each <see cref="ProcessColumn"/>.</param>
    public ProcessEntry ToEntry(int row, ReadOnlySpan<long> values)
    {
        var entry = new ProcessEntry
        {
            Definition = new ProcessDefinition
            {
                Slot = (uint)row,
                Pid = (uint)Pid,
                StartTimeMs = StartTimeMs,
                Name = Name,
                CommandHash = CommandHash,
                UserId = UserId,
                ParentPid = (uint)ParentPid,
                SessionId = SessionId,
            },
        };
        foreach (long value in values)
        {
            entry.Values.Add(value);
        }

        return entry;
    }
}

/// <summary>The processes sent each second: a slot each, stable while the process stays selected.</summary>
/// <remarks>Filled by the platform's process collector, read by the encoder. One thread at a time.</remarks>
internal sealed class ProcessSlots(int capacity)
{
    /// <summary>Number of columns of <see cref="ProcessColumn"/>.</summary>
    public const int ColumnCount = 11;

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

    /// <summary>Empties a slot.</summary>
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
