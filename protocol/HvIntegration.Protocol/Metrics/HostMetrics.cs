namespace HvIntegration.Protocol.Metrics;

/// <summary>What a counter source can say about the host and its partitions, whatever the source.</summary>
/// <remarks>Values are doubles in base units. A source that has only rates gives the rate of the counter (see SampleForm in the engine).</remarks>
public static class HostMetrics
{

    // processor
    /// <summary>Time a virtual processor really ran on a logical processor. Hyper-V: % Total Run Time.</summary>
    public static readonly MetricDefinition VpRunTime = new(1000, "hvi.host.vp.run_time", "s", MetricForm.Counter, 1, ["hvi.vp"],
        "Time a virtual processor really ran on a logical processor. Hyper-V: % Total Run Time.");

    /// <summary>Time a virtual processor was ready but waited for a logical processor. Hyper-V: CPU Wait Time Per Dispatch x dispatches.</summary>
    public static readonly MetricDefinition VpWaitTime = new(1001, "hvi.host.vp.wait_time", "s", MetricForm.Counter, 1, ["hvi.vp"],
        "Time a virtual processor was ready but waited for a logical processor. Hyper-V: CPU Wait Time Per Dispatch x dispatches.");

    /// <summary>Times a virtual processor was put on a logical processor.</summary>
    public static readonly MetricDefinition VpDispatches = new(1002, "hvi.host.vp.dispatches", "{dispatch}", MetricForm.Counter, 1, ["hvi.vp"],
        "Times a virtual processor was put on a logical processor.");

    /// <summary>Server 2025: wait because another virtual processor held the logical processor.</summary>
    public static readonly MetricDefinition VpContentionTime = new(1003, "hvi.host.vp.contention_time", "s", MetricForm.Counter, 1, ["hvi.vp"],
        "Server 2025: wait because another virtual processor held the logical processor.");

    /// <summary>Run time in guest code.</summary>
    public static readonly MetricDefinition VpGuestRunTime = new(1004, "hvi.host.vp.guest_run_time", "s", MetricForm.Counter, 1, ["hvi.vp"],
        "Run time in guest code.");

    /// <summary>Run time of the hypervisor on behalf of the virtual processor.</summary>
    public static readonly MetricDefinition VpHypervisorRunTime = new(1005, "hvi.host.vp.hypervisor_run_time", "s", MetricForm.Counter, 1, ["hvi.vp"],
        "Run time of the hypervisor on behalf of the virtual processor.");

    /// <summary>Exits into the hypervisor.</summary>
    public static readonly MetricDefinition VpIntercepts = new(1006, "hvi.host.vp.intercepts", "{intercept}", MetricForm.Counter, 1, ["hvi.vp"],
        "Exits into the hypervisor.");

    /// <summary>Virtual processors of the partition.</summary>
    public static readonly MetricDefinition VpCount = new(1007, "hvi.host.vp.count", "{vp}", MetricForm.Gauge, 1, [],
        "Virtual processors of the partition.");

    /// <summary>CPU cap of the partition: share of one logical processor summed over its virtual processors; absent when uncapped.</summary>
    public static readonly MetricDefinition VpLimit = new(1008, "hvi.host.vp.limit", "1", MetricForm.Gauge, 1, [],
        "CPU cap of the partition: share of one logical processor summed over its virtual processors; absent when uncapped.");

    /// <summary>Relative CPU weight of the partition; 100 is the default.</summary>
    public static readonly MetricDefinition VpWeight = new(1009, "hvi.host.vp.weight", "1", MetricForm.Gauge, 1, [],
        "Relative CPU weight of the partition; 100 is the default.");

    /// <summary>Time a logical processor was not idle, guests and hypervisor and root together.</summary>
    public static readonly MetricDefinition LpRunTime = new(1010, "hvi.host.lp.run_time", "s", MetricForm.Counter, 1, ["hvi.lp"],
        "Time a logical processor was not idle, guests and hypervisor and root together.");

