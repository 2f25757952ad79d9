using System.Globalization;
using System.Text.RegularExpressions;
using HvIntegration.Engine.Model;
using HvIntegration.HostBroker.CounterSources;
using HvIntegration.HostBroker.CounterSources.PdhCsv;
using HvIntegration.Protocol.Metrics;

namespace HvIntegration.HostBroker.Offline;

/// <summary>Turns the columns of a Windows guest's recording into guest series of the catalog.</summary>
/// <remarks>
/// Each resource is taken from one set only, the one that tells most: processors from <c>Processor Information</c> or <c>Processor</c>,
/// disks from <c>PhysicalDisk</c> or <c>LogicalDisk</c>. What Windows does not have is estimated and told so (docs/diagnose.md).
/// </remarks>
internal sealed partial class GuestMap
{
    private const double Percent = 0.01;
    private const double Mebi = 1024 * 1024;
    private const double MilliSecond = 1e-3;

    private static readonly string[] NoWires = ["isatap", "Teredo", "Loopback", "6to4", "Kernel Debug", "WAN Miniport"];

    private readonly IReadOnlyList<CounterPath> _columns;
    private readonly Guid _vm;
    private readonly Dictionary<(string Set, string Instance, string Counter), int> _index = [];
    private readonly Dictionary<SeriesKey, HostTarget> _targets = [];

    /// <summary>Plans the series of a recording.</summary>
    /// <param name="columns">Header.</param>
    /// <param name="vm">VM it is of.</param>
    /// <param name="virtualProcessors">By the host or the inventory; 0 when not known.</param>
    public GuestMap(IReadOnlyList<CounterPath> columns, Guid vm, int virtualProcessors)
    {
        _columns = columns;
        _vm = vm;
        for (int i = 0; i < columns.Count; i++)
        {
            _index.TryAdd((columns[i].Set.ToUpperInvariant(), (columns[i].Instance ?? "").ToUpperInvariant(), columns[i].Counter.ToUpperInvariant()), i);
        }

        Processors(virtualProcessors);
        Memory();
        Disks();
        Network();
        Sessions();
        Processes = new GuestProcesses(columns);
        Targets = [.. _targets.Values];
        foreach (var target in Targets)
        {
            Counters.TryAdd(target.Series.MetricId, CounterText.Of(target, columns));
        }
    }

    /// <summary>Series to make of each row.</summary>
    public IReadOnlyList<HostTarget> Targets { get; }

    /// <summary>Rows of processes.</summary>
    public GuestProcesses Processes { get; }

    /// <summary>The Windows counter of each metric, as evidence names it.</summary>
    public Dictionary<ushort, string> Counters { get; } = [];

    /// <summary>True when nothing of it is understood.</summary>
    public bool IsEmpty => Targets.Count == 0 && Processes.Count == 0;

    /// <summary>True when it looks like a recording of the host.</summary>
    public bool IsHost => _columns.Any(c => c.Set.StartsWith("Hyper-V Hypervisor", StringComparison.OrdinalIgnoreCase));

    /// <summary>Columns that no series is made of.</summary>
    public int Unused => _columns.Count - Targets.SelectMany(t => t.Columns.Concat(t.Times)).Concat(Processes.Columns).Distinct().Count();

    [GeneratedRegex(@"^(?:(?<group>\d{1,3}),)?(?<n>\d{1,4})$", RegexOptions.CultureInvariant)]
    private static partial Regex ProcessorPattern();

    private void Processors(int virtualProcessors)
    {
        var sets = ((string[])[GuestSets.ProcessorInformation, GuestSets.Processor]).Select(set => (Set: set, Rows: Rows(set)
            .Select(i => (Instance: i, Match: ProcessorPattern().Match(i))).Where(i => i.Match.Success && Busy(set, i.Instance).Column >= 0)
            .OrderBy(i => Number(i.Match.Groups["group"])).ThenBy(i => Number(i.Match.Groups["n"])).ToList())).ToList();
        var (best, rows) = sets.MaxBy(s => s.Rows.Count);
        if (rows.Count > 0)
        {
            for (int cpu = 0; cpu < rows.Count; cpu++)
            {
                AddBusy(best, rows[cpu].Instance, cpu, SampleQuality.Measured);
            }

            Constant(GuestMetrics.CpuCount, rows.Count, Busy(best, rows[0].Instance).Column, "instances of " + best);
        }
        else if (((string[])[GuestSets.ProcessorInformation, GuestSets.Processor]).FirstOrDefault(s => Busy(s, "_Total").Column >= 0) is { } set)
        {
            // Only the mean is known: every processor is given it, so that sums stay right; none can stand out.
            int count = Math.Max(1, virtualProcessors);
            for (int cpu = 0; cpu < count; cpu++)
            {
                AddBusy(set, "_Total", cpu, SampleQuality.Estimated);
            }

            if (virtualProcessors > 0)
            {
                Constant(GuestMetrics.CpuCount, count, Busy(set, "_Total").Column, "virtual processors by the host");
            }
        }

        Gauge(GuestMetrics.WaitingThreads, Find(GuestSets.System, "", "Processor Queue Length"), 1);
        Rate(HostSeries.Of(GuestMetrics.ContextSwitches), Find(GuestSets.System, "", "Context Switches/sec"), 1);
    }

