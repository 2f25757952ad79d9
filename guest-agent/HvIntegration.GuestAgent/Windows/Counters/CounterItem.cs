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
        ulong offset = BinaryPrimitives.ReadUInt64LittleEndian(item) - address;
        // PDH_CSTATUS_VALID_DATA and PDH_CSTATUS_NEW_DATA.
        if (status > 1 || !double.IsFinite(value) || offset >= (ulong)buffer.Length)
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
