using HvIntegration.GuestAgent.Collection;
using HvIntegration.GuestAgent.Windows.Native;
using HvIntegration.GuestAgent.Windows.Reading;
using HvIntegration.Protocol.Codec;
using HvIntegration.Protocol.V1;

namespace HvIntegration.GuestAgent.Windows.Processes;

/// <summary>Reads every process of the guest in one call and selects those that matter.</summary>
/// <remarks>
/// Source: <c>NtQuerySystemInformation</c>, processes. The same answer has every thread's state, from which run queue and
/// pressure are told, and every process's session. No process is opened, so no privilege is needed; the command line and the owner
/// are not told for the same reason. Windows does not count how long a process waited for a processor: run wait stays 0.
/// </remarks>
internal sealed class ProcessCollector(GuestLoad load, SessionTotals sessions) : IProcessCollector
{
    /// <summary>Processes that are tracked; more are counted only.</summary>
    public const int ProcessesMax = 16 * 1024;

    private const int SelectedMax = 64;
    private const int SystemPid = 4;
    private const float FastShare = 0.3f;
    private const float SlowShare = 1f / 60;

    /// <summary>A process has 256 bytes, its name, and 80 bytes a thread: 64 MiB hold some 700,000 threads.</summary>
    private readonly NativeBuffer _buffer = new(256 * 1024, 64 * 1024 * 1024);
    // Exactly the structure: the system refuses a larger buffer for this class.
    private readonly NativeBuffer _time = new(48, 48);
    private readonly Lock _gate = new();
    private readonly ProcessRanking _ranking = new(SelectedMax);
    private readonly Dictionary<int, int> _rowOfPid = new(1024);
    private readonly bool[] _slotTaken = new bool[SelectedMax];
    private ProcessRow[] _rows = new ProcessRow[512];
    private int[] _free = new int[512];
    private int _freeCount;
    private int _rowCount;
    private long _reads;
    private long _bootTime;

    /// <inheritdoc/>
    public string Name => "process";

    /// <inheritdoc/>
    public CollectOutcome Collect(ProcessSlots slots, int topN)
    {
        lock (_gate)
        {
            _reads++;
            slots.BeginRead();
            int status = NtDll.Query(NtDll.SystemProcessInformation, _buffer, out int length);
            if (status != 0)
            {
                return CollectOutcome.Failed($"NtQuerySystemInformation(processes) returned status 0x{status:X8}");
            }

            if (_bootTime == 0)
            {
                _bootTime = SystemTimes.ReadBootTime(_time);
            }

            int total = ReadAll(_buffer.Content(length), slots);
            _ranking.Rank(_rows.AsSpan(0, _rowCount), Math.Min(topN, Math.Min(slots.Capacity, SelectedMax)), _reads);
            Select(slots);
            slots.ProcessesTotal = total;
            return total > 0 ? CollectOutcome.Ok : CollectOutcome.Failed("NtQuerySystemInformation(processes) lists no process");
        }
    }

    /// <inheritdoc/>
    public IReadOnlyList<ProcessEntry> WholeTable(int rowsMax)
    {
        lock (_gate)
        {
            var order = Enumerable.Range(0, _rowCount).Where(index => _rows[index].IsUsed)
                .OrderByDescending(index => _rows[index].Score).ThenBy(index => _rows[index].Identity!.Pid).Take(rowsMax);
            var table = new List<ProcessEntry>();
            Span<long> values = stackalloc long[ProcessSlots.ColumnCount];
            foreach (var index in order)
            {
                ref readonly var row = ref _rows[index];
                FillValues(row, values);
                table.Add(row.Identity!.ToEntry(table.Count, values));
            }

            return table;
        }
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        lock (_gate)
        {
            _buffer.Dispose();
            _time.Dispose();
        }
    }

    private int ReadAll(ReadOnlySpan<byte> answer, ProcessSlots slots)
    {
        var total = 0;
        var running = 0;
        var ready = 0;
        var pageWaits = 0;
        sessions.Begin();
        try
        {
            var reader = new SystemProcessReader(answer, _buffer.Address);
            while (reader.TryNext(out SystemProcess process))
            {
                // The idle process is the processors' idle time, not a program.
                if (process.Pid is <= 0 or > int.MaxValue)
                {
                    continue;
                }

                total++;
                running += process.Running;
                ready += process.Ready;
                // Threads of the system process wait for pages to free: that is their work.
                pageWaits += process.Pid == SystemPid ? 0 : process.PageWaits;
                Take(process);
            }
        }
        finally
        {
            sessions.End();
        }

        load.SetThreads(new ThreadCounts(running, ready, pageWaits));
        for (var index = 0; index < _rowCount; index++)
        {
            if (_rows[index].IsUsed && _rows[index].SeenAt != _reads)
            {
                Remove(index, slots);
            }
        }

        return total;
    }

