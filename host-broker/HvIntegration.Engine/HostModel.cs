using HvIntegration.Engine.Clock;
using HvIntegration.Engine.Diagnosis;
using HvIntegration.Engine.Model;
using HvIntegration.Engine.Options;
using HvIntegration.Engine.Signals;
using HvIntegration.Engine.Timeline;
using HvIntegration.Protocol.Metrics;

namespace HvIntegration.Engine;

/// <summary>The model of one host: takes raw samples of both sides in any order, gives one report per VM and host second.</summary>
/// <remarks>
/// Pure: time is only what the samples and <see cref="AdvanceTo"/> say, so the same input gives the same output. Not
/// thread-safe: one owner calls it. No guest value can make it throw or touch another VM's numbers.
/// </remarks>
public sealed class HostModel
{
    private const long Second = 1_000_000_000L;
    private const int SecondsPerAdvanceMax = 120;
    private const int RevisedPerCallMax = 600;
    private const int FormerBootsMax = 4;
    private const int ExpectedSeconds = 30;
    private const long FutureNsMax = 5 * Second;
    private const long ReadNsMax = 10 * Second;

    private readonly EngineOptions _options;
    private readonly Judge _judge;
    private readonly Dictionary<Guid, PartitionMemory> _partitions = [];
    private readonly Dictionary<Guid, GapWatch> _gaps = [];
    private readonly SideTimeline _root;
    private readonly SignalHistory _rootHistory;
    private readonly SignalFrame _rootFrame = new();
    private readonly CpuSignals _cpu = new();
    private List<PartitionMemory> _reported = [];
    private bool _reportedStale = true;
    private bool _inventoryKnown;
    private long _nowNs = long.MinValue;
    private long _next = long.MinValue;
    private long _judged = long.MinValue;
    private long _batchesDropped;
    private long _batchesStale;
    private long _samplesRefused;
    private long _exchangesRejected;
    private long _partitionsRefused;

    /// <summary>An empty model.</summary>
    /// <param name="options">Limits and windows; null for the defaults.</param>
    /// <exception cref="ArgumentException">An option is out of range; the message names all faults.</exception>
    public HostModel(EngineOptions? options = null)
    {
        _options = options ?? new EngineOptions();
        var faults = _options.Validate();
        if (faults.Count > 0)
        {
            throw new ArgumentException(string.Join(' ', faults), nameof(options));
        }

        _root = new SideTimeline(_options.Timeline);
        _rootHistory = new SignalHistory(_options.Timeline.KeptSeconds);
        _judge = new Judge(_options.Diagnosis, (state, second) => Derive(state, second, words: true));
    }

    /// <summary>What was refused or dropped.</summary>
    public EngineCounters Counters => new(
        _partitions.Values.Sum(p => (long)p.Held.Count), _batchesDropped, _batchesStale, _samplesRefused,
        _root.Refused + _partitions.Values.Sum(p => p.Host.Refused + p.Guest.Refused), _exchangesRejected, _partitionsRefused);

    /// <summary>Replaces the inventory. A partition that is no longer listed is forgotten once its kept seconds have passed.</summary>
    public void UpdateInventory(IReadOnlyList<PartitionInfo> partitions)
    {
        ArgumentNullException.ThrowIfNull(partitions);
        _inventoryKnown = true;
        _reportedStale = true;
        foreach (var state in _partitions.Values)
        {
            state.Listed = false;
        }

        foreach (var info in partitions)
        {
            if (info.Id != Guid.Empty && StateOf(info.Id, info) is { } state)
            {
                state.Info = info;
                state.Listed = true;
            }
        }

        var oldest = _nowNs == long.MinValue ? long.MinValue : _nowNs - (_options.Timeline.KeptSeconds * Second);
        foreach (var gone in _partitions.Where(p => !p.Value.Listed && Math.Max(p.Value.Host.CoveredToNs, p.Value.Guest.CoveredToNs) < oldest).Select(p => p.Key).ToList())
        {
            _partitions.Remove(gone);
            _judge.Forget(gone);
        }
    }

