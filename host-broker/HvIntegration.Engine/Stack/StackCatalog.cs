using HvIntegration.Engine.Diagnosis;
using HvIntegration.Engine.Model;
using HvIntegration.Engine.Signals;
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

    // Anything at all: events that a healthy stack does not have.
    private const double Some = 0.01;

    private const string AboutIntercepts =
        "Look which intercepts cost it: emulated devices, a busy timer, or nested virtualization.";

    private const string AboutEmulation =
        "The guest drives emulated devices: install its integration components, replace a legacy network adapter or IDE disk by the synthetic one.";

    private const string AboutQuotas =
        "The guest sends more messages than its quota on the bus: look for a device that is reset or polled again and again.";

    private const string AboutLateIntercepts =
        "The worker process serves this VM's intercepts late: the root partition is short of processor, or a device of the VM blocks.";

    private const string AboutWaitingRoot =
        "The root partition itself waits for processor, so every VM's storage and network wait with it: keep logical processors for it.";

    private static readonly ResourceFamily[] Cpu = [ResourceFamily.Cpu];
    private static readonly ResourceFamily[] Memory = [ResourceFamily.Memory];
    private static readonly ResourceFamily[] Storage = [ResourceFamily.Storage];
    private static readonly ResourceFamily[] Network = [ResourceFamily.Network];
    private static readonly ResourceFamily[] Transfers = [ResourceFamily.Storage, ResourceFamily.Network];
    private static readonly ResourceFamily[] All = [ResourceFamily.Cpu, ResourceFamily.Memory, ResourceFamily.Storage, ResourceFamily.Network, ResourceFamily.Whole];

    private static readonly StackRule[] OfVm =
    [
        new(StackPart.Hypervisor, "run time for this VM's processors", HostMetrics.VpHypervisorRunTime, StackSum.Mean)
            { Limit = InterceptShare, Explains = Cpu, Advice = AboutIntercepts },
        new(StackPart.Hypervisor, "time in intercepts", StackMetrics.VpInterceptTime, StackSum.Mean)
            { Limit = InterceptShare, Explains = Cpu, Advice = AboutIntercepts },
        new(StackPart.Hypervisor, "time in hypercalls", StackMetrics.VpHypercallTime, StackSum.Mean)
            { Limit = OneInterceptShare, Explains = Cpu, Advice = "Hypercalls cost this much when the guest spins for locks or flushes address translations: fewer virtual processors would lower it." },
        new(StackPart.Hypervisor, "hypercalls", StackMetrics.VpHypercalls, StackSum.Total),
        new(StackPart.Hypervisor, "time in MSR accesses", StackMetrics.VpMsrAccessTime, StackSum.Mean)
            { Limit = OneInterceptShare, Explains = Cpu, Advice = "A guest that reads its timer by MSR lacks the reference clock of the hypervisor: check its clock source." },
        new(StackPart.Hypervisor, "MSR accesses", StackMetrics.VpMsrAccesses, StackSum.Total),
        new(StackPart.Hypervisor, "time in APIC accesses", StackMetrics.VpApicAccessTime, StackSum.Mean)
            { Limit = OneInterceptShare, Explains = Cpu, Advice = "A guest that drives the interrupt controller by hand lacks its enlightenments: check its integration components." },
        new(StackPart.Hypervisor, "APIC accesses", StackMetrics.VpApicAccesses, StackSum.Total),
        new(StackPart.Hypervisor, "time in nested page faults", StackMetrics.VpNestedPageFaultTime, StackSum.Mean)
            { Limit = OneInterceptShare, Explains = [ResourceFamily.Cpu, ResourceFamily.Memory], Advice = "Memory of this VM is moved or given back and taken again: raise its minimum." },
        new(StackPart.Hypervisor, "nested page faults", StackMetrics.VpNestedPageFaults, StackSum.Total),
        new(StackPart.Hypervisor, "long spin waits", StackMetrics.VpLongSpinWaits, StackSum.Total),
        new(StackPart.Hypervisor, "moves between logical processors", StackMetrics.VpMigrations, StackSum.Total),
        new(StackPart.Hypervisor, "time to wake idle processors", StackMetrics.VpWakeUpTime, StackSum.Mean),
        new(StackPart.Hypervisor, "skipped timer ticks", StackMetrics.PartitionSkippedTicks, StackSum.Total)
            { Limit = Some, Explains = Cpu, Advice = "The guest never got these clock ticks: it was starved of processor." },
        new(StackPart.Vid, "run time away from its NUMA node", StackMetrics.VpRemoteRunTime, StackSum.Mean)
            { Limit = RemoteShare, Explains = Cpu, Advice = "Give it fewer virtual processors than its node has, or free that node." },
        new(StackPart.Vid, "pages on another NUMA node", HostMetrics.MemoryRemotePages, StackSum.Total)
            { Limit = RemotePages, Explains = [ResourceFamily.Cpu, ResourceFamily.Memory], Advice = "Its memory lies on another NUMA node than its processors (PAL: above 100 pages): make it fit into one node." },
        new(StackPart.Vid, "preferred NUMA node", StackMetrics.MemoryPreferredNode, StackSum.Total),
        new(StackPart.Vid, "smart paging", HostMetrics.MemorySmartPaging, StackSum.Total)
            { Limit = 1, Explains = Memory, Advice = "The VM started with less memory than it needs and lives from a paging file of the host: raise its minimum." },
        new(StackPart.Vid, "changes of its memory map", StackMetrics.PartitionGpaModifications, StackSum.Total),
        new(StackPart.Vid, "large pages broken up", StackMetrics.PartitionPagesShattered, StackSum.Total),
        new(StackPart.Vid, "memory deposited for it", StackMetrics.PartitionDeposited, StackSum.Total),
        new(StackPart.Vmbus, "messages held back", StackMetrics.PipeIoMessages, StackSum.Total)
            { Last = "non-conformant", Limit = Some, Explains = Transfers, Advice = AboutQuotas },
        new(StackPart.Vmbus, "message quotas exceeded", StackMetrics.PipeIoQuotaExceeded, StackSum.Total)
            { Limit = Some, Explains = Transfers, Advice = AboutQuotas },
        new(StackPart.Vmbus, "messages wait", HostMetrics.VmbusMessageDelay, StackSum.Greatest)
            { Limit = LateShare, Explains = Transfers, Advice = "Messages wait in the root partition before they are served: lower its load." },
        new(StackPart.Vmbus, "through the providers' pipes", StackMetrics.VmbusPipeIo, StackSum.Total),
        new(StackPart.Vmbus, "operations of the providers' pipes", StackMetrics.VmbusPipeOperations, StackSum.Total),
        new(StackPart.Vmbus, "synthetic interrupts", StackMetrics.VpSyntheticInterrupts, StackSum.Total),
        new(StackPart.Vmbus, "interrupts of assigned devices throttled", StackMetrics.PartitionInterruptThrottles, StackSum.Total)
            { Limit = Some, Explains = Transfers, Advice = "An assigned device raises more interrupts than the host lets through: check its driver's interrupt moderation." },
        new(StackPart.StorageVsp, "operations outstanding", HostMetrics.DiskQueueLength, StackSum.Greatest),
        new(StackPart.StorageVsp, "operations outstanding below it", StackMetrics.DiskLowerQueueLength, StackSum.Greatest),
        new(StackPart.StorageVsp, "flushes", StackMetrics.DiskFlushes, StackSum.Total),
        new(StackPart.StorageVsp, "errors", HostMetrics.DiskErrors, StackSum.Total)
            { Limit = Some, Explains = Storage, Advice = "A virtual disk returns errors: check the file, its volume and the path to it." },
        new(StackPart.NetworkVsp, "packets dropped", HostMetrics.NicDropped, StackSum.Total)
            { Limit = 1, Advice = "The switch drops this VM's packets: see the reasons, the bandwidth limit and the uplink." },
        new(StackPart.NetworkVsp, "packets dropped for want of resources", StackMetrics.NicDropReason, StackSum.Total)
            { Limit = Some, Explains = Network, Advice = "The switch had no buffer or no time for them: more receive buffers in the guest, virtual machine queues on the adapter." },
        new(StackPart.Vsc, "full rings to the host", GuestMetrics.VmbusOutFull, StackSum.Total)
            { Limit = 1, Explains = Network, Advice = "The guest's drivers find their rings full: more channels for the device, larger operations, or a less busy root partition." },
        new(StackPart.Worker, "CPU time", HostMetrics.VmOverheadTime, StackSum.Total)
            { Limit = ServiceShare, Explains = All, Advice = "The VM's own process in the host works this much: emulated devices, a checkpoint being merged, or a console that is watched." },
        new(StackPart.Worker, "intercepts served late", StackMetrics.VpInterceptsDelayed, StackSum.Total)
            { Limit = Some, Explains = All, Advice = AboutLateIntercepts },
        new(StackPart.Worker, "time its intercepts were late", StackMetrics.VpInterceptDelayTime, StackSum.Greatest)
            { Limit = LateShare, Explains = All, Advice = AboutLateIntercepts },
        new(StackPart.Worker, "memory", StackMetrics.VmwpMemory, StackSum.Total),
        new(StackPart.Worker, "handles", StackMetrics.VmwpHandles, StackSum.Total),
        new(StackPart.Worker, "threads", StackMetrics.VmwpThreads, StackSum.Total),
        new(StackPart.Worker, "consoles watched", StackMetrics.VmwpConsoles, StackSum.Total),
        new(StackPart.Integration, "answers", StackMetrics.IntegrationService, StackSum.Each)
            { Limit = 1, IsFloor = true, Advice = "This integration service is enabled but does not answer: start it in the guest, or update the integration components." },
        new(StackPart.Integration, "emulated network adapters", StackMetrics.EmulatedAdapters, StackSum.Total)
            { Limit = 1, Explains = Network, Advice = "The host emulates each packet of such an adapter: give the VM a synthetic one, or remove it where it only served a start from the network." },
        new(StackPart.Integration, "port instructions of emulated devices", StackMetrics.VpIoInstructions, StackSum.Total)
            { Limit = EmulatedPerSecond, Explains = All, Advice = AboutEmulation },
        new(StackPart.Integration, "instructions emulated", StackMetrics.VpEmulatedInstructions, StackSum.Total)
            { Limit = EmulatedPerSecond, Explains = All, Advice = AboutEmulation },
        new(StackPart.Vmms, "replication latency", StackMetrics.ReplicaLatency, StackSum.Greatest),
    ];

    private static readonly StackRule[] OfHost =
    [
        new(StackPart.Hypervisor, "run time of its own", StackMetrics.LpHypervisorRunTime, StackSum.Mean)
            { Limit = InterceptShare, Explains = Cpu, Advice = "Look at the VMs' intercepts: one of them costs the hypervisor more than a healthy host has." },
        new(StackPart.Hypervisor, "frequency of the slowest logical processor", StackMetrics.LpFrequencyShare, StackSum.Least)
            { Limit = FrequencyShare, IsFloor = true, Explains = Cpu, Advice = "Logical processors run below their frequency: set the power plan of host and firmware to high performance, check cooling." },
        new(StackPart.Hypervisor, "interrupts", StackMetrics.LpInterrupts, StackSum.Total),
        new(StackPart.Hypervisor, "virtual processors", StackMetrics.HypervisorVirtualProcessors, StackSum.Total),
        new(StackPart.Hypervisor, "partitions", StackMetrics.HypervisorPartitions, StackSum.Total),
        new(StackPart.Hypervisor, "memory of its own", StackMetrics.HypervisorPages, StackSum.Total),
        new(StackPart.Root, "processors used", HostMetrics.RootRunTime, StackSum.Total),
        new(StackPart.Root, "hypervisor time for its processors", StackMetrics.RootHypervisorRunTime, StackSum.Mean)
            { Limit = InterceptShare, Explains = Cpu, Advice = "The root partition keeps the hypervisor busy: storage or network interrupts that no queue of their own serves." },
        new(StackPart.Root, "its processors wait", StackMetrics.RootWaitTime, StackSum.Mean)
            { Limit = WaitShare, Explains = All, Advice = AboutWaitingRoot },
        new(StackPart.Root, "its processors wait for others", StackMetrics.RootContentionTime, StackSum.Mean)
            { Limit = WaitShare, Explains = All, Advice = AboutWaitingRoot },
        new(StackPart.Root, "memory free", StackMetrics.RootMemoryAvailable, StackSum.Total)
            { Limit = NodeFreeBytes, IsFloor = true, Explains = Memory, Advice = "The root partition has little memory of its own left: raise the host's reserve, end what else runs there." },
        new(StackPart.Root, "pages read from disk", StackMetrics.RootPagesInput, StackSum.Total)
            { Limit = RootPagesPerSecond, Explains = [ResourceFamily.Memory, ResourceFamily.Storage], Advice = "The root partition pages: raise the host's reserve, end what else runs there." },
        new(StackPart.Vid, "memory free on the fullest NUMA node", StackMetrics.NumaAvailable, StackSum.Least)
            { Limit = NodeFreeBytes, IsFloor = true, Explains = Memory, Advice = "One NUMA node is full (PAL: below 1 GiB), so VMs get memory of another: move or shrink a VM." },
        new(StackPart.Root, "memory deposited for it", StackMetrics.PartitionDeposited, StackSum.Total),
        new(StackPart.Root, "changes of its memory map", StackMetrics.PartitionGpaModifications, StackSum.Total),
        new(StackPart.Root, "large pages broken up", StackMetrics.PartitionPagesShattered, StackSum.Total),
        new(StackPart.Vid, "memory of the smallest NUMA node", StackMetrics.VidNodeMemory, StackSum.Least),
        new(StackPart.Vid, "processors of the smallest NUMA node", StackMetrics.VidNodeProcessors, StackSum.Least),
        new(StackPart.Vid, "balancer's pressure", StackMetrics.BalancerPressure, StackSum.Greatest)
            { Limit = 1, Explains = Memory, Advice = "The VMs together ask for more memory than the balancer has." },
        new(StackPart.Vid, "memory left for balancing", StackMetrics.BalancerAvailable, StackSum.Total),
        new(StackPart.Vmbus, "throttle events", HostMetrics.VmbusThrottleEvents, StackSum.Total)
            { Limit = Some, Explains = Transfers, Advice = "The host throttled the interrupts of a guest (PAL: above 1): look for the VM with the most synthetic interrupts." },
        new(StackPart.Vmbus, "interrupts", HostMetrics.VmbusInterrupts, StackSum.Total),
        new(StackPart.Vmbus, "through all pipes", StackMetrics.VmbusAllPipesIo, StackSum.Total),
        new(StackPart.Vmbus, "operations of all pipes", StackMetrics.VmbusAllPipesOperations, StackSum.Total),
        new(StackPart.NetworkVsp, "through the switches", StackMetrics.SwitchIo, StackSum.Total),
        new(StackPart.NetworkVsp, "packets dropped by the switches", HostMetrics.SwitchDropped, StackSum.Total)
            { Limit = 1, Advice = "A switch drops packets: see its ports, its extensions and the uplink." },
        new(StackPart.NetworkVsp, "packets dropped at the worst port", StackMetrics.SwitchPortDropped, StackSum.Greatest)
            { Limit = 1, Advice = "One port of a switch drops packets: see the drops and their reasons of the VMs' adapters, which name it." },
        new(StackPart.NetworkVsp, "packets of the busiest switch processor", StackMetrics.SwitchProcessorPackets, StackSum.Total),
        new(StackPart.NetworkVsp, "virtual machine queues", StackMetrics.SwitchQueues, StackSum.Total),
        new(StackPart.Vmms, "VMs in critical state", StackMetrics.VmmsVms, StackSum.Total)
            { Last = "critical", Limit = Some, Explains = All, Advice = "The management service calls a VM critical: mostly a disk that is gone or full." },
        new(StackPart.Vmms, "CPU time", StackMetrics.VmmsCpuTime, StackSum.Total)
            { Limit = ServiceShare, Explains = Cpu, Advice = "The management service itself is busy: a backup or a monitoring tool asks it too often." },
        new(StackPart.Vmms, "memory", StackMetrics.VmmsMemory, StackSum.Total),
        new(StackPart.Vmms, "handles", StackMetrics.VmmsHandles, StackSum.Total),
        new(StackPart.Worker, "busiest process of the host", HostMetrics.HostProcessTime, StackSum.Greatest),
    ];

    /// <summary>The part by the name that people of the field use.</summary>
    public static string Name(StackPart part) => part switch
    {
        StackPart.Hypervisor => "hypervisor",
        StackPart.Root => "root partition",
        StackPart.Vid => "VID",
        StackPart.Vmbus => "VMBus",
        StackPart.StorageVsp => "storage VSP",
        StackPart.NetworkVsp => "network VSP",
        StackPart.Vsc => "VSC",
        StackPart.Vmms => "VMMS",
        StackPart.Worker => "worker process",
        _ => "integration components",
    };

    /// <summary>What the parts do for one VM.</summary>
    /// <param name="of">Values of a metric; empty where the source does not have it.</param>
    /// <returns>What is measured, by part.</returns>
    public static IReadOnlyList<StackUse> ReadVm(Func<MetricDefinition, IEnumerable<StackValue>> of) => Read(OfVm, of);

    /// <summary>What the parts do for all of the host together.</summary>
    /// <param name="of">Values of a metric; empty where the source does not have it.</param>
    /// <returns>What is measured, by part.</returns>
    public static IReadOnlyList<StackUse> ReadHost(Func<MetricDefinition, IEnumerable<StackValue>> of) => Read(OfHost, of);

    /// <summary>Names of the parts of which nothing is measured here, though a source could tell.</summary>
    /// <param name="uses">What is measured.</param>
    /// <param name="ofHost">Of the host as a whole, not of one VM.</param>
    public static IReadOnlyList<string> Absent(IReadOnlyList<StackUse> uses, bool ofHost) =>
        [.. (ofHost ? OfHost : OfVm).Select(r => r.Part).Distinct().Where(p => uses.All(u => u.Part != p)).Order().Select(Name)];

    /// <summary>A use in words: "VMBus: throttle events 3 event/s".</summary>
    public static string Words(StackUse use)
    {
        ArgumentNullException.ThrowIfNull(use);
        return $"{Name(use.Part)}: {use.What} {Shown(use.Value, use.Unit)}";
    }

    /// <summary>A value of a use, or its limit, as people read it.</summary>
    public static string Shown(double value, string unit) => unit == StackRule.YesOrNo ? (value >= 1 ? "yes" : "no") : Text.InUnit(value, unit);

    /// <summary>The limit of a use as people read it: "any" where one event is one too many; null without a limit.</summary>
    public static string? LimitShown(StackUse use)
    {
        ArgumentNullException.ThrowIfNull(use);
        return use.Limit is not { } limit ? null : limit == Some ? "any" : Shown(limit, use.Unit);
    }

    /// <summary>Marks of the parts that may explain harm of this kind, as evidence that weighs nothing.</summary>
    internal static IEnumerable<(Evidence Evidence, string Advice)> Marks(
        ResourceFamily family, Func<MetricDefinition, IEnumerable<StackValue>> vm, Func<MetricDefinition, IEnumerable<StackValue>> host)
        => [.. Marks(OfVm, family, vm), .. Marks(OfHost, family, host)];

    private static IEnumerable<(Evidence Evidence, string Advice)> Marks(StackRule[] rules, ResourceFamily family, Func<MetricDefinition, IEnumerable<StackValue>> of)
        => Read(rules.Where(r => r.Limit is not null && r.Explains.Contains(family)), of).Where(u => u.IsBeyond)
            .Select(u => (new Evidence("stack." + u.Part.ToString().ToLowerInvariant(), Words(u), u.Value, u.Limit ?? double.NaN, u.Unit, u.Counter, 0, u.Part == StackPart.Vsc ? Side.Guest : Side.Host), u.Advice));

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

    private static StackUse Use(StackRule rule, string what, double value, string counter)
    {
        var beyond = rule.Limit is { } limit && (rule.IsFloor ? value < limit : value >= limit);
        return new StackUse(rule.Part, what, value, rule.Unit, rule.Limit, beyond, counter, beyond ? rule.Advice : string.Empty);
    }
}
