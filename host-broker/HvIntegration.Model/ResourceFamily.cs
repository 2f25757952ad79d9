namespace HvIntegration.Model;

/// <summary>Hypotheses of one family explain the same harm and so compete; different families may hold at once.</summary>
public enum ResourceFamily
{
    /// <summary>No resource: nothing is wrong.</summary>
    None,

    /// <summary>Virtual and logical processors.</summary>
    Cpu,

    /// <summary>Memory of the guest and of the host.</summary>
    Memory,

    /// <summary>Virtual disks and what stores them.</summary>
    Storage,

    /// <summary>Virtual network adapters, switches and uplinks.</summary>
    Network,

    /// <summary>The VM as a whole.</summary>
    Whole,
}
