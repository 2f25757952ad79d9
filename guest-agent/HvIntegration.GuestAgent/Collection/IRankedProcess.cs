namespace HvIntegration.GuestAgent.Collection;

/// <summary>What the ranking needs to know of a process. For structures in an array: the ranking never copies one.</summary>
internal interface IRankedProcess
{
    /// <summary>False in a free row.</summary>
    bool IsUsed { get; }

    /// <summary>Smoothed CPU time per read, units of 10 ms.</summary>
    float CpuRate { get; }

    /// <summary>Smoothed storage bytes per read.</summary>
    float IoRate { get; }

    /// <summary>Smoothed major faults per read.</summary>
    float FaultRate { get; }

    /// <summary>Resident memory, pages of 4 KiB.</summary>
    float ResidentPages { get; }

    /// <summary>Resident pages above their average of the last minute.</summary>
    float Growth { get; }

    /// <summary>Of the last ranking.</summary>
    float Score { get; set; }

    /// <summary>Slot on the wire, -1 when not selected.</summary>
    int Slot { get; }

    /// <summary>Read at which the slot was taken.</summary>
    long SelectedAt { get; }
}
