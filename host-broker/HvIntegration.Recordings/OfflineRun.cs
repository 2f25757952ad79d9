using HvIntegration.CounterSources.HyperV.Counters;
using HvIntegration.Engine;
using HvIntegration.Model;
using HvIntegration.Engine.Options;

namespace HvIntegration.Recordings;

/// <summary>Feeds the engine from all recordings in the order of time and gathers what it says.</summary>
internal sealed class OfflineRun : IDisposable
{
    private const long Second = 1_000_000_000L;

    // Besides the pace of the recordings: what the engine waits for a late side, and one second of rounding.
    private const int LagSeconds = 4;

    private readonly HostModel _model;
    private readonly Dictionary<Guid, OfflineVm> _vms;
    private readonly Dictionary<(Guid, SeriesKey), Slot> _slots;
    private readonly long _lagSeconds;
    private readonly InventoryFile? _inventory;
    private readonly List<RowSource> _sources = [];
    private readonly Dictionary<Guid, PartitionState> _states = [];
    private readonly List<Episode> _episodes = [];
    private long _nextSecond = long.MinValue;
    private long _lastNs;

    public OfflineRun(
        HostModel model, Dictionary<Guid, OfflineVm> vms, Dictionary<(Guid, SeriesKey), Slot> slots, EngineOptions options, double intervalSeconds,
        InventoryFile? inventory)
    {
        _model = model;
        _vms = vms;
        _slots = slots;
        _lagSeconds = LagSeconds + options.Timeline.GraceSeconds + (2 * (long)Math.Ceiling(intervalSeconds));
        _inventory = inventory;
    }

    /// <summary>First second of the window that was judged.</summary>
    public long FromSecond { get; private set; } = long.MaxValue;

    /// <summary>Last second of the window that was judged.</summary>
    public long ToSecond { get; private set; } = long.MinValue;

    /// <summary>True when no row was left unread behind the window's end.</summary>
    public bool HasReadAll { get; private set; }

    /// <summary>True when a second of any VM was judged, inside the window or not.</summary>
    public bool HasJudged { get; private set; }

    /// <summary>Episodes that reach into the window, by start.</summary>
    public IReadOnlyList<Episode> Episodes => _episodes;

    /// <summary>Cursors of the PDH recordings.</summary>
    public IEnumerable<RecordingCursor> Cursors => _sources.OfType<PdhRows>().Select(s => s.Cursor);

    /// <summary>Adds a recording of the host.</summary>
    public void AddHost(RecordingCursor cursor, CounterPlan plan) => _sources.Add(new HostRows(cursor, plan, _model, _vms, _slots, _inventory));

    /// <summary>Adds a Windows recording.</summary>
    public void AddGuest(RecordingCursor cursor, GuestMap map, OfflineVm vm, double errorNs) => _sources.Add(new GuestRows(cursor, map, vm, _model, _slots, errorNs));

    /// <summary>Adds a Linux recording.</summary>
    public void AddLinux(LinuxRecording recording, OfflineVm vm, long offsetNs) => _sources.Add(new LinuxRows(recording, vm, _model, offsetNs));

    /// <summary>Reads all to the end.</summary>
    /// <param name="from">First second of the window; null for the start.</param>
    /// <param name="to">Last second of the window; null for the end.</param>
    /// <param name="cancellation">Cancels the operation.</param>
    public void Judge(long? from, long? to, CancellationToken cancellation)
    {
        UpdateInventory(force: true, long.MinValue);
        var open = _sources.Where(s => s.Advance()).ToList();
        while (open.Count > 0)
        {
            var next = open.MinBy(s => s.EndNs)!;
            if (to is { } last && (next.EndNs / Second) - _lagSeconds > last)
            {
                break;
            }

            // By the row just given, not by the next one of its recording: that may lie behind a gap, and the others' rows of it are still to come.
            long endNs = next.EndNs;
            _lastNs = Math.Max(_lastNs, endNs);
            _model.Reach(endNs);
            next.Emit();
            if (!next.Advance())
            {
                open.Remove(next);
            }

            Close((endNs / Second) - _lagSeconds, from, to, cancellation);
        }

        HasReadAll = open.Count == 0;

        // Nothing comes any more: the last seconds are closed as far as rows reach.
        Close(Math.Min(_lastNs / Second, to + 1 ?? long.MaxValue), from, to, cancellation);
        _model.FinishEpisodes();
        Gather(from, to);
        _episodes.Sort(static (a, b) => (a.OnsetSecond, a.Partition).CompareTo((b.OnsetSecond, b.Partition)));
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        foreach (var source in _sources)
        {
            source.Dispose();
        }
    }

    private void Close(long second, long? from, long? to, CancellationToken cancellation)
    {
        if (second <= _nextSecond)
        {
            return;
        }

        // States hold from second to second, so seconds are closed one by one; the engine closes none twice.
        _nextSecond = _nextSecond == long.MinValue ? second : _nextSecond + 1;
        for (; _nextSecond <= second; _nextSecond++)
        {
            cancellation.ThrowIfCancellationRequested();
            UpdateInventory(force: false, _nextSecond - 1);
            while (_model.AdvanceTo(_nextSecond, force: true) is { Count: > 0 } reports)
            {
                foreach (var report in reports)
                {
                    Count(report, from, to);
                }
            }
        }

        _nextSecond = second;
        Gather(from, to);
    }

    private void Count(PartitionReport report, long? from, long? to)
    {
        if (!_vms.TryGetValue(report.Partition.Id, out var vm))
        {
            return;
        }

        HasJudged = true;
        if (report.Second < (from ?? long.MinValue) || report.Second > (to ?? long.MaxValue))
        {
            return;
        }

        FromSecond = Math.Min(FromSecond, report.Second);
        ToSecond = Math.Max(ToSecond, report.Second);
        vm.Seconds++;
        vm.GuestSeconds += report.HasGuest ? 1 : 0;
        vm.HostSeconds += report.HasHost ? 1 : 0;
        vm.CoveredSeconds += report.HasGuest || report.HasHost ? 1 : 0;
        vm.OffSeconds += report.Verdict.Statement.Kind == StatementKind.Off ? 1 : 0;
        vm.AnyJudgedSeconds += report.Verdict.Judged.Count > 0 ? 1 : 0;
        foreach (var resource in report.Verdict.Judged)
        {
            vm.JudgedSeconds[resource] = vm.JudgedSeconds.GetValueOrDefault(resource) + 1;
        }

        vm.UncountedSeconds += report.UncountedShare > 0 ? 1 : 0;
        vm.UncountedShareMax = Math.Max(vm.UncountedShareMax, report.UncountedShare);
    }

    private void Gather(long? from, long? to)
    {
        foreach (var episode in _model.TakeFinished())
        {
            if (episode.EndSecond >= (from ?? long.MinValue) && episode.OnsetSecond <= (to ?? long.MaxValue))
            {
                _episodes.Add(episode);
                if (_vms.TryGetValue(episode.Partition, out var vm))
                {
                    vm.HasEpisode = true;
                }
            }
        }
    }

    private void UpdateInventory(bool force, long second)
    {
        bool changed = force;
        foreach (var vm in _vms.Values)
        {
            var state = second == long.MinValue ? PartitionState.Unknown : vm.Stillness.At(second);
            if (!_states.TryGetValue(vm.Id, out var before) || before != state)
            {
                _states[vm.Id] = state;
                changed = true;
            }
        }

        if (changed)
        {
            _model.UpdateInventory([.. _vms.Values.Select(v => v.Info(_states[v.Id]))]);
        }
    }
}