    /// <summary>Takes one host sample; <see cref="Guid.Empty"/> is the host itself.</summary>
    public void AddHostSample(in HostSample sample)
    {
        if (sample.EndNs < sample.StartNs || sample.StartNs < 0 || !double.IsFinite(sample.Value))
        {
            _samplesRefused++;
            return;
        }

        _nowNs = Math.Max(_nowNs, sample.EndNs);
        var side = sample.Partition == Guid.Empty ? _root : StateOf(sample.Partition)?.Host;
        side?.Add(
            sample.Series, sample.Form, sample.StartNs, sample.EndNs, sample.Value, sample.Quality, sample.NativeName,
            _options.Timeline.HostReadErrorMs * 1e6);
    }

    /// <summary>Takes one guest sample whose times are host times already, as a recording brought onto the host's clock has them.</summary>
    /// <param name="partition">The VM.</param>
    /// <param name="series">Guest metric and attribute values.</param>
    /// <param name="form">How the value covers time; recordings have mean rates over an interval.</param>
    /// <param name="startNs">Start of the interval, host time.</param>
    /// <param name="endNs">End of the interval or time of the read, host time.</param>
    /// <param name="value">Base units; a rate is per second.</param>
    /// <param name="quality">How far it can be trusted.</param>
    /// <param name="nativeName">The counter's own name, as evidence shows it.</param>
    /// <param name="errorNs">Bound of the alignment error of an edge.</param>
    public void AddGuestSample(
        Guid partition, in SeriesKey series, SampleForm form, long startNs, long endNs, double value, SampleQuality quality, string nativeName, double errorNs)
    {
        if (endNs < startNs || startNs < 0 || !double.IsFinite(value) || MetricCatalog.Find(series.MetricId) is not { Side: MetricSide.Guest })
        {
            _samplesRefused++;
            return;
        }

        _nowNs = Math.Max(_nowNs, endNs);
        StateOf(partition)?.Guest.Add(series, form, startNs, endNs, value, quality, nativeName, errorNs);
    }

    /// <summary>Says that host time has come so far, without closing a second: a recording has no other clock than its rows.</summary>
    public void Reach(long hostNs) => _nowNs = Math.Max(_nowNs, hostNs);

    /// <summary>Takes the process rows of a guest, read at a host time; none where the record names no process, so that its memory as a whole is followed.</summary>
    public void AddGuestProcesses(Guid partition, IReadOnlyList<GuestProcess> rows, long hostNs)
    {
        ArgumentNullException.ThrowIfNull(rows);
        if (StateOf(partition) is { } state)
        {
            Follow(state, rows, hostNs);
        }
    }

    /// <summary>Opens one host series, so that a reader with many samples of it need not name it each time.</summary>
    /// <param name="partition">VM GUID; <see cref="Guid.Empty"/> for the host itself.</param>
    /// <param name="series">Host metric and attribute values.</param>
    /// <param name="nativeName">The counter's own name, as evidence shows it.</param>
    /// <param name="quality">How far its values can be trusted.</param>
    /// <returns>Null when a bound is reached; that is counted.</returns>
    public HostSeries? OpenSeries(Guid partition, SeriesKey series, string nativeName, SampleQuality quality)
    {
        var side = partition == Guid.Empty ? _root : StateOf(partition)?.Host;
        if (side?.Open(series) is not { } opened)
        {
            return null;
        }

        opened.NativeName = nativeName;
        opened.Quality = quality;
        return new HostSeries(side, opened);
    }

    /// <summary>Takes one value of an opened series; times and form as in <see cref="HostSample"/>.</summary>
    public void Add(HostSeries series, SampleForm form, long startNs, long endNs, double value)
    {
        ArgumentNullException.ThrowIfNull(series);
        if (endNs < startNs || startNs < 0 || !double.IsFinite(value))
        {
            _samplesRefused++;
            return;
        }

        _nowNs = Math.Max(_nowNs, endNs);
        series.Side.Add(series.Series, form, startNs, endNs, value, _options.Timeline.HostReadErrorMs * 1e6);
    }

