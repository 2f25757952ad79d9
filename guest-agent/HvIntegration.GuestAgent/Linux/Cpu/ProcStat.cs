using HvIntegration.GuestAgent.Linux.Parsing;

namespace HvIntegration.GuestAgent.Linux.Cpu;

/// <summary>What one read of <c>/proc/stat</c> says. Reused for every read.</summary>
internal sealed class ProcStat
{
    /// <summary>user, nice, system, idle, iowait, irq, softirq, steal. guest and guest_nice are inside user and nice.</summary>
    public const int ModeCount = 8;

    /// <summary>Most processors that are read; a Hyper-V guest has at most 2048, of which more than this is unheard of.</summary>
    public const int ProcessorsMax = 2048;

    private int[] _numbers = new int[16];
    private long[] _ticks = new long[16 * ModeCount];

    /// <summary>Processors in the text, i.e. online.</summary>
    public int ProcessorCount { get; private set; }

    /// <summary>Context switches since boot; -1 when absent.</summary>
    public long ContextSwitches { get; private set; }

    /// <summary>Interrupts since boot; -1 when absent.</summary>
    public long Interrupts { get; private set; }

    /// <summary>Forks since boot; -1 when absent.</summary>
    public long Processes { get; private set; }

    /// <summary>Threads runnable, the reader included; -1 when absent.</summary>
    public long Running { get; private set; }

    /// <summary>Threads waiting for I/O; -1 when absent.</summary>
    public long Blocked { get; private set; }

    /// <summary>Kernel's number of the processor at a position.</summary>
    public int Number(int position) => _numbers[position];

    /// <summary>Ticks (1/100 s) per mode of the processor at a position; modes an old kernel lacks are 0.</summary>
    public ReadOnlySpan<long> Ticks(int position) => _ticks.AsSpan(position * ModeCount, ModeCount);

    /// <summary>Reads a text. Any bytes are safe.</summary>
    public void Parse(ReadOnlySpan<byte> text)
    {
        ProcessorCount = 0;
        ContextSwitches = Interrupts = Processes = Running = Blocked = -1;
        var lines = new ByteCursor(text);
        while (lines.TryReadLine(out var line))
        {
            if (line.StartsWith("cpu"u8))
            {
                ParseProcessor(line[3..]);
            }
            else if (line.StartsWith("intr "u8))
            {
                Interrupts = FirstNumber(line[5..]);
            }
            else if (line.StartsWith("ctxt "u8))
            {
                ContextSwitches = FirstNumber(line[5..]);
            }
            else if (line.StartsWith("processes "u8))
            {
                Processes = FirstNumber(line[10..]);
            }
            else if (line.StartsWith("procs_running "u8))
            {
                Running = FirstNumber(line[14..]);
            }
            else if (line.StartsWith("procs_blocked "u8))
            {
                Blocked = FirstNumber(line[14..]);
            }
        }
    }

    // Some kernels print a count of 32 bits with a sign once it passes 2^31: -1 is 4,294,967,295.
    private static long FirstNumber(ReadOnlySpan<byte> text)
    {
        var digits = ByteCursor.Trim(text);
        var negative = digits.StartsWith("-"u8);
        if (!new ByteCursor(negative ? digits[1..] : digits).TryReadNumber(out var value))
        {
            return -1;
        }

        return !negative ? value : value is > 0 and <= 1L << 31 ? (1L << 32) - value : -1;
    }

    private void ParseProcessor(ReadOnlySpan<byte> fields)
    {
        // "cpu  1 2 3" without a number is the sum: the series are per processor, so it would count everything twice.
        if (fields.IsEmpty || fields[0] is < (byte)'0' or > (byte)'9')
        {
            return;
        }

        var cursor = new ByteCursor(fields);
        if (!cursor.TryReadNumber(out var number) || number >= ProcessorsMax || ProcessorCount >= ProcessorsMax)
        {
            return;
        }

        if (ProcessorCount == _numbers.Length)
        {
            Array.Resize(ref _numbers, _numbers.Length * 2);
            Array.Resize(ref _ticks, _numbers.Length * ModeCount);
        }

        _numbers[ProcessorCount] = (int)number;
        var ticks = _ticks.AsSpan(ProcessorCount * ModeCount, ModeCount);
        ticks.Clear();
        for (var mode = 0; mode < ModeCount && cursor.TryReadNumber(out var value); mode++)
        {
            ticks[mode] = value;
        }

        ProcessorCount++;
    }
}
