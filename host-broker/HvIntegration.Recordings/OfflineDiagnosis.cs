using System.Globalization;
using HvIntegration.CounterSources.HyperV;
using HvIntegration.CounterSources.HyperV.Counters;
using HvIntegration.CounterSources.PerformanceCounters;
using HvIntegration.Engine;
using HvIntegration.Model;
using HvIntegration.Engine.Options;
using HvIntegration.CounterSources;
using HvIntegration.CounterSources.PdhCsv;
using HvIntegration.Protocol.Metrics;

namespace HvIntegration.Recordings;

/// <summary>Judges recordings of both sides with the engine that judges live: rows become samples on the host's clock, seconds become verdicts.</summary>
/// <remarks>
/// Two passes, both streaming: the first reads the guests and what the host saw of those VMs, and aligns the clocks; the second
/// feeds the engine. Memory does not grow with the length of the recordings, save for one number per row of a guest.
/// </remarks>
internal sealed class OfflineDiagnosis
{
    private const long Second = 1_000_000_000L;
    private const int PaceRows = 40;
    private const int NamesSaid = 5;

    // What synchronised clocks may differ by while a rate is spread over seconds, nanoseconds.
    private const double AlignedErrorNs = 20e6;

    private readonly OfflineRequest _request;
    private readonly TimeZoneInfo? _zone;
    private readonly ReadShare _share;
    private readonly List<string> _notices = [];
    private readonly Dictionary<Guid, OfflineVm> _vms = [];
    private readonly Dictionary<(Guid, SeriesKey), Slot> _slots = [];
    private InventoryFile? _inventory;
    private EngineOptions _options = new();
    private double _intervalSeconds = 1;
    private IReadOnlyList<CounterPlan> _plans = [];

    private OfflineDiagnosis(OfflineRequest request, TimeZoneInfo? zone, ReadShare share)
    {
        _request = request;
        _zone = zone;
        _share = share;
    }

    /// <summary>Reads the recordings and diagnoses their VMs.</summary>
    /// <param name="request">Recordings and options of the request.</param>
    /// <param name="share">Told how far the reading is.</param>
    /// <param name="cancellation">Cancels the operation.</param>
    /// <exception cref="OfflineException">A file cannot be used; the message names it, the place and the remedy.</exception>
    public static OfflineResult Run(OfflineRequest request, ReadShare share, CancellationToken cancellation)
    {
        TimeZoneInfo? zone = null;
        if (request.TimeZone is { } text)
        {
            zone = PdhTime.Zone(text) ?? throw new OfflineException($"Invalid time zone '{text}'. Use UTC, an offset such as +02:00, or a name such as Europe/Berlin");
        }

        try
        {
            return new OfflineDiagnosis(request, zone, share).Run(cancellation);
        }
        catch (CounterSourceException e)
        {
            throw new OfflineException(e.Message, e);
        }
    }

    private OfflineResult Run(CancellationToken cancellation)
    {
        _options = _request.Rules?.Engine ?? new EngineOptions();
        _inventory = _request.Inventory is { } inventory ? InventoryFile.Read(inventory) : null;
        _share.Expect(Expected());
        PlanHosts();
        PlanGuests();
        OfflineSettings.Fit(_options, _intervalSeconds);
        var faults = _options.Validate();
        if (faults.Count > 0)
        {
            throw new OfflineException(string.Join(' ', faults));
        }

        if (_vms.Values.Any(v => v.GuestActivity is not null))
        {
            WatchHosts(cancellation);
            AlignClocks();
        }

        return Judge(cancellation);
    }

    /// <summary>VM names of the host's recordings; null without one.</summary>
    private VmNames? Names => _plans.Count > 0 ? _plans[0].Names : null;

    /// <summary>Name of the host as its recording has it; empty without one.</summary>
    private string Computer => Names?.Computer ?? "";

    private PdhCsvReader Open(string file) => PdhCsvReader.Open(file, new PdhCsvReaderOptions(null) { Fallback = _zone });

    // For a pass over all of it.
    private PdhCsvReader OpenWhole(string file) => PdhCsvReader.Open(file, new PdhCsvReaderOptions(null) { Fallback = _zone, BytesRead = _share.Add });

