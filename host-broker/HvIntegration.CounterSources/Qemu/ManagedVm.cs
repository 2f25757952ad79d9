using HvIntegration.Model;

namespace HvIntegration.CounterSources.Qemu;

/// <summary>A VM that libvirt or Proxmox started: known from the files of its manager, without a monitor.</summary>
/// <param name="Key">Manager and name or number: the same for the same VM from read to read.</param>
/// <param name="Process">Process of QEMU.</param>
/// <param name="Name">Display name.</param>
/// <param name="Uuid">UUID of the VM; <see cref="Guid.Empty"/> when the files do not have it.</param>
internal sealed record ManagedVm(string Key, int Process, string Name, Guid Uuid)
{
    /// <summary>State as the manager noted it; unknown where it notes none.</summary>
    public PartitionState State { get; init; }

    /// <summary>What the manager does with it.</summary>
    public PartitionActivity Activity { get; init; }

    /// <summary>Why QEMU stopped it by itself, in QEMU's word; null when it did not.</summary>
    public string? StopReason { get; init; }

    /// <summary>Thread of each virtual processor; empty where the threads' names tell.</summary>
    public IReadOnlyList<(int Index, int Thread)> Processors { get; init; } = [];

    /// <summary>Memory it was given; null when not told.</summary>
    public double? MemoryBytes { get; init; }

    /// <summary>Address by which its agent is known; null without a vsock device.</summary>
    public string? AgentAddress { get; init; }
}
