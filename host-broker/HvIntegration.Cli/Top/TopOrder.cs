namespace HvIntegration.Cli.Top;

/// <summary>What the fleet is sorted by; numbers greatest first, names from A.</summary>
internal enum TopOrder
{
    /// <summary>Harm to users: open episodes by severity, then what is unclear, then the rest.</summary>
    Harm,

    /// <summary>By the name of the VM.</summary>
    Name,

    /// <summary>By the busy share in the guest.</summary>
    Busy,

    /// <summary>Share of time virtual processors ran.</summary>
    Run,

    /// <summary>Share of time virtual processors waited.</summary>
    Ready,

    /// <summary>By the synthetic steal of the VM.</summary>
    Steal,

    /// <summary>Least memory available first.</summary>
    Memory,

    /// <summary>Disk latency that the guest sees.</summary>
    Disk,
}
