using System.Runtime.InteropServices;
using System.Text;
using HvIntegration.GuestAgent.Collection;
using HvIntegration.GuestAgent.Linux.Cpu;
using HvIntegration.GuestAgent.Linux.Native;
using HvIntegration.GuestAgent.Linux.Parsing;
using HvIntegration.Protocol.Codec;
using HvIntegration.Protocol.V1;

namespace HvIntegration.GuestAgent.Linux.Processes;

/// <summary>Reads every process of the guest each time and selects those that matter.</summary>
/// <remarks>
/// <para>Sources: <c>/proc/PID/schedstat</c> of every process with one thread, which tells for a fifth of the price whether it
/// ran at all; <c>stat</c> of every process that did, has more threads or is selected, and of the others every tenth read;
/// <c>io</c> of those that ran since the last read; <c>statm</c>,
/// <c>schedstat</c> and <c>io</c> of those selected, and of the others in a sweep that takes a minute;
/// <c>cmdline</c> on another thread (<see cref="CommandHasher"/>).</para>
/// <para>The kernel's work dominates: descriptors stay open, so that a process at rest costs one small <c>pread</c>; new processes are looked
/// for only when the kernel gave out a process number since the last look. A kept descriptor belongs to one process for good:
/// after its end it reads "no such process", whoever got the number.</para>
/// <para>The parts that the sampling thread and <see cref="WholeTable"/> share are guarded by one lock.</para>
/// </remarks>
internal sealed unsafe class ProcessCollector : IProcessCollector
{
    /// <summary>Processes that are tracked; more are counted only.</summary>
    public const int ProcessesMax = 16 * 1024;

    private const int SelectedMax = 64;
    private const int StatBytesMax = 1024;
    private const int ScanEvery = 10;
    private const int SweepReads = 60;
    private const int KeepDetailReads = 30;

    /// <summary>A process that does not run still loses resident pages to reclaim.</summary>
    private const int StatEvery = 10;
    private const long MicrosecondsPerTick = 10_000;

    /// <summary>The kernel keeps a page for each open file of procfs: this many descriptors bind 24 MiB.</summary>
    private const int DescriptorsMax = 6 * 1024;

    /// <summary>Left to connections, the log and the other collectors.</summary>
    private const int DescriptorsReserved = 512;

    private const float FastShare = 0.3f;
    private const float SlowShare = 1f / 60;

    private readonly Lock _gate = new();
    private readonly byte[] _procPath;
    private readonly long _pageBytes;
    private readonly int _descriptorBudget;
    private readonly KernelFile _load;
    private readonly CommandHasher _hasher;
    private readonly ProcessRanking _ranking = new(SelectedMax);
    private readonly Dictionary<int, int> _rowOfPid = new(1024);
    private readonly byte[] _directory = new byte[32 * 1024];
    private readonly byte[] _text = new byte[StatBytesMax];
    private readonly bool[] _slotTaken = new bool[SelectedMax];
    private ProcessRow[] _rows = new ProcessRow[512];
    private int[] _free = new int[512];
    private int _freeCount;
    private int _rowCount;
    private int _procDescriptor = -1;
    private int _descriptors;
    private int _sweepAt;
    private long _reads;
    private long _scans;
    private long _lastPid = -1;
    private long _lastScanRead;
    private int _untracked;
    private string _failure = "";

    /// <summary>Makes the collector; nothing is opened before the first read.</summary>
    /// <param name="root">Root of the guest.</param>
    /// <param name="pageBytes">Page size of the kernel that wrote the files.</param>
    /// <param name="descriptorsMax">Most descriptors kept open; fewer when the process may open fewer.</param>
    public ProcessCollector(GuestRoot root, long pageBytes, int descriptorsMax = DescriptorsMax)
    {
        _procPath = Encoding.UTF8.GetBytes(root.Of("/proc") + "\0");
        _pageBytes = pageBytes;
        _descriptorBudget = (int)Math.Clamp(Libc.ReadDescriptorLimit() - DescriptorsReserved, 0, descriptorsMax);
        _load = new KernelFile(root.Of("/proc/loadavg"), 128);
        _hasher = new CommandHasher(root.Of("/proc"));
    }