    /// <summary>Takes one four-timestamp exchange; batches held for this boot are placed when it is the first.</summary>
    public void AddClockExchange(Guid partition, Guid boot, in ClockExchange exchange)
    {
        if (StateOf(partition) is not { } state || !Begin(state, boot))
        {
            return;
        }

        var outcome = state.Clock!.Add(exchange);
        if (outcome == ClockOutcome.Rejected)
        {
            _exchangesRejected++;
            return;
        }

        if (outcome == ClockOutcome.NewEpoch)
        {
            // What came since the last good exchange was placed by a line that no longer held.
            var from = (state.Clock.Breaks[^1].FromHostNs / Second) + 1;
            state.Guest.ClearFrom(from);
            if (from < _next)
            {
                Late(state, from, _next - 1);
            }
        }

        while (state.Held.TryDequeue(out var batch))
        {
            Place(state, batch);
        }
    }

    /// <summary>Takes one decoded batch, once per sequence. It is held until the clock of its boot is known.</summary>
    public void AddGuestBatch(GuestBatch batch)
    {
        ArgumentNullException.ThrowIfNull(batch);
        if (StateOf(batch.Partition) is not { } state || !Begin(state, batch.BootId))
        {
            return;
        }

        if (state.Clock!.IsKnown)
        {
            Place(state, batch);
            return;
        }

        if (state.Held.Count >= _options.Timeline.HeldBatchesMax)
        {
            state.Held.Dequeue();
            _batchesDropped++;
        }

        state.Held.Enqueue(batch);
    }

    /// <summary>Says that host time has reached a second, and closes the seconds before it that both sides cover, or whose grace is over.</summary>
    /// <param name="hostSecond">Host time now, whole Unix seconds. Not before that of an earlier call.</param>
    /// <param name="force">Wait for no side: all that will ever come has been given, as with recordings.</param>
    /// <returns>One report per VM and newly closed second, rising seconds. At most 120 seconds a call: call again until it is empty to catch up.</returns>
    public IReadOnlyList<PartitionReport> AdvanceTo(long hostSecond, bool force = false)
    {
        if (hostSecond is < 0 or > long.MaxValue / Second / 2)
        {
            return [];
        }

        _nowNs = Math.Max(_nowNs, hostSecond * Second);
        if (_next == long.MinValue && !TryFirst(hostSecond))
        {
            return [];
        }

        // After a stop longer than the kept history the seconds between hold nothing.
        _next = Math.Max(_next, hostSecond - _options.Timeline.KeptSeconds);
        var reports = new List<PartitionReport>();
        for (var closed = 0; closed < SecondsPerAdvanceMax && _next < hostSecond && (force || IsClosed(_next, hostSecond)); closed++)
        {
            Judge(_next, reports);
            _next++;
        }

        return reports;
    }

    /// <summary>Reports made again because guest data came after their second had closed (re-sent after a reconnect). Signals are new, the verdict is the one given.</summary>
    /// <returns>At most 600 a call, rising seconds per VM; empty when there is nothing more.</returns>
    public IReadOnlyList<PartitionReport> TakeRevised()
    {
        var reports = new List<PartitionReport>();
        foreach (var state in _partitions.Values)
        {
            while (state.LateFrom <= state.LateTo && reports.Count < RevisedPerCallMax)
            {
                var second = state.LateFrom++;
                if (state.VerdictAt(second) is not { } verdict)
                {
                    continue;
                }

                DeriveRoot(second);
                Derive(state, second, IsFull);
                state.History.Write(second, state.Frame, IsFull);
                state.Gaps.Fill(second, state.HearsGuest(second), state.HearsHost(second));
                reports.Add(Report(state, second, verdict, null));
            }

            if (state.LateFrom > state.LateTo)
            {
                state.LateFrom = long.MaxValue;
                state.LateTo = long.MinValue;
            }
        }

        return reports;
    }

    /// <summary>Episodes that ended since the last call, by their end; each has its end second. At most 256 per VM are kept between calls.</summary>
    public IReadOnlyList<Episode> TakeFinished() => _judge.TakeFinished();

