using HvIntegration.CounterSources.LinuxHost;
using HvIntegration.Model;
using HvIntegration.Protocol.Metrics;

namespace HvIntegration.CounterSources.Qemu;

/// <summary>Reads the VMs that a manager started (<see cref="ManagedVms"/>): run and wait time, memory and adapters by process, disks by control group.</summary>
/// <param name="options">Folders and limits.</param>
/// <param name="files">Where /proc and /sys are.</param>
/// <param name="processes">Reads the processes, those of VMs with a monitor too.</param>
internal sealed class ManagedPartitions(QemuOptions options, HostFiles files, QemuProcessReader processes)
{
    private readonly ManagedVms _managed = new(options, files);
    private readonly CgroupIoReader _io = new(files);
    private readonly SortedDictionary<string, Known> _known = new(StringComparer.Ordinal);
    private readonly List<string> _faults = [];

    /// <summary>VMs that are known, those that also have a monitor for hvi included.</summary>
    public int Count => _known.Count;

    /// <summary>Looks again which VMs there are. What the managers write changes rarely.</summary>
    /// <param name="mounts">Mounts of this process.</param>
    public void Refresh(MountTable mounts)
    {
        _io.UseMounts(mounts);
        _faults.Clear();
        var found = _managed.Find(_faults);
        foreach (var vm in found)
        {
            var id = vm.Uuid == Guid.Empty ? PartitionGuid.FromName("qemu", vm.Key) : vm.Uuid;
            var identity = new QemuIdentity(
                vm.Uuid, vm.Name, vm.Process, vm.Processors.Count > 0 ? vm.Processors : _managed.Threads(vm.Process), vm.MemoryBytes, []);
            if (!_known.TryGetValue(vm.Key, out var known) || known.Partition.Process != vm.Process)
            {
                _known[vm.Key] = known = new Known(new QemuPartition { Id = id, Identity = identity }, vm);
            }

            (known.Partition.Identity, known.Vm) = (identity, vm);
            known.Fault = processes.Locate(known.Partition);
        }

        foreach (string gone in _known.Keys.Except(found.Select(v => v.Key)).ToList())
        {
            _known.Remove(gone);
        }
    }

    /// <summary>Reads all VMs that no monitor of hvi shows.</summary>
    /// <param name="clock">Host time of this moment.</param>
    /// <param name="into">Where samples, VMs and faults go, and which processes are read already.</param>
    public void Read(Func<long> clock, QemuReading into)
    {
        into.Faults.AddRange(_faults);
        foreach (var (key, known) in _known.ToList())
        {
            var vm = known.Partition;
            if (into.Processes.Contains(vm.Process) || into.Partitions.Exists(p => p.Id == vm.Id))
            {
                continue;
            }

            double seconds = vm.Process > 0 ? processes.Read(vm, clock, into.Samples) : double.NaN;
            if (known.Fault is { } fault)
            {
                into.Faults.Add(fault);
            }

            if (double.IsNaN(seconds))
            {
                _known.Remove(key);
                continue;
            }

            into.Count(vm, seconds);
            ReadDisks(vm, clock(), into);
            if (vm.Identity.MemoryBytes is { } size)
            {
                into.Samples.Gauge(vm.Id, HostSeries.Of(HostMetrics.MemoryMaximum), clock(), size, "definition of the VM");
            }

            into.Partitions.Add(new PartitionInfo(
                vm.Id, vm.Identity.Name, known.Vm.State, vm.Identity.Processors.Count, vm.Quota?.Processors, vm.Identity.MemoryBytes, known.Vm.AgentAddress)
            {
                Activity = known.Vm.Activity,
                StopReason = known.Vm.StopReason,
            });
        }
    }

    // By disk of the host, not of the VM, and without what its page cache answers: an estimate of what the VM did.
    private void ReadDisks(QemuPartition vm, long ns, QemuReading into)
    {
        const string native = "cgroup io.stat";
        foreach (var disk in _io.Read(vm.Process))
        {
            Add(HostMetrics.DiskOperations, IoDirection.Read, disk.Reads);
            Add(HostMetrics.DiskOperations, IoDirection.Write, disk.Writes);
            Add(HostMetrics.DiskIo, IoDirection.Read, disk.ReadBytes);
            Add(HostMetrics.DiskIo, IoDirection.Write, disk.WriteBytes);
            into.Samples.Gauge(vm.Id, HostSeries.Of(HostMetrics.DiskStore, disk.Device, disk.Device), ns, 1, native);
            into.Devices.Add(disk.Device);

            void Add(MetricDefinition metric, string direction, double value) =>
                into.Samples.Cumulative(vm.Id, HostSeries.Of(metric, disk.Device, direction), ns, value, native, SampleQuality.Estimated);
        }
    }

    private sealed class Known(QemuPartition partition, ManagedVm vm)
    {
        public QemuPartition Partition { get; } = partition;

        public ManagedVm Vm { get; set; } = vm;

        public string? Fault { get; set; }
    }
}
