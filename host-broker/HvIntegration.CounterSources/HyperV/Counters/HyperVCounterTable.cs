using System.Collections.Frozen;
using HvIntegration.CounterSources.PerformanceCounters;
using HvIntegration.Model;
using HvIntegration.Protocol.Metrics;

namespace HvIntegration.CounterSources.HyperV.Counters;

/// <summary>Every counter of a Hyper-V host that is read, and the series that it becomes: for live counters, for recordings and for the documentation.</summary>
/// <remarks>
/// Sets that matter most come first, and in a set its counters in the order in which they are read. Where two rows make one series, the first
/// that a recording has counts. docs/counter-sources/pdh-csv.md shows this table; a test keeps both the same.
/// </remarks>
internal static class HyperVCounterTable
{
    private const string Dispatches = "Logical Processor Dispatches/sec";
    private const string Intercepts = "Total Intercepts/sec";

    /// <summary>Every counter that is read, in the order of its page.</summary>
    public static IReadOnlyList<HyperVCounter> Rows { get; } =
        [.. Processors(), .. Memory(), .. Storage(), .. Network(), .. Bus(), .. Management()];

    // Made of the rows: it must come after them.
    private static readonly FrozenDictionary<string, SetRows> Sets = Rows.GroupBy(r => r.Set, StringComparer.OrdinalIgnoreCase)
        .ToFrozenDictionary(g => g.Key, g => new SetRows([.. g]), StringComparer.OrdinalIgnoreCase);

    /// <summary>Rows of a counter, names in any case; empty when it is not known.</summary>
    public static IReadOnlyList<HyperVCounter> Find(string set, string counter) => Sets.TryGetValue(set, out var rows) ? rows.Find(counter) : [];

    /// <summary>How the instances of a set name what they are about; null when the set is not known.</summary>
    public static InstanceKind? InstancesOf(string set) => Sets.TryGetValue(set, out var rows) ? rows.Instances : null;

    private static IEnumerable<HyperVCounter> Processors() => [.. VirtualProcessor(), .. VirtualProcessorCosts(), .. LogicalProcessor(), .. RootProcessor(), .. Hypervisor()];

    private static IEnumerable<HyperVCounter> Memory() => [.. Balancer(), .. DynamicMemory(), .. Vid(), .. Partitions(), .. WorkerProcessor()];

    private static IEnumerable<HyperVCounter> Storage() =>
    [
        .. VirtualDisk(), .. Ide(), .. Volume(new CounterSet(HostSets.LogicalDisk, InstanceKind.Volume, LiveReading.Optional)), .. ClusterVolume(),
    ];

    private static IEnumerable<HyperVCounter> Network() => [.. Uplink(), .. NetworkAdapter(), .. DropReasons(), .. LegacyAdapter(), .. Switches()];

    private static IEnumerable<HyperVCounter> Management() =>
    [
        .. Health(), .. HostMemoryCounters(),

        // The letters of a physical disk tell which stores lie on it; where volumes were recorded they tell more.
        .. Volume(new CounterSet(HostSets.PhysicalDisk, InstanceKind.PhysicalDisk, LiveReading.Never))
            .Select(r => r with { Unless = new BetterCounter(HostSets.LogicalDisk, null, OfSameVm: false) }),
    ];

