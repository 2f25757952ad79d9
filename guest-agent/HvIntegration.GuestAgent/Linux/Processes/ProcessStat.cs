using System.Diagnostics.CodeAnalysis;
using System.Runtime.CompilerServices;
using HvIntegration.GuestAgent.Linux.Parsing;

namespace HvIntegration.GuestAgent.Linux.Processes;

/// <summary>What <c>/proc/PID/stat</c> says, as far as it is used (proc(5)).</summary>
internal struct ProcessStat
{
    private const long KernelThreadFlag = 0x00200000;

    /// <summary>The process's number in its PID namespace.</summary>
    public int Pid;

    /// <summary>The program's name, as the kernel cut it.</summary>
    public ProcessName Name;

    /// <summary>The kernel's letter for the state: R, S, D, Z, T and others.</summary>
    public byte State;

    /// <summary>Number of the process that started this one.</summary>
    public int ParentPid;

    /// <summary>Number of the process that leads the session.</summary>
    public uint SessionId;

    /// <summary>Kernel flags (PF_…).</summary>
    public long Flags;

    /// <summary>Major faults since start.</summary>
    public long MajorFaults;

    /// <summary>User time in ticks of 1/100 s.</summary>
    public long UserTicks;

    /// <summary>System time in ticks.</summary>
    public long SystemTicks;

    /// <summary>Number of threads the process has.</summary>
    public long Threads;

    /// <summary>Start, in ticks since boot of the guest.</summary>
    public long StartTicks;

    /// <summary>Memory in use, pages.</summary>
    public long ResidentPages;

    /// <summary>True for a thread of the kernel: it has no command line and no memory of its own.</summary>
    public readonly bool IsKernelThread => (Flags & KernelThreadFlag) != 0;

    /// <summary>Splits the text. False when it is cut before the resident size. Any bytes are safe.</summary>
    /// <remarks>The name may hold blanks, brackets and line ends: it ends at the last bracket.</remarks>
    public static bool TryParse(ReadOnlySpan<byte> text, ref ProcessStat stat)
    {
        var open = text.IndexOf((byte)'(');
        var close = text.LastIndexOf((byte)')');
        if (open < 1 || close < open || close + 2 >= text.Length
            || !new ByteCursor(text[..open]).TryReadNumber(out var pid) || pid is <= 0 or > int.MaxValue)
        {
            return false;
        }

        var cursor = new ByteCursor(text[(close + 1)..]);
        if (!cursor.TryReadField(out var state)
            || !cursor.TryReadNumber(out var parent)
            || !SkipOne(ref cursor)
            || !cursor.TryReadNumber(out var session))
        {
            return false;
        }

        // tty_nr and tpgid are signed.
        cursor.SkipFields(2);
        if (!cursor.TryReadNumber(out var flags))
        {
            return false;
        }

        cursor.SkipFields(2);
        if (!cursor.TryReadNumber(out var majorFaults) || !SkipOne(ref cursor)
            || !cursor.TryReadNumber(out var user) || !cursor.TryReadNumber(out var system))
        {
            return false;
        }

        // cutime, cstime, priority and nice may be negative.
        cursor.SkipFields(4);
        if (!cursor.TryReadNumber(out var threads) || !SkipOne(ref cursor)
            || !cursor.TryReadNumber(out var start) || !SkipOne(ref cursor)
            || !cursor.TryReadNumber(out var resident))
        {
            return false;
        }

        stat.Pid = (int)pid;
        stat.State = state[0];
        stat.ParentPid = (int)Math.Min(parent, int.MaxValue);
        stat.SessionId = (uint)Math.Min(session, uint.MaxValue);
        stat.Flags = flags;
        stat.MajorFaults = majorFaults;
        stat.UserTicks = user;
        stat.SystemTicks = system;
        stat.Threads = threads;
        stat.StartTicks = start;
        stat.ResidentPages = resident;
        stat.Name.Set(WithoutWork(text[(open + 1)..close], stat.IsKernelThread));
        return true;
    }

    private static bool SkipOne(ref ByteCursor cursor) => cursor.TryReadField(out _);

    /// <summary>A kernel worker's name carries what it did last ("kworker/0:1-events"), which would make it look like another
    /// process every second.</summary>
    private static ReadOnlySpan<byte> WithoutWork(ReadOnlySpan<byte> name, bool isKernelThread)
    {
        if (!isKernelThread || !name.StartsWith("kworker/"u8))
        {
            return name;
        }

        var end = name.IndexOfAny((byte)'-', (byte)'+');
        return end > 0 ? name[..end] : name;
    }
}

/// <summary>Up to 31 bytes of a process name, inside the row: no string is made before the process is sent.</summary>
internal struct ProcessName : IEquatable<ProcessName>
{
    /// <summary>Programs have at most 15 bytes; kernel threads of work queues can have more.</summary>
    public const int LengthMax = 31;

    private Bytes _bytes;
    private byte _length;

    /// <summary>The name's bytes, without the room behind them.</summary>
    [UnscopedRef]
    public readonly ReadOnlySpan<byte> Span => ((ReadOnlySpan<byte>)_bytes)[.._length];

    /// <summary>Takes over a name, cut at <see cref="LengthMax"/>.</summary>
    public void Set(ReadOnlySpan<byte> name)
    {
        var cut = name.Length > LengthMax ? name[..LengthMax] : name;
        Span<byte> target = _bytes;
        target.Clear();
        cut.CopyTo(target);
        _length = (byte)cut.Length;
    }

    /// <inheritdoc/>
    public readonly bool Equals(ProcessName other) => Span.SequenceEqual(other.Span);

    /// <inheritdoc/>
    public override readonly bool Equals(object? obj) => obj is ProcessName other && Equals(other);

    /// <inheritdoc/>
    public override readonly int GetHashCode() => _length;

    [InlineArray(LengthMax)]
    private struct Bytes
    {
        public byte First;
    }
}
