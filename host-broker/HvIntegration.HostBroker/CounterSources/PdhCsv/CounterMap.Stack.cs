using System.Globalization;
using System.Text.RegularExpressions;
using HvIntegration.Engine.Model;
using HvIntegration.Protocol.Metrics;

namespace HvIntegration.HostBroker.CounterSources.PdhCsv;

/// <summary>The parts of the virtualization stack by their own names: hypervisor cost, root, partition, balancer, switch, bus, management.</summary>
/// <remarks>A cost counter is nanoseconds per event; times the events it becomes seconds per second, which adds up and compares.</remarks>
internal sealed partial class CounterMap
{
    private const double Milli = 1e-3;

    private readonly Dictionary<SeriesKey, List<int>> _together = [];

    // Counters of Hyper-V Hypervisor Virtual Processor: events per second.
    private static readonly Dictionary<string, MetricDefinition> ProcessorEvents = new(StringComparer.OrdinalIgnoreCase)
    {
        ["Hypercalls/sec"] = StackMetrics.VpHypercalls,
        ["MSR Accesses/sec"] = StackMetrics.VpMsrAccesses,
        ["APIC MMIO Accesses/sec"] = StackMetrics.VpApicAccesses,
        ["Nested Page Fault Intercepts/sec"] = StackMetrics.VpNestedPageFaults,
        ["IO Instructions/sec"] = StackMetrics.VpIoInstructions,
        ["Emulated Instructions/sec"] = StackMetrics.VpEmulatedInstructions,
        ["Synthetic Interrupts/sec"] = StackMetrics.VpSyntheticInterrupts,
        ["Long Spin Wait Hypercalls/sec"] = StackMetrics.VpLongSpinWaits,
        ["Logical Processor Migrations/sec"] = StackMetrics.VpMigrations,
    };

    // Nanoseconds per event, and the counter of these events.
    private static readonly Dictionary<string, (MetricDefinition Metric, string Events)> ProcessorCosts = new(StringComparer.OrdinalIgnoreCase)
    {
        ["Total Intercepts Cost"] = (StackMetrics.VpInterceptTime, "Total Intercepts/sec"),
        ["Hypercalls Cost"] = (StackMetrics.VpHypercallTime, "Hypercalls/sec"),
        ["MSR Accesses Cost"] = (StackMetrics.VpMsrAccessTime, "MSR Accesses/sec"),
        ["APIC MMIO Accesses Cost"] = (StackMetrics.VpApicAccessTime, "APIC MMIO Accesses/sec"),
        ["Nested Page Fault Intercepts Cost"] = (StackMetrics.VpNestedPageFaultTime, "Nested Page Fault Intercepts/sec"),
        ["CPU Wake Up Time Per Dispatch"] = (StackMetrics.VpWakeUpTime, "Logical Processor Dispatches/sec"),
    };

    // Reasons that tell of shortage; the rest are policy.
    private static readonly string[] ShortageReasons = ["Resources", "Busy", "Qos", "StormLimit", "NotReady"];

    [GeneratedRegex(@"^(?<vm>.+):WP VP (?<n>\d{1,4})$", RegexOptions.IgnoreCase | RegexOptions.CultureInvariant)]
    private static partial Regex WorkerProcessorPattern();

    // The device's name may hold hyphens and colons of its own; what follows the last of them is a GUID nobody has explained.
    [GeneratedRegex(@"^(?<front>.+)-\{?(?<id>[0-9A-F]{8}(?:-[0-9A-F]{4}){3}-[0-9A-F]{12})\}?$", RegexOptions.IgnoreCase | RegexOptions.CultureInvariant)]
    private static partial Regex PipePattern();

    private void MapProcessorCost(int column, CounterPath path, Guid vm, string vp)
    {
        if (ProcessorEvents.TryGetValue(path.Counter, out var events))
        {
            Add(column, vm, HostSeries.Of(events, vp), SampleForm.IntervalRate, 1);
        }
        else if (ProcessorCosts.TryGetValue(path.Counter, out var cost))
        {
            AddCost(column, path, vm, HostSeries.Of(cost.Metric, vp), cost.Events);
        }
        else if (Is(path, "% Remote Run Time"))
        {
            Add(column, vm, HostSeries.Of(StackMetrics.VpRemoteRunTime, vp), SampleForm.IntervalRate, Percent);
        }
    }

