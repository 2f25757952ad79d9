using System.Globalization;
using HvIntegration.Engine.Model;
using HvIntegration.Engine.Stack;
using HvIntegration.HostBroker.Api;
using HvIntegration.HostBroker.Api.Contract;
using HvIntegration.HostBroker.Commands;
using HvIntegration.HostBroker.Dashboard.Charts;
using HvIntegration.HostBroker.History;
using Microsoft.AspNetCore.Components;

namespace HvIntegration.HostBroker.Dashboard.Pages;

/// <summary>Both sides of one VM: the verdict, the mirrored charts, processes and evidence at the cursor. The same page live and over stored history.</summary>
public sealed partial class VmPage
{
    private const int ProcessRows = 8;

    // A second cause that hardly anything speaks for is noise beside the first.
    private const double RunnerUpMin = 0.05;

    // A gap's last word is kept a second or two after its end.
    private const int GapSettleSeconds = 4;

    private readonly List<ChartBand> _bands = [];
    private List<GapLine> _gaps = [];
    private long _gapsDue = long.MaxValue;
    private ChartStack? _stack;
    private PartitionInfo? _partition;
    private VmAnswer? _vm;
    private TimeRange _range = TimeRange.Newest(0, 0);
    private CancellationTokenSource? _loading;
    private CancellationTokenSource? _asking;
    private (string Vm, TimeRange Range)? _loaded;
    private string? _fault;
    private bool _ready;
    private bool _empty;
    private bool _drawn;
    private long? _cursor;
    private VerdictSpan? _recorded;
    private VerdictSpan? _longest;
    private JudgedVerdicts? _compared;
    private IReadOnlyList<ProcessView> _processes = [];
    private IReadOnlyList<ProcessView> _ofMiddle = [];

    /// <summary>GUID or name.</summary>
    [Parameter]
    public string Vm { get; set; } = "";

    [SupplyParameterFromQuery(Name = "range")]
    private string? RangeChoice { get; set; }

    [SupplyParameterFromQuery(Name = "from")]
    private string? FromText { get; set; }

    [SupplyParameterFromQuery(Name = "to")]
    private string? ToText { get; set; }

    [SupplyParameterFromQuery(Name = "at")]
    private string? AtText { get; set; }

    [Inject]
    private DashboardReader Reader { get; set; } = default!;

    [Inject]
    private StackReader StackNow { get; set; } = default!;

    [Inject]
    private NavigationManager Navigation { get; set; } = default!;

    private long? PinnedFromAddress =>
        long.TryParse(AtText, NumberStyles.None, CultureInfo.InvariantCulture, out long at) && at < 1L << 40 ? at : null;

    // Single seconds of it are not kept: the cursor stands for now only.
    private IReadOnlyList<StackUse>? Stack => _cursor is null && _range.IsLive && _partition is { } vm ? StackNow.UsesOf(vm) : null;

    // Without a cursor a stored stretch is told by what lasted longest in it; a bundle has its own card for that.
    private VerdictSpan? Recorded => _cursor is not null ? _recorded : _range.IsLive || _compared is not null ? null : _longest;

    private bool IsReading => _cursor is null && !_range.IsLive && (_loading is not null || !_drawn);

    private string RecordedWhen(VerdictSpan recorded) => _cursor is { } at
        ? $"as recorded at {Quantity.Clock(at, date: !_range.IsLive)} UTC"
        : $"longest of this stretch, {Quantity.Clock(recorded.FromSecond, date: true)} to {Quantity.Clock(recorded.ToSecond)} UTC";

    // Where the harm is whole: at the ends of its time it begins and is over.
    private long? Middle => _range.IsLive || _longest is not { } longest ? null
        : (Math.Max(longest.FromSecond, _range.From ?? 0) + Math.Min(longest.ToSecond, (_range.From ?? 0) + _range.Seconds - 1)) / 2;

    private VerdictSpan? AgainAtCursor => _cursor is { } at && _partition is { } vm ? Reader.Replay?.AgainAt(vm.Id, at) : null;

    /// <summary>The bundle of what is shown; none of an opened bundle.</summary>
    private string? BundleAddress
    {
        get
        {
            var (from, to) = _range.At(Reader.Second);
            return _partition is null || Reader.Replay is not null
                ? null
                : string.Create(CultureInfo.InvariantCulture, $"/api/v1/vms/{_partition.Id}/bundle?from={Math.Max(from, to - Bundles.BundleFormat.RangeSecondsMax)}&to={to}");
        }
    }

