using System.Globalization;
using System.Text.RegularExpressions;
using HvIntegration.Engine.Model;
using HvIntegration.HostBroker.CounterSources.HyperV;
using HvIntegration.Protocol.Metrics;

namespace HvIntegration.HostBroker.CounterSources.PdhCsv;

/// <summary>Turns the columns of a host recording into series of the catalog.</summary>
/// <remarks>
/// Names, units and joins: docs/counter-sources/pdh-csv.md. Cooked percentages of one processor become seconds per second, megabytes
/// become bytes, nanoseconds per dispatch times dispatches become waiting time, seconds per operation times operations become operation time.
/// </remarks>
internal sealed partial class CounterMap
{
    private const double Percent = 0.01;
    private const double Mebi = 1024 * 1024;
    private const double PageBytes = 4096;
    private const double Nano = 1e-9;
    private const string Total = "_Total";

    private readonly IReadOnlyList<CounterPath> _columns;
    private readonly Dictionary<(string Set, string Instance, string Counter), int> _index = [];
    private readonly Dictionary<(Guid, SeriesKey), HostTarget> _targets = [];
    private readonly List<string> _faults = [];
    private readonly HashSet<int> _used = [];
    private readonly VmNames _names;
    private readonly PdhCsvOptions _options;
    private readonly VmDirectory _directory;
    private readonly Dictionary<Guid, HashSet<string>> _processors = [];
    private readonly HashSet<Guid> _legacy;
    private readonly HashSet<string> _withPhysicalMemory = new(StringComparer.Ordinal);
    private readonly Dictionary<string, (Guid Vm, SampleQuality Quality)> _diskOwners = new(StringComparer.OrdinalIgnoreCase);
    private readonly bool _hasVolumes;
    private readonly bool _hasIncomingDrops;
    private readonly bool _hasOutgoingDrops;
    private readonly Dictionary<string, (Guid Id, string Adapter)?> _adapters = new(StringComparer.OrdinalIgnoreCase);

    /// <summary>Plans the series of a recording.</summary>
    /// <param name="columns">Header.</param>
    /// <param name="options">Names and owners the administrator gave.</param>
    /// <param name="directory">VMs as the host's management tells them; null when there is none to ask.</param>
    public CounterMap(IReadOnlyList<CounterPath> columns, PdhCsvOptions options, VmDirectory? directory = null)
        : this(columns, options, directory ?? VmDirectory.Empty, new VmNames(Computer(columns), options.Partitions, directory ?? VmDirectory.Empty), [])
    {
        NoteNames();
        NoteAdapters();
        Plan();
    }

    private CounterMap(IReadOnlyList<CounterPath> columns, PdhCsvOptions options, VmDirectory directory, VmNames names, HashSet<Guid> legacy)
    {
        _columns = columns;
        _options = options;
        _directory = directory;
        _names = names;
        _legacy = legacy;
        _hasVolumes = columns.Any(c => c.IsSet(HostSets.LogicalDisk));
        _hasIncomingDrops = columns.Any(c => c.IsSet(HostSets.NetworkAdapter) && Is(c, "Dropped Packets Incoming/sec"));
        _hasOutgoingDrops = columns.Any(c => c.IsSet(HostSets.NetworkAdapter) && Is(c, "Dropped Packets Outgoing/sec"));
        Targets = [];
    }

    /// <summary>Plans several recordings of one host: what one tells about names holds for all.</summary>
    public static IReadOnlyList<CounterMap> OfFiles(IReadOnlyList<IReadOnlyList<CounterPath>> files, PdhCsvOptions options)
    {
        string computer = files.Select(Computer).FirstOrDefault(c => c.Length > 0) ?? "";
        var names = new VmNames(computer, options.Partitions, VmDirectory.Empty);
        var legacy = new HashSet<Guid>();
        List<CounterMap> maps = [.. files.Select(f => new CounterMap(f, options, VmDirectory.Empty, names, legacy))];
        maps.ForEach(m => m.NoteNames());
        maps.ForEach(m => m.NoteAdapters());
        maps.ForEach(m => m.Plan());
        return maps;
    }

    /// <summary>Series to make of each row.</summary>
    public IReadOnlyList<HostTarget> Targets { get; private set; }

    /// <summary>Names of the VMs, joined over all sets.</summary>
    public VmNames Names => _names;