    /// <summary>Ends all open episodes at the last second in which their cause held: for records that end. <see cref="TakeFinished"/> gives them.</summary>
    public void FinishEpisodes() => _judge.Finish();

    /// <summary>Newest report of a VM; null before its first.</summary>
    public PartitionReport? Latest(Guid partition) => _partitions.GetValueOrDefault(partition)?.Latest;

    /// <summary>Newest report of every listed VM, by name.</summary>
    public IReadOnlyList<PartitionReport> LatestAll()
        => [.. _partitions.Values.Where(IsReported).Select(p => p.Latest).OfType<PartitionReport>().OrderBy(r => r.Partition.Name, StringComparer.Ordinal).ThenBy(r => r.Partition.Id)];

    /// <summary>Kept seconds of one signal, oldest first; <see cref="Guid.Empty"/> for signals of the host. Empty when it was never measured.</summary>
    public IReadOnlyList<SignalPoint> RecentSignals(Guid partition, string signalId)
        => partition == Guid.Empty ? _rootHistory.Points(signalId) : _partitions.GetValueOrDefault(partition)?.History.Points(signalId) ?? [];

    /// <summary>Clock quality of a VM's newest boot; null without an agent.</summary>
    public ClockQuality? ClockOf(Guid partition) => _partitions.GetValueOrDefault(partition)?.Clock?.Quality;

    /// <summary>Host time of a guest's monotonic time.</summary>
    /// <returns>False when the clock of that boot is not known or the time lies in a break of it.</returns>
    public bool TryMapToHost(Guid partition, Guid boot, long monotonicNs, out long hostNs, out double errorNs)
    {
        hostNs = 0;
        errorNs = double.NaN;
        return _partitions.GetValueOrDefault(partition) is { Clock: { } clock } state && state.Boot == boot
            && clock.TryMapToHost(monotonicNs, out hostNs, out errorNs);
    }

    private PartitionMemory? StateOf(Guid partition, PartitionInfo? info = null)
    {
        if (_partitions.TryGetValue(partition, out var state))
        {
            return state;
        }

        if (partition == Guid.Empty || _partitions.Count >= _options.Timeline.PartitionsMax)
        {
            _partitionsRefused++;
            return null;
        }

        state = new PartitionMemory(info ?? new PartitionInfo(partition, partition.ToString(), PartitionState.Unknown, 0, null, null, null), _options, GapsOf(partition));
        _partitions.Add(partition, state);
        _reportedStale = true;
        return state;
    }

    // A VM that moved away may come back long after its data was forgotten: what it missed here is then one gap.
    private GapWatch GapsOf(Guid partition)
    {
        if (!_gaps.TryGetValue(partition, out var gaps))
        {
            if (_gaps.Count >= 2 * _options.Timeline.PartitionsMax)
            {
                _gaps.Remove(_gaps.Where(g => !_partitions.ContainsKey(g.Key)).MinBy(g => g.Value.NewestSecond).Key);
            }

            _gaps.Add(partition, gaps = new GapWatch());
        }

        return gaps;
    }

    private bool Begin(PartitionMemory state, Guid boot)
    {
        if (state.Clock is not null && state.Boot == boot)
        {
            return true;
        }

        if (state.FormerBoots.Contains(boot))
        {
            _batchesStale++;
            return false;
        }

        if (state.Clock is not null)
        {
            state.FormerBoots.Enqueue(state.Boot);
            if (state.FormerBoots.Count > FormerBootsMax)
            {
                state.FormerBoots.Dequeue();
            }

            state.Guest.Cut();
            state.Processes.Clear();
            state.Leaks.Clear();
            _batchesDropped += state.Held.Count;
            state.Held.Clear();
            state.WallClock = null;
        }

        state.Boot = boot;
        state.BootedSecond = null;
        state.Clock = new GuestClock(_options.Clock);
        return true;
    }

