using HvIntegration.Broker.Bundles;
using HvIntegration.Api.Contract;
using HvIntegration.Broker.Queries;
using HvIntegration.Dashboard.Charts;
using HvIntegration.Dashboard.Models;
using HvIntegration.Dashboard.Readers;
using System.Globalization;
using HvIntegration.Model;
using HvIntegration.History;
using Microsoft.AspNetCore.Components;

namespace HvIntegration.Dashboard.Pages;

/// <summary>Both sides of one VM: the verdict, the mirrored charts, processes and evidence at the cursor. The same page live and over stored history.</summary>
public sealed partial class VmPage
{
    private const int ProcessRows = 8;

    // A second cause that hardly anything speaks for is noise beside the first.
    private const double RunnerUpMin = 0.05;

    // A gap's last word is kept a second or two after its end.
    private const int GapSettleSeconds = 4;

    private readonly List<VerdictSpan> _spans = [];
    private List<GapLine> _gaps = [];
    private long _gapsDue = long.MaxValue;
    private PartitionInfo? _partition;
    private VmAnswer? _vm;
    private CancellationTokenSource? _asking;
    private bool _gone;
    private bool _searching;
    private long? _cursor;
    private VerdictSpan? _recorded;
    private KnownEpisode? _atCursor;
    private RangeSummary? _summary;
    private JudgedVerdicts? _compared;
    private IReadOnlyList<ProcessView> _processes = [];
    private ProcessesOfTime? _ofMoment;
    private long _processSeconds;

    /// <summary>GUID or name of the VM in the address.</summary>
    [Parameter]
    public string Vm { get; set; } = "";

    [Inject]
    private StackReader StackNow { get; set; } = default!;

    private protected override string Subject => Vm;

    private protected override bool HasCharts => _partition is not null;

    // Single seconds of it are not kept: the cursor stands for now only.
    private IReadOnlyList<StackUse>? Stack => _cursor is null && Range.IsLive && _partition is { } vm ? StackNow.UsesOf(vm) : null;

    // Without a cursor a stored stretch is told by its leading verdict; a bundle has its own card for that.
    private VerdictSpan? Recorded => _cursor is not null ? _recorded : Range.IsLive || _compared is not null ? null : Leading;

    private bool IsReading => _cursor is null && !Range.IsLive && (IsLoading || !IsDrawn);

    private string RecordedWhen(VerdictSpan recorded) => _cursor is { } at
        ? $"as recorded at {Quantity.Clock(at, date: !Range.IsLive)} UTC"
        : $"{(OfLeading is null ? "longest" : "worst")} of this time range, {Quantity.Clock(recorded.FromSecond, date: true)} to {Quantity.Clock(recorded.ToSecond)} UTC";

    private VerdictSpan? Leading => Range.IsLive ? null : _summary?.Leading;

    private KnownEpisode? OfLeading => Leading is { } leading && _summary?.Worst is { } worst && worst.Hypothesis == leading.Hypothesis ? worst : null;

    private VerdictSpan? AgainAtCursor => _cursor is { } at && _partition is { } vm ? Reader.Replay?.AgainAt(vm.Id, at) : null;

    /// <summary>The bundle of what is shown; none of an opened bundle.</summary>
    private string? BundleAddress
    {
        get
        {
            var (from, to) = Range.At(Reader.Second);
            return _partition is null || Reader.Replay is not null
                ? null
                : string.Create(CultureInfo.InvariantCulture, $"/api/v1/vms/{_partition.Id}/bundle?from={Math.Max(from, to - BundleFormat.RangeSecondsMax)}&to={to}");
        }
    }

    private string RangeText
    {
        get
        {
            var (from, to) = Range.At(Reader.Second);
            bool dates = !Range.IsLive || Range.Seconds > 43_200;
            return $"{Quantity.Clock(from, dates)} – {Quantity.Clock(to, dates && to - from > 43_200)} UTC, {Quantity.Span(Range.Seconds)}";
        }
    }

