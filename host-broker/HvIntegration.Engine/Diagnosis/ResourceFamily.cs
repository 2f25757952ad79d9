namespace HvIntegration.Engine.Diagnosis;

/// <summary>Hypotheses of one family explain the same harm and so compete; different families may hold at once.</summary>
internal enum ResourceFamily
{
    /// <summary>Nothing wrong.</summary>
    None,

    /// <summary>Processor.</summary>
    Cpu,

    /// <summary>Memory.</summary>
    Memory,

    /// <summary>Storage.</summary>
    Storage,

    /// <summary>Network.</summary>
    Network,

    /// <summary>The VM as a whole.</summary>
    Whole,
}
