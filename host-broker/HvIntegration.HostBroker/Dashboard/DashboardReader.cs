using HvIntegration.Engine.Model;
using HvIntegration.Engine.Signals;
using HvIntegration.HostBroker.Api;
using HvIntegration.HostBroker.Api.Contract;
using HvIntegration.HostBroker.Bundles;
using HvIntegration.HostBroker.Dashboard.Charts;
using HvIntegration.HostBroker.History;
using HvIntegration.HostBroker.Hosting;
using HvIntegration.Protocol.Metrics;

namespace HvIntegration.HostBroker.Dashboard;

/// <summary>What the pages show, from the same readers as the API; changes nothing.</summary>
internal sealed class DashboardReader(
    BrokerReader reader, HostReader host, BrokerState state, Inventory inventory, IHistoryStore history, SourcePump pump, HealthReader health,
    Acknowledgements acknowledgements, PastReader past, BundleReplay? replay = null)
{
    /// <summary>Most points of one series of a chart.</summary>
    public const int PointsMax = 900;

    private const int NameMax = 120;
    private const int SuspectsShown = 3;

    /// <summary>Origin of the host numbers.</summary>
    public SourceLabel Source => reader.Source;

    /// <summary>The opened bundle; null in a broker.</summary>
    public BundleReplay? Replay => replay;

    /// <summary>Recorded and judged again, side by side; null without a bundle, or when it has nothing of the VM.</summary>
    public async Task<JudgedVerdicts?> ComparedAsync(PartitionInfo vm, CancellationToken cancellation) =>
        replay is not null && await replay.CompareAsync(Source, vm, history, cancellation) is { } both ? JudgedVerdicts.Of(both) : null;

    /// <summary>Newest closed host second; 0 before the first.</summary>
    public long Second => state.View.Second;

    /// <summary>The counter source was read, so that an empty list of VMs means that there is none.</summary>
    public bool HasRead => pump.Reads > 0;

    /// <summary>Host second now.</summary>
    public long Now => reader.NowSecond;

    /// <summary>Oldest second that history keeps; 0 when it keeps none.</summary>
    public long Oldest => history.Status.OldestSecond;

    /// <summary>What a page begins with: the newest stretch of time, as long as is sensible for what is kept; all of an opened bundle, without the part before anything was recorded.</summary>
    public TimeRange NewestRange => replay is null ? TimeRange.Newest(Oldest, Now) : new TimeRange(RecordedSeconds!.Value, replay.Manifest.ToSecond - RecordedSeconds.Value);

    /// <summary>Length of what the opened bundle has of its own stretch; null in a broker.</summary>
    public long? RecordedSeconds => replay is null ? null : replay.Manifest.ToSecond - Math.Clamp(Oldest, replay.Manifest.FromSecond, replay.Manifest.ToSecond - 1);

    /// <summary>The stretch of time that an address asks for.</summary>
    public TimeRange Range(string? range, string? from, string? to) =>
        replay is not null && range is null && from is null ? NewestRange : TimeRange.Parse(range, from, to, Now, Oldest);

    /// <summary>Every VM, by name.</summary>
    public IReadOnlyList<FleetRow> Fleet()
    {
        var view = state.View;
        return [.. reader.Vms().Vms.Select(v => Row(v, view.Reports.GetValueOrDefault(v.Id)))];
    }

    /// <summary>The host in one line.</summary>
    public HostStrip Strip() => Strip(host.Devices());

    /// <summary>The host in one line, from what all VMs share.</summary>
    public HostStrip Strip(HostDevices devices)
    {
        var view = state.View;
        var any = view.Reports.Values.Where(r => r.HasHost).MaxBy(r => r.Second);
        double network = 0;
        double dropped = 0;
        bool hasNetwork = false;
        bool hasDropped = false;
        foreach (var report in view.Reports.Values)
        {
            (network, hasNetwork) = Sum(network, hasNetwork, Find(report, SignalIds.NetHostBytes));
            (dropped, hasDropped) = Sum(dropped, hasDropped, Find(report, SignalIds.NetHostDropped));
        }

        return new HostStrip(
            devices.LogicalProcessors is { } count ? (int)count : null,
            Find(any, SignalIds.LpBusy), Find(any, SignalIds.RootBusy),
            new Figure(devices.Memory.AvailableBytes, "By", "measured", HostMetrics.HostMemoryAvailable.Name),
            new Figure(devices.Memory.TotalBytes, "By", "measured", HostMetrics.HostMemoryTotal.Name),
            [.. devices.Stores.Select(Line)], [.. devices.Switches.Select(Line)],
            new Figure(hasNetwork ? network : null, "By/s", "measured", "sum over the adapters of all VMs"),
            new Figure(hasDropped ? dropped : null, "{packet}/s", "measured", "sum over the adapters of all VMs"));
    }

    /// <summary>The VM with this GUID or name; null when there is none or several.</summary>
    public PartitionInfo? Find(string idOrName) => reader.Find(idOrName) is [var one] ? one : null;

    /// <summary>Everything about one VM now.</summary>
    public VmAnswer Vm(PartitionInfo partition) => reader.Vm(partition);

    /// <summary>A VM of this host by its GUID; null for the host itself and for VMs that are gone.</summary>
    public PartitionInfo? ById(Guid id) => inventory.Partitions.FirstOrDefault(p => p.Id == id);

    /// <summary>Series of the panels and the verdicts of a range.</summary>
    public async Task<ChartData> ChartAsync(Guid partition, IReadOnlyList<string> signalIds, long from, long to, CancellationToken cancellation)
    {
        var series = await history.QuerySignalsAsync(partition, signalIds, from, to, PointsMax, cancellation);
        var verdicts = await history.QueryVerdictsAsync(partition, from, to, cancellation);
        return ChartData.Of(
            [.. series.Select(s => (s.Series.Instance, s.Points))], from, to,
            [.. verdicts.Select(Bands.Of).OfType<ChartBand>()]);
    }

    /// <summary>Gaps in the data of a VM that touch a range, cut to it, oldest first.</summary>
    public async Task<IReadOnlyList<GapLine>> GapsAsync(Guid partition, long from, long to, CancellationToken cancellation) =>
        [.. Views.Within((await past.GapsAsync(partition, from, to, cancellation))[partition], from, to - 1, PastReader.GapsMax).Select(GapLine.Of)];

    /// <summary>The newest values of these signals.</summary>
    public ChartPoint? Newest(Guid partition, IReadOnlyList<string> signalIds)
    {
        var report = state.View.Reports.GetValueOrDefault(partition);
        return report is null ? null : new ChartPoint(report.Second, signalIds.ToDictionary(id => id, id => ChartData.Rounded(Find(report, id).Value)));
    }

    /// <summary>Verdict that held at a second; null when none is kept.</summary>
    public async Task<VerdictSpan?> VerdictAtAsync(Guid partition, long second, CancellationToken cancellation) =>
        (await history.QueryVerdictsAsync(partition, second - 2, second + 3, cancellation)).LastOrDefault(v => v.FromSecond <= second + 1);

    /// <summary>Verdict that stands for a stretch of time: the trouble that lasted longest, else the longest rest; null when none is kept.</summary>
    public async Task<VerdictSpan?> LongestVerdictAsync(Guid partition, long from, long to, CancellationToken cancellation) =>
        (await history.QueryVerdictsAsync(partition, from, to, cancellation))
            .OrderBy(v => VerdictKinds.Of(v.Hypothesis) switch { VerdictKind.Ok or VerdictKind.NoData => 2, VerdictKind.Unclear => 1, _ => 0 })
            .ThenByDescending(v => v.ToSecond - v.FromSecond).FirstOrDefault();

    /// <summary>Episode in memory that held at a second; null when none did or it is forgotten.</summary>
    public Episode? EpisodeAt(Guid partition, long second) =>
        state.View.Episodes.FirstOrDefault(e => e.Partition == partition && e.OnsetSecond <= second && (e.EndSecond ?? long.MaxValue) >= second);

    /// <summary>The episode in memory that a recorded verdict is of: of the same cause, in the same time.</summary>
    public Episode? EpisodeOf(VerdictSpan span) => state.View.Episodes.FirstOrDefault(e =>
        e.Partition == span.Partition && e.Hypothesis == span.Hypothesis && e.OnsetSecond <= span.ToSecond && (e.EndSecond ?? long.MaxValue) >= span.FromSecond);

    /// <summary>Busiest processes around a second.</summary>
    public async Task<IReadOnlyList<ProcessView>> ProcessesAtAsync(Guid partition, long second, int rows, CancellationToken cancellation) =>
        [.. (await history.QueryProcessesAsync(partition, second - 2, second + 3, rows, cancellation)).Select(Views.Of)];

    /// <summary>Open and recent episodes, newest first.</summary>
    public IReadOnlyList<EpisodeRow> Episodes() => [.. state.View.Episodes.Select(Row)];

    /// <summary>The cause of a VM's open episode is away now, and not yet long enough for an end.</summary>
    public bool Rests(Guid vm) => state.View.Reports.GetValueOrDefault(vm) is { Rests: true };

    /// <summary>One episode by its address; null when nothing is known of it.</summary>
    public async Task<EpisodeRow?> EpisodeAsync(string address, CancellationToken cancellation)
    {
        if (!EpisodeKey.TryParse(address, out var key))
        {
            return null;
        }

        if (state.View.Episodes.FirstOrDefault(e => e.Partition == key.Partition && e.OnsetSecond == key.OnsetSecond) is { } known)
        {
            return Row(known);
        }

        // The onset was refined back: the verdicts that were given begin a little later.
        const long RefinedMax = 90;
        var spans = await history.QueryVerdictsAsync(key.Partition, key.OnsetSecond, key.OnsetSecond + RefinedMax, cancellation);
        return spans.FirstOrDefault(s => VerdictKinds.Of(s.Hypothesis) is not (VerdictKind.Ok or VerdictKind.NoData)) is { } span
            ? new EpisodeRow(
                key.ToString(), key.Partition, NameOf(key.Partition), span.Hypothesis, VerdictKinds.Title(span.Hypothesis), key.OnsetSecond, span.ToSecond, span.ToSecond, 0, span.Probability,
                span.Sentence, "", [new EvidenceLine("missing", "The evidence of this episode is not kept any more; its sentence and both sides' numbers are.", "", 0)], [], Note(key))
            {
                Gaps = await GapsAsync(key.Partition, key.OnsetSecond, span.ToSecond + 1, cancellation),
            }
            : null;
    }

    /// <summary>Keeps that somebody has seen an episode.</summary>
    /// <exception cref="HistoryException">It could not be written; nothing changed.</exception>
    public void Acknowledge(string address, string by, string note)
    {
        if (EpisodeKey.TryParse(address, out var key))
        {
            acknowledgements.Set(key, new Acknowledgement(reader.NowSecond, Cut(by, Acknowledgements.ByMax), Cut(note, Acknowledgements.NoteMax)));
        }
    }

    /// <summary>Takes back what <see cref="Acknowledge"/> kept.</summary>
    /// <exception cref="HistoryException">It could not be written; nothing changed.</exception>
    public void TakeBack(string address)
    {
        if (EpisodeKey.TryParse(address, out var key))
        {
            acknowledgements.Set(key, null);
        }
    }

    /// <summary>The monitor itself.</summary>
    /// <param name="before">An earlier reading, from which rates are made.</param>
    public HealthView Health(HealthView before) => health.Read(before);

    /// <summary>Evidence, strongest first, what was not measured last.</summary>
    public static IReadOnlyList<EvidenceLine> EvidenceOf(VerdictView verdict) =>
    [
        .. verdict.For.OrderByDescending(e => Math.Abs(e.LogOdds)).Select(e => new EvidenceLine("for", e.Sentence, e.Native, e.LogOdds)),
        .. verdict.Against.OrderByDescending(e => Math.Abs(e.LogOdds)).Select(e => new EvidenceLine("against", e.Sentence, e.Native, e.LogOdds)),
        .. verdict.NotMeasured.Select(m => new EvidenceLine("missing", m, "", 0)),
    ];

    /// <summary>The likeliest suspects of a verdict, greatest share first.</summary>
    public IReadOnlyList<Suspect> SuspectsOf(VerdictView verdict) =>
    [
        .. verdict.Culprits.Take(SuspectsShown).OrderByDescending(c => c.Share).Select(c => new Suspect(
            Bounded(c.Name) + (c.Process is { } process ? $" ({Bounded(process)})" : ""), c.Share, c.Id != Guid.Empty && ById(c.Id) is not null ? c.Id : null)),
    ];

    /// <summary>The signal of a report; nothing when it is not in it.</summary>
    public static Figure Find(PartitionReport? report, string id)
    {
        if (report is not null)
        {
            foreach (var signal in report.Signals)
            {
                if (signal.Id == id)
                {
                    return new Figure(Views.Number(signal.Value), signal.Unit, Views.Word(signal.Quality), signal.Source);
                }
            }
        }

        return Figure.None;
    }

    /// <summary>Text of somebody else, on one line and with a bound.</summary>
    public static string Bounded(string text) => ForeignText.OneLine(text, NameMax);

    private static string Cut(string text, int max) => text.Trim() is var t && t.Length > max ? t[..max] : t;

    private EpisodeRow Row(Episode e)
    {
        var key = new EpisodeKey(e.Partition, e.OnsetSecond);
        var verdict = Views.Of(e.Verdict);
        return new EpisodeRow(
            key.ToString(), e.Partition, NameOf(e.Partition), e.Hypothesis, e.Verdict.Title, e.OnsetSecond, e.HeldSecond, e.EndSecond, e.Severity, e.Verdict.Probability,
            e.Verdict.Sentence, e.Verdict.WhatHelps, EvidenceOf(verdict), SuspectsOf(verdict), Note(key))
        {
            Gaps = [.. e.Gaps.Select(g => new GapLine(g.FromSecond, g.ToSecond, GapCauses.Words(g.Cause)))],
        };
    }

    private SeenNote? Note(EpisodeKey key) => acknowledgements.Of(key) is { } a ? new SeenNote(a.Second, a.By, a.Note) : null;

    private string NameOf(Guid vm) => ById(vm) is { } known ? Bounded(known.Name) : vm.ToString();

    private static (double Total, bool Has) Sum(double total, bool has, Figure figure) =>
        figure.Value is { } v ? (total + v, true) : (total, has);

    private static FleetRow Row(VmSummary vm, PartitionReport? report) => new(
        vm.Id, Bounded(vm.Name), vm.State, vm.Agent, vm.VirtualProcessors,
        vm.Verdict?.Hypothesis ?? "", vm.Verdict?.Side ?? "none", vm.Verdict?.Probability ?? 0,
        vm.State == "off" ? "VM is off" : vm.Verdict?.Title ?? "no second closed yet", vm.State == "off" ? "" : vm.Verdict?.Sentence ?? "",
        // An episode that rests has not ended yet; what is said instead has no since.
        vm.Rests ? null : vm.Since, vm.Severity,
        Find(report, SignalIds.GuestBusy), Find(report, SignalIds.HostRun), Find(report, SignalIds.Ready),
        Find(report, SignalIds.GuestMemoryNeededShare), Find(report, SignalIds.MemoryAssigned), Find(report, SignalIds.MemoryPressure),
        Find(report, SignalIds.DiskGuestLatency), Find(report, SignalIds.DiskDeviceLatency));

    private static StoreLine Line(StoreView store) => new(
        Bounded(store.Name), store.IsSum,
        new Figure(store.OperationsPerSecond, "{operation}/s", "measured", (store.IsSum ? HostMetrics.DiskOperations : HostMetrics.StoreOperations).Name),
        new Figure(store.BytesPerSecond, "By/s", "measured", (store.IsSum ? HostMetrics.DiskIo : HostMetrics.StoreIo).Name),
        new Figure(store.LatencySeconds, "s", "measured", HostMetrics.StoreOperationTime.Name));

    private static SwitchLine Line(SwitchView one) => new(
        Bounded(one.Name),
        new Figure(one.ReceiveBytesPerSecond, "By/s", "measured", StackMetrics.SwitchIo.Name),
        new Figure(one.TransmitBytesPerSecond, "By/s", "measured", StackMetrics.SwitchIo.Name),
        new Figure(one.DroppedPerSecond, "{packet}/s", "measured", HostMetrics.SwitchDropped.Name));
}