    /// <summary>Logical processors of the host.</summary>
    public static readonly MetricDefinition LpCount = new(1011, "hvi.host.lp.count", "{lp}", MetricForm.Gauge, 1, [],
        "Logical processors of the host.");

    /// <summary>Virtual-processor switches on a logical processor.</summary>
    public static readonly MetricDefinition LpContextSwitches = new(1012, "hvi.host.lp.context_switches", "{switch}", MetricForm.Counter, 1, ["hvi.lp"],
        "Virtual-processor switches on a logical processor.");

    /// <summary>Run time of the root partition (on QEMU/KVM: everything on the host that is not a VM).</summary>
    public static readonly MetricDefinition RootRunTime = new(1013, "hvi.host.root.run_time", "s", MetricForm.Counter, 1, ["hvi.vp"],
        "Run time of the root partition (on QEMU/KVM: everything on the host that is not a VM).");

    /// <summary>Pressure-stall time of a Linux host.</summary>
    public static readonly MetricDefinition HostStalled = new(1014, "hvi.host.pressure.stalled", "s", MetricForm.Counter, 1, ["hvi.resource", "hvi.stall"],
        "Pressure-stall time of a Linux host.");

    /// <summary>CPU time of the VM's worker process outside its virtual processors (vmwp.exe, QEMU I/O threads).</summary>
    public static readonly MetricDefinition VmOverheadTime = new(1015, "hvi.host.vm.overhead_time", "s", MetricForm.Counter, 1, [],
        "CPU time of the VM's worker process outside its virtual processors (vmwp.exe, QEMU I/O threads).");

    /// <summary>CPU time of a busy process of the root partition that belongs to no VM: a suspect.</summary>
    public static readonly MetricDefinition HostProcessTime = new(1016, "hvi.host.process.cpu_time", "s", MetricForm.Counter, 1, ["hvi.process"],
        "CPU time of a busy process of the root partition that belongs to no VM: a suspect.");

    /// <summary>Time the host's CPU controller held the partition at its cap.</summary>
    public static readonly MetricDefinition VmThrottledTime = new(1017, "hvi.host.vm.throttled_time", "s", MetricForm.Counter, 1, [],
        "Time the host's CPU controller held the partition at its cap.");


    // memory
    /// <summary>Physical memory assigned to the partition.</summary>
    public static readonly MetricDefinition MemoryAssigned = new(1020, "hvi.host.memory.assigned", "By", MetricForm.Gauge, 1, [],
        "Physical memory assigned to the partition.");

    /// <summary>Memory that the partition needs, estimated by the balancer.</summary>
    public static readonly MetricDefinition MemoryDemand = new(1021, "hvi.host.memory.demand", "By", MetricForm.Gauge, 1, [],
        "Memory that the partition needs, estimated by the balancer.");

    /// <summary>Demand over assigned. On Linux guests demand is commitment only.</summary>
    public static readonly MetricDefinition MemoryPressure = new(1022, "hvi.host.memory.pressure", "1", MetricForm.Gauge, 1, [],
        "Demand over assigned. On Linux guests demand is commitment only.");

    /// <summary>Memory visible to the guest.</summary>
    public static readonly MetricDefinition MemoryGuestVisible = new(1023, "hvi.host.memory.guest_visible", "By", MetricForm.Gauge, 1, [],
        "Memory visible to the guest.");

    /// <summary>Memory added since the partition started.</summary>
    public static readonly MetricDefinition MemoryAdded = new(1024, "hvi.host.memory.added", "By", MetricForm.Counter, 1, [],
        "Memory added since the partition started.");

    /// <summary>Memory removed since the partition started.</summary>
    public static readonly MetricDefinition MemoryRemoved = new(1025, "hvi.host.memory.removed", "By", MetricForm.Counter, 1, [],
        "Memory removed since the partition started.");

    /// <summary>Working set paged by the host.</summary>
    public static readonly MetricDefinition MemorySmartPaging = new(1026, "hvi.host.memory.smart_paging", "By", MetricForm.Gauge, 1, [],
        "Working set paged by the host.");

