using HvIntegration.Model;

namespace HvIntegration.CounterSources.HyperV;

/// <summary>One VM as Hyper-V's management tells it. What it did not tell is null or empty.</summary>
/// <param name="Id">VM GUID.</param>
/// <param name="Name">Display name: not unique, changeable while it runs.</param>
public sealed record HyperVVm(Guid Id, string Name)
{
    /// <summary>Running, paused, off (saved too).</summary>
    public PartitionState State { get; init; }

    /// <summary>The state in Hyper-V's words: "running", "saved", "starting", "paused-critical", ...</summary>
    public string StateText { get; init; } = "unknown";

    /// <summary>What management does with it beside that.</summary>
    public PartitionActivity Activity { get; init; }

    /// <summary>Process of its worker (vmwp.exe) on the host; 0 when it does not run.</summary>
    public int WorkerProcessId { get; init; }

    /// <summary>Number of virtual processors; 0 when not reported.</summary>
    public int VirtualProcessors { get; init; }

    /// <summary>Cap, reserve and weight of its processors; null when not reported.</summary>
    public HyperVProcessor? Processor { get; init; }

    /// <summary>How much memory it may have; null when not reported.</summary>
    public HyperVMemory? Memory { get; init; }

    /// <summary>Memory assigned now, MiB; null when it does not run or was not told.</summary>
    public long? AssignedMb { get; init; }

    /// <summary>Virtual hard disks, the active leaf of each.</summary>
    public IReadOnlyList<HyperVDisk> Disks { get; init; } = [];

    /// <summary>Network adapters of both kinds, synthetic and emulated.</summary>
    public IReadOnlyList<HyperVNic> Nics { get; init; } = [];

    /// <summary>Integration services that are offered to the guest, and whether they answer.</summary>
    public IReadOnlyList<IntegrationService> Services { get; init; } = [];

    /// <summary>Version of the integration services inside, as the guest says.</summary>
    public string? IntegrationVersion { get; init; }

    /// <summary>Number of checkpoints that are kept.</summary>
    public int Checkpoints { get; init; }

    /// <summary>Replication: "disabled", "replicating", "critical", ...; null when not told.</summary>
    public string? Replication { get; init; }

    /// <summary>1 or 2; 0 when not told.</summary>
    public int Generation { get; init; }

    /// <summary>Configuration version, as 9.0.</summary>
    public string? ConfigurationVersion { get; init; }

    /// <summary>Run time since the last start, without pauses, in milliseconds: falls at a start.</summary>
    public long? OnTimeMs { get; init; }
}
