using HvIntegration.GuestAgent.Collection;

namespace HvIntegration.GuestAgent.Linux.Processes;

/// <summary>One process of the guest. Lives in an array that is used again, so a guest that forks makes no garbage.</summary>
internal struct ProcessRow : IRankedProcess
{
    /// <summary>Process number; 0 in a free row.</summary>
    public int Pid;

    /// <inheritdoc/>
    public readonly bool IsUsed => Pid != 0;

    /// <inheritdoc/>
    public readonly float ResidentPages => Stat.ResidentPages;

    /// <summary>Kept descriptors; -1 when not open.</summary>
    public int StatDescriptor;

    /// <summary>Open descriptor of the process's <c>io</c> file; negative when it has none.</summary>
    public int IoDescriptor;

    /// <summary>Open descriptor of the process's <c>statm</c> file; negative when it has none.</summary>
    public int StatmDescriptor;

    /// <summary>Open descriptor of the process's <c>schedstat</c> file; negative when it has none.</summary>
    public int SchedDescriptor;

    /// <summary>The newest reading of the process's <c>stat</c> file.</summary>
    public ProcessStat Stat;

    /// <summary>Number of the directory scan that saw the process.</summary>
    public long SeenAt;

    /// <summary>Read at which the process was first seen.</summary>
    public long FirstRead;

    /// <summary>Last read in which it did something or was selected.</summary>
    public long ActiveAt;

    /// <summary>Owner of the process.</summary>
    public uint UserId;

    /// <summary>Where the hash stands.</summary>
    public CommandHashState HashState;

    /// <summary>FNV-1a of the command line.</summary>
    public ulong CommandHash;

    /// <summary>The newest reading of the process's <c>io</c> file.</summary>
    public ProcessIo Io;

    /// <summary>True when the kernel refused <c>io</c> (the agent is not root).</summary>
    public bool IoDenied;

    /// <summary>Resident minus shared, bytes; from <c>statm</c>.</summary>
    public long PrivateBytes;

    /// <summary>Time runnable without a processor, ns; from <c>schedstat</c>.</summary>
    public long RunWaitNs;

    /// <summary>Run time just before the last <c>stat</c>, ns; from <c>schedstat</c>; -1 when not known.</summary>
    public long RunNs;

    /// <summary>Open descriptors of the process; 0 where the kernel does not tell cheaply.</summary>
    public long Handles;

    /// <summary>Smoothed ticks per read.</summary>
    public float CpuRate { get; set; }

    /// <summary>Smoothed bytes per read.</summary>
    public float IoRate { get; set; }

    /// <summary>Smoothed major faults per read.</summary>
    public float FaultRate { get; set; }

    /// <summary>Resident pages smoothed over about a minute.</summary>
    public float ResidentSlow;

    /// <summary>Resident pages above <see cref="ResidentSlow"/>.</summary>
    public float Growth { get; set; }

    /// <summary>Of the last ranking.</summary>
    public float Score { get; set; }

    /// <summary>Slot on the wire, -1 when not selected.</summary>
    public int Slot { get; set; }

    /// <summary>Read at which the slot was taken.</summary>
    public long SelectedAt { get; set; }

    /// <summary>Read in which the ranking chose the process.</summary>
    public long ChosenAt;
}

/// <summary>How far the look-up of a command line is.</summary>
internal enum CommandHashState : byte
{
    /// <summary>It was not requested yet.</summary>
    Unknown,

    /// <summary>Asked for, and not answered yet.</summary>
    Pending,

    /// <summary>Answered, or there is no command line.</summary>
    Known,
}
