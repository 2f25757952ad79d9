namespace HvIntegration.Protocol.Metrics;

/// <summary>Catalog of what the parts of the virtualization stack do: hypervisor, root, VID, bus, providers, management, worker processes. Ids 1300 to 1399.</summary>
/// <remarks>Names start with <c>hvi.host.</c>. Cost counters of the hypervisor (nanoseconds per event) are told as time: cost times events.</remarks>
public static class StackMetrics
{
    // processors: hypervisor cost
    /// <summary>Hypercalls a virtual processor made.</summary>
    public static readonly MetricDefinition VpHypercalls = new(1300, "hvi.host.vp.hypercalls", "{hypercall}", MetricForm.Counter, 1, ["hvi.vp"],
        "Hypercalls a virtual processor made.");

    /// <summary>Time the hypervisor spent in a virtual processor's hypercalls.</summary>
    public static readonly MetricDefinition VpHypercallTime = new(1301, "hvi.host.vp.hypercall_time", "s", MetricForm.Counter, 1, ["hvi.vp"],
        "Time the hypervisor spent in a virtual processor's hypercalls.");

    /// <summary>Time the hypervisor spent in a virtual processor's intercepts, all kinds together.</summary>
    public static readonly MetricDefinition VpInterceptTime = new(1302, "hvi.host.vp.intercept_time", "s", MetricForm.Counter, 1, ["hvi.vp"],
        "Time the hypervisor spent in a virtual processor's intercepts, all kinds together.");

    /// <summary>Accesses to model-specific registers that the hypervisor intercepted.</summary>
    public static readonly MetricDefinition VpMsrAccesses = new(1303, "hvi.host.vp.msr_accesses", "{access}", MetricForm.Counter, 1, ["hvi.vp"],
        "Accesses to model-specific registers that the hypervisor intercepted.");

    /// <summary>Time the hypervisor spent in them.</summary>
    public static readonly MetricDefinition VpMsrAccessTime = new(1304, "hvi.host.vp.msr_access_time", "s", MetricForm.Counter, 1, ["hvi.vp"],
        "Time the hypervisor spent in them.");

    /// <summary>Accesses to the memory of the interrupt controller that the hypervisor intercepted.</summary>
    public static readonly MetricDefinition VpApicAccesses = new(1305, "hvi.host.vp.apic_accesses", "{access}", MetricForm.Counter, 1, ["hvi.vp"],
        "Accesses to the memory of the interrupt controller that the hypervisor intercepted.");

    /// <summary>Time the hypervisor spent in them.</summary>
    public static readonly MetricDefinition VpApicAccessTime = new(1306, "hvi.host.vp.apic_access_time", "s", MetricForm.Counter, 1, ["hvi.vp"],
        "Time the hypervisor spent in them.");

    /// <summary>Faults of second-level address translation: rise with ballooning, hot add and smart paging.</summary>
    public static readonly MetricDefinition VpNestedPageFaults = new(1307, "hvi.host.vp.nested_page_faults", "{fault}", MetricForm.Counter, 1, ["hvi.vp"],
        "Faults of second-level address translation: rise with ballooning, hot add and smart paging.");

    /// <summary>Time the hypervisor spent in them.</summary>
    public static readonly MetricDefinition VpNestedPageFaultTime = new(1308, "hvi.host.vp.nested_page_fault_time", "s", MetricForm.Counter, 1, ["hvi.vp"],
        "Time the hypervisor spent in them.");

    /// <summary>Port instructions that the hypervisor intercepted: emulated devices.</summary>
    public static readonly MetricDefinition VpIoInstructions = new(1309, "hvi.host.vp.io_instructions", "{instruction}", MetricForm.Counter, 1, ["hvi.vp"],
        "Port instructions that the hypervisor intercepted: emulated devices.");

    /// <summary>Instructions that the hypervisor emulated.</summary>
    public static readonly MetricDefinition VpEmulatedInstructions = new(1310, "hvi.host.vp.emulated_instructions", "{instruction}", MetricForm.Counter, 1, ["hvi.vp"],
        "Instructions that the hypervisor emulated.");

    /// <summary>Interrupts of the synthetic controller, which the bus uses.</summary>
    public static readonly MetricDefinition VpSyntheticInterrupts = new(1311, "hvi.host.vp.synthetic_interrupts", "{interrupt}", MetricForm.Counter, 1, ["hvi.vp"],
        "Interrupts of the synthetic controller, which the bus uses.");