    // The guests are read twice, and the host's recording too where there are guests to align with it.
    private long Expected()
    {
        string[] guests = [.. _request.Guests.Select(g => g.File), .. _request.LinuxGuests.Select(g => g.File)];
        return (2 * guests.Sum(Length)) + ((guests.Length > 0 ? 2 : 1) * _request.Hosts.Sum(Length));
    }

    private static long Length(string file) => new FileInfo(file) is { Exists: true } known ? known.Length : 0;

    private void PlanHosts()
    {
        var columns = new List<IReadOnlyList<CounterPath>>();
        foreach (string file in _request.Hosts)
        {
            using var reader = Open(file);
            columns.Add(reader.Columns);
        }

        var partitions = new Dictionary<string, Guid>(StringComparer.OrdinalIgnoreCase);
        var owners = new Dictionary<string, string>(StringComparer.OrdinalIgnoreCase);
        foreach (var vm in _inventory?.Vms ?? [])
        {
            foreach (var disk in vm.Disks)
            {
                owners.TryAdd(Stem(disk.Path), vm.Name!);
            }

            // Of two VMs of one name neither can be told by it.
            if (vm.Id is { } id && _inventory!.Vms.Count(o => VmNames.Canonical(o.Name!) == VmNames.Canonical(vm.Name!)) == 1)
            {
                partitions.TryAdd(vm.Name!, id);
            }
        }

        try
        {
            var hints = new VmHints { Partitions = partitions, DiskOwners = owners, DiskOwnerRemedy = "set its VM in an --inventory file" };
            _plans = columns.Count > 0 ? CounterPlan.OfFiles(columns, hints) : [];
        }
        catch (CounterSourceException e)
        {
            throw new OfflineException($"{_request.Hosts[0]}, line 1: {e.Message}", e);
        }

        for (int i = 0; i < _plans.Count; i++)
        {
            _notices.AddRange(_plans[i].Faults.Select(f => $"{_request.Hosts[i]}: {f}"));
            if (_plans[i].Targets.Count == 0)
            {
                throw new OfflineException(
                    $"{_request.Hosts[i]}, line 1, column 2: none of the {columns[i].Count} columns is a known Hyper-V host counter; the first is '{columns[i][0]}'; "
                    + "record the host with English counter names(docs/diagnose.md lists them), and use --guest VM=FILE for the recording of a guest");
            }

            using (var reader = Open(_request.Hosts[i]))
            {
                Pace(reader, _request.Hosts[i]);
            }

            if (_plans[i].Unused > 0)
            {
                _notices.Add($"{_request.Hosts[i]}: {_plans[i].Unused} of {columns[i].Count} columns are not used");
            }

            foreach (var (id, name, processors) in _plans[i].Partitions)
            {
                var vm = Vm(id, name);
                vm.OnHost = true;
                vm.VirtualProcessors = Math.Max(vm.VirtualProcessors, processors);
            }
        }

        foreach (var (id, name, group) in Names?.All ?? [])
        {
            if (_vms.TryGetValue(id, out var vm))
            {
                vm.IsGroup = group;
                vm.KnownId = group || PartitionGuid.FromName(Computer, name) == id ? vm.KnownId : id;
            }
        }
    }

    // The path of a disk as storage rows have it, without extension: a checkpoint's leaf begins with it.
    private static string Stem(string path)
    {
        string mangled = path.Replace('\\', '-');
        int dot = mangled.LastIndexOf('.');
        return dot > 0 ? mangled[..dot] : mangled;
    }

    private OfflineVm Vm(Guid id, string name)
    {
        if (!_vms.TryGetValue(id, out var vm))
        {
            // Get-Counter writes names in lower case: who asks knows better how they are written.
            var entry = _inventory?.Find(name, id);
            string spelling = new[] { entry?.Name }.Concat(_request.Guests.Select(g => g.Vm)).Concat(_request.LinuxGuests.Select(g => g.Vm))
                .FirstOrDefault(n => n is not null && !Guid.TryParse(n, out _) && VmNames.Canonical(n) == VmNames.Canonical(name)) ?? name;
            _vms[id] = vm = new OfflineVm(id, spelling) { Entry = entry };
            vm.VirtualProcessors = vm.Entry?.VirtualProcessors ?? 0;
            vm.KnownId = vm.Entry?.Id;
        }

        return vm;
    }