    /// <inheritdoc/>
    public string Name => "process";

    /// <inheritdoc/>
    public CollectOutcome Collect(ProcessSlots slots, int topN)
    {
        lock (_gate)
        {
            _reads++;
            slots.BeginRead();
            if (!TryScan())
            {
                return CollectOutcome.Failed(_failure);
            }

            TakeHashes(slots);
            for (var index = 0; index < _rowCount; index++)
            {
                if (_rows[index].Pid != 0)
                {
                    ReadRow(index, slots);
                }
            }

            Sweep();
            _ranking.Rank(_rows.AsSpan(0, _rowCount), Math.Min(topN, Math.Min(slots.Capacity, SelectedMax)), _reads);
            Select(slots);
            slots.ProcessesTotal = _rowOfPid.Count + _untracked;
            return CollectOutcome.Ok;
        }
    }

    /// <inheritdoc/>
    public IReadOnlyList<ProcessEntry> WholeTable(int rowsMax)
    {
        lock (_gate)
        {
            var order = Enumerable.Range(0, _rowCount).Where(index => _rows[index].Pid != 0)
                .OrderByDescending(index => _rows[index].Score).ThenBy(index => _rows[index].Pid).Take(rowsMax);
            var table = new List<ProcessEntry>();
            Span<long> values = stackalloc long[ProcessSlots.ColumnCount];
            foreach (var index in order)
            {
                ref readonly var row = ref _rows[index];
                FillValues(row, values);
                table.Add(MakeIdentity(row).ToEntry(table.Count, values));
            }

            return table;
        }
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        lock (_gate)
        {
            for (var index = 0; index < _rowCount; index++)
            {
                if (_rows[index].Pid != 0)
                {
                    CloseAll(ref _rows[index]);
                }
            }

            if (_procDescriptor >= 0)
            {
                _ = Libc.Close(_procDescriptor);
                _procDescriptor = -1;
            }

            _load.Dispose();
            _hasher.Dispose();
        }
    }

    private static ulong StartTimeMs(in ProcessRow row) => (ulong)Math.Min(row.Stat.StartTicks, long.MaxValue / 10) * 10;

    private static long ToMicroseconds(long ticks) => ticks > long.MaxValue / MicrosecondsPerTick ? long.MaxValue : ticks * MicrosecondsPerTick;

    private static int WritePath(Span<byte> target, int pid, ReadOnlySpan<byte> file)
    {
        // At most 10 digits, a slash, the longest file name ("schedstat") and the zero: 21 bytes.
        _ = System.Buffers.Text.Utf8Formatter.TryFormat(pid, target, out var length);
        if (!file.IsEmpty)
        {
            target[length++] = (byte)'/';
            file.CopyTo(target[length..]);
            length += file.Length;
        }

        target[length] = 0;
        return length + 1;
    }