    private string RangeText
    {
        get
        {
            var (from, to) = _range.At(Reader.Second);
            bool dates = !_range.IsLive || _range.Seconds > 43_200;
            return $"{Quantity.Clock(from, dates)} – {Quantity.Clock(to, dates && to - from > 43_200)} UTC, {Quantity.Span(_range.Seconds)}";
        }
    }

    // Its remedy and its suspects are kept with the episode, while that is in memory.
    private Episode? RecordedEpisode => Recorded is not { } recorded || _partition is null ? null
        : _cursor is { } at ? Reader.EpisodeAt(_partition.Id, at) is { } there && there.Hypothesis == recorded.Hypothesis ? there : null
        : Reader.EpisodeOf(recorded);

    private string ProcessTime => _cursor is { } at ? $"at {Quantity.Clock(at)} UTC, mean of 5 s"
        : _range.IsLive ? "newest second"
        : Middle is { } middle ? $"at {Quantity.Clock(middle)} UTC, in the middle of {(VerdictKinds.Of(_longest!.Hypothesis) == VerdictKind.Ok ? "the longest rest" : "the longest trouble")} here" : "";

    /// <summary>Why no process is listed.</summary>
    private string NoProcess
    {
        get
        {
            if (_cursor is null && _range.IsLive && _vm?.Vm.State == "off")
            {
                return "The VM is off: nothing runs in it.";
            }

            bool mayHaveBeen = _cursor is not null || _vm?.Vm.HasGuest == true;
            return mayHaveBeen ? _cursor is null && !_range.IsLive ? "No process was recorded in this stretch." : "No process was recorded around this second." : "Only an agent inside can name processes, and none answers now.";
        }
    }

    private string EvidenceTime => _cursor is not null ? "of the episode at the cursor, at its most certain second"
        : _range.IsLive ? "newest second" : "of the longest episode here, at its most certain second";

    private IReadOnlyList<EvidenceLine>? Evidence
    {
        get
        {
            if (_cursor is null && _range.IsLive)
            {
                return _vm is { Verdict: { } now, Vm.State: not "off" } ? DashboardReader.EvidenceOf(now) : null;
            }

            // Evidence is kept with the episodes in memory; older ones have their sentence only.
            if (_partition is null)
            {
                return null;
            }

            var episode = _cursor is { } at ? Reader.EpisodeAt(_partition.Id, at) : _longest is { } longest ? Reader.EpisodeOf(longest) : null;
            return episode is null ? null : DashboardReader.EvidenceOf(Api.Views.Of(episode.Verdict));
        }
    }

    /// <inheritdoc/>
    protected override void Dispose(bool disposing)
    {
        _loading?.Cancel();
        _asking?.Cancel();
        base.Dispose(disposing);
    }

    /// <inheritdoc/>
    protected override async Task OnParametersSetAsync()
    {
        _partition = Reader.Find(Vm);
        _range = Reader.Range(RangeChoice, FromText, ToText);
        Read();
        if (_ready && _loaded != (Vm, _range))
        {
            _ = LoadAsync();
        }

        _compared = _partition is null ? null : await Reader.ComparedAsync(_partition, Left);
    }

    private static string Percent(double share) => FormattableString.Invariant($"{Math.Clamp(share, 0, 1) * 100:0.#}%");

    private static string EpisodeAddress(Guid vm, long onset) => new Hosting.EpisodeKey(vm, onset).ToString();

    private static string NoAgentTitle(string state) => state == "no-agent" ? "No agent in this VM." : "The agent is silent.";

    private static string Sentence(string clause) => clause.Length == 0 ? "" : char.ToUpperInvariant(clause[0]) + DashboardReader.Bounded(clause)[1..].TrimEnd('.') + ". ";

    private Figure ShareOf(double processors) =>
        new(processors / Math.Max(1, _vm?.Vm.VirtualProcessors ?? 1), "1", "measured", "CPU of the process over the VM's virtual processors");

    private void Read()
    {
        _vm = _partition is null ? null : Reader.Vm(_partition);
        if (_cursor is null)
        {
            _processes = _range.IsLive ? [.. (_vm?.Processes ?? []).Take(ProcessRows)] : _ofMiddle;
        }
    }