    private void PlanGuests()
    {
        foreach (var (name, file) in _request.Guests)
        {
            var vm = GuestOf(name, file);
            using var reader = Open(file);
            var map = new GuestMap(reader.Columns, vm.Id, vm.VirtualProcessors);
            if (map.IsHost)
            {
                throw new OfflineException($"{file}, line 1: it has Hyper-V Hypervisor columns, so it is the recording of a host. Use --host for it, and --guest {name}=FILE for the recording made in the VM");
            }

            if (map.IsEmpty)
            {
                throw new OfflineException(
                    $"{file}, line 1, column 2: none of its {reader.Columns.Count} columns is a known guest counter; the first is '{reader.Columns[0]}'. Record in the VM with English counter names (docs/diagnose.md lists them)");
            }

            if (map.Unused > 0)
            {
                _notices.Add($"{file}: {map.Unused} of {reader.Columns.Count} columns are not used");
            }

            vm.GuestFile = file;
            vm.GuestMap = map;
            vm.GuestActivity = new ActivityTrack();
            Pace(reader, file);
            using var again = OpenWhole(file);
            using var cursor = new RecordingCursor(again, map.Targets);
            Follow(cursor, (_, _) => vm.GuestActivity, GuestKind);
        }

        foreach (var (name, file) in _request.LinuxGuests)
        {
            var vm = GuestOf(name, file);
            vm.Linux = new LinuxRecording(file, vm.Id, _share);
            vm.GuestActivity = new ActivityTrack();
            new LinuxActivity(vm.GuestActivity).Read(vm.Linux);
            if (vm.Linux.CutShort is { } cut)
            {
                _notices.Add(cut);
            }
        }
    }

    private OfflineVm GuestOf(string name, string file)
    {
        var id = Guid.TryParse(name, out var guid) && _vms.ContainsKey(guid) ? guid : Names?.Find(name);
        OfflineVm vm;
        if (id is { } known && _vms.TryGetValue(known, out var found))
        {
            vm = found;
            if (vm.IsGroup)
            {
                _notices.Add($"{file}: several VMs have the name {name}, and the host rows do not distinguish them, so the guest is compared with their sum");
            }
        }
        else
        {
            if (Names is not null)
            {
                string others = string.Join(", ", _vms.Values.Select(v => v.Name).Order(StringComparer.OrdinalIgnoreCase).Take(10));
                _notices.Add($"{file}: the recording of the host has no rows of a VM named {name}{(others.Length > 0 ? $" (it has {others})" : "")}, so only its guest side is used. Use the VM name of the host");
            }

            vm = Vm(PartitionGuid.FromName(Computer, name), name);
        }

        return vm.GuestActivity is null ? vm : throw new OfflineException($"{file}: {name} already has a recording; use one recording for each VM");
    }

    private void Pace(PdhCsvReader reader, string file)
    {
        var steps = new List<double>();
        long before = 0;
        int rows = 0;
        while (steps.Count < PaceRows && reader.TryRead(out var row))
        {
            rows++;
            if (before != 0 && !row.AfterGap)
            {
                steps.Add((row.TimeNs - before) / 1e9);
            }

            before = row.TimeNs;
        }

        if (rows < 2)
        {
            string first = reader.TakeNotices() is [var notice, ..] ? $" ({notice})" : "";
            throw new OfflineException($"{file}, line 2: {(rows == 0 ? "there is no usable row" : "there is only one usable row")}{first}; record for some minutes, or repair the file");
        }

        if (steps.Count > 0)
        {
            steps.Sort();
            _intervalSeconds = Math.Max(_intervalSeconds, Math.Min(300, steps[steps.Count / 2]));
        }
    }

    private static int GuestKind(HostTarget target) => target.Series.MetricId switch
    {
        var id when id == GuestMetrics.CpuTime.Id => ActivityTrack.Cpu,
        var id when id == GuestMetrics.DiskOperations.Id => ActivityTrack.DiskOperations,
        var id when id == GuestMetrics.DiskIo.Id => ActivityTrack.DiskBytes,
        var id when id == GuestMetrics.NetworkIo.Id => ActivityTrack.NetworkBytes,
        _ => -1,
    };

