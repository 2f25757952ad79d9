using System.Runtime.InteropServices;

namespace HvIntegration.HostBroker.CounterSources.Pdh;

/// <summary>PDH_FMT_COUNTERVALUE_ITEM_W with a double in the union, 64-bit.</summary>
[StructLayout(LayoutKind.Explicit, Size = 24)]
internal unsafe struct PdhFormattedItem
{
    /// <summary>Instance name, NUL-terminated, in the same buffer.</summary>
    [FieldOffset(0)]
    public char* Name;

    /// <summary>Status of this item.</summary>
    [FieldOffset(8)]
    public uint Status;

    /// <summary>Cooked value.</summary>
    [FieldOffset(16)]
    public double Value;
}