    private static IEnumerable<HyperVCounter> VirtualProcessor()
    {
        var vp = new CounterSet(HostSets.VirtualProcessor, InstanceKind.VirtualProcessor, LiveReading.Needed);
        return
        [
            vp.Rate("% Total Run Time", HostMetrics.VpRunTime, factor: Units.Percent),
            vp.Rate("% Guest Run Time", HostMetrics.VpGuestRunTime, factor: Units.Percent),
            vp.Rate("% Guest Run Time", HostMetrics.VpRunTime, factor: Units.Percent) with
            {
                Plus = ["% Hypervisor Run Time"], UnlessAny = ["% Total Run Time"], Native = "% Guest + % Hypervisor Run Time",
            },
            vp.Rate("% Guest Run Time", HostMetrics.VpRunTime, factor: Units.Percent) with
            {
                UnlessAny = ["% Total Run Time", "% Hypervisor Run Time"], Native = "% Guest Run Time", Quality = SampleQuality.Estimated,
            },
            vp.Rate("% Hypervisor Run Time", HostMetrics.VpHypervisorRunTime, factor: Units.Percent),
            vp.Cost("CPU Wait Time Per Dispatch", HostMetrics.VpWaitTime, Dispatches, "dispatches") with { MissingIsTold = true },
            vp.Rate(Dispatches, HostMetrics.VpDispatches),
            vp.Rate(Intercepts, HostMetrics.VpIntercepts),
            vp.Optional.Cost("CPU Contention Time Per Dispatch", HostMetrics.VpContentionTime, Dispatches, "dispatches") with
            {
                MissingIsTold = true, Oldest = WindowsRelease.Server2025,
            },
        ];
    }

    private static IEnumerable<HyperVCounter> VirtualProcessorCosts()
    {
        var cost = new CounterSet(HostSets.VirtualProcessor, InstanceKind.VirtualProcessor, LiveReading.Cost);
        return
        [
            cost.Cost("Total Intercepts Cost", StackMetrics.VpInterceptTime, Intercepts),
            cost.Rate("Hypercalls/sec", StackMetrics.VpHypercalls),
            cost.Cost("Hypercalls Cost", StackMetrics.VpHypercallTime, "Hypercalls/sec"),
            cost.Rate("MSR Accesses/sec", StackMetrics.VpMsrAccesses),
            cost.Cost("MSR Accesses Cost", StackMetrics.VpMsrAccessTime, "MSR Accesses/sec"),
            cost.Rate("APIC MMIO Accesses/sec", StackMetrics.VpApicAccesses),
            cost.Cost("APIC MMIO Accesses Cost", StackMetrics.VpApicAccessTime, "APIC MMIO Accesses/sec"),
            cost.Rate("Nested Page Fault Intercepts/sec", StackMetrics.VpNestedPageFaults),
            cost.Cost("Nested Page Fault Intercepts Cost", StackMetrics.VpNestedPageFaultTime, "Nested Page Fault Intercepts/sec"),
            cost.Rate("IO Instructions/sec", StackMetrics.VpIoInstructions),
            cost.Rate("Emulated Instructions/sec", StackMetrics.VpEmulatedInstructions),
            cost.Rate("Synthetic Interrupts/sec", StackMetrics.VpSyntheticInterrupts),
            cost.Rate("Long Spin Wait Hypercalls/sec", StackMetrics.VpLongSpinWaits),
            cost.Rate("Logical Processor Migrations/sec", StackMetrics.VpMigrations),
            cost.Rate("% Remote Run Time", StackMetrics.VpRemoteRunTime, factor: Units.Percent),
            cost.Cost("CPU Wake Up Time Per Dispatch", StackMetrics.VpWakeUpTime, Dispatches) with { Oldest = WindowsRelease.Server2025 },
        ];
    }

    private static IEnumerable<HyperVCounter> LogicalProcessor()
    {
        var lp = new CounterSet(HostSets.LogicalProcessor, InstanceKind.LogicalProcessor, LiveReading.Needed);
        return
        [
            lp.Rate("% Total Run Time", HostMetrics.LpRunTime, factor: Units.Percent),
            lp.RecordedOnly.Rate("% Idle Time", HostMetrics.LpRunTime, factor: -Units.Percent) with
            {
                Offset = 1, UnlessAny = ["% Total Run Time"], Native = "100 - % Idle Time",
            },
            lp.Rate("Context Switches/sec", HostMetrics.LpContextSwitches) with { NotOfTotal = true },
            lp.Optional.Rate("% Hypervisor Run Time", StackMetrics.LpHypervisorRunTime, factor: Units.Percent),
            lp.Optional.Rate("Total Interrupts/sec", StackMetrics.LpInterrupts),
            lp.Optional.Gauge("% of Max Frequency", StackMetrics.LpFrequencyShare, factor: Units.Percent),
        ];
    }