    /// <summary>Columns that no series is made of.</summary>
    public int Unused => _columns.Count - _targets.Values.SelectMany(t => t.Columns.Concat(t.Times)).Distinct().Count();

    /// <summary>VMs, their processors counted from the columns.</summary>
    public IReadOnlyList<(Guid Id, string Name, int Processors)> Partitions { get; private set; } = [];

    /// <summary>Logical processors counted from the columns; 0 when the recording tells their number itself or has no rows of them.</summary>
    public int LogicalProcessors { get; private set; }

    /// <summary>What the columns do not tell, one sentence each.</summary>
    public IReadOnlyList<string> Faults => _faults;

    [GeneratedRegex(@"^(?<vm>.+):Hv VP (?<n>\d{1,4})$", RegexOptions.IgnoreCase | RegexOptions.CultureInvariant)]
    private static partial Regex ProcessorPattern();

    [GeneratedRegex(@"^(?<vm>.+):(?:HvPt|Ethernet Card|Ide Controller|WP VP \d{1,4}|Remoting|VM Live Migration|Current or most recent Save-Restore-Snapshot operation|[^:]*\{[0-9A-F-]{36}\})$", RegexOptions.IgnoreCase | RegexOptions.CultureInvariant)]
    private static partial Regex SuffixPattern();

    [GeneratedRegex(@"^(?:Hv LP|Root VP) (?<n>\d{1,5})$", RegexOptions.IgnoreCase | RegexOptions.CultureInvariant)]
    private static partial Regex NumberedPattern();

    [GeneratedRegex(@"^(?:--\?-)?(?<store>[A-Z]:-ClusterStorage-[^-]+|[A-Z]:|UNC-[^-]+-[^-]+)-", RegexOptions.IgnoreCase | RegexOptions.CultureInvariant)]
    private static partial Regex StorePattern();

    private static bool IsTotal(string instance) => instance.Equals("_Total", StringComparison.OrdinalIgnoreCase);

    private static (string, string, string) Key(string set, string instance, string counter) =>
        (set.ToUpperInvariant(), instance.ToUpperInvariant(), counter.ToUpperInvariant());

    private static string Computer(IReadOnlyList<CounterPath> columns) => columns.Select(c => c.Computer).FirstOrDefault(c => c.Length > 0) ?? "";

    private void Plan()
    {
        string computer = Computer(_columns);
        int twice = 0;
        for (int i = 0; i < _columns.Count; i++)
        {
            var key = Key(_columns[i].Set, _columns[i].Instance ?? "", _columns[i].Counter);
            if (!_index.TryAdd(key, i))
            {
                twice++;
                _used.Add(i);
            }
        }

        if (twice > 0)
        {
            _faults.Add($"{twice} columns repeat the path of another; the first of each was taken");
        }

        if (_columns.Select(c => c.Computer).Where(c => c.Length > 0).Distinct(StringComparer.OrdinalIgnoreCase).Count() > 1)
        {
            _faults.Add($"the recording holds counters of several computers; all are taken as those of {computer}: record each host to a file of its own");
        }

        for (int i = 0; i < _columns.Count; i++)
        {
            if (!_used.Contains(i))
            {
                Map(i, _columns[i]);
            }
        }

        Finish();
        Targets = [.. _targets.Values];
        Partitions = [.. _names.All.Select(n => (n.Id, n.Name, _processors.TryGetValue(n.Id, out var vps) ? vps.Count : 0))];
        LogicalProcessors = _targets.ContainsKey((Guid.Empty, HostSeries.Of(HostMetrics.LpCount)))
            ? 0
            : _targets.Keys.Count(k => k.Item2.MetricId == HostMetrics.LpRunTime.Id && k.Item2.Instance != Total);
    }

    private void NoteNames()
    {
        foreach (var column in _columns.Where(c => c.Instance is not null && !IsTotal(c.BaseInstance)))
        {
            if (column.IsSet(HostSets.DynamicMemoryVm) || column.IsSet(HostSets.VidPartition))
            {
                _names.Note(column.BaseInstance, column.Duplicate);
                if (Is(column, "Physical Memory"))
                {
                    _withPhysicalMemory.Add(VmNames.Canonical(column.BaseInstance));
                }
            }
            else if (column.IsSet(HostSets.VirtualProcessor) && ProcessorPattern().Match(column.BaseInstance) is { Success: true } vp)
            {
                _names.Note(vp.Groups["vm"].Value, column.Duplicate);
            }
            else if (column.Set.StartsWith("Hyper-V ", StringComparison.OrdinalIgnoreCase)
                && SuffixPattern().Match(column.BaseInstance) is { Success: true } other)
            {
                // Two legacy adapters of one VM differ by #1 alone: that tells nothing about names.
                _names.Note(other.Groups["vm"].Value, column.IsSet(HostSets.LegacyAdapter) ? 0 : column.Duplicate);
            }
        }

    }

