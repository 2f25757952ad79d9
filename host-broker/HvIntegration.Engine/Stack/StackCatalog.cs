using HvIntegration.Model;
using HvIntegration.Protocol.Metrics;

namespace HvIntegration.Engine.Stack;

/// <summary>Every part of the virtualization stack by its own name, what is watched of it, and from where on it deserves attention.</summary>
/// <remarks>
/// Limits with a source name it; the others are our own and mark what a healthy VM does not show. Where neither is known
/// (thresholds reference, section 7: intercepts, spin waits, interrupt rates) a value is shown without a limit. A mark is a hint
/// beside a verdict: it weighs nothing in it, because these counters tell what a part does, not whom it harms. What a hypothesis
/// weighs itself, as drops and queues, is shown and not said again.
/// </remarks>
public static class StackCatalog
{
    private const double InterceptShare = 0.1;
    private const double OneInterceptShare = 0.05;
    private const double RemoteShare = 0.2;
    private const double WaitShare = 0.05;
    private const double RemotePages = 100;
    private const double NodeFreeBytes = 1024.0 * 1024 * 1024;
    private const double RootPagesPerSecond = 1000;
    private const double FrequencyShare = 0.9;
    private const double EmulatedPerSecond = 500;
    private const double ServiceShare = 0.5;
    private const double LateShare = 0.01;

    private const double Some = StackUse.AnyAtAll;

    private const string AboutIntercepts =
        "Find the expensive intercepts: emulated devices, a busy timer, or nested virtualization.";

    private const string AboutEmulation =
        "The guest uses emulated devices. Install the integration components, and replace legacy network adapters and IDE disks with synthetic ones.";

    private const string AboutQuotas =
        "The guest sends more VMBus messages than its quota. Look for a device that is reset or polled repeatedly.";

    private const string AboutLateIntercepts =
        "The worker process handles the intercepts of this VM late. The root partition lacks processor time, or a device of the VM blocks.";

    private const string AboutWaitingRoot =
        "The root partition waits for processors, which delays the storage and network I/O of every VM. Reserve logical processors for it.";

    private static readonly ResourceFamily[] Cpu = [ResourceFamily.Cpu];
    private static readonly ResourceFamily[] Memory = [ResourceFamily.Memory];
    private static readonly ResourceFamily[] Storage = [ResourceFamily.Storage];
    private static readonly ResourceFamily[] Network = [ResourceFamily.Network];
    private static readonly ResourceFamily[] Transfers = [ResourceFamily.Storage, ResourceFamily.Network];
    private static readonly ResourceFamily[] All = [ResourceFamily.Cpu, ResourceFamily.Memory, ResourceFamily.Storage, ResourceFamily.Network, ResourceFamily.Whole];

