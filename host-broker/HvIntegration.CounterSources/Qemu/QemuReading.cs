using HvIntegration.Model;

namespace HvIntegration.CounterSources.Qemu;

/// <summary>What one read of the source gathers.</summary>
/// <param name="samples">Samples of VMs and host.</param>
/// <param name="faults">What is missing, one sentence each.</param>
internal sealed class QemuReading(HostSampleList samples, List<string> faults)
{
    /// <summary>Samples of VMs and host.</summary>
    public HostSampleList Samples { get; } = samples;

    /// <summary>What is missing, one sentence each.</summary>
    public List<string> Faults { get; } = faults;

    /// <summary>VMs that were read.</summary>
    public List<PartitionInfo> Partitions { get; } = [];

    /// <summary>Processes of these VMs.</summary>
    public HashSet<int> Processes { get; } = [];

    /// <summary>Disks of the host below the disks of VMs.</summary>
    public HashSet<string> Devices { get; } = new(StringComparer.Ordinal);

    /// <summary>CPU seconds that the VMs used since the read before.</summary>
    public double VmSeconds { get; private set; }

    /// <summary>Counts the process of a VM.</summary>
    /// <param name="vm">A VM whose process was read.</param>
    /// <param name="seconds">CPU seconds of its process since it started.</param>
    public void Count(QemuPartition vm, double seconds)
    {
        VmSeconds += double.IsNaN(vm.ProcessSeconds) ? 0 : seconds - vm.ProcessSeconds;
        vm.ProcessSeconds = seconds;
        Processes.Add(vm.Process);
    }
}