    private void NoteAdapters()
    {
        foreach (string instance in _columns.Where(c => c.Instance is not null && (c.IsSet(HostSets.NetworkAdapter) || c.IsSet(HostSets.DropReasons)))
            .Select(c => c.BaseInstance).Distinct(StringComparer.OrdinalIgnoreCase))
        {
            _names.NoteAdapter(instance);
        }

        foreach (var column in _columns.Where(c => c.IsSet(HostSets.LegacyAdapter)))
        {
            if (SuffixPattern().Match(column.BaseInstance) is { Success: true } match)
            {
                _legacy.Add(_names.Id(match.Groups["vm"].Value));
            }
        }
    }

    private void Map(int column, CounterPath path)
    {
        string instance = path.BaseInstance;
        if (path.IsSet(HostSets.VirtualProcessor))
        {
            if (ProcessorPattern().Match(instance) is { Success: true } vp)
            {
                string name = vp.Groups["vm"].Value;
                MapProcessor(column, path, _names.Id(name), vp.Groups["n"].Value.TrimStart('0') is { Length: > 0 } n ? n : "0");
            }
        }
        else if (path.IsSet(HostSets.LogicalProcessor))
        {
            MapLogicalProcessor(column, path, instance);
        }
        else if (path.IsSet(HostSets.RootProcessor))
        {
            if (NumberedPattern().Match(instance) is { Success: true } root)
            {
                MapRootProcessor(column, path, root.Groups["n"].Value);
            }
        }
        else if (path.IsSet(HostSets.Hypervisor))
        {
            if (Is(path, "Logical Processors"))
            {
                Add(column, Guid.Empty, HostSeries.Of(HostMetrics.LpCount), SampleForm.Gauge, 1);
            }
            else
            {
                MapHypervisor(column, path);
            }
        }
        else if (path.IsSet(HostSets.DynamicMemoryVm) || path.IsSet(HostSets.VidPartition))
        {
            if (!IsTotal(instance))
            {
                MapMemory(column, path, instance);
            }
        }
        else if (path.IsSet(HostSets.Balancer))
        {
            if (Is(path, "Available Memory"))
            {
                Add(column, Guid.Empty, HostSeries.Of(HostMetrics.HostMemoryAvailable), SampleForm.Gauge, Mebi);
            }
            else
            {
                MapBalancer(column, path);
            }
        }
        else if (path.IsSet(HostSets.StorageDevice))
        {
            MapDisk(column, path, path.Instance ?? "");
        }
        else if (path.IsSet(HostSets.IdeController))
        {
            if (SuffixPattern().Match(instance) is { Success: true } ide)
            {
                MapDiskBytes(column, path, _names.Id(ide.Groups["vm"].Value), "Ide Controller", SampleQuality.Measured);
            }
        }
        else if (path.IsSet(HostSets.LogicalDisk))
        {
            MapVolume(column, path, instance);
        }
        else if (path.IsSet(HostSets.NetworkAdapter) || path.IsSet(HostSets.LegacyAdapter))
        {
            MapAdapter(column, path);
        }
        else if (path.IsSet(HostSets.Bus))
        {
            MapBus(column, path);
        }

        MapPlatform(column, path, instance);
        MapStack(column, path, instance);
    }