    /// <summary>Times the guest reported a long spin on a lock whose holder was not running.</summary>
    public static readonly MetricDefinition VpLongSpinWaits = new(1312, "hvi.host.vp.long_spin_waits", "{hypercall}", MetricForm.Counter, 1, ["hvi.vp"],
        "Times the guest reported a long spin on a lock whose holder was not running.");

    /// <summary>Moves to another logical processor.</summary>
    public static readonly MetricDefinition VpMigrations = new(1313, "hvi.host.vp.migrations", "{migration}", MetricForm.Counter, 1, ["hvi.vp"],
        "Moves to another logical processor.");

    /// <summary>Time a virtual processor ran away from its preferred NUMA node.</summary>
    public static readonly MetricDefinition VpRemoteRunTime = new(1314, "hvi.host.vp.remote_run_time", "s", MetricForm.Counter, 1, ["hvi.vp"],
        "Time a virtual processor ran away from its preferred NUMA node.");

    /// <summary>Time a virtual processor waited for an idle logical processor to wake up; no contention.</summary>
    public static readonly MetricDefinition VpWakeUpTime = new(1315, "hvi.host.vp.wake_up_time", "s", MetricForm.Counter, 1, ["hvi.vp"],
        "Time a virtual processor waited for an idle logical processor to wake up; no contention.");

    /// <summary>Intercepts the VM's worker process handled late.</summary>
    public static readonly MetricDefinition VpInterceptsDelayed = new(1316, "hvi.host.vp.intercepts_delayed", "{intercept}", MetricForm.Counter, 1, ["hvi.vp"],
        "Intercepts the VM's worker process handled late.");

    /// <summary>How late, summed up.</summary>
    public static readonly MetricDefinition VpInterceptDelayTime = new(1317, "hvi.host.vp.intercept_delay_time", "s", MetricForm.Counter, 1, ["hvi.vp"],
        "How late, summed up.");

    /// <summary>Time a logical processor ran the hypervisor itself.</summary>
    public static readonly MetricDefinition LpHypervisorRunTime = new(1320, "hvi.host.lp.hypervisor_run_time", "s", MetricForm.Counter, 1, ["hvi.lp"],
        "Time a logical processor ran the hypervisor itself.");

    /// <summary>Interrupts of a logical processor, all kinds together.</summary>
    public static readonly MetricDefinition LpInterrupts = new(1321, "hvi.host.lp.interrupts", "{interrupt}", MetricForm.Counter, 1, ["hvi.lp"],
        "Interrupts of a logical processor, all kinds together.");

    /// <summary>Frequency of a logical processor over its highest.</summary>
    public static readonly MetricDefinition LpFrequencyShare = new(1322, "hvi.host.lp.frequency_share", "1", MetricForm.Gauge, 1, ["hvi.lp"],
        "Frequency of a logical processor over its highest.");

    /// <summary>Time a virtual processor of the root partition was ready but not running.</summary>
    public static readonly MetricDefinition RootWaitTime = new(1325, "hvi.host.root.wait_time", "s", MetricForm.Counter, 1, ["hvi.vp"],
        "Time a virtual processor of the root partition was ready but not running.");

    /// <summary>The part of it because another virtual processor held the logical processor.</summary>
    public static readonly MetricDefinition RootContentionTime = new(1326, "hvi.host.root.contention_time", "s", MetricForm.Counter, 1, ["hvi.vp"],
        "The part of it because another virtual processor held the logical processor.");

    /// <summary>Time the hypervisor ran for a virtual processor of the root partition.</summary>
    public static readonly MetricDefinition RootHypervisorRunTime = new(1327, "hvi.host.root.hypervisor_run_time", "s", MetricForm.Counter, 1, ["hvi.vp"],
        "Time the hypervisor ran for a virtual processor of the root partition.");

    /// <summary>Times a virtual processor of the root partition was given a logical processor.</summary>
    public static readonly MetricDefinition RootDispatches = new(1328, "hvi.host.root.dispatches", "{dispatch}", MetricForm.Counter, 1, ["hvi.vp"],
        "Times a virtual processor of the root partition was given a logical processor.");

    /// <summary>Virtual processors of all partitions, the root's too.</summary>
    public static readonly MetricDefinition HypervisorVirtualProcessors = new(1330, "hvi.host.hypervisor.virtual_processors", "{vp}", MetricForm.Gauge, 1, [],
        "Virtual processors of all partitions, the root's too.");

    /// <summary>Partitions, the root too.</summary>
    public static readonly MetricDefinition HypervisorPartitions = new(1331, "hvi.host.hypervisor.partitions", "{partition}", MetricForm.Gauge, 1, [],
        "Partitions, the root too.");