    private void AddCost(int column, CounterPath path, Guid partition, SeriesKey series, string events)
    {
        if (Sibling(path, events) is >= 0 and var times)
        {
            Put(new HostTarget(partition, series, SampleForm.IntervalRate, Nano, $"{path.Counter} x {events}", [column]) { Times = [times], MayBeCapped = true });
        }
    }

    private void MapRootProcessor(int column, CounterPath path, string vp)
    {
        switch (path.Counter.ToUpperInvariant())
        {
            case "% TOTAL RUN TIME":
                Add(column, Guid.Empty, HostSeries.Of(HostMetrics.RootRunTime, vp), SampleForm.IntervalRate, Percent);
                break;
            case "% GUEST RUN TIME" when Sibling(path, "% Total Run Time") < 0:
                Add(column, Guid.Empty, HostSeries.Of(HostMetrics.RootRunTime, vp), SampleForm.IntervalRate, Percent);
                break;
            case "% HYPERVISOR RUN TIME":
                Add(column, Guid.Empty, HostSeries.Of(StackMetrics.RootHypervisorRunTime, vp), SampleForm.IntervalRate, Percent);
                break;
            case "CPU WAIT TIME PER DISPATCH":
                AddCost(column, path, Guid.Empty, HostSeries.Of(StackMetrics.RootWaitTime, vp), "Logical Processor Dispatches/sec");
                break;
            case "CPU CONTENTION TIME PER DISPATCH":
                AddCost(column, path, Guid.Empty, HostSeries.Of(StackMetrics.RootContentionTime, vp), "Logical Processor Dispatches/sec");
                break;
            case "LOGICAL PROCESSOR DISPATCHES/SEC":
                Add(column, Guid.Empty, HostSeries.Of(StackMetrics.RootDispatches, vp), SampleForm.IntervalRate, 1);
                break;
            default:
                break;
        }
    }

    private void MapLogicalProcessorStack(int column, CounterPath path, string lp)
    {
        switch (path.Counter.ToUpperInvariant())
        {
            case "% HYPERVISOR RUN TIME":
                Add(column, Guid.Empty, HostSeries.Of(StackMetrics.LpHypervisorRunTime, lp), SampleForm.IntervalRate, Percent);
                break;
            case "TOTAL INTERRUPTS/SEC":
                Add(column, Guid.Empty, HostSeries.Of(StackMetrics.LpInterrupts, lp), SampleForm.IntervalRate, 1);
                break;
            case "% OF MAX FREQUENCY":
                Add(column, Guid.Empty, HostSeries.Of(StackMetrics.LpFrequencyShare, lp), SampleForm.Gauge, Percent);
                break;
            default:
                break;
        }
    }

    private void MapHypervisor(int column, CounterPath path)
    {
        switch (path.Counter.ToUpperInvariant())
        {
            case "VIRTUAL PROCESSORS":
                Add(column, Guid.Empty, HostSeries.Of(StackMetrics.HypervisorVirtualProcessors), SampleForm.Gauge, 1);
                break;
            case "PARTITIONS":
                Add(column, Guid.Empty, HostSeries.Of(StackMetrics.HypervisorPartitions), SampleForm.Gauge, 1);
                break;
            case "TOTAL PAGES":
                Add(column, Guid.Empty, HostSeries.Of(StackMetrics.HypervisorPages), SampleForm.Gauge, PageBytes);
                break;
            default:
                break;
        }
    }

    private void MapBalancer(int column, CounterPath path)
    {
        switch (path.Counter.ToUpperInvariant())
        {
            case "AVERAGE PRESSURE":
                Add(column, Guid.Empty, HostSeries.Of(StackMetrics.BalancerPressure, "average"), SampleForm.Gauge, Percent);
                break;
            case "SYSTEM CURRENT PRESSURE":
                Add(column, Guid.Empty, HostSeries.Of(StackMetrics.BalancerPressure, "system"), SampleForm.Gauge, Percent);
                break;
            case "AVAILABLE MEMORY FOR BALANCING":
                Add(column, Guid.Empty, HostSeries.Of(StackMetrics.BalancerAvailable), SampleForm.Gauge, Mebi);
                break;
            default:
                break;
        }
    }

