using System.Globalization;
using System.Text.RegularExpressions;
using HvIntegration.CounterSources;
using HvIntegration.CounterSources.PerformanceCounters;
using HvIntegration.Model;
using HvIntegration.Protocol.Metrics;

namespace HvIntegration.Recordings;

/// <summary>Turns the columns of a Windows guest's recording into guest series of the catalog, by <see cref="GuestCounterTable"/>.</summary>
/// <remarks>
/// Each resource is taken from one set only, the one that tells most: processors from <c>Processor Information</c> or <c>Processor</c>,
/// disks from <c>PhysicalDisk</c> or <c>LogicalDisk</c>. What Windows does not have is estimated and told so (docs/diagnose.md).
/// </remarks>
internal sealed partial class GuestMap
{
    private static readonly string[] ProcessorSets = [GuestSets.ProcessorInformation, GuestSets.Processor];
    private static readonly string[] DiskSets = [GuestSets.PhysicalDisk, GuestSets.LogicalDisk];
    private static readonly string[] TcpSets = [GuestSets.Tcp4, GuestSets.Tcp6];

    private readonly ColumnIndex _columns;
    private readonly Guid _vm;
    private readonly SeriesPlan _series;

    /// <summary>Plans the series of a recording.</summary>
    /// <param name="columns">Column names of the header.</param>
    /// <param name="vm">VM it is of.</param>
    /// <param name="virtualProcessors">By the host or the inventory; 0 when not known.</param>
    public GuestMap(IReadOnlyList<CounterPath> columns, Guid vm, int virtualProcessors)
    {
        _columns = new ColumnIndex(columns);
        _vm = vm;
        _series = new SeriesPlan(_columns);
        Processors(virtualProcessors);
        foreach (var row in GuestCounterTable.Whole)
        {
            Add(row, row.Instance, null);
        }

        Disks();
        Network();
        Sessions();
        Processes = new GuestProcesses(columns);
        Targets = [.. _series.Targets];
        foreach (var target in Targets)
        {
            Counters.TryAdd(target.Series.MetricId, CounterText.Of(target, columns));
        }
    }

    /// <summary>Series to make of each row.</summary>
    public IReadOnlyList<HostTarget> Targets { get; }

    /// <summary>Columns of the processes in the recording.</summary>
    public GuestProcesses Processes { get; }

    /// <summary>The Windows counter of each metric, as evidence names it.</summary>
    public Dictionary<ushort, string> Counters { get; } = [];

    /// <summary>True when nothing of it is understood.</summary>
    public bool IsEmpty => Targets.Count == 0 && Processes.Count == 0;

    /// <summary>True when it looks like a recording of the host.</summary>
    public bool IsHost => _columns.Paths.Any(c => c.Set.StartsWith("Hyper-V Hypervisor", StringComparison.OrdinalIgnoreCase));

    /// <summary>Columns that no series is made of.</summary>
    public int Unused => _columns.Paths.Count - Targets.SelectMany(t => t.Columns.Concat(t.Times)).Concat(Processes.Columns).Distinct().Count();

    [GeneratedRegex(@"^(?:(?<group>\d{1,3}),)?(?<n>\d{1,4})$", RegexOptions.CultureInvariant)]
    private static partial Regex ProcessorPattern();

    private void Processors(int virtualProcessors)
    {
        var sets = ProcessorSets.Select(set => (Set: set, Rows: _columns.Instances(set)
            .Select(i => (Instance: i, Match: ProcessorPattern().Match(i))).Where(i => i.Match.Success && Busy(set, i.Instance).Column >= 0)
            .OrderBy(i => Number(i.Match.Groups["group"])).ThenBy(i => Number(i.Match.Groups["n"])).ToList())).ToList();
        var (best, rows) = sets.MaxBy(s => s.Rows.Count);
        if (rows.Count > 0)
        {
            for (int cpu = 0; cpu < rows.Count; cpu++)
            {
                AddBusy(best, rows[cpu].Instance, cpu, SampleQuality.Measured);
            }

            AddProcessorCount(rows.Count, Busy(best, rows[0].Instance).Column, "instances of " + best);
        }
        else if (ProcessorSets.FirstOrDefault(s => Busy(s, CounterPath.Total).Column >= 0) is { } set)
        {
            // Only the mean is known: every processor is given it, so that sums stay right; none can stand out.
            int count = Math.Max(1, virtualProcessors);
            for (int cpu = 0; cpu < count; cpu++)
            {
                AddBusy(set, CounterPath.Total, cpu, SampleQuality.Estimated);
            }

            if (virtualProcessors > 0)
            {
                AddProcessorCount(count, Busy(set, CounterPath.Total).Column, "virtual processors by the host");
            }
        }
    }

    private (int Column, double Factor, double Offset) Busy(string set, string instance)
    {
        int busy = _columns.Find(set, instance, "% Processor Time");
        int idle = _columns.Find(set, instance, "% Idle Time");
        return busy >= 0 ? (busy, Units.Percent, 0) : (idle, -Units.Percent, 1);
    }

