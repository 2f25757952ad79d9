using HvIntegration.Model;
using HvIntegration.Protocol.Metrics;

namespace HvIntegration.Simulation;

/// <summary>What one second looked like to both sides, with all that is wrong with real observation.</summary>
/// <param name="Second">Host second, Unix.</param>
/// <param name="Partitions">Inventory.</param>
/// <param name="HostSamples">Host counters read at the end of the second.</param>
/// <param name="Batches">Guest batches that arrived in the second (late and lost ones missing).</param>
/// <param name="Exchanges">Four-timestamp exchanges.</param>
public sealed record ObservedSecond(
    long Second, IReadOnlyList<PartitionInfo> Partitions, IReadOnlyList<HostSample> HostSamples,
    IReadOnlyList<GuestBatch> Batches, IReadOnlyList<(Guid Partition, Guid Boot, ClockExchange Exchange)> Exchanges);

/// <summary>Imperfections of one case.</summary>
internal sealed record ObservationFaults(
    bool RatesInsteadOfCounters, double LossProbability, double JitterSeconds, double MissingMetricProbability,
    double OffsetSeconds, double DriftPpm, double RoundTripSeconds)
{
    /// <summary>Chance that a whole read of the host's counters is lost.</summary>
    public double HostLossProbability { get; init; }

    /// <summary>Second at which all agents fall silent, 0 for never, and for how long.</summary>
    public (int At, int Seconds) Outage { get; init; }

    /// <summary>Second at which the host's counters of one VM start again at zero, 0 for never, and that VM's place.</summary>
    public (int At, int Vm) Reset { get; init; }
}

/// <summary>Reads the world's counters as a host source and as guest agents would.</summary>
internal sealed class Observer
{
    // A guest's monotonic clock counts from its boot: never below zero.
    private const double UptimeSeconds = 50_000;

    private readonly Machine _machine;
    private readonly Noise _noise;
    private readonly ObservationFaults _faults;
    private readonly Dictionary<(Guid, SeriesKey), (long Ns, double Value)> _previous = [];
    private readonly Dictionary<Guid, (Guid Boot, double Offset, double Drift, ulong Sequence, int Boots)> _clocks = [];
    private readonly HashSet<ushort> _missing = [];
    private readonly Dictionary<SeriesKey, double> _resetBase = [];
    private Guid _resetVm;
    private bool _resetting;

    public Observer(Machine machine, Noise noise, ObservationFaults faults)
    {
        _machine = machine;
        _noise = noise;
        _faults = faults;
        foreach (var vm in machine.Vms)
        {
            Boot(vm);
        }

        // A counter that this host or kernel does not have. Never one that a verdict cannot do without.
        ushort[] optional = [GuestMetrics.ContextSwitches.Id, GuestMetrics.MemoryNeeded.Id, GuestMetrics.DiskQueueTime.Id, GuestMetrics.Load1.Id, HostMetrics.LpContextSwitches.Id, GuestMetrics.Blocked.Id];
        foreach (ushort id in optional)
        {
            if (noise.Chance(faults.MissingMetricProbability))
            {
                _missing.Add(id);
            }
        }

        // Seldom whole sources are absent: a kernel without pressure information, an agent without its timer, a host without its wait counter
        // (beside a silent guest that would leave nothing to tell by).
        ushort[][] sources =
        [
            [GuestMetrics.PressureStalled.Id], [GuestMetrics.WakeupLateness.Id, GuestMetrics.WakeupLatenessMax.Id, GuestMetrics.Wakeups.Id],
            machine.Vms.TrueForAll(v => v.HasAgent) ? [HostMetrics.VpWaitTime.Id] : [], [HostMetrics.VpDispatches.Id], [GuestMetrics.VmbusOutFull.Id],
        ];
        foreach (ushort id in sources.Where(_ => noise.Chance(faults.MissingMetricProbability / 5)).SelectMany(s => s))
        {
            _missing.Add(id);
        }
    }

    public static Guid NewGuid(Noise noise)
    {
        var bytes = new byte[16];
        for (int i = 0; i < bytes.Length; i++)
        {
            bytes[i] = (byte)noise.Whole(0, 255);
        }

        return new Guid(bytes);
    }