    private void MapProcessor(int column, CounterPath path, Guid vm, string number)
    {
        string vp = path.Duplicate > 0 ? string.Create(CultureInfo.InvariantCulture, $"{number}#{path.Duplicate}") : number;
        if (!_processors.TryGetValue(vm, out var seen))
        {
            _processors[vm] = seen = new HashSet<string>(StringComparer.Ordinal);
        }

        seen.Add(vp);
        switch (path.Counter.ToUpperInvariant())
        {
            case "% TOTAL RUN TIME":
                Add(column, vm, HostSeries.Of(HostMetrics.VpRunTime, vp), SampleForm.IntervalRate, Percent);
                break;
            case "% GUEST RUN TIME":
                Add(column, vm, HostSeries.Of(HostMetrics.VpGuestRunTime, vp), SampleForm.IntervalRate, Percent);
                if (Sibling(path, "% Total Run Time") < 0)
                {
                    int hypervisor = Sibling(path, "% Hypervisor Run Time");
                    Put(new HostTarget(
                        vm, HostSeries.Of(HostMetrics.VpRunTime, vp), SampleForm.IntervalRate, Percent,
                        hypervisor < 0 ? "% Guest Run Time" : "% Guest + % Hypervisor Run Time", hypervisor < 0 ? [column] : [column, hypervisor])
                    { Quality = hypervisor < 0 ? SampleQuality.Estimated : SampleQuality.Measured });
                }

                break;
            case "% HYPERVISOR RUN TIME":
                Add(column, vm, HostSeries.Of(HostMetrics.VpHypervisorRunTime, vp), SampleForm.IntervalRate, Percent);
                break;
            case "LOGICAL PROCESSOR DISPATCHES/SEC":
                Add(column, vm, HostSeries.Of(HostMetrics.VpDispatches, vp), SampleForm.IntervalRate, 1);
                break;
            case "TOTAL INTERCEPTS/SEC":
                Add(column, vm, HostSeries.Of(HostMetrics.VpIntercepts, vp), SampleForm.IntervalRate, 1);
                break;
            case "CPU WAIT TIME PER DISPATCH":
                AddWait(column, path, vm, HostSeries.Of(HostMetrics.VpWaitTime, vp));
                break;
            case "CPU CONTENTION TIME PER DISPATCH":
                AddWait(column, path, vm, HostSeries.Of(HostMetrics.VpContentionTime, vp));
                break;
            default:
                MapProcessorCost(column, path, vm, vp);
                break;
        }
    }

    private void AddWait(int column, CounterPath path, Guid vm, SeriesKey series)
    {
        int dispatches = Sibling(path, "Logical Processor Dispatches/sec");
        if (dispatches < 0)
        {
            _faults.Add($"{path.Set}({path.Instance}): {path.Counter} says nothing without Logical Processor Dispatches/sec; record both");
            return;
        }

        Put(new HostTarget(vm, series, SampleForm.IntervalRate, Nano, $"{path.Counter} x dispatches", [column])
        {
            Times = [dispatches], MayBeCapped = true,
        });
    }

    private void MapLogicalProcessor(int column, CounterPath path, string instance)
    {
        var match = NumberedPattern().Match(instance);
        if (!match.Success && !IsTotal(instance))
        {
            return;
        }

        string lp = match.Success ? match.Groups["n"].Value : Total;
        if (Is(path, "% Total Run Time"))
        {
            Add(column, Guid.Empty, HostSeries.Of(HostMetrics.LpRunTime, lp), SampleForm.IntervalRate, Percent);
        }
        else if (Is(path, "% Idle Time") && Sibling(path, "% Total Run Time") < 0)
        {
            Put(new HostTarget(Guid.Empty, HostSeries.Of(HostMetrics.LpRunTime, lp), SampleForm.IntervalRate, -Percent, "100 - % Idle Time", [column]) { Offset = 1 });
        }
        else if (match.Success && Is(path, "Context Switches/sec"))
        {
            Add(column, Guid.Empty, HostSeries.Of(HostMetrics.LpContextSwitches, lp), SampleForm.IntervalRate, 1);
        }
        else
        {
            MapLogicalProcessorStack(column, path, lp);
        }
    }