    private static int HostKind(HostTarget target) => target.Series.MetricId switch
    {
        var id when id == HostMetrics.VpRunTime.Id => ActivityTrack.Cpu,
        var id when id == HostMetrics.DiskOperations.Id => ActivityTrack.DiskOperations,
        var id when id == HostMetrics.DiskIo.Id => ActivityTrack.DiskBytes,
        var id when id == HostMetrics.NicIo.Id => ActivityTrack.NetworkBytes,
        _ => -1,
    };

    private static void Follow(RecordingCursor cursor, Func<HostTarget, int, ActivityTrack?> trackOf, Func<HostTarget, int> kindOf)
    {
        var used = cursor.Targets.Select((t, i) => (Target: i, Kind: kindOf(t), Track: trackOf(t, i)))
            .Where(t => t.Kind >= 0 && t.Track is not null && cursor.Targets[t.Target].Form == SampleForm.IntervalRate)
            .GroupBy(t => t.Track!).Select(g => (Track: g.Key, Sums: new double[ActivityTrack.Kinds], Targets: g.Select(t => (t.Target, t.Kind)).ToArray())).ToList();
        while (cursor.Advance())
        {
            foreach (var (track, sums, targets) in used)
            {
                Array.Fill(sums, double.NaN);
                foreach (var (target, kind) in targets)
                {
                    double value = cursor.Value(target);
                    sums[kind] = double.IsNaN(value) ? sums[kind] : double.IsNaN(sums[kind]) ? value : sums[kind] + value;
                }

                // A recorder outside the guest writes blank rows while the guest is off: those are no word from it.
                if (Array.Exists(sums, s => !double.IsNaN(s)))
                {
                    track.Add(cursor.StartNs, cursor.EndNs, sums);
                }
            }
        }
    }

    private void WatchHosts(CancellationToken cancellation)
    {
        for (int i = 0; i < _plans.Count; i++)
        {
            cancellation.ThrowIfCancellationRequested();
            List<HostTarget> wanted = [.. _plans[i].Targets.Where(t => HostKind(t) >= 0 && _vms.TryGetValue(t.Partition, out var vm) && vm.GuestActivity is not null)];
            if (wanted.Count > 0)
            {
                using var cursor = new RecordingCursor(OpenWhole(_request.Hosts[i]), wanted);
                Follow(cursor, (t, _) => _vms[t.Partition].HostActivity, HostKind);
            }
            else
            {
                _share.Add(Length(_request.Hosts[i]));
            }
        }
    }

    private void AlignClocks()
    {
        foreach (var vm in _vms.Values.Where(v => v.GuestActivity is not null))
        {
            var clock = ClockEstimator.Estimate(vm.HostActivity, vm.GuestActivity!, (long)(_intervalSeconds * Second));
            vm.Clock = clock;
            if (clock is { IsVerified: true } && clock.OffsetNs != 0)
            {
                _notices.Add(string.Create(CultureInfo.InvariantCulture, $"{vm.Name}: its clock is {clock.OffsetNs / 1e9:0.0} s {(clock.OffsetNs > 0 ? "ahead of" : "behind")} the clock of the host, according to the load that both sides recorded (correlation {clock.Correlation:0.00}); all times are host times"));
            }
            else if (!clock.IsVerified && _plans.Count > 0)
            {
                _notices.Add($"{vm.Name}: the recordings do not show its clock offset; the clocks are assumed to be synchronized");
                if (vm.OnHost && (vm.GuestActivity!.ToNs < vm.HostActivity.FromNs || vm.GuestActivity.FromNs > vm.HostActivity.ToNs))
                {
                    _notices.Add($"{vm.Name}: the recordings of guest and host do not overlap in time; check the time zone in both headers");
                }
            }

            vm.Stillness = new StillnessWatch(clock.OffsetNs == 0 ? vm.GuestActivity : vm.GuestActivity!.Shifted(-clock.OffsetNs));
        }
    }