    private void Place(PartitionMemory state, GuestBatch batch)
    {
        var clock = state.Clock!;
        var oldest = _nowNs - (_options.Timeline.KeptSeconds * Second);
        var newest = _nowNs + FutureNsMax;
        var lateFrom = long.MaxValue;
        var lateTo = long.MinValue;
        foreach (var sample in batch.Samples)
        {
            var duration = (Int128)sample.EndMonotonicNs - sample.StartMonotonicNs;
            if (duration < 0 || duration > ReadNsMax || MetricCatalog.Find(sample.Series.MetricId) is not { Side: MetricSide.Guest } metric
                || !clock.TryMapToHost(sample.StartMonotonicNs + (long)(duration / 2), out var hostNs, out var errorNs)
                || hostNs < oldest || hostNs > newest)
            {
                _samplesRefused++;
                continue;
            }

            state.BootedSecond ??= (hostNs - sample.StartMonotonicNs) / Second;
            var form = metric.Form == MetricForm.Counter ? SampleForm.Cumulative : SampleForm.Gauge;
            state.Guest.Add(sample.Series, form, hostNs, hostNs, sample.Value, SampleQuality.Measured, metric.Name, errorNs + ((double)duration / 2));
            var second = hostNs / Second;
            if (second <= _next)
            {
                lateFrom = Math.Min(lateFrom, second - 1);
                lateTo = Math.Max(lateTo, second);
            }
        }

        if (lateFrom < _next)
        {
            Late(state, lateFrom, Math.Min(lateTo, _next - 1));
        }

        if (batch.Processes.Count > 0 && clock.TryMapToHost(batch.ProcessMonotonicNs, out var processNs, out _) && processNs >= oldest && processNs <= newest)
        {
            Follow(state, batch.Processes, processNs);
        }

        state.WallClock = batch.WallClock ?? state.WallClock;
    }

    private void Follow(PartitionMemory state, IReadOnlyList<GuestProcess> rows, long hostNs)
    {
        if (rows.Count > 0)
        {
            state.Processes.Add(rows, hostNs);
        }

        var second = hostNs / Second;
        var memory = state.Guest.Single(GuestMetrics.MemoryLimit)?.At(second) ?? double.NaN;
        state.Leaks.Add(
            rows, second, state.Guest.Single(GuestMetrics.MemoryCommitted)?.At(second) ?? double.NaN,
            memory > 0 ? memory : state.Host.Single(HostMetrics.MemoryAssigned)?.At(second) ?? double.NaN, _options.Diagnosis.LimitsFor(state.Info));
    }

    private void Late(PartitionMemory state, long from, long to)
    {
        // Nothing older than the kept seconds can be filled.
        state.LateFrom = Math.Min(state.LateFrom, Math.Max(from, _next - _options.Timeline.KeptSeconds));
        state.LateTo = Math.Max(state.LateTo, to);
    }

    private bool TryFirst(long hostSecond)
    {
        var from = _root.CoveredFromNs;
        foreach (var state in _partitions.Values)
        {
            from = Math.Min(from, Math.Min(state.Host.CoveredFromNs, state.Guest.CoveredFromNs));
        }

        if (from == long.MaxValue)
        {
            return false;
        }

        _next = Math.Max((from / Second) + 1, hostSecond - _options.Timeline.KeptSeconds);
        return true;
    }

    private bool IsClosed(long second, long now)
    {
        if (!Covers(_root, second, now, trusted: true))
        {
            return false;
        }

        foreach (var state in _partitions.Values)
        {
            if (IsReported(state) && state.Info.State is not (PartitionState.Off or PartitionState.Paused)
                && (!Covers(state.Host, second, now, trusted: true) || !Covers(state.Guest, second, now, trusted: false)))
            {
                return false;
            }
        }

        return true;
    }