    private (int Column, double Factor, double Offset) Busy(string set, string instance)
    {
        int busy = Find(set, instance, "% Processor Time");
        int idle = Find(set, instance, "% Idle Time");
        return busy >= 0 ? (busy, Percent, 0) : (idle, -Percent, 1);
    }

    private void AddBusy(string set, string instance, int cpu, SampleQuality quality)
    {
        var (column, factor, offset) = Busy(set, instance);
        Put(new HostTarget(
            _vm, HostSeries.Of(GuestMetrics.CpuTime, "busy", cpu.ToString(CultureInfo.InvariantCulture)), SampleForm.IntervalRate, factor,
            _columns[column].Counter, [column])
        { Offset = offset, Quality = quality });
    }

    private void Memory()
    {
        foreach (var (counter, factor) in (ReadOnlySpan<(string, double)>)[("Available MBytes", Mebi), ("Available KBytes", 1024), ("Available Bytes", 1)])
        {
            Gauge(GuestMetrics.MemoryAvailable, Find(GuestSets.Memory, "", counter), factor);
        }

        Gauge(GuestMetrics.MemoryLimit, Find(GuestSets.NumaNodeMemory, "_Total", "Total MBytes"), Mebi);
        Gauge(GuestMetrics.MemoryCommitted, Find(GuestSets.Memory, "", "Committed Bytes"), 1);
        Gauge(GuestMetrics.MemoryCommitLimit, Find(GuestSets.Memory, "", "Commit Limit"), 1);
        Gauge(HostMetrics.MemoryMaximum, Find(GuestSets.DynamicMemory, "", "Maximum Memory, Mbytes"), Mebi);
        int input = Find(GuestSets.Memory, "", "Pages Input/sec");
        Rate(HostSeries.Of(GuestMetrics.PagingFaults, "major"), input >= 0 ? input : Find(GuestSets.Memory, "", "Pages/sec"), 1);
        Rate(HostSeries.Of(GuestMetrics.PagingFaults, "all"), Find(GuestSets.Memory, "", "Page Faults/sec"), 1);
        Rate(HostSeries.Of(GuestMetrics.PagingOperations, "out"), Find(GuestSets.Memory, "", "Pages Output/sec"), 1);
    }

    private void Disks()
    {
        var sets = ((string[])[GuestSets.PhysicalDisk, GuestSets.LogicalDisk]).Select(s => (Set: s, Rows: Rows(s))).Where(s => s.Rows.Count > 0).ToList();
        if (sets.Count == 0)
        {
            return;
        }

        // The set with both rates and latencies tells most; between equals the physical disks, which are the virtual disks of the host.
        var (set, all) = sets.MaxBy(s => s.Rows.Max(i => Worth(s.Set, i)));
        var single = all.Where(i => !i.Equals("_Total", StringComparison.OrdinalIgnoreCase) && !i.StartsWith("HarddiskVolume", StringComparison.OrdinalIgnoreCase)).ToList();
        var rows = single.Count > 0 ? single : all;
        foreach (string disk in rows)
        {
            Disk(set, disk);
        }

        if (!_targets.ContainsKey(HostSeries.Of(GuestMetrics.DiskOperationTime, rows[0], IoDirection.Both))
            && !_targets.Keys.Any(k => k.MetricId == GuestMetrics.DiskOperationTime.Id))
        {
            string wide = all.FirstOrDefault(i => i.Equals("_Total", StringComparison.OrdinalIgnoreCase)) ?? rows[0];
            int mean = Find(set, wide, "Avg. Disk sec/Transfer");
            mean = mean >= 0 ? mean : Find(set, wide, "Avg. Disk sec/Read");
            mean = mean >= 0 ? mean : Find(set, wide, "Avg. Disk sec/Write");
            Gauge(GuestMetrics.DiskLatency, mean, 1);
        }
    }