    private bool TryScan()
    {
        if (_procDescriptor < 0)
        {
            fixed (byte* path = _procPath)
            {
                _procDescriptor = Libc.Open(path, Libc.OpenReadOnly | Libc.OpenCloseOnExec, 0);
            }

            if (_procDescriptor < 0)
            {
                _failure = $"{Encoding.UTF8.GetString(_procPath.AsSpan(0, _procPath.Length - 1))}: {Marshal.GetLastPInvokeErrorMessage()}";
                return false;
            }
        }

        // The last field of loadavg is the number given out last: while it stands still nothing was born.
        var lastPid = _load.TryReadOnce(out var text) && LoadAverage.TryParse(text, out var load) ? load.LastPid : 0;
        if (lastPid != 0 && lastPid == _lastPid && _reads - _lastScanRead < ScanEvery)
        {
            return true;
        }

        _lastPid = lastPid;
        _lastScanRead = _reads;
        _scans++;
        _untracked = 0;
        _ = Libc.Seek(_procDescriptor, 0, 0);
        while (true)
        {
            nint length;
            // The kernel writes whole records and no more than the buffer's length.
            fixed (byte* buffer = _directory)
            {
                length = Libc.GetDirectoryEntries(_procDescriptor, buffer, (nuint)_directory.Length);
            }

            if (length <= 0)
            {
                break;
            }

            var entries = new DirectoryScan(_directory.AsSpan(0, (int)length));
            while (entries.TryNext(out var name))
            {
                if (name[0] is >= (byte)'1' and <= (byte)'9' && ByteCursor.TryParseNumber(name, out var pid) && pid <= int.MaxValue)
                {
                    Seen((int)pid);
                }
            }
        }

        return true;
    }

    private void Seen(int pid)
    {
        ref var known = ref CollectionsMarshal.GetValueRefOrNullRef(_rowOfPid, pid);
        if (!System.Runtime.CompilerServices.Unsafe.IsNullRef(ref known))
        {
            _rows[known].SeenAt = _scans;
            return;
        }

        if (_rowOfPid.Count >= ProcessesMax)
        {
            _untracked++;
            return;
        }

        int index;
        if (_freeCount > 0)
        {
            index = _free[--_freeCount];
        }
        else
        {
            index = _rowCount++;
            if (index == _rows.Length)
            {
                Array.Resize(ref _rows, index * 2);
                Array.Resize(ref _free, index * 2);
            }
        }

        _rows[index] = new ProcessRow
        {
            Pid = pid,
            StatDescriptor = -1,
            IoDescriptor = -1,
            StatmDescriptor = -1,
            SchedDescriptor = -1,
            RunNs = -1,
            SeenAt = _scans,
            FirstRead = _reads,
            Slot = -1,
        };
        _rowOfPid.Add(pid, index);
    }

    private void ReadRow(int index, ProcessSlots slots)
    {
        ref var row = ref _rows[index];
        var isNew = row.FirstRead == _reads;
        if (!isNew && row.SeenAt == _scans && IsAtRest(index, ref row))
        {
            Smooth(ref row, 0, 0);
            if (row.HashState == CommandHashState.Unknown)
            {
                RequestHash(index, ref row);
            }

            Rest(ref row);
            return;
        }

        var last = row.Stat;
        var length = row.SeenAt == _scans ? ReadKept(ref row.StatDescriptor, row.Pid, "stat"u8, true) : -1;
        if (length <= 0 || !ProcessStat.TryParse(_text.AsSpan(0, length), ref row.Stat) || (!isNew && row.Stat.StartTicks != last.StartTicks))
        {
            // Gone, or the number belongs to another process by now: the next read must scan to find that one.
            _lastPid = row.SeenAt == _scans ? -1 : _lastPid;
            Remove(index, slots);
            return;
        }

        if (isNew)
        {
            row.ResidentSlow = row.Stat.ResidentPages;
            row.UserId = ReadOwner(row.Pid);
            // A process that was born since the last read has used all its time since then; at the agent's start nobody knows.
            if (_reads > 1)
            {
                row.CpuRate = FastShare * (row.Stat.UserTicks + row.Stat.SystemTicks);
            }

            row.ActiveAt = _reads;
            return;
        }

        var ticks = row.Stat.UserTicks + row.Stat.SystemTicks - last.UserTicks - last.SystemTicks;
        var faults = row.Stat.MajorFaults - last.MajorFaults;
        Smooth(ref row, ticks, faults);
        if (!row.Stat.Name.Equals(last.Name))
        {
            // It started another program: owner and command line are new.
            row.UserId = ReadOwner(row.Pid);
            row.HashState = CommandHashState.Unknown;
            row.CommandHash = 0;
            if (row.Slot >= 0)
            {
                slots.Assign(row.Slot, MakeIdentity(row));
            }
        }

        if (row.HashState == CommandHashState.Unknown)
        {
            RequestHash(index, ref row);
        }

        if (ticks != 0 || faults != 0 || row.Slot >= 0)
        {
            row.ActiveAt = _reads;
            ReadIo(ref row, true);
        }
        else
        {
            Rest(ref row);
        }
    }