    private static readonly StackRule[] OfVm =
    [
        new(StackPart.Hypervisor, "run time for the processors of this VM", HostMetrics.VpHypervisorRunTime, StackSum.Mean)
            { Limit = InterceptShare, Explains = Cpu, Advice = AboutIntercepts },
        new(StackPart.Hypervisor, "time in intercepts", StackMetrics.VpInterceptTime, StackSum.Mean)
            { Limit = InterceptShare, Explains = Cpu, Advice = AboutIntercepts },
        new(StackPart.Hypervisor, "time in hypercalls", StackMetrics.VpHypercallTime, StackSum.Mean)
            { Limit = OneInterceptShare, Explains = Cpu, Advice = "The guest spins on locks or flushes address translations often. Fewer virtual processors reduce this cost." },
        new(StackPart.Hypervisor, "hypercalls", StackMetrics.VpHypercalls, StackSum.Total),
        new(StackPart.Hypervisor, "time in MSR accesses", StackMetrics.VpMsrAccessTime, StackSum.Mean)
            { Limit = OneInterceptShare, Explains = Cpu, Advice = "The guest reads its timer through MSRs, so it does not use the reference clock of the hypervisor. Check its clock source." },
        new(StackPart.Hypervisor, "MSR accesses", StackMetrics.VpMsrAccesses, StackSum.Total),
        new(StackPart.Hypervisor, "time in APIC accesses", StackMetrics.VpApicAccessTime, StackSum.Mean)
            { Limit = OneInterceptShare, Explains = Cpu, Advice = "The guest accesses the interrupt controller directly, so its enlightenments are inactive. Check its integration components." },
        new(StackPart.Hypervisor, "APIC accesses", StackMetrics.VpApicAccesses, StackSum.Total),
        new(StackPart.Hypervisor, "time in nested page faults", StackMetrics.VpNestedPageFaultTime, StackSum.Mean)
            { Limit = OneInterceptShare, Explains = [ResourceFamily.Cpu, ResourceFamily.Memory], Advice = "The memory of this VM is moved, or removed and added again. Raise its minimum memory." },
        new(StackPart.Hypervisor, "nested page faults", StackMetrics.VpNestedPageFaults, StackSum.Total),
        new(StackPart.Hypervisor, "long spin waits", StackMetrics.VpLongSpinWaits, StackSum.Total),
        new(StackPart.Hypervisor, "migrations between logical processors", StackMetrics.VpMigrations, StackSum.Total),
        new(StackPart.Hypervisor, "time to wake idle processors", StackMetrics.VpWakeUpTime, StackSum.Mean),
        new(StackPart.Hypervisor, "skipped timer ticks", StackMetrics.PartitionSkippedTicks, StackSum.Total)
            { Limit = Some, Explains = Cpu, Advice = "The guest did not receive these clock ticks because it got too little processor time." },
        new(StackPart.Vid, "run time away from its NUMA node", StackMetrics.VpRemoteRunTime, StackSum.Mean)
            { Limit = RemoteShare, Explains = Cpu, Advice = "Assign fewer virtual processors than its NUMA node has, or reduce the load of that node." },
        new(StackPart.Vid, "pages on another NUMA node", HostMetrics.MemoryRemotePages, StackSum.Total)
            { Limit = RemotePages, Explains = [ResourceFamily.Cpu, ResourceFamily.Memory], Advice = "Its memory and its processors are on different NUMA nodes (PAL: above 100 pages). Make the VM fit into one node." },
        new(StackPart.Vid, "preferred NUMA node", StackMetrics.MemoryPreferredNode, StackSum.Total),
        new(StackPart.Vid, "smart paging", HostMetrics.MemorySmartPaging, StackSum.Total)
            { Limit = 1, Explains = Memory, Advice = "The VM started with less memory than it needs and uses a paging file of the host. Raise its minimum memory." },
        new(StackPart.Vid, "changes of its memory map", StackMetrics.PartitionGpaModifications, StackSum.Total),
        new(StackPart.Vid, "large pages split", StackMetrics.PartitionPagesShattered, StackSum.Total),
        new(StackPart.Vid, "memory deposited for it", StackMetrics.PartitionDeposited, StackSum.Total),
        new(StackPart.Vmbus, "messages held back", StackMetrics.PipeIoMessages, StackSum.Total)
            { Last = "non-conformant", Limit = Some, Explains = Transfers, Advice = AboutQuotas },
        new(StackPart.Vmbus, "message quotas exceeded", StackMetrics.PipeIoQuotaExceeded, StackSum.Total)
            { Limit = Some, Explains = Transfers, Advice = AboutQuotas },
        new(StackPart.Vmbus, "messages wait", HostMetrics.VmbusMessageDelay, StackSum.Greatest)
            { Limit = LateShare, Explains = Transfers, Advice = "Messages wait in the root partition. Reduce its load." },
        new(StackPart.Vmbus, "through the providers' pipes", StackMetrics.VmbusPipeIo, StackSum.Total),
        new(StackPart.Vmbus, "operations of the providers' pipes", StackMetrics.VmbusPipeOperations, StackSum.Total),
        new(StackPart.Vmbus, "synthetic interrupts", StackMetrics.VpSyntheticInterrupts, StackSum.Total),
        new(StackPart.Vmbus, "interrupts of assigned devices throttled", StackMetrics.PartitionInterruptThrottles, StackSum.Total)
            { Limit = Some, Explains = Transfers, Advice = "An assigned device raises more interrupts than the host accepts. Check the interrupt moderation of its driver." },
        new(StackPart.StorageVsp, "operations outstanding", HostMetrics.DiskQueueLength, StackSum.Greatest),
        new(StackPart.StorageVsp, "operations outstanding below it", StackMetrics.DiskLowerQueueLength, StackSum.Greatest),
        new(StackPart.StorageVsp, "flushes", StackMetrics.DiskFlushes, StackSum.Total),
        new(StackPart.StorageVsp, "errors", HostMetrics.DiskErrors, StackSum.Total)
            { Limit = Some, Explains = Storage, Advice = "A virtual disk returns errors. Check the file, its volume and the path to it." },
        new(StackPart.NetworkVsp, "packets dropped", HostMetrics.NicDropped, StackSum.Total)
            { Limit = 1, Advice = "The virtual switch drops packets of this VM. Check the drop reasons, the bandwidth limit and the uplink." },
        new(StackPart.NetworkVsp, "packets dropped for lack of resources", StackMetrics.NicDropReason, StackSum.Total)
            { Limit = Some, Explains = Network, Advice = "The virtual switch had no buffer or no time for the packets. Add receive buffers in the guest, or enable virtual machine queues (VMQ)." },
        new(StackPart.Vsc, "full rings to the host", GuestMetrics.VmbusOutFull, StackSum.Total)
            { Limit = 1, Explains = Network, Advice = "The guest drivers find their rings full. Add channels to the device, issue larger operations, or reduce the load of the root partition." },
        new(StackPart.Worker, "CPU time", HostMetrics.VmOverheadTime, StackSum.Total)
            { Limit = ServiceShare, Explains = All, Advice = "The worker process of the VM is busy. Look for emulated devices, a checkpoint merge, or an open console." },
        new(StackPart.Worker, "intercepts handled late", StackMetrics.VpInterceptsDelayed, StackSum.Total)
            { Limit = Some, Explains = All, Advice = AboutLateIntercepts },
        new(StackPart.Worker, "delay of its intercepts", StackMetrics.VpInterceptDelayTime, StackSum.Greatest)
            { Limit = LateShare, Explains = All, Advice = AboutLateIntercepts },
        new(StackPart.Worker, "memory", StackMetrics.VmwpMemory, StackSum.Total),
        new(StackPart.Worker, "handles", StackMetrics.VmwpHandles, StackSum.Total),
        new(StackPart.Worker, "threads", StackMetrics.VmwpThreads, StackSum.Total),
        new(StackPart.Worker, "open consoles", StackMetrics.VmwpConsoles, StackSum.Total),
        new(StackPart.Integration, "answers", StackMetrics.IntegrationService, StackSum.Each)
            { Limit = 1, IsFloor = true, Advice = "This integration service is enabled but does not answer. Start it in the guest, or update the integration components." },
        new(StackPart.Integration, "emulated network adapters", StackMetrics.EmulatedAdapters, StackSum.Total)
            { Limit = 1, Explains = Network, Advice = "The host emulates each packet of such an adapter. Use a synthetic adapter, or remove an adapter that was only needed for network boot." },
        new(StackPart.Integration, "port instructions of emulated devices", StackMetrics.VpIoInstructions, StackSum.Total)
            { Limit = EmulatedPerSecond, Explains = All, Advice = AboutEmulation },
        new(StackPart.Integration, "instructions emulated", StackMetrics.VpEmulatedInstructions, StackSum.Total)
            { Limit = EmulatedPerSecond, Explains = All, Advice = AboutEmulation },
        new(StackPart.Vmms, "replication latency", StackMetrics.ReplicaLatency, StackSum.Greatest),
    ];

