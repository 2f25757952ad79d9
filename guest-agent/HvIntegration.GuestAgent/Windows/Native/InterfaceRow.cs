using System.Buffers.Binary;
using System.Runtime.InteropServices;

namespace HvIntegration.GuestAgent.Windows.Native;

/// <summary>One row of MIB_IF_TABLE2 (MIB_IF_ROW2, netioapi.h): 1352 bytes, counters of 64 bits.</summary>
internal readonly ref struct InterfaceRow
{
    /// <summary>Offset of the first row: the count before it is padded.</summary>
    public const int FirstRow = 8;

    /// <summary>Bytes of a row.</summary>
    public const int Bytes = 1352;

    /// <summary>Offset of the interface's number that no other has while Windows runs (NET_LUID).</summary>
    public const int LuidOffset = 0;

    /// <summary>Offset of the name an administrator sees, 257 UTF-16 units.</summary>
    public const int AliasOffset = 28;

    /// <summary>Offset of the kind (IANA ifType).</summary>
    public const int TypeOffset = 1128;

    /// <summary>Offset of the flag byte: bit 0 hardware, bit 1 filter.</summary>
    public const int FlagsOffset = 1152;

    /// <summary>Offset of the first receive counter.</summary>
    public const int InOctetsOffset = 1208;

    /// <summary>Offset of the first transmit counter.</summary>
    public const int OutOctetsOffset = 1280;

    private const int AliasUnits = 257;
    private const uint TypeEthernet = 6;
    private const uint TypeWireless = 71;
    private readonly ReadOnlySpan<byte> _row;

    private InterfaceRow(ReadOnlySpan<byte> row) => _row = row;

    /// <summary>The number that no other interface has while Windows runs, NET_LUID.</summary>
    public ulong Luid => BinaryPrimitives.ReadUInt64LittleEndian(_row[LuidOffset..]);

    /// <summary>True for an adapter, virtual ones included; false for loopback, tunnels and filters stacked on an adapter.</summary>
    public bool IsAdapter => BinaryPrimitives.ReadUInt32LittleEndian(_row[TypeOffset..]) is TypeEthernet or TypeWireless && (_row[FlagsOffset] & 2) == 0;

    /// <summary>True when the driver says that it drives hardware (a synthetic adapter of Hyper-V does).</summary>
    public bool IsHardware => (_row[FlagsOffset] & 1) != 0;

    /// <summary>Name as in Windows' own tools.</summary>
    public string Alias
    {
        get
        {
            ReadOnlySpan<char> name = MemoryMarshal.Cast<byte, char>(_row.Slice(AliasOffset, AliasUnits * 2));
            int end = name.IndexOf('\0');
            return new string(end < 0 ? name : name[..end]);
        }
    }

    /// <summary>Received: bytes, packets, errors, dropped.</summary>
    public TrafficCounters Receive => Read(InOctetsOffset, 24, 32);

    /// <summary>Sent: bytes, packets, errors, dropped.</summary>
    public TrafficCounters Transmit => Read(OutOctetsOffset, 24, 32);

    /// <summary>Rows of a table, at most those that are there whole.</summary>
    public static int CountIn(ReadOnlySpan<byte> table) => table.Length < FirstRow
        ? 0
        : (int)Math.Min(BinaryPrimitives.ReadUInt32LittleEndian(table), (uint)((table.Length - FirstRow) / Bytes));

    /// <summary>One row of a table that was read.</summary>
    /// <param name="table">Whole table.</param>
    /// <param name="index">Below <see cref="CountIn"/>.</param>
    public static InterfaceRow At(ReadOnlySpan<byte> table, int index) => new(table.Slice(FirstRow + (index * Bytes), Bytes));

    // Octets, unicast packets, other packets, discards, errors: the same order in both directions.
    private TrafficCounters Read(int offset, int discards, int errors)
    {
        ReadOnlySpan<byte> counters = _row[offset..];
        return new TrafficCounters(
            Bounded(counters), Bounded(counters[8..]) + Bounded(counters[16..]), Bounded(counters[errors..]), Bounded(counters[discards..]));
    }

    // A quarter of the range: a sum of two stays positive whatever the bytes say.
    private static long Bounded(ReadOnlySpan<byte> counter) => (long)Math.Min(BinaryPrimitives.ReadUInt64LittleEndian(counter), long.MaxValue / 2);
}