    /// <summary>True when the process certainly did not run since its last <c>stat</c>, so that reading it again tells nothing.</summary>
    /// <remarks>The run time is read before <c>stat</c>: what runs between the two is seen by the next read.</remarks>
    private bool IsAtRest(int index, ref ProcessRow row)
    {
        // Of several threads schedstat tells the first one only. A process that ran lately will have run again.
        if (row.Slot >= 0 || row.Stat.Threads > 1 || row.ActiveAt == _reads - 1)
        {
            row.RunNs = -1;
            return false;
        }

        var before = row.RunNs;
        row.RunNs = -1;
        var length = ReadKept(ref row.SchedDescriptor, row.Pid, "schedstat"u8, true);
        if (length <= 0)
        {
            return false;
        }

        // A kernel without scheduler statistics writes zeros.
        var cursor = new ByteCursor(_text.AsSpan(0, length));
        if (!cursor.TryReadNumber(out var run) || run == 0 || !cursor.TryReadNumber(out var waited))
        {
            return false;
        }

        row.RunNs = run;
        row.RunWaitNs = waited;
        return run == before && (row.Stat.IsKernelThread || (index + _reads) % StatEvery != 0);
    }

    private static void Smooth(ref ProcessRow row, long ticks, long faults)
    {
        row.CpuRate += FastShare * (Math.Max(ticks, 0) - row.CpuRate);
        row.FaultRate += FastShare * (Math.Max(faults, 0) - row.FaultRate);
        row.ResidentSlow += SlowShare * (row.Stat.ResidentPages - row.ResidentSlow);
        row.Growth = Math.Max(0, row.Stat.ResidentPages - row.ResidentSlow);
    }

    private void Rest(ref ProcessRow row)
    {
        row.IoRate -= FastShare * row.IoRate;
        if (_reads - row.ActiveAt == KeepDetailReads)
        {
            Close(ref row.IoDescriptor);
            Close(ref row.StatmDescriptor);
            if (row.RunNs < 0)
            {
                Close(ref row.SchedDescriptor);
            }
            else if (row.Stat.IsKernelThread)
            {
                Close(ref row.StatDescriptor);
            }
        }
    }

    private void RequestHash(int index, ref ProcessRow row)
    {
        if (row.Stat.IsKernelThread || row.Stat.State == (byte)'Z')
        {
            row.HashState = CommandHashState.Known;
        }
        else if (_hasher.TryRequest(index, row.Pid, row.Stat.StartTicks))
        {
            row.HashState = CommandHashState.Pending;
        }
    }

    private void TakeHashes(ProcessSlots slots)
    {
        while (_hasher.TryTake(out var answer))
        {
            ref var row = ref _rows[answer.Row];
            if (row.Pid != answer.Pid || row.Stat.StartTicks != answer.StartTicks || row.HashState != CommandHashState.Pending)
            {
                continue;
            }

            row.HashState = CommandHashState.Known;
            row.CommandHash = answer.Hash;
            if (row.Slot >= 0 && answer.Hash != 0)
            {
                slots.Assign(row.Slot, MakeIdentity(row));
            }
        }
    }