    // A side that has been silent for long is not waited for; one that is merely late is, until the grace is over.
    // A recording may be slow by nature; a guest's own pace gets nobody more than the grace, or it could hold up all VMs.
    private bool Covers(SideTimeline side, long second, long now, bool trusted)
    {
        var end = (second + 1) * Second;
        var slow = trusted && side.PaceNs > Second * 3 / 2 ? (side.PaceNs / Second) + 1 : 0;
        if (side.CoveredToNs >= end || side.CoveredToNs < end - ((ExpectedSeconds + slow) * Second))
        {
            return true;
        }

        return now >= second + 1 + _options.Timeline.GraceSeconds + slow;
    }

    private bool IsReported(PartitionMemory state) => state.Listed || !_inventoryKnown;

    private bool IsFull => _options.Diagnosis.Detail == ReportDetail.Full;

    private void Judge(long second, List<PartitionReport> reports)
    {
        DeriveRoot(second);
        _rootHistory.Write(second, _rootFrame, IsFull);
        if (_reportedStale)
        {
            _reported = [.. _partitions.Values.Where(IsReported).OrderBy(p => p.Info.Name, StringComparer.Ordinal).ThenBy(p => p.Info.Id)];
            _reportedStale = false;
        }

        foreach (var state in _reported)
        {
            Derive(state, second, IsFull);
            state.History.Write(second, state.Frame, IsFull);
            state.Gaps.Note(second, _judged, state.HearsGuest(second), state.HearsHost(second), Told(state, second), state.Boot, state.BootedSecond, state.Clock?.Breaks);
        }

        _judged = second;
        _judge.Evaluate(second, _reported, _root, (state, verdict, episode) =>
        {
            state.Keep(second, verdict);
            state.Latest = Report(state, second, verdict, episode);
            reports.Add(state.Latest);
        });
    }

    private void DeriveRoot(long second)
    {
        var assigned = double.NaN;
        foreach (var state in _partitions.Values)
        {
            var one = state.Host.Single(HostMetrics.MemoryAssigned)?.At(second) ?? double.NaN;
            assigned = double.IsNaN(one) ? assigned : double.IsNaN(assigned) ? one : assigned + one;
        }

        _rootFrame.Clear(words: true);
        HostSignals.Derive(_root, second, assigned, _rootFrame);
    }

    private void Derive(PartitionMemory state, long second, bool words)
    {
        var frame = state.Frame;
        frame.Clear(words);
        frame.Copy(_rootFrame, HostSignals.Shared);
        var input = new SignalInput(state, _root, second, state.Symptoms?.Limits ?? _options.Diagnosis.LimitsFor(state.Info));
        _cpu.Derive(input, frame);
        MemorySignals.Derive(input, frame);
        DiskSignals.Derive(input, frame);
        NetworkSignals.Derive(input, frame);
        PathSignals.Derive(input, frame);
    }

    // What the host tells of a second in which a side may be missing; the most telling of it.
    private static string? Told(PartitionMemory state, long second)
    {
        var told = state.Info.Activity switch
        {
            PartitionActivity.Migrating => GapCauses.Migration,
            PartitionActivity.Saved => GapCauses.Saved,
            PartitionActivity.Checkpoint => GapCauses.Checkpoint,
            PartitionActivity.Starting => GapCauses.Restart,
            _ => null,
        };
        foreach (var series in state.Host.Of(HostMetrics.VmActivity))
        {
            if (series.Track.At(second) > 0)
            {
                told = More(told, series.Key.Instance == "migration" ? GapCauses.Migration : GapCauses.SaveOrCheckpoint);
            }
        }

        return state.Info.State switch
        {
            PartitionState.Paused => More(told, GapCauses.Paused),
            PartitionState.Off => More(told, GapCauses.Off),
            _ => told,
        };

        static string More(string? known, string cause) => known is null || GapCauses.Rank(cause) > GapCauses.Rank(known) ? cause : known;
    }

    private PartitionReport Report(PartitionMemory state, long second, Verdict verdict, Episode? episode)
        => new(
            state.Info, second, state.HasGuest(second), state.HasHost(second), IsFull ? state.Frame.All() : [], verdict, episode,
            IsFull ? state.Clock?.Quality : null, state.Processes.At(second))
        {
            Gap = state.Gaps.Now,
            GapsTold = state.Gaps.TakeTold(),
        };
}