    private void MapMemoryStack(int column, CounterPath path, Guid vm, bool group)
    {
        switch (path.Counter.ToUpperInvariant())
        {
            case "GUEST AVAILABLE MEMORY":
                Add(column, vm, HostSeries.Of(StackMetrics.MemoryGuestAvailable), SampleForm.Gauge, Mebi, sum: group);
                break;
            case "MEMORY ADD OPERATIONS":
                Add(column, vm, HostSeries.Of(StackMetrics.MemoryOperations, "add"), SampleForm.Cumulative, 1, sum: group);
                break;
            case "MEMORY REMOVE OPERATIONS":
                Add(column, vm, HostSeries.Of(StackMetrics.MemoryOperations, "remove"), SampleForm.Cumulative, 1, sum: group);
                break;
            default:
                break;
        }
    }

    private void MapStack(int column, CounterPath path, string instance)
    {
        if (path.IsSet(HostSets.WorkerProcessor))
        {
            if (WorkerProcessorPattern().Match(instance) is { Success: true } worker)
            {
                var vm = _names.Id(worker.Groups["vm"].Value);
                string vp = worker.Groups["n"].Value.TrimStart('0') is { Length: > 0 } n ? n : "0";
                if (path.Counter.StartsWith("Intercepts Delayed", StringComparison.OrdinalIgnoreCase))
                {
                    Add(column, vm, HostSeries.Of(StackMetrics.VpInterceptsDelayed, vp), SampleForm.Cumulative, 1);
                }
                else if (path.Counter.StartsWith("Intercept Delay Time", StringComparison.OrdinalIgnoreCase))
                {
                    Add(column, vm, HostSeries.Of(StackMetrics.VpInterceptDelayTime, vp), SampleForm.Cumulative, Milli);
                }
            }
        }
        else if (path.IsSet(HostSets.Partition))
        {
            if (SuffixPattern().Match(instance) is { Success: true } partition)
            {
                MapPartition(column, path, _names.Id(partition.Groups["vm"].Value), _names.IsGroup(partition.Groups["vm"].Value));
            }
        }
        else if (path.IsSet(HostSets.RootPartition))
        {
            if (!IsTotal(instance))
            {
                MapPartition(column, path, Guid.Empty, group: false);
            }
        }
        else if (path.IsSet(HostSets.VidNode))
        {
            MapVidNode(column, path, instance);
        }
        else if (path.IsSet(HostSets.BusPipes))
        {
            MapBusPipe(column, path, instance);
        }
        else if (path.IsSet(HostSets.SwitchPort) || path.IsSet(HostSets.SwitchProcessor))
        {
            MapSwitchRow(column, path, instance);
        }
        else if (path.IsSet(HostSets.Remoting))
        {
            if (Is(path, "Connected Clients") && SuffixPattern().Match(instance) is { Success: true } watched)
            {
                string vm = watched.Groups["vm"].Value;
                Add(column, _names.Id(vm), HostSeries.Of(StackMetrics.VmwpConsoles), SampleForm.Gauge, 1, sum: _names.IsGroup(vm));
            }
        }
        else if (path.IsSet(HostSets.DropReasons))
        {
            MapDropReason(column, path);
        }
        else if (path.IsSet(HostSets.Switch))
        {
            MapSwitch(column, path, instance);
        }
        else if (path.IsSet(HostSets.ProviderPipes) || path.IsSet(HostSets.PipeIo))
        {
            MapPipe(column, path, instance);
        }
        else if (path.IsSet(HostSets.Health))
        {
            string? health = Is(path, "Health Ok") ? "ok" : Is(path, "Health Critical") ? "critical" : null;
            if (health is not null)
            {
                Add(column, Guid.Empty, HostSeries.Of(StackMetrics.VmmsVms, health), SampleForm.Gauge, 1);
            }
        }
        else if (path.IsSet(HostSets.Replica))
        {
            if (Is(path, "Average Replication Latency") && !IsTotal(instance) && !_names.IsGroup(instance))
            {
                Add(column, _names.Id(instance), HostSeries.Of(StackMetrics.ReplicaLatency), SampleForm.Gauge, 1);
            }
        }
        else
        {
            MapRootMemory(column, path, instance);
        }
    }

    private void MapRootMemory(int column, CounterPath path, string instance)
    {
        if (path.IsSet(HostSets.Memory))
        {
            if (Is(path, "Available MBytes"))
            {
                Add(column, Guid.Empty, HostSeries.Of(StackMetrics.RootMemoryAvailable), SampleForm.Gauge, Mebi);
            }
            else if (Is(path, "Pages Input/sec"))
            {
                Add(column, Guid.Empty, HostSeries.Of(StackMetrics.RootPagesInput), SampleForm.IntervalRate, 1);
            }
        }
        else if (path.IsSet(HostSets.NumaMemory) && !IsTotal(instance) && Is(path, "Available MBytes"))
        {
            Add(column, Guid.Empty, HostSeries.Of(StackMetrics.NumaAvailable, instance), SampleForm.Gauge, Mebi);
        }
    }