    private void Take(in SystemProcess process)
    {
        if (!_rowOfPid.TryGetValue((int)process.Pid, out int index))
        {
            if (_rowOfPid.Count >= ProcessesMax)
            {
                sessions.Add(process.SessionId, 0, process.WorkingSet);
                return;
            }

            index = NewRow();
            _rowOfPid.Add((int)process.Pid, index);
        }

        ref ProcessRow row = ref _rows[index];
        bool isNew = !row.IsUsed || row.CreateTime != process.CreateTime;
        if (isNew)
        {
            // A number that was given out again: the slot goes with the old process at the next selection.
            int slot = row.IsUsed ? row.Slot : -1;
            row = new ProcessRow
            {
                CreateTime = process.CreateTime,
                Identity = new ProcessIdentity(
                    (int)process.Pid, StartTimeMs(process.CreateTime), process.Name.Length > 0 ? process.Name.ToString() : "System",
                    0, 0, (int)Math.Clamp(process.ParentPid, 0, int.MaxValue), process.SessionId),
                Slot = slot,
                SelectedAt = slot >= 0 ? -1 : 0,
            };
        }

        long cpu = isNew ? (_reads > 1 ? process.UserTime + process.KernelTime : 0) : process.UserTime - row.UserTime + process.KernelTime - row.KernelTime;
        long faultsBefore = row.HardFaults;
        row.HardFaults = row.FaultCounter.Advance(process.HardFaults);
        long faults = isNew ? 0 : row.HardFaults - faultsBefore;
        long io = isNew ? 0 : Math.Max(0, process.ReadBytes - row.ReadBytes) + Math.Max(0, process.WriteBytes - row.WriteBytes);
        row.CpuRate += FastShare * ((Math.Max(0, cpu) / 100_000f) - row.CpuRate);
        row.FaultRate += FastShare * (Math.Max(0, faults) - row.FaultRate);
        row.IoRate += FastShare * (io - row.IoRate);
        row.UserTime = process.UserTime;
        row.KernelTime = process.KernelTime;
        row.WorkingSet = Math.Max(0, process.WorkingSet);
        row.PrivateBytes = Math.Max(0, process.PrivateBytes);
        row.ReadBytes = process.ReadBytes;
        row.WriteBytes = process.WriteBytes;
        row.Threads = process.Threads;
        row.Handles = process.Handles;
        row.State = process.State;
        row.SeenAt = _reads;
        row.ResidentSlow = isNew ? row.ResidentPages : row.ResidentSlow + (SlowShare * (row.ResidentPages - row.ResidentSlow));
        row.Growth = Math.Max(0, row.ResidentPages - row.ResidentSlow);
        sessions.Add(process.SessionId, FileTime.ToMicroseconds(cpu), row.WorkingSet);
    }

    private int NewRow()
    {
        if (_freeCount > 0)
        {
            return _free[--_freeCount];
        }

        if (_rowCount == _rows.Length)
        {
            Array.Resize(ref _rows, _rowCount * 2);
            Array.Resize(ref _free, _rowCount * 2);
        }

        return _rowCount++;
    }

    private ulong StartTimeMs(long createTime) => (ulong)Math.Max(0, (createTime - _bootTime) / 10_000);

    private void Select(ProcessSlots slots)
    {
        foreach (var index in _ranking.Chosen)
        {
            _rows[index].ChosenAt = _reads;
        }

        for (var index = 0; index < _rowCount; index++)
        {
            ref ProcessRow row = ref _rows[index];
            if (row.IsUsed && row.Slot >= 0 && row.ChosenAt != _reads)
            {
                Release(ref row, slots);
            }
        }

        Span<long> values = stackalloc long[ProcessSlots.ColumnCount];
        foreach (var index in _ranking.Chosen)
        {
            ref ProcessRow row = ref _rows[index];
            if (row.Slot < 0)
            {
                row.Slot = Array.IndexOf(_slotTaken, false);
                row.SelectedAt = -1;
                _slotTaken[row.Slot] = true;
            }

            if (row.SelectedAt < 0)
            {
                row.SelectedAt = _reads;
                slots.Assign(row.Slot, row.Identity!);
            }

            FillValues(row, values);
            for (var column = 0; column < values.Length; column++)
            {
                slots.Set(row.Slot, (ProcessColumn)column, values[column]);
            }
        }
    }

    private static void FillValues(in ProcessRow row, Span<long> values)
    {
        values[(int)ProcessColumn.CpuUserUs] = FileTime.ToMicroseconds(row.UserTime);
        values[(int)ProcessColumn.CpuSystemUs] = FileTime.ToMicroseconds(row.KernelTime);
        values[(int)ProcessColumn.RunWaitUs] = 0;
        values[(int)ProcessColumn.ResidentBytes] = row.WorkingSet;
        values[(int)ProcessColumn.PrivateBytes] = row.PrivateBytes;
        values[(int)ProcessColumn.MajorFaults] = row.HardFaults;
        values[(int)ProcessColumn.ReadBytes] = row.ReadBytes;
        values[(int)ProcessColumn.WriteBytes] = row.WriteBytes;
        values[(int)ProcessColumn.Threads] = row.Threads;
        values[(int)ProcessColumn.State] = row.State;
        values[(int)ProcessColumn.Handles] = row.Handles;
    }

    private void Release(ref ProcessRow row, ProcessSlots slots)
    {
        slots.Clear(row.Slot);
        _slotTaken[row.Slot] = false;
        row.Slot = -1;
    }

    private void Remove(int index, ProcessSlots slots)
    {
        ref ProcessRow row = ref _rows[index];
        if (row.Slot >= 0)
        {
            Release(ref row, slots);
        }

        _rowOfPid.Remove(row.Identity!.Pid);
        row = default;
        row.Slot = -1;
        _free[_freeCount++] = index;
    }
}
