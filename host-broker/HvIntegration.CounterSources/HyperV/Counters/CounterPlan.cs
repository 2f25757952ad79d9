using HvIntegration.CounterSources.PerformanceCounters;
using HvIntegration.Protocol.Metrics;

namespace HvIntegration.CounterSources.HyperV.Counters;

/// <summary>The series that are made of the columns of a Hyper-V host, by <see cref="HyperVCounterTable"/>: of a recording, or of a live read.</summary>
/// <remarks>Names, units and joins: docs/counter-sources/pdh-csv.md.</remarks>
public sealed class CounterPlan
{
    // More than a host runs; each is looked up for each disk and judged in every second.
    private const int VmsMax = 2_048;

    private readonly ColumnIndex _columns;
    private readonly VmNames _names;
    private readonly InstanceNames _instances;
    private readonly DiskOwnership _disks;
    private readonly SeriesPlan _series;
    private readonly RecordedCounters _recorded;
    private readonly HashSet<Guid> _legacy;
    private readonly List<string> _faults = [];
    private readonly Dictionary<Guid, HashSet<string>> _processors = [];

    /// <summary>Plans the series of a recording.</summary>
    /// <param name="columns">Columns of the recording or of the live read.</param>
    /// <param name="hints">Names and owners the administrator gave.</param>
    /// <param name="directory">VMs as the host's management tells them; null when there is none to ask.</param>
    public CounterPlan(IReadOnlyList<CounterPath> columns, VmHints hints, VmDirectory? directory = null)
        : this(columns, hints, directory ?? VmDirectory.Empty, new VmNames(Computer(columns), hints.Partitions, directory ?? VmDirectory.Empty), [])
    {
        NoteNames();
        NoteAdapters();
        Plan();
    }

    private CounterPlan(IReadOnlyList<CounterPath> columns, VmHints hints, VmDirectory directory, VmNames names, HashSet<Guid> legacy)
    {
        _columns = new ColumnIndex(columns);
        _names = names;
        _legacy = legacy;
        _disks = new DiskOwnership(names, directory, hints, _columns.Instances(HostSets.ClusterVolume), _faults);
        _instances = new InstanceNames(names, legacy, _disks);
        _series = new SeriesPlan(_columns);
        _recorded = new RecordedCounters(columns);
        Targets = [];
    }

    /// <summary>Plans several recordings of one host: what one tells about names holds for all.</summary>
    /// <exception cref="CounterSourceException">More VMs than are judged at once.</exception>
    public static IReadOnlyList<CounterPlan> OfFiles(IReadOnlyList<IReadOnlyList<CounterPath>> files, VmHints hints)
    {
        string computer = files.Select(Computer).FirstOrDefault(c => c.Length > 0) ?? "";
        var names = new VmNames(computer, hints.Partitions, VmDirectory.Empty);
        var legacy = new HashSet<Guid>();
        List<CounterPlan> plans = [.. files.Select(f => new CounterPlan(f, hints, VmDirectory.Empty, names, legacy))];
        plans.ForEach(p => p.NoteNames());
        if (names.All.Count() is > VmsMax and var vms)
        {
            throw new CounterSourceException(
                $"the recording has rows of {vms} VMs, and at most {VmsMax} are diagnosed. Keep only the counters of the relevant VMs with 'relog FILE -cf COUNTERS.txt -f csv -o PART.csv'");
        }

        plans.ForEach(p => p.NoteAdapters());
        plans.ForEach(p => p.Plan());
        return plans;
    }

    /// <summary>Series to make of each row.</summary>
    public IReadOnlyList<HostTarget> Targets { get; private set; }

    /// <summary>Names of the VMs, joined over all sets.</summary>
    public VmNames Names => _names;

    /// <summary>Columns that no series is made of.</summary>
    public int Unused => _series.Unused;

    /// <summary>VMs, their processors counted from the columns.</summary>
    public IReadOnlyList<(Guid Id, string Name, int Processors)> Partitions { get; private set; } = [];

    /// <summary>Logical processors counted from the columns; 0 when the recording tells their number itself or has no rows of them.</summary>
    public int LogicalProcessors { get; private set; }

    /// <summary>What the columns do not tell, one sentence each.</summary>
    public IReadOnlyList<string> Faults => _faults;

    /// <summary>Returns where a column is a counter of a Hyper-V host.</summary>
    /// <param name="file">Name of the recording, for the message.</param>
    /// <exception cref="CounterSourceException">None is; the message says what to record.</exception>
    public void Require(string file)
    {
        if (Targets.Count == 0)
        {
            throw new CounterSourceException(
                $"{file}, line 1, column 2: none of the {_columns.Paths.Count} columns is a known Hyper-V host counter; the first is '{_columns.Paths[0]}'. {LocalNames.Remedy(_columns.Paths, "on the host")}. "
                + "For the recording of a guest use hvi diagnose --guest VM=FILE");
        }
    }