    private void ReadIo(ref ProcessRow row, bool keep)
    {
        if (row.IoDenied)
        {
            return;
        }

        var length = ReadKept(ref row.IoDescriptor, row.Pid, "io"u8, keep);
        if (length < 0 && Marshal.GetLastPInvokeError() == Libc.ErrorAccess)
        {
            row.IoDenied = true;
            return;
        }

        if (length <= 0 || !ProcessIo.TryParse(_text.AsSpan(0, length), out var io))
        {
            return;
        }

        var isFirst = row.Io == default;
        float bytes = isFirst ? 0 : Math.Max(0, io.ReadBytes - row.Io.ReadBytes) + Math.Max(0, io.WriteBytes - row.Io.WriteBytes);
        row.IoRate += FastShare * (bytes - row.IoRate);
        row.Io = io;
    }

    private void ReadMemoryAndWait(ref ProcessRow row, bool keep)
    {
        var length = ReadKept(ref row.StatmDescriptor, row.Pid, "statm"u8, keep);
        if (length > 0)
        {
            var cursor = new ByteCursor(_text.AsSpan(0, length));
            cursor.SkipFields(1);
            if (cursor.TryReadNumber(out var resident) && cursor.TryReadNumber(out var shared))
            {
                row.PrivateBytes = ToBytes(Math.Max(0, resident - shared));
            }
        }

        length = ReadKept(ref row.SchedDescriptor, row.Pid, "schedstat"u8, keep);
        if (length > 0)
        {
            var cursor = new ByteCursor(_text.AsSpan(0, length));
            cursor.SkipFields(1);
            if (cursor.TryReadNumber(out var waited))
            {
                row.RunWaitNs = waited;
            }
        }
    }

    /// <summary>Reads the details of a sixtieth of the other processes, so that the whole table is at most a minute old.</summary>
    private void Sweep()
    {
        var count = (_rowCount / SweepReads) + 1;
        while (count-- > 0 && _rowCount > 0)
        {
            _sweepAt = (_sweepAt + 1) % _rowCount;
            ref var row = ref _rows[_sweepAt];
            if (row.Pid == 0 || row.Stat.IsKernelThread)
            {
                continue;
            }

            row.IoDenied = false;
            ReadMemoryAndWait(ref row, false);
            if (row.Slot < 0)
            {
                ReadIo(ref row, false);
            }

            ReadHandles(ref row);
        }
    }

    private void Select(ProcessSlots slots)
    {
        foreach (var index in _ranking.Chosen)
        {
            _rows[index].ChosenAt = _reads;
        }

        for (var index = 0; index < _rowCount; index++)
        {
            ref var row = ref _rows[index];
            if (row.Pid != 0 && row.Slot >= 0 && row.ChosenAt != _reads)
            {
                Release(ref row, slots);
            }
        }

        Span<long> values = stackalloc long[ProcessSlots.ColumnCount];
        foreach (var index in _ranking.Chosen)
        {
            ref var row = ref _rows[index];
            if (row.Slot < 0)
            {
                row.Slot = Array.IndexOf(_slotTaken, false);
                row.SelectedAt = _reads;
                _slotTaken[row.Slot] = true;
                slots.Assign(row.Slot, MakeIdentity(row));
                ReadIo(ref row, true);
                ReadHandles(ref row);
            }

            ReadMemoryAndWait(ref row, true);
            if ((row.Slot + _reads) % ScanEvery == 0)
            {
                ReadHandles(ref row);
            }

            FillValues(row, values);
            for (var column = 0; column < values.Length; column++)
            {
                slots.Set(row.Slot, (ProcessColumn)column, values[column]);
            }
        }
    }

    private void FillValues(in ProcessRow row, Span<long> values)
    {
        values[(int)ProcessColumn.CpuUserUs] = ToMicroseconds(row.Stat.UserTicks);
        values[(int)ProcessColumn.CpuSystemUs] = ToMicroseconds(row.Stat.SystemTicks);
        values[(int)ProcessColumn.RunWaitUs] = row.RunWaitNs / 1000;
        values[(int)ProcessColumn.ResidentBytes] = ToBytes(row.Stat.ResidentPages);
        values[(int)ProcessColumn.PrivateBytes] = row.PrivateBytes;
        values[(int)ProcessColumn.MajorFaults] = row.Stat.MajorFaults;
        values[(int)ProcessColumn.ReadBytes] = row.Io.ReadBytes;
        values[(int)ProcessColumn.WriteBytes] = row.Io.WriteBytes;
        values[(int)ProcessColumn.Threads] = row.Stat.Threads;
        values[(int)ProcessColumn.State] = row.Stat.State;
        values[(int)ProcessColumn.Handles] = row.Handles;
    }

