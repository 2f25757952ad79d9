using System.Buffers.Binary;
using System.Runtime.InteropServices;

namespace HvIntegration.CounterSources.HyperV;

/// <summary>Reads the chain of SYSTEM_PROCESS_INFORMATION of a 64-bit Windows. Pure; any bytes are safe.</summary>
internal static class ProcessTable
{
    /// <summary>Bytes of an entry without its threads.</summary>
    public const int EntryBytes = 256;

    private const int ThreadsOffset = 4;
    private const int UserTimeOffset = 40;
    private const int KernelTimeOffset = 48;
    private const int NameLengthOffset = 56;
    private const int NamePointerOffset = 64;
    private const int IdOffset = 80;
    private const int HandlesOffset = 96;
    private const int WorkingSetOffset = 144;
    private const int NameBytesMax = 2 * 260;

    /// <summary>Finds processes by number, and all of one program.</summary>
    /// <param name="answer">What the system wrote.</param>
    /// <param name="address">Where it lay when the system filled it: names are pointers into it.</param>
    /// <param name="ids">Numbers to find.</param>
    /// <param name="program">File name of the program.</param>
    /// <param name="byId">Takes the processes with these numbers.</param>
    /// <param name="ofProgram">Takes the processes of the program.</param>
    public static void Find(ReadOnlySpan<byte> answer, ulong address, IReadOnlySet<int> ids, string program, Dictionary<int, HostProcessUse> byId, List<HostProcessUse> ofProgram)
    {
        int at = 0;
        while (answer.Length - at >= EntryBytes)
        {
            var entry = answer[at..];
            long id = BinaryPrimitives.ReadInt64LittleEndian(entry[IdOffset..]);
            if (id is > 0 and <= int.MaxValue)
            {
                if (ids.Contains((int)id))
                {
                    byId[(int)id] = Use((int)id, entry);
                }

                if (Name(answer, address, entry).Equals(program, StringComparison.OrdinalIgnoreCase))
                {
                    ofProgram.Add(Use((int)id, entry));
                }
            }

            uint next = BinaryPrimitives.ReadUInt32LittleEndian(entry);
            if (next < EntryBytes || next > entry.Length)
            {
                return;
            }

            at += (int)next;
        }
    }

    private static HostProcessUse Use(int id, ReadOnlySpan<byte> entry) => new(
        id,
        (BinaryPrimitives.ReadInt64LittleEndian(entry[UserTimeOffset..]) + BinaryPrimitives.ReadInt64LittleEndian(entry[KernelTimeOffset..])) / (double)TimeSpan.TicksPerSecond,
        BinaryPrimitives.ReadInt64LittleEndian(entry[WorkingSetOffset..]),
        BinaryPrimitives.ReadUInt32LittleEndian(entry[HandlesOffset..]),
        (int)Math.Min(BinaryPrimitives.ReadUInt32LittleEndian(entry[ThreadsOffset..]), int.MaxValue));

    private static ReadOnlySpan<char> Name(ReadOnlySpan<byte> answer, ulong address, ReadOnlySpan<byte> entry)
    {
        int bytes = Math.Min(BinaryPrimitives.ReadUInt16LittleEndian(entry[NameLengthOffset..]), (ushort)NameBytesMax) & ~1;
        ulong offset = BinaryPrimitives.ReadUInt64LittleEndian(entry[NamePointerOffset..]) - address;
        return bytes > 0 && offset <= (ulong)answer.Length && (ulong)bytes <= (ulong)answer.Length - offset
            ? MemoryMarshal.Cast<byte, char>(answer.Slice((int)offset, bytes))
            : default;
    }
}
