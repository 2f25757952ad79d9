using HvIntegration.Api.Contract;
using HvIntegration.Broker.Bundles;
using HvIntegration.Broker.Live;
using HvIntegration.Broker.Pipeline;
using HvIntegration.Broker.Queries;
using HvIntegration.Dashboard.Charts;
using HvIntegration.Dashboard.Models;
using HvIntegration.Model;
using HvIntegration.History;
using HvIntegration.Protocol.Metrics;

namespace HvIntegration.Dashboard.Readers;

/// <summary>What the pages show, from the same queries as the API.</summary>
internal sealed class DashboardReader(
    BrokerReader reader, HostReader host, BrokerState state, Inventory inventory, IHistoryReader history, SourcePump pump, HealthReader health,
    Acknowledgements acknowledgements, VmQueries vms, PastQueries past, EpisodeQueries episodes, BundleReplay? replay = null)
{
    /// <summary>Most points of one series of a chart.</summary>
    public const int PointsMax = 900;

    private const int SuspectsShown = 3;

    private static readonly EvidenceLine NoEvidence = new("missing", "The evidence of this episode is no longer stored. Its verdict and the values of both sides are.", "", 0);

    /// <summary>Origin of the host numbers.</summary>
    public SourceLabel Source => reader.Source;

    /// <summary>The opened bundle; null in a broker.</summary>
    public BundleReplay? Replay => replay;

    /// <summary>Recorded and judged again, side by side; null without a bundle, or when it has nothing of the VM.</summary>
    public async Task<JudgedVerdicts?> ComparedAsync(PartitionInfo vm, CancellationToken cancellation) =>
        replay is not null && await replay.CompareAsync(Source, vm, past, episodes, cancellation) is { } both ? JudgedVerdicts.Of(both) : null;

    /// <summary>Newest closed host second; 0 before the first.</summary>
    public long Second => state.View.Second;

    /// <summary>The counter source was read, so that an empty list of VMs means that there is none.</summary>
    public bool HasRead => pump.Reads > 0;

    /// <summary>The current host second, Unix.</summary>
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

    /// <summary>The VM of the host now with this GUID or name; null when there is none or several.</summary>
    public PartitionInfo? Here(string idOrName) => vms.Here(idOrName) is [var one] ? one : null;

    /// <summary>True when the host has this VM now.</summary>
    public bool IsHere(Guid vm) => vms.IsHere(vm);

    /// <summary>The VM with this GUID or name, of the host now or else of history; null when there is none or several.</summary>
    /// <exception cref="HistoryException">History cannot be read.</exception>
    public async Task<PartitionInfo?> FindAsync(string idOrName, CancellationToken cancellation) => await vms.FindAsync(idOrName, cancellation) is [var one] ? one : null;

    /// <summary>Everything about one VM now.</summary>
    public VmAnswer Vm(PartitionInfo partition) => reader.Vm(partition);

    /// <summary>What is to be said of a VM that left the host: what it was.</summary>
    public VmAnswer Gone(PartitionInfo partition) => new(
        Source, Second,
        new VmSummary(
            partition.Id, partition.Name, SessionStates.Gone, SessionStates.Gone, partition.VirtualProcessors, partition.CpuLimit, HasGuest: false, HasHost: false, null, [], null,
            Rests: false, 0, null),
        new AgentView(SessionStates.Gone, "the VM is no longer on this host", null, null, null, null, null, null, null, null, [], new Dictionary<string, long>(), null),
        [], null, null, null, []);

    /// <summary>The newest stretch of time in which something was said of a VM, looked for in the last week; null when nothing was.</summary>
    /// <exception cref="HistoryException">History cannot be read.</exception>
    public async Task<TimeRange?> NewestKeptAsync(Guid partition, CancellationToken cancellation) =>
        (await past.VerdictsAsync(partition, Now - EpisodeQueries.ListSeconds, Now + 1, cancellation)) is [.., var last]
            ? TimeRange.Ending(last.ToSecond + 1) : null;

    /// <summary>A VM of this host by its GUID; null for the host itself and for VMs that are gone.</summary>
    public PartitionInfo? ById(Guid id) => inventory.Partitions.FirstOrDefault(p => p.Id == id);

    /// <summary>Series of the panels of a range, and its verdicts.</summary>
    /// <exception cref="HistoryException">History cannot be read.</exception>
    public async Task<(ChartData Data, IReadOnlyList<VerdictSpan> Verdicts)> ChartAsync(Guid partition, IReadOnlyList<string> signalIds, long from, long to, CancellationToken cancellation)
    {
        var series = await history.QuerySignalsAsync(partition, signalIds, from, to, PointsMax, cancellation);
        return (ChartData.Of([.. series.Select(s => (s.Series.Instance, s.Points))], from, to, []), await past.VerdictsAsync(partition, from, to, cancellation));
    }

    /// <summary>Gaps in the data of a VM that touch a range, cut to it, oldest first.</summary>
    /// <exception cref="HistoryException">History cannot be read.</exception>
    public async Task<IReadOnlyList<GapLine>> GapsAsync(Guid partition, long from, long to, CancellationToken cancellation) =>
        [.. (await past.GapsOfAsync(partition, from, to, cancellation)).Select(GapLine.Of)];

    /// <summary>The newest values of these signals.</summary>
    public ChartPoint? Newest(Guid partition, IReadOnlyList<string> signalIds)
    {
        var report = state.View.Reports.GetValueOrDefault(partition);
        return report is null ? null : new ChartPoint(report.Second, signalIds.ToDictionary(id => id, id => ChartData.Rounded(Find(report, id).Value)));
    }

    /// <summary>Verdict that held at a second; null when none is kept.</summary>
    /// <exception cref="HistoryException">History cannot be read.</exception>
    public Task<VerdictSpan?> VerdictAtAsync(Guid partition, long second, CancellationToken cancellation) => past.VerdictAtAsync(partition, second, cancellation);

    /// <summary>Episode that held at a second; null when none did.</summary>
    /// <exception cref="HistoryException">History cannot be read.</exception>
    public Task<KnownEpisode?> EpisodeAtAsync(Guid partition, long second, CancellationToken cancellation) => episodes.AtAsync(partition, second, cancellation);

    /// <summary>What a range of time of a VM is about.</summary>
    /// <param name="partition">GUID of the VM.</param>
    /// <param name="verdicts">Its spans in the range.</param>
    /// <param name="from">First second of the range, Unix.</param>
    /// <param name="to">End, not in it.</param>
    /// <param name="cancellation">Cancels the operation.</param>
    /// <exception cref="HistoryException">History cannot be read.</exception>
    public async Task<RangeSummary> SummaryAsync(Guid partition, IReadOnlyList<VerdictSpan> verdicts, long from, long to, CancellationToken cancellation) =>
        RangeSummary.Of(verdicts, await episodes.ListAsync(partition, from, to, cancellation), from, to);

    /// <summary>Busiest processes around a second.</summary>
    /// <exception cref="HistoryException">History cannot be read.</exception>
    public Task<ProcessesOfTime> ProcessesAroundAsync(Guid partition, long second, int rows, CancellationToken cancellation) =>
        past.ProcessesAroundAsync(partition, second, rows, cancellation);

    /// <summary>Episodes of the last week, in memory and in history, newest first.</summary>
    /// <exception cref="HistoryException">History cannot be read.</exception>
    public async Task<IReadOnlyList<EpisodeRow>> EpisodesAsync(CancellationToken cancellation) =>
        [.. (await episodes.ListAsync(null, Now - EpisodeQueries.ListSeconds, Now, cancellation)).Select(Row)];

    /// <summary>A list with its episodes that are in memory as they are now, and those that are new.</summary>
    public IReadOnlyList<EpisodeRow> Renewed(IReadOnlyList<EpisodeRow> before)
    {
        var now = episodes.InMemory(state.View, inventory.Partitions.ToDictionary(p => p.Id, p => p.Name)).Select(Row).ToList();
        var known = now.Select(e => e.Address).ToHashSet(StringComparer.Ordinal);
        return [.. now.Concat(before.Where(e => e.IsKept && !known.Contains(e.Address))).OrderByDescending(e => e.Onset).ThenBy(e => e.Vm)];
    }

    /// <summary>The cause of a VM's open episode is away now, and not yet long enough for an end.</summary>
    public bool Rests(Guid vm) => state.View.Reports.GetValueOrDefault(vm) is { Rests: true };

    /// <summary>One episode by its address; null when nothing is known of it.</summary>
    /// <exception cref="HistoryException">History cannot be read.</exception>
    public async Task<EpisodeRow?> EpisodeAsync(string address, CancellationToken cancellation) =>
        EpisodeKey.TryParse(address, out var key) && await episodes.OneAsync(key, cancellation) is { } known ? Row(known) : null;

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

    /// <summary>Health of the broker and its agents.</summary>
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
            Shown.Name(c.Name) + (c.Process is { } process ? $" ({Shown.Name(process)})" : ""), c.Share, c.Id != Guid.Empty && ById(c.Id) is not null ? c.Id : null)),
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
                    return new Figure(ApiText.Number(signal.Value), signal.Unit, ApiText.Word(signal.Quality), signal.Source);
                }
            }
        }

        return Figure.None;
    }

    private static string Cut(string text, int max) => ForeignText.OneLine(text.Trim(), max);

    private EpisodeRow Row(KnownEpisode e)
    {
        var verdict = e.Verdict is { } inMemory ? Views.Of(inMemory) : null;
        return new EpisodeRow(
            e.Key.ToString(), e.Key.Partition, Shown.Name(e.VmName), e.Hypothesis, e.Title, e.Key.OnsetSecond, e.HeldSecond, e.EndSecond, e.Severity, e.Probability,
            e.Sentence, verdict?.WhatHelps ?? "", verdict is null ? [NoEvidence] : EvidenceOf(verdict), verdict is null ? [] : SuspectsOf(verdict),
            e.Acknowledged is { } a ? new SeenNote(a.Second, a.By, a.Note) : null)
        {
            Because = e.Verdict is { } judged ? VerdictText.BecauseOf(judged.Statement) : e.Sentence,
            Gaps = [.. e.Gaps.Select(GapLine.Of)],
            IsKept = verdict is null,
        };
    }

    private static (double Total, bool Has) Sum(double total, bool has, Figure figure) =>
        figure.Value is { } v ? (total + v, true) : (total, has);

    private static FleetRow Row(VmSummary vm, PartitionReport? report) => new(
        vm.Id, Shown.Name(vm.Name), vm.State, vm.Agent, vm.VirtualProcessors,
        vm.Verdict?.Hypothesis ?? "", vm.Verdict?.Side ?? "none", vm.Verdict?.Probability ?? 0,
        vm.State == "off" ? "VM is off" : vm.Verdict?.Title ?? "no data yet", vm.State == "off" ? "" : vm.Verdict?.Sentence ?? "",
        // An episode that rests has not ended yet; what is said instead has no since.
        vm.Rests ? null : vm.Since, vm.Severity,
        Find(report, SignalIds.GuestBusy), Find(report, SignalIds.HostRun), Find(report, SignalIds.Ready),
        Find(report, SignalIds.GuestMemoryNeededShare), Find(report, SignalIds.MemoryAssigned), Find(report, SignalIds.MemoryPressure),
        Find(report, SignalIds.DiskGuestLatency), Find(report, SignalIds.DiskDeviceLatency));

    private static StoreLine Line(StoreView store) => new(
        Shown.Name(store.Name), store.IsSum,
        new Figure(store.OperationsPerSecond, "{operation}/s", "measured", (store.IsSum ? HostMetrics.DiskOperations : HostMetrics.StoreOperations).Name),
        new Figure(store.BytesPerSecond, "By/s", "measured", (store.IsSum ? HostMetrics.DiskIo : HostMetrics.StoreIo).Name),
        new Figure(store.LatencySeconds, "s", "measured", HostMetrics.StoreOperationTime.Name));

    private static SwitchLine Line(SwitchView one) => new(
        Shown.Name(one.Name),
        new Figure(one.ReceiveBytesPerSecond, "By/s", "measured", StackMetrics.SwitchIo.Name),
        new Figure(one.TransmitBytesPerSecond, "By/s", "measured", StackMetrics.SwitchIo.Name),
        new Figure(one.DroppedPerSecond, "{packet}/s", "measured", HostMetrics.SwitchDropped.Name));
}