    /// <summary>Memory the host can still give.</summary>
    public static readonly MetricDefinition HostMemoryAvailable = new(1027, "hvi.host.memory.available", "By", MetricForm.Gauge, 1, [],
        "Memory the host can still give.");

    /// <summary>Most the partition may be assigned.</summary>
    public static readonly MetricDefinition MemoryMaximum = new(1028, "hvi.host.memory.maximum", "By", MetricForm.Gauge, 1, [],
        "Most the partition may be assigned.");

    /// <summary>Resident memory of the VM's process on the host.</summary>
    public static readonly MetricDefinition MemoryResident = new(1029, "hvi.host.memory.resident", "By", MetricForm.Gauge, 1, [],
        "Resident memory of the VM's process on the host.");

    /// <summary>Pages away from the preferred NUMA node.</summary>
    public static readonly MetricDefinition MemoryRemotePages = new(1030, "hvi.host.memory.remote_pages", "{page}", MetricForm.Gauge, 1, [],
        "Pages away from the preferred NUMA node.");

    /// <summary>Physical memory of the host.</summary>
    public static readonly MetricDefinition HostMemoryTotal = new(1031, "hvi.host.memory.total", "By", MetricForm.Gauge, 1, [],
        "Physical memory of the host.");


    // storage
    /// <summary>Operations of a virtual disk that reached the host.</summary>
    public static readonly MetricDefinition DiskOperations = new(1040, "hvi.host.disk.operations", "{operation}", MetricForm.Counter, 1, ["hvi.disk", "disk.io.direction"],
        "Operations of a virtual disk that reached the host.");

    /// <summary>Bytes of a virtual disk.</summary>
    public static readonly MetricDefinition DiskIo = new(1041, "hvi.host.disk.io", "By", MetricForm.Counter, 1, ["hvi.disk", "disk.io.direction"],
        "Bytes of a virtual disk.");

    /// <summary>Sum of operation times as the virtual storage device sees them; over operations it is Latency.</summary>
    public static readonly MetricDefinition DiskOperationTime = new(1042, "hvi.host.disk.operation_time", "s", MetricForm.Counter, 1, ["hvi.disk", "disk.io.direction"],
        "Sum of operation times as the virtual storage device sees them; over operations it is Latency.");

    /// <summary>The part spent below the virtual disk; over operations it is Lower Latency.</summary>
    public static readonly MetricDefinition DiskLowerOperationTime = new(1043, "hvi.host.disk.lower_operation_time", "s", MetricForm.Counter, 1, ["hvi.disk"],
        "The part spent below the virtual disk; over operations it is Lower Latency.");

    /// <summary>Operations outstanding at the virtual storage device.</summary>
    public static readonly MetricDefinition DiskQueueLength = new(1044, "hvi.host.disk.queue_length", "{operation}", MetricForm.Gauge, 1, ["hvi.disk"],
        "Operations outstanding at the virtual storage device.");

    /// <summary>Cap on normalized operations per second; absent when uncapped.</summary>
    public static readonly MetricDefinition DiskQosIops = new(1045, "hvi.host.disk.qos.iops", "{operation}/s", MetricForm.Gauge, 1, ["hvi.disk"],
        "Cap on normalized operations per second; absent when uncapped.");

    /// <summary>Cap on bytes per second; absent when uncapped.</summary>
    public static readonly MetricDefinition DiskQosBandwidth = new(1046, "hvi.host.disk.qos.bandwidth", "By/s", MetricForm.Gauge, 1, ["hvi.disk"],
        "Cap on bytes per second; absent when uncapped.");

    /// <summary>Operations that the virtual disk could not complete.</summary>
    public static readonly MetricDefinition DiskErrors = new(1047, "hvi.host.disk.errors", "{error}", MetricForm.Counter, 1, ["hvi.disk"],
        "Failed operations.");

    /// <summary>Operations in units of 8 KiB, as QoS counts them.</summary>
    public static readonly MetricDefinition DiskNormalizedOperations = new(1048, "hvi.host.disk.normalized_operations", "{operation}", MetricForm.Counter, 1, ["hvi.disk"],
        "Operations in units of 8 KiB, as QoS counts them.");