    private void MapPartition(int column, CounterPath path, Guid vm, bool group)
    {
        switch (path.Counter.ToUpperInvariant())
        {
            case "DEPOSITED PAGES":
                Add(column, vm, HostSeries.Of(StackMetrics.PartitionDeposited), SampleForm.Gauge, PageBytes, sum: group);
                break;
            case "GPA SPACE MODIFICATIONS/SEC":
                Add(column, vm, HostSeries.Of(StackMetrics.PartitionGpaModifications), SampleForm.IntervalRate, 1, sum: group);
                break;
            case "SKIPPED TIMER TICKS":
                Add(column, vm, HostSeries.Of(StackMetrics.PartitionSkippedTicks), SampleForm.Cumulative, 1, sum: group);
                break;
            case "PAGES SHATTERED/SEC":
                Add(column, vm, HostSeries.Of(StackMetrics.PartitionPagesShattered), SampleForm.IntervalRate, 1, sum: group);
                break;
            case "DEVICE INTERRUPT THROTTLE EVENTS":
                Add(column, vm, HostSeries.Of(StackMetrics.PartitionInterruptThrottles), SampleForm.Cumulative, 1, sum: group);
                break;
            default:
                break;
        }
    }

    private void MapDropReason(int column, CounterPath path)
    {
        int space = path.Counter.IndexOf(' ', StringComparison.Ordinal);
        if (space > 0 && ShortageReasons.Contains(path.Counter[(space + 1)..], StringComparer.OrdinalIgnoreCase)
            && Adapter(path.BaseInstance) is { } adapter)
        {
            Add(column, adapter.Id, HostSeries.Of(StackMetrics.NicDropReason, adapter.Adapter, path.Counter.ToLowerInvariant()), SampleForm.Cumulative, 1);
        }
    }

    private void MapSwitch(int column, CounterPath path, string instance)
    {
        switch (path.Counter.ToUpperInvariant())
        {
            case "BYTES RECEIVED/SEC":
                Add(column, Guid.Empty, HostSeries.Of(StackMetrics.SwitchIo, instance, IoDirection.Receive), SampleForm.IntervalRate, 1);
                break;
            case "BYTES SENT/SEC":
                Add(column, Guid.Empty, HostSeries.Of(StackMetrics.SwitchIo, instance, IoDirection.Transmit), SampleForm.IntervalRate, 1);
                break;
            default:
                break;
        }
    }

    private void MapVidNode(int column, CounterPath path, string instance)
    {
        if (IsTotal(instance))
        {
            return;
        }

        if (Is(path, "PageCount"))
        {
            Add(column, Guid.Empty, HostSeries.Of(StackMetrics.VidNodeMemory, HostSeries.Label(instance)), SampleForm.Gauge, PageBytes);
        }
        else if (Is(path, "ProcessorCount"))
        {
            Add(column, Guid.Empty, HostSeries.Of(StackMetrics.VidNodeProcessors, HostSeries.Label(instance)), SampleForm.Gauge, 1);
        }
    }

    // Whose pipe a row is nobody has documented: they are told together.
    private void MapBusPipe(int column, CounterPath path, string instance)
    {
        (MetricDefinition? metric, string direction) = path.Counter.ToUpperInvariant() switch
        {
            "BYTES READ/SEC" => (StackMetrics.VmbusAllPipesIo, IoDirection.Read),
            "BYTES WRITTEN/SEC" => (StackMetrics.VmbusAllPipesIo, IoDirection.Write),
            "READS/SEC" => (StackMetrics.VmbusAllPipesOperations, IoDirection.Read),
            "WRITES/SEC" => (StackMetrics.VmbusAllPipesOperations, IoDirection.Write),
            _ => ((MetricDefinition?)null, ""),
        };
        if (metric is not null && !IsTotal(instance))
        {
            AddTo(column, HostSeries.Of(metric, direction), SampleForm.IntervalRate, greatest: false);
        }
    }

