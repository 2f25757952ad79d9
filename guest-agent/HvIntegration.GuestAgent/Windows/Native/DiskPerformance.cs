using System.Runtime.InteropServices;

namespace HvIntegration.GuestAgent.Windows.Native;

/// <summary>DISK_PERFORMANCE, 88 bytes (winioctl.h). Times are units of 100 ns, counters since the disk's counting began.</summary>
[StructLayout(LayoutKind.Explicit, Size = 88)]
internal struct DiskPerformance
{
    /// <summary>Bytes read since the disk appeared.</summary>
    [FieldOffset(0)]
    public long BytesRead;

    /// <summary>Bytes written since the disk appeared.</summary>
    [FieldOffset(8)]
    public long BytesWritten;

    /// <summary>Sum of the reads' times.</summary>
    [FieldOffset(16)]
    public long ReadTime;

    /// <summary>Sum of the writes' times.</summary>
    [FieldOffset(24)]
    public long WriteTime;

    /// <summary>Time without an operation in flight.</summary>
    [FieldOffset(32)]
    public long IdleTime;

    /// <summary>Reads; wraps at 32 bits.</summary>
    [FieldOffset(40)]
    public uint ReadCount;

    /// <summary>Writes; wraps at 32 bits.</summary>
    [FieldOffset(44)]
    public uint WriteCount;

    /// <summary>Operations in flight now.</summary>
    [FieldOffset(48)]
    public uint QueueDepth;

    /// <summary>Operations that were split; wraps at 32 bits.</summary>
    [FieldOffset(52)]
    public uint SplitCount;

    /// <summary>System time of the answer.</summary>
    [FieldOffset(56)]
    public long QueryTime;

    /// <summary>Number of the device.</summary>
    [FieldOffset(64)]
    public uint StorageDeviceNumber;
}