    private static IEnumerable<HyperVCounter> RootProcessor()
    {
        var root = new CounterSet(HostSets.RootProcessor, InstanceKind.RootProcessor, LiveReading.Needed);
        return
        [
            root.Rate("% Total Run Time", HostMetrics.RootRunTime, factor: Units.Percent),
            root.RecordedOnly.Rate("% Guest Run Time", HostMetrics.RootRunTime, factor: Units.Percent) with { UnlessAny = ["% Total Run Time"] },
            root.Optional.Rate("% Hypervisor Run Time", StackMetrics.RootHypervisorRunTime, factor: Units.Percent),
            root.Optional.Cost("CPU Wait Time Per Dispatch", StackMetrics.RootWaitTime, Dispatches),
            root.Optional.Cost("CPU Contention Time Per Dispatch", StackMetrics.RootContentionTime, Dispatches) with { Oldest = WindowsRelease.Server2025 },
            root.Optional.Rate(Dispatches, StackMetrics.RootDispatches),
        ];
    }

    private static IEnumerable<HyperVCounter> Hypervisor()
    {
        var hypervisor = new CounterSet(HostSets.Hypervisor, InstanceKind.Host, LiveReading.Needed) { HasInstances = false };
        return
        [
            hypervisor.Gauge("Logical Processors", HostMetrics.LpCount),
            hypervisor.Optional.Gauge("Virtual Processors", StackMetrics.HypervisorVirtualProcessors),
            hypervisor.Optional.Gauge("Partitions", StackMetrics.HypervisorPartitions),
            hypervisor.Optional.Gauge("Total Pages", StackMetrics.HypervisorPages, factor: Units.Page),
        ];
    }

    private static IEnumerable<HyperVCounter> Balancer()
    {
        var balancer = new CounterSet(HostSets.Balancer, InstanceKind.Host, LiveReading.Needed);
        return
        [
            balancer.Gauge("Available Memory", HostMetrics.HostMemoryAvailable, factor: Units.Mebi),
            balancer.Optional.Gauge("Average Pressure", StackMetrics.BalancerPressure, "average", Units.Percent),
            balancer.Optional.Gauge("System Current Pressure", StackMetrics.BalancerPressure, "system", Units.Percent),
            balancer.Optional.Gauge("Available Memory For Balancing", StackMetrics.BalancerAvailable, factor: Units.Mebi) with { Oldest = WindowsRelease.Server2019 },
        ];
    }

    private static IEnumerable<HyperVCounter> DynamicMemory()
    {
        var vm = new CounterSet(HostSets.DynamicMemoryVm, InstanceKind.Vm, LiveReading.Needed);
        return
        [
            Sum(vm.Gauge("Physical Memory", HostMetrics.MemoryAssigned, factor: Units.Mebi)),
            Sum(vm.Gauge("Guest Visible Physical Memory", HostMetrics.MemoryGuestVisible, factor: Units.Mebi)),
            .. Pressure(vm, "Current Pressure", SampleQuality.Measured),
            .. Pressure(vm, "Average Pressure", SampleQuality.Estimated).Select(r => r with { UnlessAny = ["Current Pressure"] }),
            Sum(vm.Optional.Gauge("Smart Paging Working Set Size", HostMetrics.MemorySmartPaging, factor: Units.Mebi)),
            Sum(vm.Optional.Cumulative("Added Memory", HostMetrics.MemoryAdded, factor: Units.Mebi)),
            Sum(vm.Optional.Cumulative("Removed Memory", HostMetrics.MemoryRemoved, factor: Units.Mebi)),
            Sum(vm.Optional.Gauge("Guest Available Memory", StackMetrics.MemoryGuestAvailable, factor: Units.Mebi) with { Oldest = WindowsRelease.Server2019 }),
            Sum(vm.Optional.Cumulative("Memory Add Operations", StackMetrics.MemoryOperations, "add")),
            Sum(vm.Optional.Cumulative("Memory Remove Operations", StackMetrics.MemoryOperations, "remove")),
        ];
    }