    private void MapMemory(int column, CounterPath path, string name)
    {
        var vm = _names.Id(name);
        bool group = _names.IsGroup(name);
        if (path.IsSet(HostSets.VidPartition))
        {
            if (Is(path, "Remote Physical Pages"))
            {
                Add(column, vm, HostSeries.Of(HostMetrics.MemoryRemotePages), SampleForm.Gauge, 1, sum: group);
            }
            else if (Is(path, "Physical Pages Allocated")
                && !_withPhysicalMemory.Contains(VmNames.Canonical(name)))
            {
                Add(column, vm, HostSeries.Of(HostMetrics.MemoryAssigned), SampleForm.Gauge, PageBytes, sum: group);
            }
            else if (Is(path, "Preferred NUMA Node Index") && !group)
            {
                Add(column, vm, HostSeries.Of(StackMetrics.MemoryPreferredNode), SampleForm.Gauge, 1);
            }

            return;
        }

        switch (path.Counter.ToUpperInvariant())
        {
            case "PHYSICAL MEMORY":
                Add(column, vm, HostSeries.Of(HostMetrics.MemoryAssigned), SampleForm.Gauge, Mebi, sum: group);
                break;
            case "GUEST VISIBLE PHYSICAL MEMORY":
                Add(column, vm, HostSeries.Of(HostMetrics.MemoryGuestVisible), SampleForm.Gauge, Mebi, sum: group);
                break;
            case "SMART PAGING WORKING SET SIZE":
                Add(column, vm, HostSeries.Of(HostMetrics.MemorySmartPaging), SampleForm.Gauge, Mebi, sum: group);
                break;
            case "ADDED MEMORY":
                Add(column, vm, HostSeries.Of(HostMetrics.MemoryAdded), SampleForm.Cumulative, Mebi, sum: group);
                break;
            case "REMOVED MEMORY":
                Add(column, vm, HostSeries.Of(HostMetrics.MemoryRemoved), SampleForm.Cumulative, Mebi, sum: group);
                break;
            case "CURRENT PRESSURE" when !group:
                MapPressure(column, path, vm, SampleQuality.Measured);
                break;
            case "AVERAGE PRESSURE" when !group && Sibling(path, "Current Pressure") < 0:
                MapPressure(column, path, vm, SampleQuality.Estimated);
                break;
            default:
                MapMemoryStack(column, path, vm, group);
                break;
        }
    }

    private void MapPressure(int column, CounterPath path, Guid vm, SampleQuality quality)
    {
        Put(new HostTarget(vm, HostSeries.Of(HostMetrics.MemoryPressure), SampleForm.Gauge, Percent, path.Counter, [column]) { Quality = quality });
        if (Sibling(path, "Physical Memory") is >= 0 and var assigned)
        {
            Put(new HostTarget(
                vm, HostSeries.Of(HostMetrics.MemoryDemand), SampleForm.Gauge, Percent * Mebi, path.Counter + " x Physical Memory", [column])
            { Times = [assigned], Quality = SampleQuality.Estimated });
        }
    }