    private int Worth(string set, string disk) => (Find(set, disk, "Avg. Disk sec/Transfer") >= 0 || Find(set, disk, "Avg. Disk sec/Read") >= 0 ? 2 : 0)
        + (Find(set, disk, "Disk Transfers/sec") >= 0 || Find(set, disk, "Disk Reads/sec") >= 0 ? 1 : 0);

    private void Disk(string set, string disk)
    {
        int reads = Find(set, disk, "Disk Reads/sec");
        int writes = Find(set, disk, "Disk Writes/sec");
        int transfers = Find(set, disk, "Disk Transfers/sec");
        bool split = reads >= 0 && writes >= 0;
        if (split)
        {
            Rate(HostSeries.Of(GuestMetrics.DiskOperations, disk, IoDirection.Read), reads, 1);
            Rate(HostSeries.Of(GuestMetrics.DiskOperations, disk, IoDirection.Write), writes, 1);
        }
        else
        {
            Rate(HostSeries.Of(GuestMetrics.DiskOperations, disk, IoDirection.Both), transfers, 1);
        }

        int each = Find(set, disk, "Avg. Disk sec/Transfer");
        int perRead = Find(set, disk, "Avg. Disk sec/Read");
        int perWrite = Find(set, disk, "Avg. Disk sec/Write");
        int[] all = split ? [reads, writes] : transfers >= 0 ? [transfers] : [];
        if (split && perRead >= 0 && perWrite >= 0)
        {
            Time(IoDirection.Read, perRead, [reads], SampleQuality.Measured);
            Time(IoDirection.Write, perWrite, [writes], SampleQuality.Measured);
        }
        else if (each >= 0 && all.Length > 0)
        {
            Time(IoDirection.Both, each, all, SampleQuality.Measured);
        }
        else if ((perRead >= 0 || perWrite >= 0) && all.Length > 0)
        {
            Time(IoDirection.Both, perRead >= 0 ? perRead : perWrite, all, SampleQuality.Estimated);
        }

        int readBytes = Find(set, disk, "Disk Read Bytes/sec");
        int writeBytes = Find(set, disk, "Disk Write Bytes/sec");
        if (readBytes >= 0 && writeBytes >= 0)
        {
            Rate(HostSeries.Of(GuestMetrics.DiskIo, disk, IoDirection.Read), readBytes, 1);
            Rate(HostSeries.Of(GuestMetrics.DiskIo, disk, IoDirection.Write), writeBytes, 1);
        }
        else
        {
            Rate(HostSeries.Of(GuestMetrics.DiskIo, disk, IoDirection.Both), Find(set, disk, "Disk Bytes/sec"), 1);
        }

        Rate(HostSeries.Of(GuestMetrics.DiskQueueTime, disk), Find(set, disk, "Avg. Disk Queue Length"), 1);
        Gauge(HostSeries.Of(GuestMetrics.DiskInFlight, disk), Find(set, disk, "Current Disk Queue Length"), 1);
        if (Find(set, disk, "% Idle Time") is >= 0 and var idle)
        {
            Put(new HostTarget(_vm, HostSeries.Of(GuestMetrics.DiskIoTime, disk), SampleForm.IntervalRate, -Percent, "100 - % Idle Time", [idle]) { Offset = 1 });
        }

        void Time(string direction, int latency, int[] operations, SampleQuality quality) => Put(new HostTarget(
            _vm, HostSeries.Of(GuestMetrics.DiskOperationTime, disk, direction), SampleForm.IntervalRate, 1, _columns[latency].Counter, [latency])
        { Times = operations, Quality = quality });
    }