    public ObservedSecond Observe(long second, double elapsed)
    {
        if (_faults.Reset.At > 0 && (int)elapsed == _faults.Reset.At)
        {
            (_resetVm, _resetting) = (_machine.Vms[_faults.Reset.Vm].Id, true);
        }

        long hostNs = (second * 1_000_000_000L) + (long)(Math.Abs(_noise.Normal()) * _faults.JitterSeconds * 1e9);
        var host = new List<HostSample>();
        if (!_noise.Chance(_faults.HostLossProbability))
        {
            ReadHost(host, hostNs);
            _resetting = false;
        }

        bool outage = elapsed >= _faults.Outage.At && elapsed < _faults.Outage.At + _faults.Outage.Seconds;
        var batches = new List<GuestBatch>();
        var exchanges = new List<(Guid, Guid, ClockExchange)>();
        foreach (var vm in _machine.Vms.Where(v => v.HasAgent && !v.Stands && !outage))
        {
            if (_clocks[vm.Id].Boots != vm.Boots)
            {
                Boot(vm);
            }

            double late = vm.LatenessMax;
            double readAt = elapsed + Math.Min(0.4, Math.Abs(_noise.Normal()) * _faults.JitterSeconds) + (late * 0.3);
            if (!_noise.Chance(_faults.LossProbability))
            {
                batches.Add(ReadGuest(vm, readAt));
            }

            vm.LatenessMax = 0;
            if (second % 2 == 0 || elapsed < 8)
            {
                exchanges.Add(Exchange(vm, hostNs, elapsed));
            }
        }

        return new ObservedSecond(second, Partitions(), host, batches, exchanges);
    }

    private void Boot(Vm vm)
        => _clocks[vm.Id] = (NewGuid(_noise), _faults.OffsetSeconds * _noise.Factor(0.5), _faults.DriftPpm * _noise.Normal(), 1000, vm.Boots);

    private List<PartitionInfo> Partitions() => _machine.Vms.ConvertAll(v => new PartitionInfo(
        v.Id, v.Name, v.Off ? PartitionState.Off : v.Paused && v.PauseTold ? PartitionState.Paused : PartitionState.Running, v.VirtualProcessors,
        v.CapTold ? v.CpuCap : null, v.MemoryMaximumBytes, null));

    private long GuestNs(Vm vm, double elapsed)
    {
        var clock = _clocks[vm.Id];
        return (long)((((elapsed - vm.PausedSeconds) * (1 + (clock.Drift * 1e-6))) + clock.Offset + UptimeSeconds) * 1e9);
    }

    private (Guid, Guid, ClockExchange) Exchange(Vm vm, long hostNs, double elapsed)
    {
        double share = vm.Wait.Sum() / vm.VirtualProcessors;
        double forth = (_faults.RoundTripSeconds / 2) + _noise.Exponential((20e-6) + (share * 0.01));
        double back = (_faults.RoundTripSeconds / 2) + _noise.Exponential(20e-6);
        double bus = vm.Disks.Max(d => d.BusSeconds) > 2e-3 ? _noise.Between(0.003, 0.02) : 0;
        const double Inside = 40e-6;
        return (vm.Id, _clocks[vm.Id].Boot, new ClockExchange(
            hostNs,
            GuestNs(vm, elapsed + forth + bus),
            GuestNs(vm, elapsed + forth + bus + Inside),
            hostNs + (long)((forth + (2 * bus) + Inside + back) * 1e9)));
    }

