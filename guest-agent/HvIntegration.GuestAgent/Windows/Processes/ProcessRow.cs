using HvIntegration.GuestAgent.Collection;
using HvIntegration.GuestAgent.Windows.Reading;
using HvIntegration.Protocol.Codec;

namespace HvIntegration.GuestAgent.Windows.Processes;

/// <summary>One process of the guest. Lives in an array that is used again, so a guest that starts programs makes little garbage.</summary>
internal struct ProcessRow : IRankedProcess
{
    /// <summary>Who it is; null in a free row.</summary>
    public ProcessIdentity? Identity;

    /// <summary>FILETIME of its start: with the number the identity.</summary>
    public long CreateTime;

    /// <summary>Time in user mode, units of 100 ns.</summary>
    public long UserTime;

    /// <summary>Time in the kernel, units of 100 ns.</summary>
    public long KernelTime;

    /// <summary>Hard faults, carried past 32 bits.</summary>
    public Carried32 FaultCounter;

    /// <summary>Hard faults so far.</summary>
    public long HardFaults;

    /// <summary>Physical memory in use, the working set, bytes.</summary>
    public long WorkingSet;

    /// <summary>Memory that no other process shares, bytes.</summary>
    public long PrivateBytes;

    /// <summary>Bytes read by any call since the process began.</summary>
    public long ReadBytes;

    /// <summary>Bytes written by any call since the process began.</summary>
    public long WriteBytes;

    /// <summary>Number of threads the process has.</summary>
    public int Threads;

    /// <summary>Number of handles the process holds open.</summary>
    public uint Handles;

    /// <summary>As on the wire.</summary>
    public char State;

    /// <summary>Read that saw it last.</summary>
    public long SeenAt;

    /// <summary>Working set smoothed over about a minute, pages.</summary>
    public float ResidentSlow;

    /// <inheritdoc/>
    public readonly bool IsUsed => Identity is not null;

    /// <inheritdoc/>
    public float CpuRate { get; set; }

    /// <inheritdoc/>
    public float IoRate { get; set; }

    /// <inheritdoc/>
    public float FaultRate { get; set; }

    /// <inheritdoc/>
    public readonly float ResidentPages => WorkingSet / 4096;

    /// <inheritdoc/>
    public float Growth { get; set; }

    /// <inheritdoc/>
    public float Score { get; set; }

    /// <inheritdoc/>
    public int Slot { get; set; }

    /// <inheritdoc/>
    public long SelectedAt { get; set; }

    /// <summary>Read in which the ranking chose the process.</summary>
    public long ChosenAt;
}