    /// <summary>1: this virtual disk lies on this store.</summary>
    public static readonly MetricDefinition DiskStore = new(1049, "hvi.host.disk.store", "1", MetricForm.Gauge, 1, ["hvi.disk", "hvi.store"],
        "1: this virtual disk lies on this store.");

    /// <summary>Operations of a backing device.</summary>
    public static readonly MetricDefinition StoreOperations = new(1080, "hvi.host.store.operations", "{operation}", MetricForm.Counter, 1, ["hvi.store", "disk.io.direction"],
        "Operations of a backing device.");

    /// <summary>Bytes of a backing device.</summary>
    public static readonly MetricDefinition StoreIo = new(1081, "hvi.host.store.io", "By", MetricForm.Counter, 1, ["hvi.store", "disk.io.direction"],
        "Bytes of a backing device.");

    /// <summary>Sum of operation times of a backing device.</summary>
    public static readonly MetricDefinition StoreOperationTime = new(1082, "hvi.host.store.operation_time", "s", MetricForm.Counter, 1, ["hvi.store", "disk.io.direction"],
        "Sum of operation times of a backing device.");

    /// <summary>Time integral of operations in flight on a backing device.</summary>
    public static readonly MetricDefinition StoreQueueTime = new(1083, "hvi.host.store.queue_time", "s", MetricForm.Counter, 1, ["hvi.store"],
        "Time integral of operations in flight on a backing device.");


    // network
    /// <summary>Bytes of a virtual adapter, direction as the host's counter names it.</summary>
    public static readonly MetricDefinition NicIo = new(1060, "hvi.host.nic.io", "By", MetricForm.Counter, 1, ["hvi.nic", "network.io.direction"],
        "Bytes of a virtual adapter, direction as the host's counter names it.");

    /// <summary>Packets of a virtual adapter.</summary>
    public static readonly MetricDefinition NicPackets = new(1061, "hvi.host.nic.packets", "{packet}", MetricForm.Counter, 1, ["hvi.nic", "network.io.direction"],
        "Packets of a virtual adapter.");

    /// <summary>Packets of a virtual adapter that the switch or adapter dropped.</summary>
    public static readonly MetricDefinition NicDropped = new(1062, "hvi.host.nic.dropped", "{packet}", MetricForm.Counter, 1, ["hvi.nic", "network.io.direction"],
        "Packets of a virtual adapter that the switch or adapter dropped.");


    // bus
    /// <summary>Times the bus throttled interrupts to a flooding partition.</summary>
    public static readonly MetricDefinition VmbusThrottleEvents = new(1070, "hvi.host.vmbus.throttle_events", "{event}", MetricForm.Counter, 1, [],
        "Times the bus throttled interrupts to a flooding partition.");

    /// <summary>Interrupts on the bus.</summary>
    public static readonly MetricDefinition VmbusInterrupts = new(1071, "hvi.host.vmbus.interrupts", "{interrupt}", MetricForm.Counter, 1, ["hvi.direction"],
        "Interrupts on the bus.");

    // recordings without operation rates
    /// <summary>Mean latency of a virtual disk, if no rate is reported to weight it.</summary>
    public static readonly MetricDefinition DiskLatency = new(1200, "hvi.host.disk.latency", "s", MetricForm.Gauge, 1, ["hvi.disk"],
        "Mean latency of a virtual disk, if no rate is reported to weight it.");

    /// <summary>Mean latency below a virtual disk, if no rate is reported to weight it.</summary>
    public static readonly MetricDefinition DiskLowerLatency = new(1201, "hvi.host.disk.lower_latency", "s", MetricForm.Gauge, 1, ["hvi.disk"],
        "Mean latency below a virtual disk, if no rate is reported to weight it.");