    private static readonly StackRule[] OfHost =
    [
        new(StackPart.Hypervisor, "own run time", StackMetrics.LpHypervisorRunTime, StackSum.Mean)
            { Limit = InterceptShare, Explains = Cpu, Advice = "The intercepts of a VM cost the hypervisor more than on a healthy host. Check the intercepts of the VMs." },
        new(StackPart.Hypervisor, "frequency of the slowest logical processor", StackMetrics.LpFrequencyShare, StackSum.Least)
            { Limit = FrequencyShare, IsFloor = true, Explains = Cpu, Advice = "Logical processors run below their frequency. Set the power plan of host and firmware to high performance, and check the cooling." },
        new(StackPart.Hypervisor, "interrupts", StackMetrics.LpInterrupts, StackSum.Total),
        new(StackPart.Hypervisor, "virtual processors", StackMetrics.HypervisorVirtualProcessors, StackSum.Total),
        new(StackPart.Hypervisor, "partitions", StackMetrics.HypervisorPartitions, StackSum.Total),
        new(StackPart.Hypervisor, "own memory", StackMetrics.HypervisorPages, StackSum.Total),
        new(StackPart.Root, "processors used", HostMetrics.RootRunTime, StackSum.Total),
        new(StackPart.Root, "hypervisor time for its processors", StackMetrics.RootHypervisorRunTime, StackSum.Mean)
            { Limit = InterceptShare, Explains = Cpu, Advice = "The root partition keeps the hypervisor busy with storage or network interrupts. Give the interrupts queues of their own (VMQ)." },
        new(StackPart.Root, "its processors wait", StackMetrics.RootWaitTime, StackSum.Mean)
            { Limit = WaitShare, Explains = All, Advice = AboutWaitingRoot },
        new(StackPart.Root, "its processors wait for other partitions", StackMetrics.RootContentionTime, StackSum.Mean)
            { Limit = WaitShare, Explains = All, Advice = AboutWaitingRoot },
        new(StackPart.Root, "memory free", StackMetrics.RootMemoryAvailable, StackSum.Total)
            { Limit = NodeFreeBytes, IsFloor = true, Explains = Memory, Advice = "The root partition has little memory available. Raise the memory reserve of the host, and stop other programs there." },
        new(StackPart.Root, "pages read from disk", StackMetrics.RootPagesInput, StackSum.Total)
            { Limit = RootPagesPerSecond, Explains = [ResourceFamily.Memory, ResourceFamily.Storage], Advice = "The root partition pages. Raise the memory reserve of the host, and stop other programs there." },
        new(StackPart.Vid, "memory free on the fullest NUMA node", StackMetrics.NumaAvailable, StackSum.Least)
            { Limit = NodeFreeBytes, IsFloor = true, Explains = Memory, Advice = "One NUMA node is full (PAL: below 1 GiB), so VMs use memory of another node. Migrate a VM, or reduce its memory." },
        new(StackPart.Root, "memory deposited for it", StackMetrics.PartitionDeposited, StackSum.Total),
        new(StackPart.Root, "changes of its memory map", StackMetrics.PartitionGpaModifications, StackSum.Total),
        new(StackPart.Root, "large pages split", StackMetrics.PartitionPagesShattered, StackSum.Total),
        new(StackPart.Vid, "memory of the smallest NUMA node", StackMetrics.VidNodeMemory, StackSum.Least),
        new(StackPart.Vid, "processors of the smallest NUMA node", StackMetrics.VidNodeProcessors, StackSum.Least),
        new(StackPart.Vid, "balancer's pressure", StackMetrics.BalancerPressure, StackSum.Greatest)
            { Limit = 1, Explains = Memory, Advice = "The VMs together request more memory than the balancer has. Add memory to the host, or migrate a VM." },
        new(StackPart.Vid, "memory left for balancing", StackMetrics.BalancerAvailable, StackSum.Total),
        new(StackPart.Vmbus, "throttle events", HostMetrics.VmbusThrottleEvents, StackSum.Total)
            { Limit = Some, Explains = Transfers, Advice = "The host throttled the interrupts of a guest (PAL: above 1). Look for the VM with the most synthetic interrupts." },
        new(StackPart.Vmbus, "interrupts", HostMetrics.VmbusInterrupts, StackSum.Total),
        new(StackPart.Vmbus, "through all pipes", StackMetrics.VmbusAllPipesIo, StackSum.Total),
        new(StackPart.Vmbus, "operations of all pipes", StackMetrics.VmbusAllPipesOperations, StackSum.Total),
        new(StackPart.NetworkVsp, "through the switches", StackMetrics.SwitchIo, StackSum.Total),
        new(StackPart.NetworkVsp, "packets dropped by the switches", HostMetrics.SwitchDropped, StackSum.Total)
            { Limit = 1, Advice = "A virtual switch drops packets. Check its ports, its extensions and the uplink." },
        new(StackPart.NetworkVsp, "packets dropped at the worst port", StackMetrics.SwitchPortDropped, StackSum.Greatest)
            { Limit = 1, Advice = "One port of a virtual switch drops packets. The drop counters of the VM adapters show the port and the reason." },
        new(StackPart.NetworkVsp, "packets of the busiest switch processor", StackMetrics.SwitchProcessorPackets, StackSum.Total),
        new(StackPart.NetworkVsp, "virtual machine queues", StackMetrics.SwitchQueues, StackSum.Total),
        new(StackPart.Vmms, "VMs in critical state", StackMetrics.VmmsVms, StackSum.Total)
            { Last = "critical", Limit = Some, Explains = All, Advice = "The management service reports a VM in critical state. The usual reason is a missing or full disk." },
        new(StackPart.Vmms, "CPU time", StackMetrics.VmmsCpuTime, StackSum.Total)
            { Limit = ServiceShare, Explains = Cpu, Advice = "The management service is busy. A backup or monitoring tool may query it too often." },
        new(StackPart.Vmms, "memory", StackMetrics.VmmsMemory, StackSum.Total),
        new(StackPart.Vmms, "handles", StackMetrics.VmmsHandles, StackSum.Total),
        new(StackPart.Worker, "busiest process of the host", HostMetrics.HostProcessTime, StackSum.Greatest),
    ];

