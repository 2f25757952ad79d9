using HvIntegration.Engine.Diagnosis;
using HvIntegration.Engine.Options;
using HvIntegration.Engine.Signals;
using HvIntegration.Engine.Timeline;
using HvIntegration.Model;

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
    private const int TrimEverySeconds = 10;

    private readonly EngineOptions _options;
    private readonly Func<long>? _costCounter;
    private readonly HostTracks _tracks;
    private readonly SecondClosing _closing;
    private readonly Intake _intake;
    private readonly RecordingFeed _recording;
    private readonly SignalDeriver _deriver;
    private readonly Judge _judge;
    private long _judged = long.MinValue;

    /// <summary>Makes a model that knows no VM and no second.</summary>
    /// <param name="options">Limits and windows; null for the defaults.</param>
    /// <param name="costCounter">A counter that rises with the work done, for <see cref="TakeCosts"/>; nothing else depends on it. Null when nobody asks.</param>
    /// <exception cref="ArgumentException">An option is out of range; the message names all faults.</exception>
    public HostModel(EngineOptions? options = null, Func<long>? costCounter = null)
    {
        _options = options ?? new EngineOptions();
        _costCounter = costCounter;
        var faults = _options.Validate();
        if (faults.Count > 0)
        {
            throw new ArgumentException(string.Join(' ', faults), nameof(options));
        }

        _judge = new Judge(_options.Diagnosis, _options.Timeline.KeptSeconds, (vm, second) => Derive(vm, second, words: true));
        _tracks = new HostTracks(_options, _judge.Forget);
        _closing = new SecondClosing(_tracks, _options.Timeline);
        _intake = new Intake(_tracks, _closing, _options);
        _recording = new RecordingFeed(_tracks, _options);
        _deriver = new SignalDeriver(_tracks, _options.Timeline.KeptSeconds);
    }

    /// <summary>What was refused or dropped since the start.</summary>
    public EngineCounters Counters => new(
        _tracks.All.Sum(p => (long)p.Held.Count), _intake.BatchesDropped, _intake.BatchesStale, _intake.SamplesRefused + _recording.SamplesRefused,
        _tracks.Root.Refused + _tracks.All.Sum(p => p.Host.Refused + p.Guest.Refused), _intake.ExchangesRejected, _tracks.Refused);

    /// <summary>Replaces the inventory. A partition that is no longer listed is forgotten once its kept seconds have passed.</summary>
    public void UpdateInventory(IReadOnlyList<PartitionInfo> partitions)
    {
        ArgumentNullException.ThrowIfNull(partitions);
        _tracks.UpdateInventory(partitions);
    }

    /// <summary>Takes one host sample; <see cref="Guid.Empty"/> is the host itself.</summary>
    public void AddHostSample(in HostSample sample) => _intake.AddHostSample(sample);

    /// <summary>Takes one four-timestamp exchange; batches held for this boot are placed when it is the first.</summary>
    public void AddClockExchange(Guid partition, Guid boot, in ClockExchange exchange) => _intake.AddClockExchange(partition, boot, exchange);

    /// <summary>Takes one decoded batch, once per sequence. It is held until the clock of its boot is known.</summary>
    public void AddGuestBatch(GuestBatch batch)
    {
        ArgumentNullException.ThrowIfNull(batch);
        _intake.AddGuestBatch(batch);
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
        => _recording.AddGuestSample(partition, series, form, startNs, endNs, value, quality, nativeName, errorNs);

    /// <summary>Says that host time has come so far, without closing a second: a recording has no other clock than its rows.</summary>
    public void Reach(long hostNs) => _tracks.Reach(hostNs);

    /// <summary>Takes the process rows of a guest, read at a host time; none where the record names no process, so that its memory as a whole is followed.</summary>
    public void AddGuestProcesses(Guid partition, IReadOnlyList<GuestProcess> rows, long hostNs)
    {
        ArgumentNullException.ThrowIfNull(rows);
        _recording.AddGuestProcesses(partition, rows, hostNs);
    }

    /// <summary>Opens one host series, so that a reader with many samples of it need not name it each time.</summary>
    /// <param name="partition">VM GUID; <see cref="Guid.Empty"/> for the host itself.</param>
    /// <param name="series">Host metric and attribute values.</param>
    /// <param name="nativeName">The counter's own name, as evidence shows it.</param>
    /// <param name="quality">How far its values can be trusted.</param>
    /// <returns>Null when a bound is reached; that is counted.</returns>
    public HostSeries? OpenSeries(Guid partition, SeriesKey series, string nativeName, SampleQuality quality)
        => _recording.OpenSeries(partition, series, nativeName, quality);

    /// <summary>Takes one value of an opened series; times and form as in <see cref="HostSample"/>.</summary>
    public void Add(HostSeries series, SampleForm form, long startNs, long endNs, double value)
    {
        ArgumentNullException.ThrowIfNull(series);
        _recording.Add(series, form, startNs, endNs, value);
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

        _tracks.Reach(hostSecond * Second);
        if (!_closing.TryBegin(hostSecond))
        {
            return [];
        }

        var reports = new List<PartitionReport>();
        for (var closed = 0; closed < SecondsPerAdvanceMax && _closing.CanClose(hostSecond, force); closed++)
        {
            Close(_closing.Next, reports);
            _closing.Close();
        }

        return reports;
    }

    /// <summary>Reports made again because guest data came after their second had closed (re-sent after a reconnect). Signals are new, the verdict is the one given.</summary>
    /// <returns>At most 600 a call, rising seconds per VM; empty when there is nothing more.</returns>
    public IReadOnlyList<PartitionReport> TakeRevised()
    {
        var reports = new List<PartitionReport>();
        foreach (var vm in _tracks.All)
        {
            while (vm.LateFrom <= vm.LateTo && reports.Count < RevisedPerCallMax)
            {
                var second = vm.LateFrom++;
                if (_judge.VerdictAt(vm, second) is not { } verdict)
                {
                    continue;
                }

                _deriver.DeriveHost(second);
                Derive(vm, second, IsFull);
                vm.History.Write(second, vm.Frame, IsFull);
                vm.Gaps.Fill(second, vm.HearsGuest(second), vm.HearsHost(second));
                reports.Add(Report(vm, second, verdict, null));
            }

            if (vm.LateFrom > vm.LateTo)
            {
                vm.LateFrom = long.MaxValue;
                vm.LateTo = long.MinValue;
            }
        }

        return reports;
    }

    /// <summary>What judging each VM took since the last call, in units of the cost counter; VMs that took nothing are left out.</summary>
    public IReadOnlyList<(Guid Partition, long Cost)> TakeCosts()
    {
        var costs = new List<(Guid, long)>(_tracks.All.Count);
        foreach (var vm in _tracks.All)
        {
            if (vm.Cost > 0)
            {
                costs.Add((vm.Info.Id, vm.Cost));
                vm.Cost = 0;
            }
        }

        return costs;
    }

    /// <summary>Episodes that ended since the last call, by their end; each has its end second. At most 256 per VM, and 1,024 of all VMs that are gone, are kept between calls.</summary>
    public IReadOnlyList<Episode> TakeFinished() => _judge.TakeFinished();

    /// <summary>Ends all open episodes at the last second in which their cause held: for records that end. <see cref="TakeFinished"/> gives them.</summary>
    public void FinishEpisodes() => _judge.Finish();

    /// <summary>Newest report of a VM; null before its first.</summary>
    public PartitionReport? Latest(Guid partition) => _tracks.Find(partition)?.Latest;

    /// <summary>Newest report of every listed VM, by name.</summary>
    public IReadOnlyList<PartitionReport> LatestAll()
        => [.. _tracks.All.Where(_tracks.IsReported).Select(p => p.Latest).OfType<PartitionReport>().OrderBy(r => r.Partition.Name, StringComparer.Ordinal).ThenBy(r => r.Partition.Id)];

    /// <summary>Kept seconds of one signal, oldest first; <see cref="Guid.Empty"/> for signals of the host. Empty when it was never measured.</summary>
    public IReadOnlyList<SignalPoint> RecentSignals(Guid partition, string signalId)
        => partition == Guid.Empty ? _deriver.HostHistory.Points(signalId) : _tracks.Find(partition)?.History.Points(signalId) ?? [];

    /// <summary>Host time of a guest's monotonic time.</summary>
    /// <returns>False when the clock of that boot is not known or the time lies in a break of it.</returns>
    public bool TryMapToHost(Guid partition, Guid boot, long monotonicNs, out long hostNs, out double errorNs)
    {
        hostNs = 0;
        errorNs = double.NaN;
        return _tracks.Find(partition) is { Clock: { } clock } vm && vm.Boot == boot
            && clock.TryMapToHost(monotonicNs, out hostNs, out errorNs);
    }

    private bool IsFull => _options.Diagnosis.Detail == ReportDetail.Full;

    private void Close(long second, List<PartitionReport> reports)
    {
        if (second % TrimEverySeconds == 0)
        {
            _tracks.Trim(second);
        }

        _deriver.DeriveHost(second);
        _deriver.KeepHost(second, IsFull);
        var reported = _tracks.Reported;
        var counted = _costCounter?.Invoke() ?? 0;
        foreach (var vm in reported)
        {
            Derive(vm, second, IsFull);
            vm.History.Write(second, vm.Frame, IsFull);
            vm.Gaps.Note(
                second, _judged, vm.HearsGuest(second), vm.HearsHost(second), HostActivityCauses.At(vm.Info, vm.Host, second), vm.Boot, vm.BootedSecond,
                vm.Clock?.Breaks);
            counted = Charge(vm, counted);
        }

        _judged = second;
        _judge.Evaluate(second, reported, _tracks.Root, (vm, verdict, episode) =>
        {
            vm.Latest = Report(vm, second, verdict, episode);
            reports.Add(vm.Latest);
            counted = Charge(vm, counted);
        });
    }

    private void Derive(PartitionTracks vm, long second, bool words) => _deriver.DeriveVm(vm, second, _judge.LimitsOf(vm.Info), words);

    private long Charge(PartitionTracks vm, long counted)
    {
        if (_costCounter is null)
        {
            return 0;
        }

        var now = _costCounter();
        vm.Cost += now - counted;
        return now;
    }

    private PartitionReport Report(PartitionTracks vm, long second, Verdict verdict, Episode? episode)
        => new(
            vm.Info, second, vm.HasGuest(second), vm.HasHost(second), IsFull ? vm.Frame.All() : [], verdict, episode,
            IsFull ? vm.Clock?.Quality : null, vm.Processes.At(second))
        {
            Gap = vm.Gaps.Now,
            UncountedShare = vm.Frame.Has(SignalCatalog.GuestUncounted) ? vm.Frame.Value(SignalCatalog.GuestUncounted) : 0,
            GapsTold = vm.Gaps.TakeTold(),
        };
}