    private KnownEpisode? RecordedEpisode => Recorded is not { } recorded ? null
        : _cursor is null ? OfLeading
        : _atCursor is { } there && there.Hypothesis == recorded.Hypothesis ? there : null;

    private string ProcessTime => _cursor is { } at ? $"at {Quantity.Clock(at)} UTC, mean of {_processSeconds} s"
        : Range.IsLive ? "newest second"
        : Leading is { } leading ? $"at {Quantity.Clock(_summary!.MomentSecond)} UTC, in the middle of {(OfLeading is not null ? "the most severe episode" : RecordedKinds.Of(leading.Hypothesis) == VerdictKind.Ok ? "the longest healthy time" : "the longest verdict")} here" : "";

    /// <summary>Why no process is listed.</summary>
    private string NoProcess
    {
        get
        {
            if (_cursor is null && Range.IsLive && _gone)
            {
                return "The VM is not on this host.";
            }

            if (_cursor is null && Range.IsLive && _vm?.Vm.State == "off")
            {
                return "The VM is off.";
            }

            bool mayHaveBeen = _cursor is not null || _vm?.Vm.HasGuest == true;
            return mayHaveBeen ? _cursor is null && !Range.IsLive ? "No process was recorded in this time range." : "No process was recorded around this second." : "Processes require an agent in the guest, and none answers now.";
        }
    }

    private string EvidenceTime => _cursor is not null ? "of the episode at the cursor, at its most certain second"
        : Range.IsLive ? "newest second" : "of the worst episode here, at its most certain second";

    private IReadOnlyList<EvidenceLine>? Evidence
    {
        get
        {
            if (_cursor is null && Range.IsLive)
            {
                return _vm is { Verdict: { } now, Vm.State: not "off" } ? DashboardReader.EvidenceOf(now) : null;
            }

            // Evidence is kept with the episodes in memory; older ones have their sentence only.
            return (_cursor is null ? OfLeading : _atCursor)?.Verdict is { } then ? DashboardReader.EvidenceOf(Views.Of(then)) : null;
        }
    }

    /// <inheritdoc/>
    protected override void Dispose(bool disposing)
    {
        _asking?.Cancel();
        base.Dispose(disposing);
    }

    /// <inheritdoc/>
    protected override async Task OnParametersSetAsync()
    {
        await FindAsync();
        var stored = _gone && RangeChoice is null && FromText is null && _partition is { } gone ? await Reader.NewestKeptAsync(gone.Id, Left) : null;
        Range = stored ?? Reader.Range(RangeChoice, FromText, ToText);
        ShowNow();
        LoadChanged();
        _compared = _partition is null ? null : await Reader.ComparedAsync(_partition, Left);
    }

    private static string Percent(double share) => FormattableString.Invariant($"{Math.Clamp(share, 0, 1) * 100:0.#}%");

    private static string NoAgentTitle(string state) => state == "no-agent" ? "No agent in this VM." : "The agent is silent.";

    private static string Sentence(string clause) => clause.Length == 0 ? "" : char.ToUpperInvariant(clause[0]) + Shown.Name(clause)[1..].TrimEnd('.') + ". ";

    private Figure ShareOf(double processors) =>
        new(processors / Math.Max(1, _vm?.Vm.VirtualProcessors ?? 1), "1", "measured", "CPU of the process as a share of the virtual processors of the VM");

    private protected override void ReadNow()
    {
        if (Reader.Here(Vm) is { } here)
        {
            (_partition, _gone) = (here, false);
        }
        else if (_partition is { } known && !Reader.IsHere(known.Id))
        {
            _gone = true;
        }
        else
        {
            _partition = null;
        }

        ShowNow();
    }

    private protected override ChartPoint? Newest() => _partition is { } vm && !_gone ? Reader.Newest(vm.Id, MirrorPanels.SignalIdsShown) : null;

