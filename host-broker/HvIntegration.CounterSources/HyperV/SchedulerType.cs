namespace HvIntegration.CounterSources.HyperV;

/// <summary>How the hypervisor of this host gives processors to VMs.</summary>
public enum SchedulerType
{
    /// <summary>The host did not report it.</summary>
    Unknown,

    /// <summary>Each virtual processor by itself, on any logical processor.</summary>
    Classic,

    /// <summary>Whole cores: both threads of a core serve one VM.</summary>
    Core,

    /// <summary>By Windows in the root partition, as its own threads: caps, weights, reserves and the hypervisor's wait times have no meaning.</summary>
    Root,
}