    /// <summary>Memory deposited with the hypervisor for its own use.</summary>
    public static readonly MetricDefinition HypervisorPages = new(1332, "hvi.host.hypervisor.deposited", "By", MetricForm.Gauge, 1, [],
        "Memory deposited with the hypervisor for its own use.");


    // partition and VID
    /// <summary>Memory deposited with the hypervisor for this partition.</summary>
    public static readonly MetricDefinition PartitionDeposited = new(1335, "hvi.host.partition.deposited", "By", MetricForm.Gauge, 1, [],
        "Memory deposited with the hypervisor for this partition.");

    /// <summary>Changes of the partition's physical address space: ballooning and hot add.</summary>
    public static readonly MetricDefinition PartitionGpaModifications = new(1336, "hvi.host.partition.gpa_modifications", "{modification}", MetricForm.Counter, 1, [],
        "Changes of the partition's physical address space: ballooning and hot add.");

    /// <summary>Clock ticks the guest never got: the partition was starved.</summary>
    public static readonly MetricDefinition PartitionSkippedTicks = new(1337, "hvi.host.partition.skipped_timer_ticks", "{tick}", MetricForm.Counter, 1, [],
        "Clock ticks the guest never got: the partition was starved.");

    /// <summary>Large pages broken up, which costs address translation.</summary>
    public static readonly MetricDefinition PartitionPagesShattered = new(1338, "hvi.host.partition.pages_shattered", "{page}", MetricForm.Counter, 1, [],
        "Large pages broken up, which costs address translation.");

    /// <summary>Times the interrupts of an assigned device were throttled.</summary>
    public static readonly MetricDefinition PartitionInterruptThrottles = new(1339, "hvi.host.partition.interrupt_throttles", "{event}", MetricForm.Counter, 1, [],
        "Times the interrupts of an assigned device were throttled.");

    /// <summary>Free memory of the guest, reported to the balancer.</summary>
    public static readonly MetricDefinition MemoryGuestAvailable = new(1345, "hvi.host.memory.guest_available", "By", MetricForm.Gauge, 1, [],
        "Free memory of the guest, reported to the balancer.");

    /// <summary>Times memory was added or removed.</summary>
    public static readonly MetricDefinition MemoryOperations = new(1346, "hvi.host.memory.operations", "{operation}", MetricForm.Counter, 1, ["hvi.direction"],
        "Times memory was added or removed.");

    /// <summary>Pressure over all VMs: average of the VMs, and of the system now.</summary>
    public static readonly MetricDefinition BalancerPressure = new(1347, "hvi.host.memory.balancer.pressure", "1", MetricForm.Gauge, 1, ["hvi.kind"],
        "Pressure over all VMs: average of the VMs, and of the system now.");

    /// <summary>Memory the balancer may use for balancing.</summary>
    public static readonly MetricDefinition BalancerAvailable = new(1348, "hvi.host.memory.balancer.available", "By", MetricForm.Gauge, 1, [],
        "Memory the balancer may use for balancing.");

    /// <summary>Index of the partition's preferred NUMA node.</summary>
    public static readonly MetricDefinition MemoryPreferredNode = new(1349, "hvi.host.memory.preferred_node", "{node}", MetricForm.Gauge, 1, [],
        "Index of the partition's preferred NUMA node.");

    /// <summary>Memory free on a NUMA node.</summary>
    public static readonly MetricDefinition NumaAvailable = new(1350, "hvi.host.numa.available", "By", MetricForm.Gauge, 1, ["hvi.node"],
        "Memory free on a NUMA node.");

    /// <summary>Memory the root partition has free.</summary>
    public static readonly MetricDefinition RootMemoryAvailable = new(1351, "hvi.host.root.memory_available", "By", MetricForm.Gauge, 1, [],
        "Memory the root partition has free.");

    /// <summary>Pages the root partition read from disk.</summary>
    public static readonly MetricDefinition RootPagesInput = new(1352, "hvi.host.root.pages_input", "{page}", MetricForm.Counter, 1, [],
        "Pages the root partition read from disk.");

    /// <summary>Memory of a NUMA node as the VID has it.</summary>
    public static readonly MetricDefinition VidNodeMemory = new(1353, "hvi.host.vid.node_memory", "By", MetricForm.Gauge, 1, ["hvi.node"],
        "Memory of a NUMA node as the VID has it.");

    /// <summary>Processors of a NUMA node as the VID has them.</summary>
    public static readonly MetricDefinition VidNodeProcessors = new(1354, "hvi.host.vid.node_processors", "{cpu}", MetricForm.Gauge, 1, ["hvi.node"],
        "Processors of a NUMA node as the VID has them.");