    // Why nothing was judged although there were rows: storage counters alone, for example, belong to no VM.
    private OfflineException NoVm()
    {
        if (_request.Hosts.Count == 0)
        {
            return new OfflineException("the recordings have no second that can be diagnosed: their rows contain no value of any VM; record for some minutes, or repair the files");
        }

        var sets = new SortedSet<string>(StringComparer.OrdinalIgnoreCase);
        foreach (string file in _request.Hosts)
        {
            using var reader = Open(file);
            sets.UnionWith(reader.Columns.Select(c => c.Set));
        }

        string more = sets.Count > NamesSaid ? $" and {sets.Count - NamesSaid} more" : "";
        return new OfflineException(
            $"{_request.Hosts[0]}, line 1: no row names a VM that can be diagnosed; the columns are of {string.Join(", ", sets.Take(NamesSaid))}{more}. "
            + "Record 'Hyper-V Hypervisor Virtual Processor' with them, which names each VM; docs/diagnose.md lists the counters");
    }

    private static string Uncounted(OfflineVm vm) => string.Create(
        CultureInfo.InvariantCulture,
        $"{vm.Name}: the guest does not count its idle time: in {vm.UncountedSeconds} of {vm.Seconds} s, up to {NumberText.Percent(vm.UncountedShareMax)} of its processor time is in no CPU mode. "
        + $"This time is neither busy nor idle.{(vm.IsUndiagnosed ? " The VM is not diagnosed without counters of its host" : string.Empty)}");

    private OfflineResult Judge(CancellationToken cancellation)
    {
        if (_vms.Count == 0)
        {
            throw NoVm();
        }

        var model = new HostModel(_options);
        var run = new OfflineRun(model, _vms, _slots, _options, _intervalSeconds, _inventory);
        for (int i = 0; i < _plans.Count; i++)
        {
            run.AddHost(new RecordingCursor(OpenWhole(_request.Hosts[i]), _plans[i].Targets), _plans[i]);
        }

        foreach (var vm in _vms.Values)
        {
            long offset = vm.Clock?.OffsetNs ?? 0;
            if (vm.GuestFile is { } file)
            {
                run.AddGuest(new RecordingCursor(OpenWhole(file), vm.GuestMap!.Targets, offset), vm, AlignedErrorNs);
            }
            else if (vm.Linux is { } linux)
            {
                run.AddLinux(linux, vm, offset);
            }
        }

        using (run)
        {
            run.Judge(_request.From, _request.To, cancellation);
            foreach (var cursor in run.Cursors)
            {
                Note(cursor);
            }
        }

        if (run.FromSecond > run.ToSecond)
        {
            if (run.HasReadAll && !run.HasJudged)
            {
                throw NoVm();
            }

            throw new OfflineException("no second of the recordings is between --from and --to; write times such as 2026-01-31T12:00:00Z");
        }

        _notices.AddRange(_vms.Values.Where(v => v.IsUncounted).OrderBy(v => v.Name, StringComparer.OrdinalIgnoreCase).Select(Uncounted));
        var outsideOnly = _vms.Values.Where(v => v.GuestActivity is null && v.OnHost).Select(v => v.Name).Order(StringComparer.OrdinalIgnoreCase).ToList();
        if (outsideOnly.Count > 0)
        {
            string more = outsideOnly.Count > NamesSaid ? $" and {outsideOnly.Count - NamesSaid} more" : "";
            _notices.Add($"{string.Join(", ", outsideOnly.Take(NamesSaid))}{more}: no guest recording; diagnosed from the host side only, with a lower probability");
        }

        if (_plans.Count == 0)
        {
            _notices.Add("no host recording: diagnosed from the guest side only, so host causes cannot be found. Add a recording of the same time with --host");
        }

        string host = _inventory?.Host?.Name ?? (Computer.Length > 0 ? Computer : "no host recording");
        return new OfflineResult(
            host, run.FromSecond, run.ToSecond, [.. _vms.Values.Where(v => v.Seconds > 0).OrderBy(v => v.Name, StringComparer.OrdinalIgnoreCase).ThenBy(v => v.Id)],
            run.Episodes, _notices);
    }

    private void Note(RecordingCursor cursor)
    {
        _notices.AddRange(cursor.Reader.TakeNotices());
        if (cursor.Reader.DamagedLines + cursor.Reader.UnorderedRows > 0)
        {
            _notices.Add($"{cursor.Reader.File}: {cursor.Reader.DamagedLines} damaged lines and {cursor.Reader.UnorderedRows} rows out of order were skipped");
        }

        foreach (string capped in cursor.Capped)
        {
            _notices.Add($"{cursor.Reader.File}: {capped} is 100 in every row: the recorder capped it, so it is not used; record with typeperf, which does not cap");
        }
    }
}