    // Pressure is demand as a share of the memory the VM has.
    private static IEnumerable<HyperVCounter> Pressure(CounterSet vm, string counter, SampleQuality quality) =>
    [
        vm.Gauge(counter, HostMetrics.MemoryPressure, factor: Units.Percent) with { Quality = quality, Same = SameSeries.NotOfGroup },
        vm.Gauge(counter, HostMetrics.MemoryDemand, factor: Units.Percent * Units.Mebi) with
        {
            Times = ["Physical Memory"], TimesWord = "Physical Memory", Quality = SampleQuality.Estimated, Same = SameSeries.NotOfGroup,
        },
    ];

    private static IEnumerable<HyperVCounter> Vid()
    {
        var vid = new CounterSet(HostSets.VidPartition, InstanceKind.Vm, LiveReading.Optional);
        var node = new CounterSet(HostSets.VidNode, InstanceKind.NamedPart, LiveReading.Optional);
        return
        [
            Sum(vid.Gauge("Physical Pages Allocated", HostMetrics.MemoryAssigned, factor: Units.Page)) with
            {
                Unless = new BetterCounter(HostSets.DynamicMemoryVm, "Physical Memory", OfSameVm: true),
            },
            Sum(vid.Gauge("Remote Physical Pages", HostMetrics.MemoryRemotePages)),
            vid.Gauge("Preferred NUMA Node Index", StackMetrics.MemoryPreferredNode) with { Same = SameSeries.NotOfGroup },
            node.Gauge("PageCount", StackMetrics.VidNodeMemory, factor: Units.Page),
            node.Gauge("ProcessorCount", StackMetrics.VidNodeProcessors),
        ];
    }

    private static IEnumerable<HyperVCounter> Partitions()
    {
        var root = new CounterSet(HostSets.RootPartition, InstanceKind.HostPart, LiveReading.Optional);
        return
        [
            Deposited(root), GpaModifications(root), Shattered(root), SkippedTicks(root.RecordedOnly), Throttles(root.RecordedOnly),
            .. PartitionsOfVms(),
        ];
    }

    private static IEnumerable<HyperVCounter> PartitionsOfVms()
    {
        var vm = new CounterSet(HostSets.Partition, InstanceKind.VmAndSuffix, LiveReading.Optional);
        return [Deposited(vm), GpaModifications(vm), SkippedTicks(vm), Shattered(vm), Throttles(vm)];
    }

    private static HyperVCounter Deposited(CounterSet partition) => Sum(partition.Gauge("Deposited Pages", StackMetrics.PartitionDeposited, factor: Units.Page));

    private static HyperVCounter GpaModifications(CounterSet partition) => Sum(partition.Rate("GPA Space Modifications/sec", StackMetrics.PartitionGpaModifications));

    private static HyperVCounter SkippedTicks(CounterSet partition) => Sum(partition.Cumulative("Skipped Timer Ticks", StackMetrics.PartitionSkippedTicks));

    private static HyperVCounter Shattered(CounterSet partition) => Sum(partition.Rate("Pages Shattered/sec", StackMetrics.PartitionPagesShattered));

    private static HyperVCounter Throttles(CounterSet partition) =>
        Sum(partition.Cumulative("Device Interrupt Throttle Events", StackMetrics.PartitionInterruptThrottles));

    private static IEnumerable<HyperVCounter> WorkerProcessor()
    {
        var worker = new CounterSet(HostSets.WorkerProcessor, InstanceKind.WorkerProcessor, LiveReading.Optional);
        return
        [
            worker.Cumulative("Intercepts Delayed", StackMetrics.VpInterceptsDelayed) with { AnyWith = "Intercepts Delayed" },
            worker.Cumulative("Intercept Delay Time (ms)", StackMetrics.VpInterceptDelayTime, factor: Units.Milli) with { AnyWith = "Intercept Delay Time" },
        ];
    }