    // storage and network providers
    /// <summary>Operations outstanding below the virtual disk.</summary>
    public static readonly MetricDefinition DiskLowerQueueLength = new(1355, "hvi.host.disk.lower_queue_length", "{operation}", MetricForm.Gauge, 1, ["hvi.disk"],
        "Operations outstanding below the virtual disk.");

    /// <summary>Flushes of a virtual disk.</summary>
    public static readonly MetricDefinition DiskFlushes = new(1356, "hvi.host.disk.flushes", "{operation}", MetricForm.Counter, 1, ["hvi.disk"],
        "Flushes of a virtual disk.");

    /// <summary>Packets dropped for lack of resources.</summary>
    public static readonly MetricDefinition NicDropReason = new(1360, "hvi.host.nic.drop_reason", "{packet}", MetricForm.Counter, 1, ["hvi.nic", "hvi.reason"],
        "Packets dropped for lack of resources.");

    /// <summary>Bytes of a virtual switch, all ports together.</summary>
    public static readonly MetricDefinition SwitchIo = new(1361, "hvi.host.switch.io", "By", MetricForm.Counter, 1, ["hvi.switch", "network.io.direction"],
        "Bytes of a virtual switch, all ports together.");

    /// <summary>Packets dropped at the switch port that drops most.</summary>
    public static readonly MetricDefinition SwitchPortDropped = new(1362, "hvi.host.switch.port_dropped", "{packet}", MetricForm.Counter, 1, ["network.io.direction"],
        "Packets dropped at the switch port that drops most.");

    /// <summary>Packets that the busiest processor of the switches received from the physical network and from the VMs.</summary>
    public static readonly MetricDefinition SwitchProcessorPackets = new(1363, "hvi.host.switch.processor_packets", "{packet}", MetricForm.Counter, 1, ["hvi.kind"],
        "Packets that the busiest processor of the switches received from the physical network and from the VMs.");

    /// <summary>Virtual machine queues in use.</summary>
    public static readonly MetricDefinition SwitchQueues = new(1364, "hvi.host.switch.queues", "{queue}", MetricForm.Gauge, 1, [],
        "Virtual machine queues in use.");


    // bus
    /// <summary>Bytes through a provider's pipe to the partition.</summary>
    public static readonly MetricDefinition VmbusPipeIo = new(1370, "hvi.host.vmbus.pipe.io", "By", MetricForm.Counter, 1, ["hvi.device", "hvi.direction"],
        "Bytes through a provider's pipe to the partition.");

    /// <summary>Reads and writes of a provider's pipe to the partition.</summary>
    public static readonly MetricDefinition VmbusPipeOperations = new(1371, "hvi.host.vmbus.pipe.operations", "{operation}", MetricForm.Counter, 1, ["hvi.device", "hvi.direction"],
        "Reads and writes of a provider's pipe to the partition.");

    /// <summary>Messages from the partition to a device of its worker process; non-conformant ones were held back.</summary>
    public static readonly MetricDefinition PipeIoMessages = new(1372, "hvi.host.vmbus.pipe_io.messages", "{message}", MetricForm.Counter, 1, ["hvi.device", "hvi.conformance"],
        "Messages from the partition to a device of its worker process; non-conformant ones were held back.");

    /// <summary>Times a device's quota of messages was exceeded.</summary>
    public static readonly MetricDefinition PipeIoQuotaExceeded = new(1374, "hvi.host.vmbus.pipe_io.quota_exceeded", "{event}", MetricForm.Counter, 1, ["hvi.device"],
        "Times a device's quota of messages was exceeded.");

    /// <summary>Bytes through all pipes of the root's side of the bus.</summary>
    public static readonly MetricDefinition VmbusAllPipesIo = new(1375, "hvi.host.vmbus.pipes.io", "By", MetricForm.Counter, 1, ["hvi.direction"],
        "Bytes through all pipes of the root's side of the bus.");

    /// <summary>Reads and writes of all pipes of the root's side of the bus.</summary>
    public static readonly MetricDefinition VmbusAllPipesOperations = new(1376, "hvi.host.vmbus.pipes.operations", "{operation}", MetricForm.Counter, 1, ["hvi.direction"],
        "Reads and writes of all pipes of the root's side of the bus.");


    // management and worker processes
    /// <summary>VMs by their health.</summary>
    public static readonly MetricDefinition VmmsVms = new(1380, "hvi.host.vmms.vms", "{vm}", MetricForm.Gauge, 1, ["hvi.health"],
        "VMs by their health.");