    private protected override async Task<ChartData?> ReadChartsAsync(long from, long to, CancellationToken cancellation)
    {
        if (_partition is not { } vm)
        {
            return null;
        }

        var (data, spans) = await Reader.ChartAsync(vm.Id, MirrorPanels.SignalIdsShown, from, to, cancellation);
        _spans.Clear();
        _spans.AddRange(spans);
        _gaps = [.. await Reader.GapsAsync(vm.Id, from, to, cancellation)];
        _summary = Range.IsLive ? null : await Reader.SummaryAsync(vm.Id, spans, from, to, cancellation);
        _ofMoment = _summary is { Leading: not null } summary ? await Reader.ProcessesAroundAsync(vm.Id, summary.MomentSecond, ProcessRows, cancellation) : null;
        ShowNow();
        return data with { Bands = AllBands };
    }

    private protected override async Task FollowAsync(ChartStack charts, long second, long from)
    {
        _spans.RemoveAll(s => s.ToSecond < from);
        if (_vm?.Verdict is { } verdict)
        {
            VerdictSpan.Join(_spans, new VerdictSpan(_vm.Vm.Id, second, second, verdict.Hypothesis, verdict.Probability, verdict.Sentence));
        }

        await FollowGapsAsync(_partition!.Id, second, from);
        await charts.SetBandsAsync(AllBands);
    }

    private async Task FindAsync()
    {
        // Who is here is found at once; who is not may be in history, which takes longer.
        if (Reader.Here(Vm) is { } here)
        {
            (_partition, _gone) = (here, false);
            return;
        }

        (_partition, _vm, _searching) = (null, null, true);
        try
        {
            _partition = await Reader.FindAsync(Vm, Left);
            _gone = _partition is { } found && !Reader.IsHere(found.Id);
        }
        catch (HistoryException e)
        {
            Fault = e.Message;
        }
        finally
        {
            _searching = false;
        }
    }

    private void ShowNow()
    {
        _vm = _partition is null ? null : _gone ? Reader.Gone(_partition) : Reader.Vm(_partition);
        if (_cursor is null)
        {
            _processes = [.. (Range.IsLive ? _vm?.Processes : _ofMoment?.Processes.Select(Views.Of))?.Take(ProcessRows) ?? []];
        }
    }

    private List<ChartBand> AllBands => [.. _spans.Select(Bands.Of).OfType<ChartBand>(), .. _gaps.Select(Bands.Of)];

    private async Task FollowGapsAsync(Guid partition, long second, long from)
    {
        var before = _gaps.Count;
        _gaps.RemoveAll(g => g.To < from);
        if (_vm?.Gap is { } now)
        {
            _gaps.RemoveAll(g => g.To >= now.FromSecond);
            _gaps.Add(GapLine.Of(now));
            _gapsDue = second + GapSettleSeconds;
        }
        else if (second >= _gapsDue)
        {
            _gapsDue = long.MaxValue;
            try
            {
                _gaps = [.. await Reader.GapsAsync(partition, from, second + 1, Left)];
            }
            catch (HistoryException)
            {
                // What was followed live stands; the next look at this time reads it again.
            }
        }

        if (_gaps.Count > 0 || before > 0)
        {
            StateHasChanged();
        }
    }

    private async Task CursorAsync(long? second)
    {
        _asking?.Cancel();
        _cursor = second;
        if (second is not { } at || _partition is null)
        {
            (_recorded, _atCursor) = (null, null);
            ShowNow();
            StateHasChanged();
            return;
        }

        using var cancel = new CancellationTokenSource();
        _asking = cancel;
        try
        {
            var processes = await Reader.ProcessesAroundAsync(_partition.Id, at, ProcessRows, cancel.Token);
            var recorded = await Reader.VerdictAtAsync(_partition.Id, at, cancel.Token);
            var episode = await Reader.EpisodeAtAsync(_partition.Id, at, cancel.Token);
            if (_asking == cancel)
            {
                (_processes, _processSeconds, _recorded, _atCursor) = ([.. processes.Processes.Select(Views.Of)], processes.Seconds, recorded, episode);
            }
        }
        catch (OperationCanceledException)
        {
            // The cursor went on.
        }
        catch (HistoryException e)
        {
            Fault = e.Message;
        }
        finally
        {
            if (_asking == cancel)
            {
                _asking = null;
                StateHasChanged();
            }
        }
    }
}
