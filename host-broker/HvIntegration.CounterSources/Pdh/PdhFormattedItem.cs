using System.Runtime.InteropServices;

namespace HvIntegration.CounterSources.Pdh;

/// <summary>PDH_FMT_COUNTERVALUE_ITEM_W with a double in the union, 64-bit.</summary>
[StructLayout(LayoutKind.Explicit, Size = 24)]
internal unsafe struct PdhFormattedItem
{
    /// <summary>Instance name, NUL-terminated, in the same buffer.</summary>
    [FieldOffset(0)]
    public char* Name;

    /// <summary>Status of this item, one of PDH_CSTATUS.</summary>
    [FieldOffset(8)]
    public uint Status;

    /// <summary>The value as PDH computed it.</summary>
    [FieldOffset(16)]
    public double Value;
}
