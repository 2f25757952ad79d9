using System.Buffers.Binary;
using System.Runtime.InteropServices;

namespace HvIntegration.GuestAgent.Windows.Processes;

/// <summary>Walks the chain of SYSTEM_PROCESS_INFORMATION of a 64-bit Windows: 256 bytes, its threads of 80 bytes each behind it.</summary>
/// <remarks>Pure; any bytes are safe. Names are pointers into the same buffer, so the buffer's address is needed.</remarks>
/// <param name="buffer">Whole answer.</param>
/// <param name="address">Where the answer lay when the system filled it.</param>
internal ref struct SystemProcessReader(ReadOnlySpan<byte> buffer, ulong address)
{
    /// <summary>Bytes of SYSTEM_PROCESS_INFORMATION without its threads.</summary>
    public const int ProcessBytes = 256;

    /// <summary>Bytes of a thread's part, SYSTEM_THREAD_INFORMATION.</summary>
    public const int ThreadBytes = 80;

    /// <summary>Offset of the thread's state, and behind it of its wait reason.</summary>
    public const int ThreadStateOffset = 68;

    private const int NameBytesMax = 2 * 260;
    private const uint StateReady = 1;
    private const uint StateRunning = 2;
    private const uint StateStandby = 3;
    private const uint StateWaiting = 5;
    private const uint StateDeferredReady = 7;
    private readonly ReadOnlySpan<byte> _buffer = buffer;
    private readonly ulong _address = address;
    private int _at;
    private bool _ended;

    /// <summary>Takes the next process; false at the end of the chain or where it is broken.</summary>
    public bool TryNext(out SystemProcess process)
    {
        process = default;
        if (_ended || _buffer.Length - _at < ProcessBytes)
        {
            return false;
        }

        ReadOnlySpan<byte> entry = _buffer[_at..];
        uint next = BinaryPrimitives.ReadUInt32LittleEndian(entry);
        uint threads = BinaryPrimitives.ReadUInt32LittleEndian(entry[4..]);
        process.HardFaults = BinaryPrimitives.ReadUInt32LittleEndian(entry[16..]);
        process.CreateTime = BinaryPrimitives.ReadInt64LittleEndian(entry[32..]);
        process.UserTime = BinaryPrimitives.ReadInt64LittleEndian(entry[40..]);
        process.KernelTime = BinaryPrimitives.ReadInt64LittleEndian(entry[48..]);
        process.Name = ReadName(BinaryPrimitives.ReadUInt16LittleEndian(entry[56..]), BinaryPrimitives.ReadUInt64LittleEndian(entry[64..]));
        process.Pid = BinaryPrimitives.ReadInt64LittleEndian(entry[80..]);
        process.ParentPid = BinaryPrimitives.ReadInt64LittleEndian(entry[88..]);
        process.Handles = BinaryPrimitives.ReadUInt32LittleEndian(entry[96..]);
        process.SessionId = BinaryPrimitives.ReadUInt32LittleEndian(entry[100..]);
        process.WorkingSet = BinaryPrimitives.ReadInt64LittleEndian(entry[144..]);
        process.PrivateBytes = BinaryPrimitives.ReadInt64LittleEndian(entry[200..]);
        process.ReadBytes = BinaryPrimitives.ReadInt64LittleEndian(entry[232..]);
        process.WriteBytes = BinaryPrimitives.ReadInt64LittleEndian(entry[240..]);
        process.Threads = (int)Math.Min(threads, int.MaxValue);
        bool isLast = next < ProcessBytes || next > _buffer.Length - _at;
        CountThreads(entry[ProcessBytes..(isLast ? entry.Length : (int)next)], threads, ref process);
        _ended = isLast;
        _at += isLast ? 0 : (int)next;
        return true;
    }

    private static void CountThreads(ReadOnlySpan<byte> threads, uint count, ref SystemProcess process)
    {
        for (var index = 0; index < count && threads.Length >= ThreadBytes; index++)
        {
            uint state = BinaryPrimitives.ReadUInt32LittleEndian(threads[ThreadStateOffset..]);
            uint reason = BinaryPrimitives.ReadUInt32LittleEndian(threads[(ThreadStateOffset + 4)..]);
            threads = threads[ThreadBytes..];
            switch (state)
            {
                case StateRunning:
                    process.Running++;
                    break;
                case StateReady or StateStandby or StateDeferredReady:
                    process.Ready++;
                    break;
                case StateWaiting:
                    // KWAIT_REASON: FreePage 1, PageIn 2, WrFreePage 8, WrPageIn 9; Suspended 5, WrSuspended 12.
                    process.PageWaits += reason is 1 or 2 or 8 or 9 ? 1 : 0;
                    process.Suspended += reason is 5 or 12 ? 1 : 0;
                    break;
                default:
                    break;
            }
        }
    }

    private readonly ReadOnlySpan<char> ReadName(int bytes, ulong pointer)
    {
        if (pointer < _address || bytes == 0)
        {
            return default;
        }

        ulong offset = pointer - _address;
        int length = Math.Min(bytes, NameBytesMax) & ~1;
        return offset <= (ulong)_buffer.Length && (ulong)length <= (ulong)_buffer.Length - offset
            ? MemoryMarshal.Cast<byte, char>(_buffer.Slice((int)offset, length))
            : default;
    }
}