    /// <summary>What the parts do for one VM.</summary>
    /// <param name="of">Values of a metric; empty where the source does not have it.</param>
    /// <returns>What is measured, by part.</returns>
    public static IReadOnlyList<StackUse> ReadVm(Func<MetricDefinition, IEnumerable<StackValue>> of) => Read(OfVm, of);

    /// <summary>What the parts do for all of the host together.</summary>
    /// <param name="of">Values of a metric; empty where the source does not have it.</param>
    /// <returns>What is measured, by part.</returns>
    public static IReadOnlyList<StackUse> ReadHost(Func<MetricDefinition, IEnumerable<StackValue>> of) => Read(OfHost, of);

    /// <summary>The parts of which nothing is measured here, though a source could tell.</summary>
    /// <param name="uses">What is measured.</param>
    /// <param name="ofHost">Of the host as a whole, not of one VM.</param>
    public static IReadOnlyList<StackPart> Absent(IReadOnlyList<StackUse> uses, bool ofHost) =>
        [.. (ofHost ? OfHost : OfVm).Select(r => r.Part).Distinct().Where(p => uses.All(u => u.Part != p)).Order()];

    /// <summary>Marks of the parts that may explain harm of this kind, as evidence that weighs nothing.</summary>
    internal static IEnumerable<(Evidence Evidence, string Advice)> Marks(
        ResourceFamily family, Func<MetricDefinition, IEnumerable<StackValue>> vm, Func<MetricDefinition, IEnumerable<StackValue>> host)
        => [.. Marks(OfVm, family, vm), .. Marks(OfHost, family, host)];