    /// <summary>CPU time of the management service.</summary>
    public static readonly MetricDefinition VmmsCpuTime = new(1381, "hvi.host.vmms.cpu_time", "s", MetricForm.Counter, 1, [],
        "CPU time of the management service.");

    /// <summary>Working set of the management service.</summary>
    public static readonly MetricDefinition VmmsMemory = new(1382, "hvi.host.vmms.memory", "By", MetricForm.Gauge, 1, [],
        "Working set of the management service.");

    /// <summary>Handles of the management service.</summary>
    public static readonly MetricDefinition VmmsHandles = new(1383, "hvi.host.vmms.handles", "{handle}", MetricForm.Gauge, 1, [],
        "Handles of the management service.");

    /// <summary>Working set of the VM's worker process.</summary>
    public static readonly MetricDefinition VmwpMemory = new(1386, "hvi.host.vmwp.memory", "By", MetricForm.Gauge, 1, [],
        "Working set of the VM's worker process.");

    /// <summary>Handles of the VM's worker process.</summary>
    public static readonly MetricDefinition VmwpHandles = new(1387, "hvi.host.vmwp.handles", "{handle}", MetricForm.Gauge, 1, [],
        "Handles of the VM's worker process.");

    /// <summary>Threads of the VM's worker process.</summary>
    public static readonly MetricDefinition VmwpThreads = new(1388, "hvi.host.vmwp.threads", "{thread}", MetricForm.Gauge, 1, [],
        "Threads of the VM's worker process.");

    /// <summary>Consoles of the VM that are watched.</summary>
    public static readonly MetricDefinition VmwpConsoles = new(1389, "hvi.host.vmwp.consoles", "{client}", MetricForm.Gauge, 1, [],
        "Consoles of the VM that are watched.");

    /// <summary>1: this integration service of the VM is well; 0: it is not.</summary>
    public static readonly MetricDefinition IntegrationService = new(1390, "hvi.host.integration.service", "1", MetricForm.Gauge, 1, ["hvi.service"],
        "1: this integration service of the VM is well; 0: it is not.");

    /// <summary>Emulated network adapters that the VM has.</summary>
    public static readonly MetricDefinition EmulatedAdapters = new(1391, "hvi.host.integration.emulated_adapters", "{adapter}", MetricForm.Gauge, 1, [],
        "Emulated network adapters that the VM has.");

    /// <summary>Average latency of replication.</summary>
    public static readonly MetricDefinition ReplicaLatency = new(1396, "hvi.host.replica.latency", "s", MetricForm.Gauge, 1, [],
        "Average latency of replication.");

    /// <summary>All of them, by rising id.</summary>
    public static IReadOnlyList<MetricDefinition> All { get; } =
    [
        VpHypercalls,
        VpHypercallTime,
        VpInterceptTime,
        VpMsrAccesses,
        VpMsrAccessTime,
        VpApicAccesses,
        VpApicAccessTime,
        VpNestedPageFaults,
        VpNestedPageFaultTime,
        VpIoInstructions,
        VpEmulatedInstructions,
        VpSyntheticInterrupts,
        VpLongSpinWaits,
        VpMigrations,
        VpRemoteRunTime,
        VpWakeUpTime,
        VpInterceptsDelayed,
        VpInterceptDelayTime,
        LpHypervisorRunTime,
        LpInterrupts,
        LpFrequencyShare,
        RootWaitTime,
        RootContentionTime,
        RootHypervisorRunTime,
        RootDispatches,
        HypervisorVirtualProcessors,
        HypervisorPartitions,
        HypervisorPages,
        PartitionDeposited,
        PartitionGpaModifications,
        PartitionSkippedTicks,
        PartitionPagesShattered,
        PartitionInterruptThrottles,
        MemoryGuestAvailable,
        MemoryOperations,
        BalancerPressure,
        BalancerAvailable,
        MemoryPreferredNode,
        NumaAvailable,
        RootMemoryAvailable,
        RootPagesInput,
        VidNodeMemory,
        VidNodeProcessors,
        DiskLowerQueueLength,
        DiskFlushes,
        NicDropReason,
        SwitchIo,
        SwitchPortDropped,
        SwitchProcessorPackets,
        SwitchQueues,
        VmbusPipeIo,
        VmbusPipeOperations,
        PipeIoMessages,
        PipeIoQuotaExceeded,
        VmbusAllPipesIo,
        VmbusAllPipesOperations,
        VmmsVms,
        VmmsCpuTime,
        VmmsMemory,
        VmmsHandles,
        VmwpMemory,
        VmwpHandles,
        VmwpThreads,
        VmwpConsoles,
        IntegrationService,
        EmulatedAdapters,
        ReplicaLatency,
    ];
}
