using System.Runtime.InteropServices;

namespace HvIntegration.CounterSources.Pdh;

/// <summary>PDH_RAW_COUNTER_ITEM_W, 64-bit. The time stamp (12, FILETIME) and the multi count (40) are not used.</summary>
[StructLayout(LayoutKind.Explicit, Size = 48)]
internal unsafe struct PdhRawItem
{
    /// <summary>Instance name, NUL-terminated, in the same buffer.</summary>
    [FieldOffset(0)]
    public char* Name;

    /// <summary>Status of this item.</summary>
    [FieldOffset(8)]
    public uint Status;

    /// <summary>N: the raw counter itself.</summary>
    [FieldOffset(24)]
    public long First;

    /// <summary>D or B: time stamp, or base of timers and averages.</summary>
    [FieldOffset(32)]
    public long Second;
}