    // engine: what the verdict needs beside the above
    /// <summary>Bytes of a physical adapter of the host.</summary>
    public static readonly MetricDefinition UplinkIo = new(1250, "hvi.host.uplink.io", "By", MetricForm.Counter, 1, ["hvi.uplink", "network.io.direction"],
        "Bytes of a physical adapter of the host.");

    /// <summary>Link speed of a physical adapter of the host.</summary>
    public static readonly MetricDefinition UplinkSpeed = new(1251, "hvi.host.uplink.speed", "By/s", MetricForm.Gauge, 1, ["hvi.uplink"],
        "Link speed of a physical adapter of the host.");

    /// <summary>Packets that a physical adapter of the host discarded.</summary>
    public static readonly MetricDefinition UplinkDropped = new(1252, "hvi.host.uplink.dropped", "{packet}", MetricForm.Counter, 1, ["hvi.uplink", "network.io.direction"],
        "Packets that a physical adapter of the host discarded.");

    /// <summary>Packets waiting to leave a physical adapter of the host.</summary>
    public static readonly MetricDefinition UplinkQueueLength = new(1253, "hvi.host.uplink.queue_length", "{packet}", MetricForm.Gauge, 1, ["hvi.uplink"],
        "Packets waiting to leave a physical adapter of the host.");

    /// <summary>Packets that a virtual switch dropped, over all its ports.</summary>
    public static readonly MetricDefinition SwitchDropped = new(1254, "hvi.host.switch.dropped", "{packet}", MetricForm.Counter, 1, ["hvi.switch", "network.io.direction"],
        "Packets that a virtual switch dropped, over all its ports.");

    /// <summary>Time the bus held messages of the partition back (VM Virtual Device Pipe IO, Receive QoS).</summary>
    public static readonly MetricDefinition VmbusMessageDelay = new(1255, "hvi.host.vmbus.message_delay", "s", MetricForm.Counter, 1, ["hvi.vmbus.device"],
        "Time the bus held messages of the partition back (VM Virtual Device Pipe IO, Receive QoS).");

    /// <summary>1 while the host moves (migration) or saves (checkpoint) the partition.</summary>
    public static readonly MetricDefinition VmActivity = new(1256, "hvi.host.vm.activity", "1", MetricForm.Gauge, 1, ["hvi.activity"],
        "1 while the host moves (migration) or saves (checkpoint) the partition.");

    /// <summary>All of them; what the parts of the virtualization stack do stands in <see cref="StackMetrics"/>.</summary>
    public static IReadOnlyList<MetricDefinition> All { get; } =
    [
        VpRunTime,
        VpWaitTime,
        VpDispatches,
        VpContentionTime,
        VpGuestRunTime,
        VpHypervisorRunTime,
        VpIntercepts,
        VpCount,
        VpLimit,
        VpWeight,
        LpRunTime,
        LpCount,
        LpContextSwitches,
        RootRunTime,
        HostStalled,
        VmOverheadTime,
        HostProcessTime,
        VmThrottledTime,
        MemoryAssigned,
        MemoryDemand,
        MemoryPressure,
        MemoryGuestVisible,
        MemoryAdded,
        MemoryRemoved,
        MemorySmartPaging,
        HostMemoryAvailable,
        MemoryMaximum,
        MemoryResident,
        MemoryRemotePages,
        HostMemoryTotal,
        DiskOperations,
        DiskIo,
        DiskOperationTime,
        DiskLowerOperationTime,
        DiskQueueLength,
        DiskQosIops,
        DiskQosBandwidth,
        DiskErrors,
        DiskNormalizedOperations,
        DiskStore,
        NicIo,
        NicPackets,
        NicDropped,
        VmbusThrottleEvents,
        VmbusInterrupts,
        StoreOperations,
        StoreIo,
        StoreOperationTime,
        StoreQueueTime,
        DiskLatency,
        DiskLowerLatency,
        UplinkIo,
        UplinkSpeed,
        UplinkDropped,
        UplinkQueueLength,
        SwitchDropped,
        VmbusMessageDelay,
        VmActivity,
        .. StackMetrics.All,
    ];
}