    private void ReadHost(List<HostSample> samples, long ns)
    {
        double busy = 0;
        foreach (var vm in _machine.Vms.Where(v => !v.Off))
        {
            for (int i = 0; i < vm.VirtualProcessors; i++)
            {
                busy += vm.RunSeconds[i];
                string vp = i.ToString(System.Globalization.CultureInfo.InvariantCulture);
                Counter(samples, vm.Id, HostMetrics.VpRunTime, vp, ns, vm.RunSeconds[i], "% Total Run Time");
                Counter(samples, vm.Id, HostMetrics.VpWaitTime, vp, ns, vm.WaitSeconds[i], "CPU Wait Time Per Dispatch");
                Counter(samples, vm.Id, HostMetrics.VpDispatches, vp, ns, vm.Dispatches[i], "Logical Processor Dispatches/sec");
            }

            Gauge(samples, vm.Id, HostMetrics.VpCount, "", ns, vm.VirtualProcessors, "NumberOfProcessors");
            if (vm is { CapTold: true, CpuCap: { } cap })
            {
                Gauge(samples, vm.Id, HostMetrics.VpLimit, "", ns, cap, "Limit");
            }

            Gauge(samples, vm.Id, HostMetrics.MemoryAssigned, "", ns, vm.MemoryAssignedBytes, "Physical Memory");
            Gauge(samples, vm.Id, HostMetrics.MemoryMaximum, "", ns, vm.MemoryMaximumBytes, "Limit");
            Gauge(samples, vm.Id, HostMetrics.MemoryDemand, "", ns, Pressure(vm) * vm.MemoryAssignedBytes, "Current Pressure");
            Gauge(samples, vm.Id, HostMetrics.MemoryPressure, "", ns, Pressure(vm), "Current Pressure");
            Counter(samples, vm.Id, HostMetrics.MemoryAdded, "", ns, vm.MemoryAddedBytes, "Added Memory", cumulativeAlways: true);
            Counter(samples, vm.Id, HostMetrics.MemoryRemoved, "", ns, vm.MemoryRemovedBytes, "Removed Memory", cumulativeAlways: true);
            foreach (var disk in vm.Disks)
            {
                Counter(samples, vm.Id, HostMetrics.DiskOperations, disk.HostName + "|read", ns, disk.Operations * 0.7, "Read Operations/Sec");
                Counter(samples, vm.Id, HostMetrics.DiskOperations, disk.HostName + "|write", ns, disk.Operations * 0.3, "Write Operations/Sec");
                Counter(samples, vm.Id, HostMetrics.DiskIo, disk.HostName + "|read", ns, disk.Bytes * 0.7, "Read Bytes/sec");
                Counter(samples, vm.Id, HostMetrics.DiskIo, disk.HostName + "|write", ns, disk.Bytes * 0.3, "Write Bytes/sec");
                Counter(samples, vm.Id, HostMetrics.DiskOperationTime, disk.HostName + "|read", ns, disk.DeviceOperationSeconds * 0.7, "Latency");
                Counter(samples, vm.Id, HostMetrics.DiskOperationTime, disk.HostName + "|write", ns, disk.DeviceOperationSeconds * 0.3, "Latency");
                Counter(samples, vm.Id, HostMetrics.DiskLowerOperationTime, disk.HostName, ns, disk.LowerOperationSeconds, "Lower Latency");
                Gauge(samples, vm.Id, HostMetrics.DiskQueueLength, disk.HostName, ns, disk.Iops * disk.DeviceSeconds, "Queue Length");
                Gauge(samples, vm.Id, HostMetrics.DiskStore, disk.HostName + "|" + disk.Store.Name, ns, 1, "path");
                if (disk.QosIops > 0 && disk.QosTold)
                {
                    Gauge(samples, vm.Id, HostMetrics.DiskQosIops, disk.HostName, ns, disk.QosIops, "Maximum IO Rate");
                }
            }

            Counter(samples, vm.Id, HostMetrics.NicIo, "eth|receive", ns, vm.NetworkBytes * 0.6, "Bytes Received/sec");
            Counter(samples, vm.Id, HostMetrics.NicIo, "eth|transmit", ns, vm.NetworkBytes * 0.4, "Bytes Sent/sec");
            Counter(samples, vm.Id, HostMetrics.NicPackets, "eth|receive", ns, vm.NetworkPackets * 0.6, "Packets Received/sec");
            Counter(samples, vm.Id, HostMetrics.NicPackets, "eth|transmit", ns, vm.NetworkPackets * 0.4, "Packets Sent/sec");
            Counter(samples, vm.Id, HostMetrics.NicDropped, "eth|receive", ns, vm.NetworkDrops, "Dropped Packets Incoming/sec");
        }

        foreach (var store in _machine.Stores)
        {
            Counter(samples, Guid.Empty, HostMetrics.StoreOperations, store.Name + "|read", ns, store.Operations, "Disk Transfers/sec");
            Counter(samples, Guid.Empty, HostMetrics.StoreIo, store.Name + "|read", ns, store.Bytes, "Disk Bytes/sec");
            Counter(samples, Guid.Empty, HostMetrics.StoreOperationTime, store.Name + "|read", ns, store.OperationSeconds, "Avg. Disk sec/Transfer");
        }

        double total = busy + _machine.RootRun;
        for (int lp = 0; lp < _machine.LogicalProcessors; lp++)
        {
            Counter(samples, Guid.Empty, HostMetrics.LpRunTime, lp.ToString(System.Globalization.CultureInfo.InvariantCulture), ns, total / _machine.LogicalProcessors, "Hv LP % Total Run Time");
        }

        Gauge(samples, Guid.Empty, HostMetrics.LpCount, "", ns, _machine.LogicalProcessors, "Hv LP");
        Counter(samples, Guid.Empty, HostMetrics.RootRunTime, "0", ns, _machine.RootRun, "Root VP % Total Run Time");
        Gauge(samples, Guid.Empty, HostMetrics.HostMemoryAvailable, "", ns, Math.Max(1e8, _machine.MemoryFreeBytes), "Available Memory");
        Gauge(samples, Guid.Empty, HostMetrics.HostMemoryTotal, "", ns, _machine.MemoryBytes, "TotalPhysicalMemory");
        Counter(samples, Guid.Empty, HostMetrics.UplinkIo, "nic0|transmit", ns, _machine.UplinkBytes, "Bytes Sent/sec");
        Gauge(samples, Guid.Empty, HostMetrics.UplinkSpeed, "nic0", ns, _machine.UplinkBytesPerSecond, "Current Bandwidth");
        Counter(samples, Guid.Empty, HostMetrics.UplinkDropped, "nic0|transmit", ns, _machine.UplinkDrops, "Packets Outbound Discarded");
        Counter(samples, Guid.Empty, HostMetrics.VmbusThrottleEvents, "", ns, _machine.ThrottleEvents, "Throttle Events", cumulativeAlways: true);
    }