    private void MapDisk(int column, CounterPath path, string instance)
    {
        // State files and DVD drives are no data disks.
        if (instance.EndsWith(".vmgs", StringComparison.OrdinalIgnoreCase) || instance.EndsWith(".vmrs", StringComparison.OrdinalIgnoreCase)
            || instance.Equals("ISO", StringComparison.OrdinalIgnoreCase) || IsTotal(instance))
        {
            return;
        }

        var (vm, quality) = Owner(instance);
        if (StorePattern().Match(instance) is { Success: true } store)
        {
            Put(new HostTarget(
                vm, HostSeries.Of(HostMetrics.DiskStore, instance, store.Groups["store"].Value.ToUpperInvariant()), SampleForm.Gauge, 0,
                "path of the disk", [column])
            { Offset = 1, Quality = SampleQuality.Estimated });
        }

        MapDiskBytes(column, path, vm, instance, quality);
        switch (path.Counter.ToUpperInvariant())
        {
            case "READ OPERATIONS/SEC":
                Disk(HostSeries.Of(HostMetrics.DiskOperations, instance, IoDirection.Read), SampleForm.IntervalRate);
                break;
            case "WRITE OPERATIONS/SEC":
                Disk(HostSeries.Of(HostMetrics.DiskOperations, instance, IoDirection.Write), SampleForm.IntervalRate);
                break;
            case "READ COUNT" when Sibling(path, "Read Operations/Sec") < 0:
                Disk(HostSeries.Of(HostMetrics.DiskOperations, instance, IoDirection.Read), SampleForm.Cumulative);
                break;
            case "WRITE COUNT" when Sibling(path, "Write Operations/Sec") < 0:
                Disk(HostSeries.Of(HostMetrics.DiskOperations, instance, IoDirection.Write), SampleForm.Cumulative);
                break;
            case "ERROR COUNT":
                Disk(HostSeries.Of(HostMetrics.DiskErrors, instance), SampleForm.Cumulative);
                break;
            case "QUEUE LENGTH":
                Disk(HostSeries.Of(HostMetrics.DiskQueueLength, instance), SampleForm.Gauge);
                break;
            case "LOWER QUEUE LENGTH":
                Disk(HostSeries.Of(StackMetrics.DiskLowerQueueLength, instance), SampleForm.Gauge);
                break;
            case "FLUSH COUNT":
                Disk(HostSeries.Of(StackMetrics.DiskFlushes, instance), SampleForm.Cumulative);
                break;
            case "NORMALIZED THROUGHPUT":
                Disk(HostSeries.Of(HostMetrics.DiskNormalizedOperations, instance), SampleForm.IntervalRate);
                break;
            case "MAXIMUM IO RATE":
                Limit(HostSeries.Of(HostMetrics.DiskQosIops, instance));
                break;
            case "MAXIMUM BANDWIDTH":
                Limit(HostSeries.Of(HostMetrics.DiskQosBandwidth, instance));
                break;
            case "LATENCY":
                Latency(HostSeries.Of(HostMetrics.DiskOperationTime, instance, IoDirection.Both));
                break;
            case "LOWER LATENCY":
                Latency(HostSeries.Of(HostMetrics.DiskLowerOperationTime, instance));
                break;
            default:
                break;
        }

        void Disk(SeriesKey series, SampleForm form) => Put(new HostTarget(vm, series, form, 1, path.Counter, [column]) { Quality = quality });

        void Limit(SeriesKey series) =>
            Put(new HostTarget(vm, series, SampleForm.Gauge, 1, path.Counter, [column]) { Quality = quality, ZeroIsNone = true });

        void Latency(SeriesKey series)
        {
            int[] operations = [.. new[] { Sibling(path, "Read Operations/Sec"), Sibling(path, "Write Operations/Sec") }.Where(c => c >= 0)];
            if (operations.Length == 0)
            {
                // A mean without its weight: shown as such, not weighed by operations.
                var plain = series.MetricId == HostMetrics.DiskOperationTime.Id ? HostMetrics.DiskLatency : HostMetrics.DiskLowerLatency;
                Put(new HostTarget(vm, HostSeries.Of(plain, instance), SampleForm.Gauge, 1, path.Counter, [column]) { Quality = SampleQuality.Estimated });
                return;
            }

            Put(new HostTarget(vm, series, SampleForm.IntervalRate, 1, path.Counter + " x operations", [column])
            {
                Times = operations, Quality = operations.Length == 2 ? quality : SampleQuality.Estimated,
            });
        }
    }

    private void MapDiskBytes(int column, CounterPath path, Guid vm, string disk, SampleQuality quality)
    {
        string? direction = Is(path, "Read Bytes/sec") ? IoDirection.Read : Is(path, "Write Bytes/sec") ? IoDirection.Write : null;
        if (direction is not null)
        {
            Put(new HostTarget(vm, HostSeries.Of(HostMetrics.DiskIo, disk, direction), SampleForm.IntervalRate, 1, path.Counter, [column]) { Quality = quality });
        }
    }

    private (Guid Id, string Adapter)? Adapter(string instance)
    {
        if (!_adapters.TryGetValue(instance, out var known))
        {
            _adapters[instance] = known = _names.NoteAdapter(instance);
        }

        return known;
    }

    private (Guid Vm, SampleQuality Quality) Owner(string instance)
    {
        if (!_diskOwners.TryGetValue(instance, out var owner))
        {
            _diskOwners[instance] = owner = FindOwner(instance);
        }

        return owner;
    }

    private (Guid Vm, SampleQuality Quality) FindOwner(string instance)
    {
        foreach (var (text, name) in _options.DiskOwners.OrderByDescending(o => o.Key.Length))
        {
            if (instance.Contains(text, StringComparison.OrdinalIgnoreCase))
            {
                _names.Note(name, 0);
                return (_names.Id(name), SampleQuality.Measured);
            }
        }

        if (_directory.OwnerOfDisk(instance) is { } told)
        {
            return (told, SampleQuality.Measured);
        }

        if (_names.OwnerOfDisk(instance) is { } owner)
        {
            return (owner, SampleQuality.Estimated);
        }

        if (_names.All.Where(n => !n.Group).Take(2).ToList() is [var only])
        {
            return (only.Id, SampleQuality.Estimated);
        }

        _faults.Add($"{instance}: no VM is known for this disk, so it stands under the host; {_options.DiskOwnerRemedy}");

        return (Guid.Empty, SampleQuality.Measured);
    }