    private static IEnumerable<HyperVCounter> VirtualDisk()
    {
        const string reads = "Read Operations/Sec";
        const string writes = "Write Operations/Sec";
        var disk = new CounterSet(HostSets.StorageDevice, InstanceKind.VirtualDisk, LiveReading.Needed);
        return
        [
            disk.Rate(reads, HostMetrics.DiskOperations, IoDirection.Read),
            disk.Rate(writes, HostMetrics.DiskOperations, IoDirection.Write),
            disk.RecordedOnly.Cumulative("Read Count", HostMetrics.DiskOperations, IoDirection.Read) with { UnlessAny = [reads] },
            disk.RecordedOnly.Cumulative("Write Count", HostMetrics.DiskOperations, IoDirection.Write) with { UnlessAny = [writes] },
            .. Bytes(disk),
            .. Latency(disk, "Latency", HostMetrics.DiskOperationTime, IoDirection.Both, HostMetrics.DiskLatency),
            disk.Gauge("Queue Length", HostMetrics.DiskQueueLength),
            disk.Cumulative("Error Count", HostMetrics.DiskErrors),
            .. Latency(disk.Optional, "Lower Latency", HostMetrics.DiskLowerOperationTime, null, HostMetrics.DiskLowerLatency),
            disk.Optional.Gauge("Lower Queue Length", StackMetrics.DiskLowerQueueLength),
            disk.Optional.Rate("Normalized Throughput", HostMetrics.DiskNormalizedOperations),
            disk.Optional.Gauge("Maximum IO Rate", HostMetrics.DiskQosIops) with { ZeroIsNone = true },
            disk.Optional.Gauge("Maximum Bandwidth", HostMetrics.DiskQosBandwidth) with { ZeroIsNone = true },
            disk.Optional.Cumulative("Flush Count", StackMetrics.DiskFlushes),
        ];

        // With one direction of operations the other is not weighed; with none a mean without its weight is shown as such.
        static IEnumerable<HyperVCounter> Latency(CounterSet disk, string counter, MetricDefinition time, string? direction, MetricDefinition mean) =>
        [
            disk.Rate(counter, time, direction) with { Times = [reads, writes], TimesWord = "operations" },
            disk.Rate(counter, time, direction) with { Times = [reads], TimesWord = "operations", UnlessAny = [writes], Quality = SampleQuality.Estimated },
            disk.Rate(counter, time, direction) with { Times = [writes], TimesWord = "operations", UnlessAny = [reads], Quality = SampleQuality.Estimated },
            disk.Gauge(counter, mean) with { UnlessAny = [reads, writes], Quality = SampleQuality.Estimated },
        ];
    }

    private static IEnumerable<HyperVCounter> Ide() => Bytes(new CounterSet(HostSets.IdeController, InstanceKind.IdeController, LiveReading.Optional));

    private static IEnumerable<HyperVCounter> Bytes(CounterSet disk) =>
    [
        disk.Rate("Read Bytes/sec", HostMetrics.DiskIo, IoDirection.Read),
        disk.Rate("Write Bytes/sec", HostMetrics.DiskIo, IoDirection.Write),
    ];

    private static IEnumerable<HyperVCounter> Volume(CounterSet volume)
    {
        const string reads = "Disk Reads/sec";
        const string writes = "Disk Writes/sec";
        const string transfers = "Disk Transfers/sec";
        return
        [
            volume.Rate(reads, HostMetrics.StoreOperations, IoDirection.Read),
            volume.Rate(writes, HostMetrics.StoreOperations, IoDirection.Write),
            volume.RecordedOnly.Rate(transfers, HostMetrics.StoreOperations, IoDirection.Both) with { UnlessAny = [reads] },
            volume.Rate("Disk Read Bytes/sec", HostMetrics.StoreIo, IoDirection.Read),
            volume.Rate("Disk Write Bytes/sec", HostMetrics.StoreIo, IoDirection.Write),
            volume.Rate("Avg. Disk sec/Read", HostMetrics.StoreOperationTime, IoDirection.Read) with { Times = [reads], TimesWord = "reads" },
            volume.Rate("Avg. Disk sec/Write", HostMetrics.StoreOperationTime, IoDirection.Write) with { Times = [writes], TimesWord = "writes" },
            volume.RecordedOnly.Rate("Avg. Disk sec/Transfer", HostMetrics.StoreOperationTime, IoDirection.Both) with
            {
                Times = [transfers], TimesWord = "transfers", UnlessAny = [reads],
            },
            volume.Rate("Avg. Disk Queue Length", HostMetrics.StoreQueueTime),
        ];
    }

