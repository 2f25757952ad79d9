using System.Runtime.InteropServices;

namespace HvIntegration.GuestAgent.Windows.Native;

/// <summary>MEMORYSTATUSEX, 64 bytes (sysinfoapi.h).</summary>
[StructLayout(LayoutKind.Sequential)]
internal struct MemoryStatus
{
    /// <summary>Size of the structure, set by the caller.</summary>
    public uint Length;

    /// <summary>Physical memory in use, percent.</summary>
    public uint MemoryLoad;

    /// <summary>Physical memory that Windows can use, bytes.</summary>
    public ulong TotalPhysical;

    /// <summary>Physical memory that can be given out at once: standby, free and zero lists.</summary>
    public ulong AvailablePhysical;

    /// <summary>Commit limit of the system or of the process, whichever is smaller, bytes.</summary>
    public ulong TotalPageFile;

    /// <summary>What the process can still commit.</summary>
    public ulong AvailablePageFile;

    /// <summary>Address space of the process.</summary>
    public ulong TotalVirtual;

    /// <summary>Address space not in use.</summary>
    public ulong AvailableVirtual;

    /// <summary>Reserved by Windows and always 0.</summary>
    public ulong AvailableExtendedVirtual;
}