    private long ToBytes(long pages) => pages > long.MaxValue / _pageBytes ? long.MaxValue : pages * _pageBytes;

    private static ProcessIdentity MakeIdentity(in ProcessRow row) => new(
        row.Pid, StartTimeMs(row), Encoding.UTF8.GetString(row.Stat.Name.Span), row.CommandHash, row.UserId, row.Stat.ParentPid, row.Stat.SessionId);

    /// <summary>Reads a file of a process into <see cref="_text"/>.</summary>
    /// <returns>Bytes, 0 at the end of a file, -1 on an error that the last error tells.</returns>
    private int ReadKept(ref int descriptor, int pid, ReadOnlySpan<byte> file, bool keep)
    {
        var opened = descriptor;
        if (opened < 0)
        {
            Span<byte> path = stackalloc byte[32];
            WritePath(path, pid, file);
            fixed (byte* pointer = path)
            {
                opened = Libc.OpenAt(_procDescriptor, pointer, Libc.OpenReadOnly | Libc.OpenCloseOnExec | Libc.OpenNonBlocking, 0);
            }

            if (opened < 0)
            {
                return -1;
            }
        }

        nint length;
        // One piece: the kernel makes these texts in one go, and the longest stat has under 700 bytes.
        fixed (byte* buffer = _text)
        {
            length = Libc.PRead(opened, buffer, (nuint)_text.Length, 0);
        }

        if (descriptor >= 0)
        {
            return (int)length;
        }

        if (keep && length > 0 && _descriptors < _descriptorBudget)
        {
            descriptor = opened;
            _descriptors++;
        }
        else
        {
            _ = Libc.Close(opened);
        }

        return (int)length;
    }

    private uint ReadOwner(int pid)
    {
        // The folder, not a file in it: files of a process that changed its user belong to root.
        Span<byte> path = stackalloc byte[32];
        WritePath(path, pid, default);
        return Libc.TryStat(_procDescriptor, path, out var userId, out _) ? userId : 0;
    }

    private void ReadHandles(ref ProcessRow row)
    {
        // Since kernel 6.2 the size of the folder is the number of descriptors; before, it is 0 and stays so: counting
        // entries would cost more than all else.
        Span<byte> path = stackalloc byte[32];
        WritePath(path, row.Pid, "fd"u8);
        if (Libc.TryStat(_procDescriptor, path, out _, out var size))
        {
            row.Handles = (long)Math.Min(size, int.MaxValue);
        }
    }

    private void Release(ref ProcessRow row, ProcessSlots slots)
    {
        slots.Clear(row.Slot);
        _slotTaken[row.Slot] = false;
        row.Slot = -1;
    }

    private void Remove(int index, ProcessSlots slots)
    {
        ref var row = ref _rows[index];
        if (row.Slot >= 0)
        {
            Release(ref row, slots);
        }

        CloseAll(ref row);
        _rowOfPid.Remove(row.Pid);
        row = default;
        row.Slot = -1;
        _free[_freeCount++] = index;
    }

    private void CloseAll(ref ProcessRow row)
    {
        Close(ref row.StatDescriptor);
        Close(ref row.IoDescriptor);
        Close(ref row.StatmDescriptor);
        Close(ref row.SchedDescriptor);
    }

    private void Close(ref int descriptor)
    {
        if (descriptor >= 0)
        {
            _ = Libc.Close(descriptor);
            descriptor = -1;
            _descriptors--;
        }
    }
}