    private static IEnumerable<HyperVCounter> ClusterVolume()
    {
        var volume = new CounterSet(HostSets.ClusterVolume, InstanceKind.ClusterVolume, LiveReading.Optional);
        return
        [
            volume.Rate("Reads/sec", HostMetrics.StoreOperations, IoDirection.Read),
            volume.Rate("Writes/sec", HostMetrics.StoreOperations, IoDirection.Write),
            volume.Rate("Read Latency", HostMetrics.StoreOperationTime, IoDirection.Read) with { Times = ["Reads/sec"], TimesWord = "operations" },
            volume.Rate("Write Latency", HostMetrics.StoreOperationTime, IoDirection.Write) with { Times = ["Writes/sec"], TimesWord = "operations" },
        ];
    }

    // An adapter below a virtual switch has no TCP/IP: the first set shows it without traffic or not at all, the second counts it. The greater counts.
    private static IEnumerable<HyperVCounter> Uplink() =>
    [
        .. Uplink(new CounterSet(HostSets.NetworkInterface, InstanceKind.Uplink, LiveReading.Optional)),
        .. Uplink(new CounterSet(HostSets.HostAdapter, InstanceKind.AdapterUplink, LiveReading.Optional)),
    ];

    private static IEnumerable<HyperVCounter> Uplink(CounterSet uplink)
    {
        HyperVCounter[] rows =
        [
            .. Directions(uplink, HostMetrics.UplinkIo, "Bytes Received/sec", "Bytes Sent/sec"),
            BothDirections(uplink, HostMetrics.UplinkIo, "Bytes Total/sec"),
            uplink.Gauge("Current Bandwidth", HostMetrics.UplinkSpeed, factor: Units.Bit) with { ZeroIsNone = true },
            uplink.Cumulative("Packets Received Discarded", HostMetrics.UplinkDropped, IoDirection.Receive),
            uplink.Cumulative("Packets Outbound Discarded", HostMetrics.UplinkDropped, IoDirection.Transmit),
            uplink.Gauge("Output Queue Length", HostMetrics.UplinkQueueLength),
        ];
        return rows.Select(r => r with { Same = SameSeries.Greatest });
    }

    private static IEnumerable<HyperVCounter> NetworkAdapter()
    {
        var adapter = new CounterSet(HostSets.NetworkAdapter, InstanceKind.NetworkAdapter, LiveReading.Needed);
        return
        [
            .. Directions(adapter, HostMetrics.NicIo, "Bytes Received/sec", "Bytes Sent/sec"),
            BothDirections(adapter, HostMetrics.NicIo, "Bytes/sec"),
            .. Directions(adapter, HostMetrics.NicPackets, "Packets Received/sec", "Packets Sent/sec"),
            .. Directions(adapter, HostMetrics.NicDropped, "Dropped Packets Incoming/sec", "Dropped Packets Outgoing/sec"),
        ];
    }

    // Reasons that tell of shortage; the others are policy.
    private static IEnumerable<HyperVCounter> DropReasons()
    {
        string[] reasons = ["Resources", "Busy", "Qos", "StormLimit", "NotReady"];
        return reasons.SelectMany(r => Dropped("Incoming", r, IoDirection.Receive).Concat(Dropped("Outgoing", r, IoDirection.Transmit)));
    }

    // Where the adapter's own rate is recorded, it counts the same packets.
    private static IEnumerable<HyperVCounter> Dropped(string side, string reason, string direction)
    {
        var reasons = new CounterSet(HostSets.DropReasons, InstanceKind.VmNetworkAdapter, LiveReading.Optional);
        string counter = $"{side} {reason}";
        return
        [
            reasons.Cumulative(counter, HostMetrics.NicDropped, direction) with
            {
                Same = SameSeries.AddsUp, Unless = new BetterCounter(HostSets.NetworkAdapter, $"Dropped Packets {side}/sec", OfSameVm: false),
            },
            reasons.Cumulative(counter, StackMetrics.NicDropReason, counter.ToLowerInvariant()),
        ];
    }

