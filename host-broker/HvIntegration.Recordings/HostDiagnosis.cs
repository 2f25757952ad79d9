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

/// <summary>Judges recordings of one host and its guests with the engine that judges live: rows become samples on the host's clock, seconds become verdicts.</summary>
/// <remarks>
/// Two passes, both streaming: the first reads the guests and what the host saw of those VMs, and aligns the clocks; the second
/// feeds the engine. Memory does not grow with the length of the recordings, save for one number per row of a guest.
/// </remarks>
internal sealed class HostDiagnosis
{
    private const long Second = 1_000_000_000L;
    private const int PaceRows = 40;
    private const int NamesSaid = 5;

    // What synchronised clocks may differ by while a rate is spread over seconds, nanoseconds.
    private const double AlignedErrorNs = 20e6;

    private readonly OfflineRequest _request;
    private readonly IReadOnlyList<RecordingPart> _hosts;
    private readonly InventoryFile? _inventory;
    private readonly RecordingFiles _files;
    private readonly List<(string Vm, RecordingPart Part)> _guests = [];
    private readonly List<(string Vm, string File)> _linuxGuests = [];
    private readonly List<string> _notices = [];
    private readonly Dictionary<Guid, OfflineVm> _vms = [];
    private readonly Dictionary<(Guid, SeriesKey), Slot> _slots = [];
    private readonly EngineOptions _options;
    private double _intervalSeconds = 1;
    private IReadOnlyList<CounterPlan> _plans = [];

    /// <summary>Takes the recordings of a host; none where guests are judged without one.</summary>
    /// <param name="request">Options of the request.</param>
    /// <param name="hosts">Recordings of the host, or the columns of it in them.</param>
    /// <param name="inventory">What counters do not carry; null when not known.</param>
    /// <param name="files">Opens recordings.</param>
    public HostDiagnosis(OfflineRequest request, IReadOnlyList<RecordingPart> hosts, InventoryFile? inventory, RecordingFiles files)
    {
        _request = request;
        _hosts = hosts;
        _inventory = inventory;
        _files = files;
        _options = request.Rules?.Engine() ?? new EngineOptions();
    }

    /// <summary>Bytes that the run will read: guests twice, and the host's recordings too where there are guests to align with them.</summary>
    public long Expected =>
        (2 * (_guests.Sum(g => RecordingFiles.Length(g.Part.File)) + _linuxGuests.Sum(g => RecordingFiles.Length(g.File))))
        + ((_guests.Count + _linuxGuests.Count > 0 ? 2 : 1) * _hosts.Sum(h => RecordingFiles.Length(h.File)));

    /// <summary>True when rows of the host name this VM. Asked after <see cref="PlanHost"/>.</summary>
    /// <param name="vm">Name or GUID.</param>
    public bool Knows(string vm) => (Guid.TryParse(vm, out var id) && _vms.ContainsKey(id)) || Names?.Find(vm) is not null;

    /// <summary>Adds a recording of a Windows guest.</summary>
    public void AddGuest(string vm, RecordingPart part) => _guests.Add((vm, part));

    /// <summary>Adds a recording of a Linux guest.</summary>
    public void AddLinuxGuest(string vm, string file) => _linuxGuests.Add((vm, file));