    private void Network()
    {
        string set = Rows(GuestSets.NetworkInterface).Count > 0 ? GuestSets.NetworkInterface : GuestSets.NetworkAdapter;
        foreach (string adapter in Rows(set))
        {
            if (NoWires.Any(n => adapter.Contains(n, StringComparison.OrdinalIgnoreCase)) || adapter.Equals("_Total", StringComparison.OrdinalIgnoreCase))
            {
                continue;
            }

            int received = Find(set, adapter, "Bytes Received/sec");
            int sent = Find(set, adapter, "Bytes Sent/sec");
            Rate(HostSeries.Of(GuestMetrics.NetworkIo, adapter, IoDirection.Receive), received, 1);
            Rate(HostSeries.Of(GuestMetrics.NetworkIo, adapter, IoDirection.Transmit), sent, 1);
            if (received < 0 && sent < 0)
            {
                Rate(HostSeries.Of(GuestMetrics.NetworkIo, adapter, IoDirection.Both), Find(set, adapter, "Bytes Total/sec"), 1);
            }

            Cumulative(HostSeries.Of(GuestMetrics.NetworkDropped, adapter, IoDirection.Transmit), Find(set, adapter, "Packets Outbound Discarded"));
            Cumulative(HostSeries.Of(GuestMetrics.NetworkDropped, adapter, IoDirection.Receive), Find(set, adapter, "Packets Received Discarded"));
            Cumulative(HostSeries.Of(GuestMetrics.NetworkErrors, adapter, IoDirection.Transmit), Find(set, adapter, "Packets Outbound Errors"));
            Cumulative(HostSeries.Of(GuestMetrics.NetworkErrors, adapter, IoDirection.Receive), Find(set, adapter, "Packets Received Errors"));
            Gauge(HostSeries.Of(GuestMetrics.NetworkQueueLength, adapter), Find(set, adapter, "Output Queue Length"), 1);
        }

        Segments(GuestMetrics.TcpSegments, IoDirection.Transmit, "Segments Sent/sec", 1, SampleQuality.Measured);
        Segments(GuestMetrics.TcpSegments, IoDirection.Receive, "Segments Received/sec", 1, SampleQuality.Measured);

        // Of a sum of both directions half is taken as sent.
        Segments(GuestMetrics.TcpSegments, IoDirection.Transmit, "Segments/sec", 0.5, SampleQuality.Estimated);
        Segments(GuestMetrics.TcpRetransmitted, null, "Segments Retransmitted/sec", 1, SampleQuality.Measured);
    }

    private void Segments(MetricDefinition metric, string? direction, string counter, double factor, SampleQuality quality)
    {
        int[] columns = [.. new[] { Find(GuestSets.Tcp4, "", counter), Find(GuestSets.Tcp6, "", counter) }.Where(c => c >= 0)];
        if (columns.Length > 0)
        {
            var key = direction is null ? HostSeries.Of(metric) : HostSeries.Of(metric, direction);
            Put(new HostTarget(_vm, key, SampleForm.IntervalRate, factor, counter, columns) { Quality = quality, SkipMissing = true });
        }
    }

    private void Sessions()
    {
        foreach (string session in Rows(GuestSets.InputDelay).Where(s => !s.Equals("Average", StringComparison.OrdinalIgnoreCase)))
        {
            int column = Find(GuestSets.InputDelay, session, "Max Input Delay");
            Gauge(HostSeries.Of(GuestMetrics.SessionInputDelay, session), column, MilliSecond);
        }
    }

    private List<string> Rows(string set) =>
        [.. _columns.Where(c => c.Instance is not null && c.IsSet(set)).Select(c => c.Instance!).Distinct(StringComparer.OrdinalIgnoreCase)];

    private int Find(string set, string instance, string counter) =>
        _index.TryGetValue((set.ToUpperInvariant(), instance.ToUpperInvariant(), counter.ToUpperInvariant()), out int column) ? column : -1;

    private static int Number(Group group) => group.Success ? int.Parse(group.ValueSpan, NumberStyles.None, CultureInfo.InvariantCulture) : 0;

    private void Gauge(MetricDefinition metric, int column, double factor) => Gauge(HostSeries.Of(metric), column, factor);

    private void Gauge(SeriesKey series, int column, double factor)
    {
        if (column >= 0)
        {
            Put(new HostTarget(_vm, series, SampleForm.Gauge, factor, _columns[column].Counter, [column]));
        }
    }

    private void Rate(SeriesKey series, int column, double factor)
    {
        if (column >= 0)
        {
            Put(new HostTarget(_vm, series, SampleForm.IntervalRate, factor, _columns[column].Counter, [column]));
        }
    }

    private void Cumulative(SeriesKey series, int column)
    {
        if (column >= 0)
        {
            Put(new HostTarget(_vm, series, SampleForm.Cumulative, 1, _columns[column].Counter, [column]));
        }
    }

    private void Constant(MetricDefinition metric, double value, int column, string native) =>
        Put(new HostTarget(_vm, HostSeries.Of(metric), SampleForm.Gauge, 0, native, [column]) { Offset = value });

    private void Put(HostTarget target) => _targets.TryAdd(target.Series, target);
}