    private void MapVolume(int column, CounterPath path, string instance)
    {
        if (IsTotal(instance) || instance.StartsWith("HarddiskVolume", StringComparison.OrdinalIgnoreCase))
        {
            return;
        }

        MapStore(column, path, instance.ToUpperInvariant());
    }

    private void MapStore(int column, CounterPath path, string store)
    {
        switch (path.Counter.ToUpperInvariant())
        {
            case "DISK READS/SEC":
                Add(column, Guid.Empty, HostSeries.Of(HostMetrics.StoreOperations, store, IoDirection.Read), SampleForm.IntervalRate, 1);
                break;
            case "DISK WRITES/SEC":
                Add(column, Guid.Empty, HostSeries.Of(HostMetrics.StoreOperations, store, IoDirection.Write), SampleForm.IntervalRate, 1);
                break;
            case "DISK READ BYTES/SEC":
                Add(column, Guid.Empty, HostSeries.Of(HostMetrics.StoreIo, store, IoDirection.Read), SampleForm.IntervalRate, 1);
                break;
            case "DISK WRITE BYTES/SEC":
                Add(column, Guid.Empty, HostSeries.Of(HostMetrics.StoreIo, store, IoDirection.Write), SampleForm.IntervalRate, 1);
                break;
            case "DISK TRANSFERS/SEC" when Sibling(path, "Disk Reads/sec") < 0:
                Add(column, Guid.Empty, HostSeries.Of(HostMetrics.StoreOperations, store, IoDirection.Both), SampleForm.IntervalRate, 1);
                break;
            case "AVG. DISK SEC/TRANSFER" when Sibling(path, "Disk Reads/sec") < 0 && Sibling(path, "Disk Transfers/sec") is >= 0 and var transfers:
                Put(new HostTarget(
                    Guid.Empty, HostSeries.Of(HostMetrics.StoreOperationTime, store, IoDirection.Both), SampleForm.IntervalRate, 1,
                    path.Counter + " x transfers", [column])
                { Times = [transfers] });
                break;
            case "AVG. DISK QUEUE LENGTH":
                Add(column, Guid.Empty, HostSeries.Of(HostMetrics.StoreQueueTime, store), SampleForm.IntervalRate, 1);
                break;
            case "AVG. DISK SEC/READ" when Sibling(path, "Disk Reads/sec") is >= 0 and var reads:
                Put(new HostTarget(
                    Guid.Empty, HostSeries.Of(HostMetrics.StoreOperationTime, store, IoDirection.Read), SampleForm.IntervalRate, 1,
                    path.Counter + " x reads", [column])
                { Times = [reads] });
                break;
            case "AVG. DISK SEC/WRITE" when Sibling(path, "Disk Writes/sec") is >= 0 and var writes:
                Put(new HostTarget(
                    Guid.Empty, HostSeries.Of(HostMetrics.StoreOperationTime, store, IoDirection.Write), SampleForm.IntervalRate, 1,
                    path.Counter + " x writes", [column])
                { Times = [writes] });
                break;
            default:
                break;
        }
    }

