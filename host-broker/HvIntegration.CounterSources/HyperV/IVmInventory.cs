namespace HvIntegration.CounterSources.HyperV;

/// <summary>Tells the VMs of this host as its management has them.</summary>
public interface IVmInventory : IDisposable
{
    /// <summary>The newest inventory; kept while a new one cannot be had.</summary>
    VmDirectory Directory { get; }

    /// <summary>Why the newest attempt gave nothing, one sentence; null when it did.</summary>
    string? Fault { get; }

    /// <summary>State of the management service, as "running"; null when not told.</summary>
    string? ServiceState { get; }

    /// <summary>How the hypervisor gives processors to VMs; unknown until it was read, and where the host does not report it.</summary>
    SchedulerType Scheduler { get; }
}
