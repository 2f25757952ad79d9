namespace HvIntegration.GuestAgent.Windows.Processes;

/// <summary>What one entry of SYSTEM_PROCESS_INFORMATION says, threads counted.</summary>
internal ref struct SystemProcess
{
    /// <summary>The process's number while it lives.</summary>
    public long Pid;

    /// <summary>Number of the process that made it; it may be gone and its number used again.</summary>
    public long ParentPid;

    /// <summary>FILETIME of its start.</summary>
    public long CreateTime;

    /// <summary>Time in user mode, units of 100 ns.</summary>
    public long UserTime;

    /// <summary>Time in the kernel, units of 100 ns.</summary>
    public long KernelTime;

    /// <summary>Faults that read from disk.</summary>
    public uint HardFaults;

    /// <summary>Number of handles the process holds open.</summary>
    public uint Handles;

    /// <summary>Number of the session it runs in.</summary>
    public uint SessionId;

    /// <summary>Physical memory in use, the working set, bytes.</summary>
    public long WorkingSet;

    /// <summary>Committed private memory, bytes: Windows' "private bytes".</summary>
    public long PrivateBytes;

    /// <summary>Bytes read, all kinds of files and devices.</summary>
    public long ReadBytes;

    /// <summary>Bytes written by any call since the process began.</summary>
    public long WriteBytes;

    /// <summary>Number of threads the process has.</summary>
    public int Threads;

    /// <summary>Threads on a processor.</summary>
    public int Running;

    /// <summary>Threads that could run and have no processor.</summary>
    public int Ready;

    /// <summary>Threads that wait for a page or for memory.</summary>
    public int PageWaits;

    /// <summary>Threads that are suspended.</summary>
    public int Suspended;

    /// <summary>File name of its program; empty for the idle process.</summary>
    public ReadOnlySpan<char> Name;

    /// <summary>As on the wire: R runs or is ready, T all threads are suspended, S else.</summary>
    public readonly char State => Running + Ready > 0 ? 'R' : Threads > 0 && Suspended == Threads ? 'T' : 'S';
}