    private static double Pressure(Vm vm) => vm.MemoryDemandBytes / vm.MemoryAssignedBytes;

    private void Gauge(List<HostSample> samples, Guid partition, MetricDefinition metric, string instance, long ns, double value, string native)
    {
        if (!_missing.Contains(metric.Id))
        {
            samples.Add(new HostSample(partition, new SeriesKey(metric.Id, instance), SampleForm.Gauge, ns, ns, value, SampleQuality.Measured, native));
        }
    }

    private void Counter(List<HostSample> samples, Guid partition, MetricDefinition metric, string instance, long ns, double value, string native, bool cumulativeAlways = false)
    {
        if (_missing.Contains(metric.Id))
        {
            return;
        }

        var key = new SeriesKey(metric.Id, instance);
        if (partition == _resetVm && partition != Guid.Empty)
        {
            if (_resetting)
            {
                _resetBase[key] = value;
            }

            value -= _resetBase.GetValueOrDefault(key);
        }

        if (!_faults.RatesInsteadOfCounters || cumulativeAlways)
        {
            samples.Add(new HostSample(partition, key, SampleForm.Cumulative, ns, ns, value, SampleQuality.Measured, native));
            return;
        }

        if (_previous.TryGetValue((partition, key), out var before) && ns > before.Ns)
        {
            samples.Add(new HostSample(partition, key, SampleForm.IntervalRate, before.Ns, ns, (value - before.Value) / ((ns - before.Ns) / 1e9), SampleQuality.Measured, native));
        }

        _previous[(partition, key)] = (ns, value);
    }

