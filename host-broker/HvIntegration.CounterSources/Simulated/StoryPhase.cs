namespace HvIntegration.CounterSources.Simulated;

/// <summary>What happens on the simulated host, in this order, again and again.</summary>
internal enum StoryPhase
{
    /// <summary>No VM wants much of anything.</summary>
    Idle,

    /// <summary>batch-01 wants every processor while web-01 is busy.</summary>
    HostContention,

    /// <summary>web-01 wants more than its own virtual processors; the host has room.</summary>
    OwnDemand,

    /// <summary>store-a answers slowly; sql-01 and file-01 lie on it.</summary>
    SlowStore,

    /// <summary>desk-01 wants more than its cap; the host has room.</summary>
    Cap,
}