    /// <summary>Diagnoses all VMs of the recordings.</summary>
    /// <param name="cancellation">Cancels the operation.</param>
    /// <exception cref="OfflineException">A file cannot be used, or no VM can be judged.</exception>
    public OfflineResult Run(CancellationToken cancellation)
    {
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

    /// <summary>Reads the headers of the host's recordings. Comes before all else.</summary>
    /// <exception cref="OfflineException">One of them has no counter of a host.</exception>
    public void PlanHost()
    {
        var columns = new List<IReadOnlyList<CounterPath>>();
        foreach (var part in _hosts)
        {
            using var reader = _files.Open(part);
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
            throw new OfflineException($"{_hosts[0].File}, line 1: {e.Message}", e);
        }

        for (int i = 0; i < _plans.Count; i++)
        {
            string file = _hosts[i].File;
            _plans[i].Require(file);
            _notices.AddRange(_plans[i].Faults.Select(f => $"{file}: {f}"));
            using (var reader = _files.Open(_hosts[i]))
            {
                Pace(reader, file);
            }

            if (_plans[i].Unused > 0)
            {
                _notices.Add($"{file}: {_plans[i].Unused} of {columns[i].Count} columns are not used");
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
        // Parts of one VM's recording are followed in the order of time.
        foreach (var (name, part) in _guests.OrderBy(g => FirstNs(g.Part)).ToList())
        {
            var vm = GuestOf(name, part.File);
            using var reader = _files.Open(part);
            var map = new GuestMap(reader.Columns, vm.Id, vm.VirtualProcessors);
            GuestHeader.Require(name, reader, map);
            if (map.Unused > 0)
            {
                _notices.Add($"{part.File}: {map.Unused} of {reader.Columns.Count} columns are not used");
            }

            vm.Guests.Add(new GuestPart(part, map));
            vm.GuestActivity ??= new ActivityTrack();
            Pace(reader, part.File);
            using var again = _files.OpenWhole(part);
            using var cursor = new RecordingCursor(again, map.Targets);
            Follow(cursor, (_, _) => vm.GuestActivity, GuestKind);
        }

        foreach (var (name, file) in _linuxGuests)
        {
            var vm = GuestOf(name, file);
            if (vm.GuestActivity is not null)
            {
                throw new OfflineException($"{file}: {name} already has a recording; use one recording of a Linux guest for each VM");
            }

            vm.Linux = new LinuxRecording(file, vm.Id, _files.Share);
            vm.GuestActivity = new ActivityTrack();
            new LinuxActivity(vm.GuestActivity).Read(vm.Linux);
            if (vm.Linux.CutShort is { } cut)
            {
                _notices.Add(cut);
            }
        }
    }

    private long FirstNs(RecordingPart part)
    {
        using var reader = _files.Open(part);
        return reader.TryRead(out var row) ? row.TimeNs : long.MaxValue;
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

        return vm;
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
                using var cursor = new RecordingCursor(_files.OpenWhole(_hosts[i]), wanted);
                Follow(cursor, (t, _) => _vms[t.Partition].HostActivity, HostKind);
            }
            else
            {
                _files.Share.Add(RecordingFiles.Length(_hosts[i].File));
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
        if (_hosts.Count == 0)
        {
            return new OfflineException("the recordings have no second that can be diagnosed: their rows contain no value of any VM; record for some minutes, or repair the files");
        }

        var sets = new SortedSet<string>(StringComparer.OrdinalIgnoreCase);
        bool ofHost = false;
        foreach (var part in _hosts)
        {
            using var reader = _files.Open(part);
            sets.UnionWith(reader.Columns.Select(c => c.Set));
            ofHost |= RecordedComputers.Hosts(reader.Columns).Count > 0;
        }

        string more = sets.Count > NamesSaid ? $" and {sets.Count - NamesSaid} more" : "";
        string columns = $"the columns are of {string.Join(", ", sets.Take(NamesSaid))}{more}";
        return ofHost || sets.Any(s => s.StartsWith("Cluster", StringComparison.OrdinalIgnoreCase))
            ? new OfflineException(
                $"{_hosts[0].File}, line 1: no row names a VM that can be diagnosed; {columns}. Record '\\Hyper-V Hypervisor Virtual Processor(*)\\*' with them, which names each VM; docs/diagnose.md lists the counters")
            : new OfflineException(
                $"{_hosts[0].File}, line 1: no Hyper-V counters: it looks like the recording of a guest. Use it with --guest VM={_hosts[0].File}; {columns}");
    }

    private static string Uncounted(OfflineVm vm) => string.Create(
        CultureInfo.InvariantCulture,
        $"{vm.Name}: the guest does not count its idle time: in {vm.UncountedSeconds} of {vm.Seconds} s, up to {NumberText.Percent(vm.UncountedShareMax)} of its processor time is in no CPU mode. "
        + $"This time is neither busy nor idle.{(vm.IsJudged ? string.Empty : " The VM is not diagnosed without counters of its host")}");

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
            run.AddHost(new RecordingCursor(_files.OpenWhole(_hosts[i]), _plans[i].Targets), _plans[i]);
        }

        foreach (var vm in _vms.Values)
        {
            long offset = vm.Clock?.OffsetNs ?? 0;
            foreach (var guest in vm.Guests)
            {
                run.AddGuest(new RecordingCursor(_files.OpenWhole(guest.Part), guest.Map.Targets, offset), guest.Map, vm, AlignedErrorNs);
            }

            if (vm.Linux is { } linux)
            {
                run.AddLinux(linux, vm, offset);
            }
        }

        using (run)
        {
            run.Judge(_request.From, _request.To, cancellation);
            foreach (var cursor in run.Cursors)
            {
                Note(cursor, run.HasReadAll);
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

        string host = _inventory?.Host?.Name ?? (Computer.Length > 0 ? Computer : _hosts.Count > 0 ? "host without a name" : "no host recording");
        return new OfflineResult(
            host, run.FromSecond, run.ToSecond, [.. _vms.Values.Where(v => v.Seconds > 0).OrderBy(v => v.Name, StringComparer.OrdinalIgnoreCase).ThenBy(v => v.Id)],
            run.Episodes, _notices);
    }

    private void Note(RecordingCursor cursor, bool isWhole)
    {
        if (isWhole && cursor.Reader.FilledRows == 0)
        {
            throw new OfflineException($"{cursor.Reader.File}, line 2: no row has a value in any column; check that the recorder could read the counters, and record again");
        }

        _notices.AddRange(cursor.Reader.TakeNotices());
        if (cursor.Reader.DamagedLines + cursor.Reader.UnorderedRows > 0)
        {
            _notices.Add($"{cursor.Reader.File}: {cursor.Reader.DamagedLines} damaged lines and {cursor.Reader.UnorderedRows} rows out of order were skipped");
        }

        if (cursor.Reader.DamagedFields > 0)
        {
            _notices.Add($"{cursor.Reader.File}: {cursor.Reader.DamagedFields} fields that are no number were read as blank");
        }

        foreach (string capped in cursor.Capped)
        {
            _notices.Add($"{cursor.Reader.File}: {capped} is 100 in every row: the recorder capped it, so it is not used; record with typeperf, which does not cap");
        }
    }
}
