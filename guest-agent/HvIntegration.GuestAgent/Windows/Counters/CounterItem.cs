using System.Buffers.Binary;
using System.Runtime.InteropServices;
using HvIntegration.GuestAgent.Windows.Native;

namespace HvIntegration.GuestAgent.Windows.Counters;

/// <summary>One item of PdhGetFormattedCounterArray. Pure; any bytes are safe.</summary>
internal static class CounterItem
{
    private const int NameUnitsMax = 1024;

    /// <summary>Reads an item; false when its value is not valid or its name lies outside the buffer.</summary>
    /// <param name="buffer">Whole buffer, names included.</param>
    /// <param name="address">Where it lay when the system filled it.</param>
    /// <param name="index">Item.</param>
    /// <param name="name">Instance.</param>
    /// <param name="value">Formatted value, finite.</param>
    public static bool TryParse(ReadOnlySpan<byte> buffer, ulong address, int index, out ReadOnlySpan<char> name, out double value)
    {
        name = default;
        value = 0;
        if (index < 0 || buffer.Length / Pdh.ItemBytes <= index)
        {
            return false;
        }

        ReadOnlySpan<byte> item = buffer.Slice(index * Pdh.ItemBytes, Pdh.ItemBytes);
        uint status = BinaryPrimitives.ReadUInt32LittleEndian(item[8..]);
        value = BinaryPrimitives.ReadDoubleLittleEndian(item[16..]);
        // PDH_CSTATUS_VALID_DATA and PDH_CSTATUS_NEW_DATA.
        return status <= 1 && double.IsFinite(value) && TryName(buffer, address, item, out name);
    }

    /// <summary>Reads an item of PdhGetRawCounterArray; false when its value is not valid or its name lies outside the buffer.</summary>
    /// <param name="buffer">Whole buffer, names included.</param>
    /// <param name="address">Where it lay when the system filled it.</param>
    /// <param name="index">Item.</param>
    /// <param name="name">Instance.</param>
    /// <param name="first">The value as the provider counts it.</param>
    /// <param name="second">Its base: a time or a number of events, by the type of the counter.</param>
    public static bool TryParseRaw(ReadOnlySpan<byte> buffer, ulong address, int index, out ReadOnlySpan<char> name, out long first, out long second)
    {
        name = default;
        first = 0;
        second = 0;
        if (index < 0 || buffer.Length / Pdh.RawItemBytes <= index)
        {
            return false;
        }

        ReadOnlySpan<byte> item = buffer.Slice(index * Pdh.RawItemBytes, Pdh.RawItemBytes);
        first = BinaryPrimitives.ReadInt64LittleEndian(item[24..]);
        second = BinaryPrimitives.ReadInt64LittleEndian(item[32..]);
        return BinaryPrimitives.ReadUInt32LittleEndian(item[8..]) <= 1 && TryName(buffer, address, item, out name);
    }

    private static bool TryName(ReadOnlySpan<byte> buffer, ulong address, ReadOnlySpan<byte> item, out ReadOnlySpan<char> name)
    {
        name = default;
        ulong offset = BinaryPrimitives.ReadUInt64LittleEndian(item) - address;
        if (offset >= (ulong)buffer.Length)
        {
            return false;
        }

        ReadOnlySpan<char> text = MemoryMarshal.Cast<byte, char>(buffer[(int)offset..]);
        int end = text[..Math.Min(text.Length, NameUnitsMax + 1)].IndexOf('\0');
        if (end < 0)
        {
            return false;
        }

        name = text[..end];
        return true;
    }
}