    private static string Computer(IReadOnlyList<CounterPath> columns) => columns.Select(c => c.Computer).FirstOrDefault(c => c.Length > 0) ?? "";

    private void NoteNames()
    {
        // Instances that are nothing but a name come last: what follows a # may belong to the name, and the others tell.
        foreach (var column in _columns.Paths.OrderBy(InstanceNames.IsNameAlone))
        {
            InstanceNames.Note(column, _names);
        }
    }

    private void NoteAdapters()
    {
        foreach (string instance in _columns.Paths
            .Where(c => c.Instance is not null && (c.IsSet(HostSets.NetworkAdapter) || c.IsSet(HostSets.DropReasons)))
            .Select(c => c.BaseInstance).Distinct(StringComparer.OrdinalIgnoreCase))
        {
            _names.NoteAdapter(instance);
        }

        foreach (var column in _columns.Paths.Where(c => c.IsSet(HostSets.LegacyAdapter)))
        {
            if (InstanceNames.VmOf(column.BaseInstance) is { } vm)
            {
                _legacy.Add(_names.Id(vm));
            }
        }
    }

    private void Plan()
    {
        TellOddHeader();
        for (int column = 0; column < _columns.Paths.Count; column++)
        {
            if (!_columns.IsRepeated(column))
            {
                Add(column, _columns.Paths[column]);
            }
        }

        Finish();
        Targets = [.. _series.Targets];
        Partitions = [.. _names.All.Select(n => (n.Id, n.Name, _processors.TryGetValue(n.Id, out var vps) ? vps.Count : 0))];
        LogicalProcessors = _series.Find(Guid.Empty, HostSeries.Of(HostMetrics.LpCount)) is null ? SingleLogicalProcessors() : 0;
    }

    private void TellOddHeader()
    {
        int repeated = Enumerable.Range(0, _columns.Paths.Count).Count(_columns.IsRepeated);
        if (repeated > 0)
        {
            _faults.Add($"{repeated} columns repeat the path of another; the first of each is used");
        }
    }

    private void Add(int column, CounterPath path)
    {
        NoteInstance(column, path);
        foreach (var row in HyperVCounterTable.Find(path.Set, path.Counter))
        {
            if (_instances.Find(row.Instances, path) is not { } owner
                || (row.NotOfTotal && owner.Label == CounterPath.Total)
                || (row.Unless is { } better && _recorded.Contains(better, path)))
            {
                continue;
            }

            if (row.MissingIsTold && _series.Missing(row, path) is { } companion)
            {
                _faults.Add($"{path.Set}({path.Instance}): {path.Counter} has no meaning without {companion}; record both");
                continue;
            }

            _series.Add(row, column, owner);
        }
    }

    // Some instances tell something whatever counter the column has.
    private void NoteInstance(int column, CounterPath path)
    {
        var kind = HyperVCounterTable.InstancesOf(path.Set);
        if (kind is not (InstanceKind.VirtualProcessor or InstanceKind.VirtualDisk or InstanceKind.NetworkAdapter)
            || _instances.Find(kind.Value, path) is not { } owner)
        {
            return;
        }

        if (kind == InstanceKind.VirtualProcessor)
        {
            if (!_processors.TryGetValue(owner.Partition, out var seen))
            {
                _processors[owner.Partition] = seen = new HashSet<string>(StringComparer.Ordinal);
            }

            seen.Add(owner.Label!);
        }
        else if (kind == InstanceKind.VirtualDisk)
        {
            _disks.AddStore(_series, column, owner);
        }
    }

    private void Finish()
    {
        foreach (var (_, name, group) in _names.All.ToList())
        {
            if (group)
            {
                _faults.Add($"{name}: their rows cannot be distinguished (the order of #1, #2 is not stable), so they are shown as one. Rename the VMs");
            }
        }

        // The mean of all stands in only where a recording has no row of a single processor.
        if (SingleLogicalProcessors() > 0)
        {
            _series.Remove(Guid.Empty, HostSeries.Of(HostMetrics.LpRunTime, CounterPath.Total));
        }

        HostMemory.Add(_series, _columns);
    }

    private int SingleLogicalProcessors() =>
        _series.Targets.Count(t => t.Series.MetricId == HostMetrics.LpRunTime.Id && t.Series.Instance != CounterPath.Total);
}