    private GuestBatch ReadGuest(Vm vm, double elapsed)
    {
        var samples = new List<GuestSample>();
        long at = GuestNs(vm, elapsed);
        double quantum = vm.IsWindows ? 1.0 / 64 : 0.01;
        void Add(MetricDefinition metric, string instance, double value)
        {
            if (!_missing.Contains(metric.Id))
            {
                samples.Add(new GuestSample(new SeriesKey(metric.Id, instance), at, at + 300_000, value));
            }
        }

        for (int i = 0; i < vm.VirtualProcessors; i++)
        {
            string vp = i.ToString(System.Globalization.CultureInfo.InvariantCulture);
            Add(GuestMetrics.CpuTime, "user|" + vp, Tick(vm.GuestBusySeconds[i] * 0.8, quantum));
            Add(GuestMetrics.CpuTime, "system|" + vp, Tick(vm.GuestBusySeconds[i] * 0.2, quantum));
            Add(GuestMetrics.CpuTime, "idle|" + vp, Tick(vm.GuestIdleSeconds[i], quantum));
            if (!vm.IsWindows)
            {
                Add(GuestMetrics.CpuTime, "steal|" + vp, 0);
            }
        }

        double running = vm.Demand.Sum(d => Math.Min(1, d));
        Add(GuestMetrics.CpuCount, "", vm.VirtualProcessors);
        Add(GuestMetrics.RunQueue, "", Math.Round(Math.Max(0, (running + vm.ExtraThreads) * _noise.Factor(0.2))));
        Add(GuestMetrics.Blocked, "", Math.Round(vm.Disks.Sum(d => d.Iops * d.GuestSeconds)));
        if (!vm.IsWindows)
        {
            Add(GuestMetrics.PressureStalled, "cpu|some", vm.CpuStalledSeconds);
            Add(GuestMetrics.PressureStalled, "io|some", vm.IoStalledSeconds);
            Add(GuestMetrics.PressureStalled, "io|full", vm.IoFullSeconds);
            Add(GuestMetrics.PressureStalled, "memory|some", vm.MemoryStalledSeconds);
            Add(GuestMetrics.PressureStalled, "memory|full", vm.MemoryFullSeconds);
        }

        Add(GuestMetrics.MemoryLimit, "", vm.MemoryAssignedBytes);
        Add(GuestMetrics.MemoryAvailable, "", vm.MemoryAvailableBytes * _noise.Factor(0.01));
        Add(GuestMetrics.MemoryCommitted, "", vm.MemoryCommittedBytes);
        Add(GuestMetrics.MemoryCommitLimit, "", vm.MemoryAssignedBytes * 1.5);
        Add(GuestMetrics.MemoryNeeded, "", vm.MemoryNeededBytes);
        Add(GuestMetrics.PagingFaults, "major", Math.Floor(vm.MajorFaults));
        Add(GuestMetrics.PagingOperations, "in", Math.Floor(vm.SwapIn));
        Add(GuestMetrics.PagingOperations, "out", Math.Floor(vm.SwapOut));
        foreach (var disk in vm.Disks)
        {
            Add(GuestMetrics.DiskOperations, disk.GuestName + "|read", Math.Floor(disk.Operations * 0.7));
            Add(GuestMetrics.DiskOperations, disk.GuestName + "|write", Math.Floor(disk.Operations * 0.3));
            Add(GuestMetrics.DiskIo, disk.GuestName + "|read", Math.Floor(disk.Bytes * 0.7));
            Add(GuestMetrics.DiskIo, disk.GuestName + "|write", Math.Floor(disk.Bytes * 0.3));
            Add(GuestMetrics.DiskOperationTime, disk.GuestName + "|read", Tick(disk.GuestOperationSeconds * 0.7, 0.001));
            Add(GuestMetrics.DiskOperationTime, disk.GuestName + "|write", Tick(disk.GuestOperationSeconds * 0.3, 0.001));
            Add(GuestMetrics.DiskIoTime, disk.GuestName, disk.BusySeconds);
            Add(GuestMetrics.DiskQueueTime, disk.GuestName, disk.GuestOperationSeconds);
            Add(GuestMetrics.DiskInFlight, disk.GuestName, Math.Round(disk.Iops * disk.GuestSeconds));
        }

        Add(GuestMetrics.NetworkIo, "eth0|receive", vm.NetworkBytes * 0.6);
        Add(GuestMetrics.NetworkIo, "eth0|transmit", vm.NetworkBytes * 0.4);
        Add(GuestMetrics.TcpSegments, "transmit", Math.Floor(vm.NetworkPackets * 0.45));
        Add(GuestMetrics.TcpSegments, "receive", Math.Floor(vm.NetworkPackets * 0.55));
        Add(GuestMetrics.TcpRetransmitted, "", Math.Floor(vm.Retransmits));
        Add(GuestMetrics.WakeupLateness, "", vm.LatenessSum);
        Add(GuestMetrics.WakeupLatenessMax, "", vm.LatenessMax);
        Add(GuestMetrics.Wakeups, "", vm.Wakeups);
        Add(GuestMetrics.VmbusOutFull, "storvsc|0", Math.Floor(vm.RingFull));
        var processes = vm.Programs.ConvertAll(p => new GuestProcess(
            p.Pid, (ulong)((p.Pid * 10) + (vm.Boots * 1_000_000)), p.Name, (ulong)p.Pid, 0, 1, 0, p.CpuSeconds * 0.8, p.CpuSeconds * 0.2, p.RunWaitSeconds,
            p.ResidentBytes, p.ResidentBytes * 0.8, Math.Floor(p.MajorFaults), p.ReadBytes, 0, (int)p.Threads, 'S', (long)p.Handles));
        var clock = _clocks[vm.Id];
        _clocks[vm.Id] = clock with { Sequence = clock.Sequence + 1 };
        return new GuestBatch(vm.Id, clock.Boot, clock.Sequence, at, samples, at + 400_000, processes, 80, null);
    }

    private static double Tick(double seconds, double quantum) => Math.Floor(seconds / quantum) * quantum;
}