    private static IEnumerable<(Evidence Evidence, string Advice)> Marks(StackRule[] rules, ResourceFamily family, Func<MetricDefinition, IEnumerable<StackValue>> of)
        => Read(rules.Where(r => r.Limit is not null && r.Explains.Contains(family)), of).Where(u => u.IsBeyond)
            .Select(u => (new Evidence("stack." + u.Part.ToString().ToLowerInvariant(), FactOf(u), u.Value, u.Limit ?? double.NaN, u.Unit, u.Counter, 0, u.Part == StackPart.Vsc ? Side.Guest : Side.Host), u.Advice));

    private static List<StackUse> Read(IEnumerable<StackRule> rules, Func<MetricDefinition, IEnumerable<StackValue>> of)
    {
        var uses = new List<StackUse>();
        foreach (var rule in rules)
        {
            var values = of(rule.Metric).Where(v => double.IsFinite(v.Value) && (rule.Last is null || v.Instance == rule.Last || v.Instance.EndsWith("|" + rule.Last, StringComparison.Ordinal))).ToList();
            if (values.Count == 0)
            {
                continue;
            }

            var counter = values[0].Counter.Length > 0 ? values[0].Counter : rule.Metric.Name;
            if (rule.Sum == StackSum.Each)
            {
                uses.AddRange(values.Select(v => Use(rule, ForeignText.Name(v.Instance) + " " + rule.What, v.Value, counter)));
                continue;
            }

            uses.Add(Use(rule, rule.What, rule.Sum switch
            {
                StackSum.Mean => values.Average(v => v.Value),
                StackSum.Greatest => values.Max(v => v.Value),
                StackSum.Least => values.Min(v => v.Value),
                _ => values.Sum(v => v.Value),
            }, counter));
        }

        return [.. uses.OrderBy(u => u.Part)];
    }

    private static Fact FactOf(StackUse use)
        => new(FactKind.StackUse, string.Empty, Fact.Number(use.Value), use.Limit, use.Unit) { Part = use.Part, Name = use.What };

    private static StackUse Use(StackRule rule, string what, double value, string counter)
    {
        var beyond = rule.Limit is { } limit && (rule.IsFloor ? value < limit : value >= limit);
        return new StackUse(rule.Part, what, value, rule.Unit, rule.Limit, beyond, counter, beyond ? rule.Advice : string.Empty);
    }
}
