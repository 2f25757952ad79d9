using System.Runtime.InteropServices;

namespace HvIntegration.GuestAgent.Windows.Native;

/// <summary>PERFORMANCE_INFORMATION, 104 bytes on 64-bit Windows (psapi.h). Sizes are pages unless said otherwise.</summary>
[StructLayout(LayoutKind.Sequential)]
internal struct PerformanceInfo
{
    /// <summary>Size of the structure, set by the caller.</summary>
    public uint Size;

    /// <summary>Memory promised to processes and the kernel, pages.</summary>
    public nuint CommitTotal;

    /// <summary>Pages that can be committed without growing a page file.</summary>
    public nuint CommitLimit;

    /// <summary>Most pages committed at once since boot.</summary>
    public nuint CommitPeak;

    /// <summary>Physical memory of the machine, pages.</summary>
    public nuint PhysicalTotal;

    /// <summary>Standby, free and zero lists.</summary>
    public nuint PhysicalAvailable;

    /// <summary>System cache: standby list and the system's working set.</summary>
    public nuint SystemCache;

    /// <summary>Paged and nonpaged pool.</summary>
    public nuint KernelTotal;

    /// <summary>The kernel's memory that may be paged out, pages.</summary>
    public nuint KernelPaged;

    /// <summary>The kernel's memory that stays in physical memory, pages.</summary>
    public nuint KernelNonpaged;

    /// <summary>Bytes of a page.</summary>
    public nuint PageSize;

    /// <summary>Open handles of all processes.</summary>
    public uint HandleCount;

    /// <summary>Number of processes that run.</summary>
    public uint ProcessCount;

    /// <summary>Number of threads of all processes.</summary>
    public uint ThreadCount;
}