    /// <inheritdoc/>
    protected override async Task TickAsync()
    {
        _partition = Reader.Find(Vm);
        Read();
        StateHasChanged();
        if (_partition is null || _stack is null || !_drawn || !_range.IsLive || _loading is not null)
        {
            return;
        }

        if (Reader.Newest(_partition.Id, MirrorPanels.SignalIdsShown) is { } point)
        {
            var (from, to) = _range.At(point.Second);
            FollowBands(point.Second, from);
            await FollowGapsAsync(_partition.Id, point.Second, from);
            await _stack.SetBandsAsync(AllBands);
            await _stack.AppendAsync(point, from, to);
            if (_empty)
            {
                _empty = false;
                StateHasChanged();
            }
        }
    }

    private void FollowBands(long second, long from)
    {
        const long GapMax = 6;
        _bands.RemoveAll(b => b.To < from);
        if (_vm?.Verdict is not { } verdict || Bands.Of(new VerdictSpan(_vm.Vm.Id, second, second, verdict.Hypothesis, verdict.Probability, verdict.Sentence)) is not { } band)
        {
            return;
        }

        if (_bands.Count > 0 && _bands[^1] is var last && last.Title == band.Title && second - last.To <= GapMax)
        {
            _bands[^1] = last with { To = second };
        }
        else
        {
            _bands.Add(band);
        }
    }

    private IReadOnlyList<ChartBand> AllBands => [.. _bands, .. _gaps.Select(Bands.Of)];

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

    private async Task ReadyAsync()
    {
        _ready = true;
        await LoadAsync();
    }

    private async Task LoadAsync()
    {
        if (_partition is not { } partition || _stack is not { } stack)
        {
            return;
        }

        _loading?.Cancel();
        using var cancel = new CancellationTokenSource();
        _loading = cancel;
        _loaded = (Vm, _range);
        _fault = null;
        StateHasChanged();
        var (from, to) = _range.At(Reader.Second);
        try
        {
            var data = await Reader.ChartAsync(partition.Id, MirrorPanels.SignalIdsShown, from, to, cancel.Token);
            _bands.Clear();
            _bands.AddRange(data.Bands);
            _gaps = [.. await Reader.GapsAsync(partition.Id, from, to, cancel.Token)];
            _empty = data.IsEmpty;
            _longest = _range.IsLive ? null : await Reader.LongestVerdictAsync(partition.Id, from, to, cancel.Token);
            _ofMiddle = Middle is { } middle ? await Reader.ProcessesAtAsync(partition.Id, middle, ProcessRows, cancel.Token) : [];
            Read();
            await stack.LoadAsync(data with { Bands = AllBands });
            _drawn = true;
        }
        catch (OperationCanceledException)
        {
            if (_loading == cancel)
            {
                _fault = "Reading was cancelled. What is drawn may be another stretch of time.";
            }
        }
        catch (HistoryException e)
        {
            _fault = e.Message;
        }
        finally
        {
            if (_loading == cancel)
            {
                _loading = null;
                StateHasChanged();
            }
        }
    }

    private void Cancel() => _loading?.Cancel();

    private async Task CursorAsync(long? second)
    {
        _asking?.Cancel();
        _cursor = second;
        if (second is not { } at || _partition is null)
        {
            _recorded = null;
            Read();
            StateHasChanged();
            return;
        }

        using var cancel = new CancellationTokenSource();
        _asking = cancel;
        try
        {
            var processes = await Reader.ProcessesAtAsync(_partition.Id, at, ProcessRows, cancel.Token);
            var recorded = await Reader.VerdictAtAsync(_partition.Id, at, cancel.Token);
            if (_asking == cancel)
            {
                (_processes, _recorded) = (processes, recorded);
            }
        }
        catch (OperationCanceledException)
        {
            // The cursor went on.
        }
        catch (HistoryException e)
        {
            _fault = e.Message;
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

    private void Pin(long? second) => Go(_range, second);

    private void Zoom((long From, long To) chosen) => Go(new TimeRange(chosen.To - chosen.From, chosen.From), PinnedFromAddress);

    private void ZoomOut() => Go(_range.Doubled(Reader.Second), PinnedFromAddress);

    private void Move(int direction) => Go(_range.Moved(direction, Reader.Second), PinnedFromAddress);

    private Task ChooseAsync(long seconds)
    {
        Go(seconds > 0 ? new TimeRange(seconds, null) : Reader.NewestRange, null);
        return Task.CompletedTask;
    }

    private void Go(TimeRange range, long? pinned)
    {
        var query = range.Query();
        query["at"] = pinned?.ToString(CultureInfo.InvariantCulture);
        Navigation.NavigateTo(Navigation.GetUriWithQueryParameters(query), replace: range == _range);
    }
}