    private static IEnumerable<HyperVCounter> LegacyAdapter()
    {
        var legacy = new CounterSet(HostSets.LegacyAdapter, InstanceKind.LegacyAdapter, LiveReading.Optional);
        return
        [
            .. Directions(legacy, HostMetrics.NicIo, "Bytes Received/sec", "Bytes Sent/sec"),
            .. Directions(legacy, HostMetrics.NicPackets, "Frames Received/sec", "Frames Sent/sec"),
            legacy.Cumulative("Frames Dropped", HostMetrics.NicDropped, IoDirection.Both),
        ];
    }

    private static IEnumerable<HyperVCounter> Switches()
    {
        var whole = new CounterSet(HostSets.Switch, InstanceKind.Switch, LiveReading.Optional);
        var port = new CounterSet(HostSets.SwitchPort, InstanceKind.HostPart, LiveReading.Optional);
        var processor = new CounterSet(HostSets.SwitchProcessor, InstanceKind.HostPart, LiveReading.Optional);
        return
        [
            .. Directions(whole, StackMetrics.SwitchIo, "Bytes Received/sec", "Bytes Sent/sec"),
            .. Directions(whole, HostMetrics.SwitchDropped, "Dropped Packets Incoming/sec", "Dropped Packets Outgoing/sec"),

            // Of ports and processors there may be thousands: the worst is shown.
            .. Directions(port, StackMetrics.SwitchPortDropped, "Dropped Packets Incoming/sec", "Dropped Packets Outgoing/sec").Select(r => r with { Same = SameSeries.Greatest }),
            processor.Rate("Packets from External/sec", StackMetrics.SwitchProcessorPackets, "external") with { Same = SameSeries.Greatest },
            processor.Rate("Packets from Internal/sec", StackMetrics.SwitchProcessorPackets, "internal") with { Same = SameSeries.Greatest },
            processor.Gauge("Number of VMQs", StackMetrics.SwitchQueues) with { Same = SameSeries.Together },
        ];
    }

    private static IEnumerable<HyperVCounter> Bus()
    {
        var bus = new CounterSet(HostSets.Bus, InstanceKind.Host, LiveReading.Needed) { HasInstances = false };
        var messages = new CounterSet(HostSets.PipeIo, InstanceKind.Pipe, LiveReading.Optional);
        return
        [
            bus.Cumulative("Throttle Events", HostMetrics.VmbusThrottleEvents),
            .. Directions(bus, HostMetrics.VmbusInterrupts, "Interrupts Received/sec", "Interrupts Sent/sec"),
            .. Pipes(
                new CounterSet(HostSets.ProviderPipes, InstanceKind.Pipe, LiveReading.Optional), StackMetrics.VmbusPipeIo, StackMetrics.VmbusPipeOperations),

            // Whose pipe a row of this set is, nobody has documented: they are shown together.
            .. Pipes(
                new CounterSet(HostSets.BusPipes, InstanceKind.HostPart, LiveReading.Optional), StackMetrics.VmbusAllPipesIo, StackMetrics.VmbusAllPipesOperations)
                .Select(r => r with { Same = SameSeries.Together }),
            messages.Rate("Receive QoS - Conformant Messages/sec", StackMetrics.PipeIoMessages, "conformant"),
            messages.Rate("Receive QoS - Non-Conformant Messages/sec", StackMetrics.PipeIoMessages, "non-conformant"),
            messages.Rate("Receive QoS - Exempt Messages/sec", StackMetrics.PipeIoMessages, "exempt"),
            messages.Cumulative("Receive QoS - Total Message Delay Time (100ns)", HostMetrics.VmbusMessageDelay, factor: Units.HundredNano) with
            {
                Instances = InstanceKind.PipeDevice,
            },
            messages.Cumulative("Receive Message Quota Exceeded", StackMetrics.PipeIoQuotaExceeded),
        ];
    }