    private void AddBusy(string set, string instance, int cpu, SampleQuality quality)
    {
        var (column, factor, offset) = Busy(set, instance);
        _series.Put(new HostTarget(
            _vm, HostSeries.Of(GuestMetrics.CpuTime, "busy", cpu.ToString(CultureInfo.InvariantCulture)), SampleForm.IntervalRate, factor,
            _columns.Paths[column].Counter, [column])
        { Offset = offset, Quality = quality });
    }

    private void AddProcessorCount(int count, int column, string native) =>
        _series.Put(new HostTarget(_vm, HostSeries.Of(GuestMetrics.CpuCount), SampleForm.Gauge, 0, native, [column]) { Offset = count });

    private void Disks()
    {
        var sets = DiskSets.Select(s => (Set: s, Rows: _columns.Instances(s))).Where(s => s.Rows.Count > 0).ToList();
        if (sets.Count == 0)
        {
            return;
        }

        // The set with both rates and latencies tells most; between equals the physical disks, which are the virtual disks of the host.
        var (set, all) = sets.MaxBy(s => s.Rows.Max(i => Worth(s.Set, i)));
        var single = all.Where(i => !CounterPath.IsTotal(i) && !i.StartsWith("HarddiskVolume", StringComparison.OrdinalIgnoreCase)).ToList();
        var rows = single.Count > 0 ? single : all;
        foreach (string disk in rows)
        {
            Add(GuestCounterTable.Disks(set), disk);
        }

        // A mean without a count of operations to weigh it: shown as such.
        if (!_series.Targets.Any(t => t.Series.MetricId == GuestMetrics.DiskOperationTime.Id))
        {
            string wide = all.FirstOrDefault(CounterPath.IsTotal) ?? rows[0];
            foreach (string mean in (string[])["Avg. Disk sec/Transfer", "Avg. Disk sec/Read", "Avg. Disk sec/Write"])
            {
                Add(new GuestCounter(set, mean, GuestMetrics.DiskLatency, SampleForm.Gauge, 1), wide, null);
            }
        }
    }

    private int Worth(string set, string disk)
    {
        return (Has("Avg. Disk sec/Transfer") || Has("Avg. Disk sec/Read") ? 2 : 0) + (Has("Disk Transfers/sec") || Has("Disk Reads/sec") ? 1 : 0);

        bool Has(string counter) => _columns.Find(set, disk, counter) >= 0;
    }

    private void Network()
    {
        string set = _columns.Instances(GuestSets.NetworkInterface).Count > 0 ? GuestSets.NetworkInterface : GuestSets.NetworkAdapter;
        foreach (string adapter in _columns.Instances(set).Where(a => !TunnelAdapters.Contain(a) && !CounterPath.IsTotal(a)))
        {
            Add(GuestCounterTable.Adapters(set), adapter);
        }

        Segments(GuestMetrics.TcpSegments, IoDirection.Transmit, "Segments Sent/sec", 1, SampleQuality.Measured);
        Segments(GuestMetrics.TcpSegments, IoDirection.Receive, "Segments Received/sec", 1, SampleQuality.Measured);

        // Of a sum of both directions half is taken as sent.
        Segments(GuestMetrics.TcpSegments, IoDirection.Transmit, "Segments/sec", 0.5, SampleQuality.Estimated);
        Segments(GuestMetrics.TcpRetransmitted, null, "Segments Retransmitted/sec", 1, SampleQuality.Measured);
    }

    // One series of two sets, which no row of a table is.
    private void Segments(MetricDefinition metric, string? direction, string counter, double factor, SampleQuality quality)
    {
        int[] columns = [.. TcpSets.Select(s => _columns.Find(s, "", counter)).Where(c => c >= 0)];
        if (columns.Length > 0)
        {
            var key = direction is null ? HostSeries.Of(metric) : HostSeries.Of(metric, direction);
            _series.Put(new HostTarget(_vm, key, SampleForm.IntervalRate, factor, counter, columns) { Quality = quality, SkipMissing = true });
        }
    }

    private void Sessions()
    {
        foreach (string session in _columns.Instances(GuestSets.InputDelay).Where(s => !s.Equals("Average", StringComparison.OrdinalIgnoreCase)))
        {
            Add(GuestCounterTable.Sessions, session);
        }
    }

    private void Add(IEnumerable<GuestCounter> rows, string instance)
    {
        foreach (var row in rows)
        {
            Add(row, instance, instance);
        }
    }

    private void Add(GuestCounter row, string instance, string? label)
    {
        if (_columns.Find(row.Set, instance, row.Counter) is >= 0 and var column)
        {
            _series.Add(row, column, new SeriesOwner(_vm, label));
        }
    }

    private static int Number(Group group) => group.Success ? int.Parse(group.ValueSpan, NumberStyles.None, CultureInfo.InvariantCulture) : 0;
}