    private void MapAdapter(int column, CounterPath path)
    {
        Guid vm;
        string adapter;
        if (path.IsSet(HostSets.LegacyAdapter))
        {
            if (SuffixPattern().Match(path.BaseInstance) is not { Success: true } match)
            {
                return;
            }

            vm = _names.Id(match.Groups["vm"].Value);
            adapter = path.Duplicate > 0 ? string.Create(CultureInfo.InvariantCulture, $"Ethernet Card#{path.Duplicate}") : "Ethernet Card";
        }
        else if (Adapter(path.BaseInstance) is { } known)
        {
            (vm, adapter) = known;

            // The adapter set shows one direction of legacy adapters only; their own set shows both.
            if (_legacy.Contains(vm) && path.BaseInstance.LastIndexOf("--", StringComparison.Ordinal) is var at && path.BaseInstance.Length - at <= 6)
            {
                return;
            }
        }
        else
        {
            vm = Guid.Empty;
            adapter = path.Instance ?? "";
        }

        switch (path.Counter.ToUpperInvariant())
        {
            case "BYTES RECEIVED/SEC":
                Add(column, vm, HostSeries.Of(HostMetrics.NicIo, adapter, IoDirection.Receive), SampleForm.IntervalRate, 1);
                break;
            case "BYTES SENT/SEC":
                Add(column, vm, HostSeries.Of(HostMetrics.NicIo, adapter, IoDirection.Transmit), SampleForm.IntervalRate, 1);
                break;
            case "BYTES/SEC" when Sibling(path, "Bytes Received/sec") < 0 && Sibling(path, "Bytes Sent/sec") < 0:
                Add(column, vm, HostSeries.Of(HostMetrics.NicIo, adapter, IoDirection.Both), SampleForm.IntervalRate, 1);
                break;
            case "PACKETS RECEIVED/SEC" or "FRAMES RECEIVED/SEC":
                Add(column, vm, HostSeries.Of(HostMetrics.NicPackets, adapter, IoDirection.Receive), SampleForm.IntervalRate, 1);
                break;
            case "PACKETS SENT/SEC" or "FRAMES SENT/SEC":
                Add(column, vm, HostSeries.Of(HostMetrics.NicPackets, adapter, IoDirection.Transmit), SampleForm.IntervalRate, 1);
                break;
            case "DROPPED PACKETS INCOMING/SEC":
                Add(column, vm, HostSeries.Of(HostMetrics.NicDropped, adapter, IoDirection.Receive), SampleForm.IntervalRate, 1);
                break;
            case "DROPPED PACKETS OUTGOING/SEC":
                Add(column, vm, HostSeries.Of(HostMetrics.NicDropped, adapter, IoDirection.Transmit), SampleForm.IntervalRate, 1);
                break;
            case "FRAMES DROPPED":
                Add(column, vm, HostSeries.Of(HostMetrics.NicDropped, adapter, IoDirection.Both), SampleForm.Cumulative, 1);
                break;
            default:
                break;
        }
    }

    private void MapBus(int column, CounterPath path)
    {
        if (Is(path, "Throttle Events"))
        {
            Add(column, Guid.Empty, HostSeries.Of(HostMetrics.VmbusThrottleEvents), SampleForm.Cumulative, 1);
        }
        else if (Is(path, "Interrupts Received/sec"))
        {
            Add(column, Guid.Empty, HostSeries.Of(HostMetrics.VmbusInterrupts, IoDirection.Receive), SampleForm.IntervalRate, 1);
        }
        else if (Is(path, "Interrupts Sent/sec"))
        {
            Add(column, Guid.Empty, HostSeries.Of(HostMetrics.VmbusInterrupts, IoDirection.Transmit), SampleForm.IntervalRate, 1);
        }
    }

    private void Finish()
    {
        foreach (var (_, name, group) in _names.All.ToList())
        {
            if (group)
            {
                _faults.Add($"{name}: their rows cannot be told apart (the order of #1, #2 is not stable), so they are shown as one; rename the VMs");
            }
        }

        // The mean of all stands in only where a recording has no row of a single processor.
        if (_targets.Keys.Any(k => k.Item2.MetricId == HostMetrics.LpRunTime.Id && k.Item2.Instance != Total))
        {
            _targets.Remove((Guid.Empty, HostSeries.Of(HostMetrics.LpRunTime, Total)));
        }

        FinishMemory();
        if (_targets.Count == 0)
        {
            _faults.Add("no column is a Hyper-V counter known here; names must be English: record with English names (typeperf on an English system, or a collector that uses PdhAddEnglishCounter)");
        }
    }

    private void Add(int column, Guid partition, SeriesKey series, SampleForm form, double factor, bool sum = false)
    {
        if (sum && _targets.TryGetValue((partition, series), out var known))
        {
            _targets[(partition, series)] = known with { Columns = [.. known.Columns, column] };
            return;
        }

        Put(new HostTarget(partition, series, form, factor, _columns[column].Counter, [column]));
    }

    // Of two columns for one series the first stays: a host's sets overlap, they do not add up.
    private void Put(HostTarget target) => _targets.TryAdd((target.Partition, target.Series), target);

    private int Sibling(CounterPath path, string counter) =>
        _index.TryGetValue(Key(path.Set, path.Instance ?? "", counter), out int column) ? column : -1;

    private static bool Is(CounterPath path, string counter) => path.Counter.Equals(counter, StringComparison.OrdinalIgnoreCase);
}
