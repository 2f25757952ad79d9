namespace HvIntegration.HostBroker.Commands.Top;

/// <summary>What the fleet is sorted by; numbers greatest first, names from A.</summary>
internal enum TopOrder
{
    /// <summary>Harm to users: open episodes by severity, then what is unclear, then the rest.</summary>
    Harm,

    /// <summary>Name.</summary>
    Name,

    /// <summary>Busy share inside.</summary>
    Busy,

    /// <summary>Share of time virtual processors ran.</summary>
    Run,

    /// <summary>Share of time virtual processors waited.</summary>
    Ready,

    /// <summary>Synthetic steal.</summary>
    Steal,

    /// <summary>Least memory available first.</summary>
    Memory,

    /// <summary>Disk latency that the guest sees.</summary>
    Disk,
}