    // A port or a processor of a switch: there may be thousands, so the worst is told.
    private void MapSwitchRow(int column, CounterPath path, string instance)
    {
        if (IsTotal(instance))
        {
            return;
        }

        switch (path.Counter.ToUpperInvariant())
        {
            case "DROPPED PACKETS INCOMING/SEC" when path.IsSet(HostSets.SwitchPort):
                AddTo(column, HostSeries.Of(StackMetrics.SwitchPortDropped, IoDirection.Receive), SampleForm.IntervalRate, greatest: true);
                break;
            case "DROPPED PACKETS OUTGOING/SEC" when path.IsSet(HostSets.SwitchPort):
                AddTo(column, HostSeries.Of(StackMetrics.SwitchPortDropped, IoDirection.Transmit), SampleForm.IntervalRate, greatest: true);
                break;
            case "PACKETS FROM EXTERNAL/SEC" when path.IsSet(HostSets.SwitchProcessor):
                AddTo(column, HostSeries.Of(StackMetrics.SwitchProcessorPackets, "external"), SampleForm.IntervalRate, greatest: true);
                break;
            case "PACKETS FROM INTERNAL/SEC" when path.IsSet(HostSets.SwitchProcessor):
                AddTo(column, HostSeries.Of(StackMetrics.SwitchProcessorPackets, "internal"), SampleForm.IntervalRate, greatest: true);
                break;
            case "NUMBER OF VMQS" when path.IsSet(HostSets.SwitchProcessor):
                AddTo(column, HostSeries.Of(StackMetrics.SwitchQueues), SampleForm.Gauge, greatest: false);
                break;
            default:
                break;
        }
    }

    // Rows that come and go are no gap in what the others make together.
    private void AddTo(int column, SeriesKey series, SampleForm form, bool greatest)
    {
        if (!_together.TryGetValue(series, out var columns))
        {
            _together[series] = columns = [];
            Put(new HostTarget(Guid.Empty, series, form, 1, _columns[column].Counter, columns) { IsGreatest = greatest, SkipMissing = !greatest });
        }

        columns.Add(column);
    }

    private void MapPipe(int column, CounterPath path, string instance)
    {
        var match = PipePattern().Match(instance);
        string front = match.Success ? match.Groups["front"].Value : instance;
        if (IsTotal(instance) || _names.LongestKnown(front) is not { } known)
        {
            return;
        }

        string device = HostSeries.Label(known.Tail + (match.Success ? " " + match.Groups["id"].Value[..8] : "") + Duplicate(path));
        switch (path.Counter.ToUpperInvariant())
        {
            case "BYTES READ/SEC":
                Add(column, known.Id, HostSeries.Of(StackMetrics.VmbusPipeIo, device, IoDirection.Read), SampleForm.IntervalRate, 1);
                break;
            case "BYTES WRITTEN/SEC":
                Add(column, known.Id, HostSeries.Of(StackMetrics.VmbusPipeIo, device, IoDirection.Write), SampleForm.IntervalRate, 1);
                break;
            case "READS/SEC":
                Add(column, known.Id, HostSeries.Of(StackMetrics.VmbusPipeOperations, device, IoDirection.Read), SampleForm.IntervalRate, 1);
                break;
            case "WRITES/SEC":
                Add(column, known.Id, HostSeries.Of(StackMetrics.VmbusPipeOperations, device, IoDirection.Write), SampleForm.IntervalRate, 1);
                break;
            case "RECEIVE QOS - CONFORMANT MESSAGES/SEC":
                Add(column, known.Id, HostSeries.Of(StackMetrics.PipeIoMessages, device, "conformant"), SampleForm.IntervalRate, 1);
                break;
            case "RECEIVE QOS - NON-CONFORMANT MESSAGES/SEC":
                Add(column, known.Id, HostSeries.Of(StackMetrics.PipeIoMessages, device, "non-conformant"), SampleForm.IntervalRate, 1);
                break;
            case "RECEIVE QOS - EXEMPT MESSAGES/SEC":
                Add(column, known.Id, HostSeries.Of(StackMetrics.PipeIoMessages, device, "exempt"), SampleForm.IntervalRate, 1);
                break;
            case "RECEIVE MESSAGE QUOTA EXCEEDED":
                Add(column, known.Id, HostSeries.Of(StackMetrics.PipeIoQuotaExceeded, device), SampleForm.Cumulative, 1);
                break;
            default:
                break;
        }
    }

    private static string Duplicate(CounterPath path) =>
        path.Duplicate > 0 ? string.Create(CultureInfo.InvariantCulture, $"#{path.Duplicate}") : "";
}