    private static IEnumerable<HyperVCounter> Pipes(CounterSet pipes, MetricDefinition bytes, MetricDefinition operations) =>
    [
        pipes.Rate("Bytes Read/sec", bytes, IoDirection.Read),
        pipes.Rate("Bytes Written/sec", bytes, IoDirection.Write),
        pipes.Rate("Reads/sec", operations, IoDirection.Read),
        pipes.Rate("Writes/sec", operations, IoDirection.Write),
    ];

    private static IEnumerable<HyperVCounter> Health()
    {
        var health = new CounterSet(HostSets.Health, InstanceKind.Host, LiveReading.Optional) { HasInstances = false };
        var migration = new CounterSet(HostSets.LiveMigration, InstanceKind.VmAndSuffix, LiveReading.Optional);
        var save = new CounterSet(HostSets.SaveRestore, InstanceKind.VmAndSuffix, LiveReading.Optional);
        var remoting = new CounterSet(HostSets.Remoting, InstanceKind.VmAndSuffix, LiveReading.Optional);
        var replica = new CounterSet(HostSets.Replica, InstanceKind.Vm, LiveReading.Optional);
        return
        [
            health.Gauge("Health Ok", StackMetrics.VmmsVms, "ok"),
            health.Gauge("Health Critical", StackMetrics.VmmsVms, "critical"),

            // A row of a migration is there while it goes on; a row of a save stays after it, so only requests in work count there.
            migration.Gauge("Transfer Pass: Number", HostMetrics.VmActivity, "migration") with { AnyWith = "Pass", AsPresence = true, NamesSet = true },
            save.Gauge("Requests Active", HostMetrics.VmActivity, "checkpoint") with { AnyWith = "Active", AsPresence = true, NamesSet = true },
            Sum(remoting.Gauge("Connected Clients", StackMetrics.VmwpConsoles)),
            replica.Gauge("Average Replication Latency", StackMetrics.ReplicaLatency) with { Same = SameSeries.NotOfGroup },
        ];
    }

    private static IEnumerable<HyperVCounter> HostMemoryCounters()
    {
        var memory = new CounterSet(HostSets.Memory, InstanceKind.Host, LiveReading.Optional) { HasInstances = false };
        var node = new CounterSet(HostSets.NumaMemory, InstanceKind.NamedPart, LiveReading.Optional);
        return
        [
            memory.Gauge("Available MBytes", StackMetrics.RootMemoryAvailable, factor: Units.Mebi),
            memory.Rate("Pages Input/sec", StackMetrics.RootPagesInput),
            node.Gauge("Available MBytes", StackMetrics.NumaAvailable, factor: Units.Mebi),
            HostMemory.Total,
        ];
    }

    private static HyperVCounter Sum(HyperVCounter row) => row with { Same = SameSeries.AddsUpInGroup };

    private static IEnumerable<HyperVCounter> Directions(CounterSet set, MetricDefinition metric, string receive, string transmit) =>
        [set.Rate(receive, metric, IoDirection.Receive), set.Rate(transmit, metric, IoDirection.Transmit)];

    private static HyperVCounter BothDirections(CounterSet adapter, MetricDefinition metric, string counter) =>
        adapter.RecordedOnly.Rate(counter, metric, IoDirection.Both) with { UnlessAny = ["Bytes Received/sec", "Bytes Sent/sec"] };

    private sealed class SetRows(HyperVCounter[] rows)
    {
        private readonly FrozenDictionary<string, HyperVCounter[]> _exact = rows.Where(r => r.AnyWith is null)
            .GroupBy(r => r.Counter, StringComparer.OrdinalIgnoreCase)
            .ToFrozenDictionary(g => g.Key, g => g.ToArray(), StringComparer.OrdinalIgnoreCase);

        private readonly HyperVCounter[] _loose = [.. rows.Where(r => r.AnyWith is not null)];

        public InstanceKind Instances => rows[0].Instances;

        public HyperVCounter[] Find(string counter) => _exact.TryGetValue(counter, out var exact) ? exact
            : _loose.Length == 0 ? []
            : [.. _loose.Where(r => counter.Contains(r.AnyWith!, StringComparison.OrdinalIgnoreCase))];
    }
}
