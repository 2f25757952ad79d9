using System.Buffers.Binary;

namespace HvIntegration.GuestAgent.Windows.Cpu;

/// <summary>SYSTEM_PROCESSOR_PERFORMANCE_INFORMATION of one logical processor: 48 bytes; times in units of 100 ns since boot.</summary>
/// <param name="Idle">In the idle thread.</param>
/// <param name="Kernel">In the kernel, idle, DPC and interrupt time included.</param>
/// <param name="User">In user mode.</param>
/// <param name="Dpc">In deferred procedure calls.</param>
/// <param name="Interrupt">In interrupt handlers.</param>
/// <param name="InterruptCount">Interrupts; wraps at 32 bits.</param>
internal readonly record struct ProcessorTimes(long Idle, long Kernel, long User, long Dpc, long Interrupt, uint InterruptCount)
{
    /// <summary>Bytes of a row.</summary>
    public const int Bytes = 48;

    /// <summary>Kernel time that is neither idle, DPC nor interrupt. The parts are booked apart, so a moment's excess is cut to 0.</summary>
    public long System => Math.Max(0, Kernel - Idle - Dpc - Interrupt);

    /// <summary>Rows in an answer of this length.</summary>
    public static int CountIn(int length) => length / Bytes;

    /// <summary>Reads the row of one processor.</summary>
    /// <param name="answer">Whole answer.</param>
    /// <param name="index">Below <see cref="CountIn"/> of its length.</param>
    public static ProcessorTimes Parse(ReadOnlySpan<byte> answer, int index)
    {
        ReadOnlySpan<byte> row = answer.Slice(index * Bytes, Bytes);
        return new ProcessorTimes(
            BinaryPrimitives.ReadInt64LittleEndian(row),
            BinaryPrimitives.ReadInt64LittleEndian(row[8..]),
            BinaryPrimitives.ReadInt64LittleEndian(row[16..]),
            BinaryPrimitives.ReadInt64LittleEndian(row[24..]),
            BinaryPrimitives.ReadInt64LittleEndian(row[32..]),
            BinaryPrimitives.ReadUInt32LittleEndian(row[40..]));
    }
}
