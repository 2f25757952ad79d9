using HvIntegration.Dashboard.Charts;
using HvIntegration.Dashboard.Live;
using HvIntegration.Dashboard.Models;
using HvIntegration.Dashboard.Readers;
using System.Globalization;
using HvIntegration.History;
using Microsoft.AspNetCore.Components;
using Microsoft.JSInterop;

namespace HvIntegration.Dashboard.Pages;

/// <summary>A live page with charts over a range of time: it loads them from history, adds each closed second, and reads again what is missing in them. Range and held cursor are in its address.</summary>
public abstract class ChartPage : LivePage
{
    private readonly ChartFollower _follower = new();
    private CancellationTokenSource? _loading;
    private (string Subject, TimeRange Range)? _loaded;
    private bool _ready;
    private bool _whole;

    [SupplyParameterFromQuery(Name = "range")]
    private protected string? RangeChoice { get; set; }

    [SupplyParameterFromQuery(Name = "from")]
    private protected string? FromText { get; set; }

    [SupplyParameterFromQuery(Name = "to")]
    private protected string? ToText { get; set; }

    [SupplyParameterFromQuery(Name = "at")]
    private protected string? AtText { get; set; }

    [Inject]
    private protected DashboardReader Reader { get; set; } = default!;

    [Inject]
    private NavigationManager Navigation { get; set; } = default!;

    /// <summary>What the charts are of; another one is another loading.</summary>
    private protected virtual string Subject => "";

    /// <summary>False while the page shows something that has no charts.</summary>
    private protected virtual bool HasCharts => true;

    /// <summary>The charts, once they are on the page.</summary>
    private protected ChartStack? Charts { get; set; }

    /// <summary>The range that is shown.</summary>
    private protected TimeRange Range { get; set; } = TimeRange.Newest(0, 0);

    /// <summary>Second at which the address holds the cursor; null when it does not.</summary>
    private protected long? PinnedFromAddress =>
        long.TryParse(AtText, NumberStyles.None, CultureInfo.InvariantCulture, out long at) && at < 1L << 40 ? at : null;

    /// <summary>Why the charts may not be what they should; null when they are.</summary>
    private protected string? Fault { get; set; }

    /// <summary>History is being read.</summary>
    private protected bool IsLoading => _loading is not null;

    /// <summary>What is being read is the same range once more, for what is missing in it.</summary>
    private protected bool IsAgain { get; private set; }

    /// <summary>The charts have been drawn.</summary>
    private protected bool IsDrawn { get; private set; }

    /// <summary>Nothing is kept of the range.</summary>
    private protected bool IsEmpty { get; private set; }

    /// <inheritdoc/>
    protected override bool ShowsNewest => _whole;

    /// <inheritdoc/>
    protected override void Dispose(bool disposing)
    {
        _loading?.Cancel();
        base.Dispose(disposing);
    }

    /// <inheritdoc/>
    protected override async Task TickAsync()
    {
        ReadNow();
        StateHasChanged();
        _whole = !HasCharts || (!Range.IsLive && IsDrawn);
        if (!HasCharts || Charts is not { } charts || !_ready || IsLoading)
        {
            return;
        }

        if (_follower.IsDue(Reader.Second))
        {
            _ = LoadAsync(again: true);
            return;
        }

        if (!IsDrawn || !Range.IsLive)
        {
            return;
        }

        if (Newest() is { } point)
        {
            _follower.Drew(point.Second, EverySeconds);
            var (from, to) = Range.At(point.Second);
            await FollowAsync(charts, point.Second, from);
            await charts.AppendAsync(point, from, to);
            if (IsEmpty)
            {
                IsEmpty = false;
                StateHasChanged();
            }
        }

        _whole = true;
    }

    /// <inheritdoc/>
    protected override void LineWasLost()
    {
        if (Range.IsLive)
        {
            _follower.Miss();
        }
    }

    /// <summary>Reads what the page shows of now.</summary>
    private protected abstract void ReadNow();

    /// <summary>Reads the charts of a range, and what else of the page is of the range.</summary>
    /// <param name="from">First second of the range, Unix.</param>
    /// <param name="to">End, not in it.</param>
    /// <param name="cancellation">Cancels the operation.</param>
    /// <returns>Null when there are none to draw.</returns>
    /// <exception cref="HistoryException">History cannot be read.</exception>
    private protected abstract Task<ChartData?> ReadChartsAsync(long from, long to, CancellationToken cancellation);

    /// <summary>The newest values of the charts; null when there are none.</summary>
    private protected abstract ChartPoint? Newest();

    /// <summary>Brings what stands behind the lines up to the second that is about to be added.</summary>
    /// <param name="charts">The charts of the page.</param>
    /// <param name="second">Host second of the cursor, Unix.</param>
    /// <param name="from">First second that is still shown.</param>
    private protected virtual Task FollowAsync(ChartStack charts, long second, long from) => Task.CompletedTask;

    /// <summary>The charts are on the page.</summary>
    private protected Task ReadyAsync()
    {
        _ready = true;
        return LoadAsync();
    }

    /// <summary>Loads the charts when subject or range are others than those that are drawn.</summary>
    private protected void LoadChanged()
    {
        if (_ready && _loaded != (Subject, Range))
        {
            _ = LoadAsync();
        }
    }

    /// <summary>Cancels the read that is in progress.</summary>
    private protected void Cancel() => _loading?.Cancel();

    /// <summary>Holds the cursor, or lets it go.</summary>
    private protected void Pin(long? second) => Go(Range, second);

    /// <summary>Shows a part of the range.</summary>
    private protected void Zoom((long From, long To) chosen) => Go(new TimeRange(chosen.To - chosen.From, chosen.From), PinnedFromAddress);

    /// <summary>Shows twice the range.</summary>
    private protected void ZoomOut() => Go(Range.Doubled(Reader.Second), PinnedFromAddress);

    /// <summary>Shows what is before (-1) or after (1).</summary>
    private protected void Move(int direction) => Go(Range.Moved(direction, Reader.Second), PinnedFromAddress);

    /// <summary>Shows the newest seconds; with 0 what the page begins with.</summary>
    private protected void Choose(long seconds) => Go(seconds > 0 ? new TimeRange(seconds, null) : Reader.NewestRange, null);

    private void Go(TimeRange range, long? pinned)
    {
        var query = range.Query();
        query["at"] = pinned?.ToString(CultureInfo.InvariantCulture);
        Navigation.NavigateTo(Navigation.GetUriWithQueryParameters(query), replace: range == Range);
    }

    /// <param name="again">The same range, for what is missing in it.</param>
    private async Task LoadAsync(bool again = false)
    {
        if (!HasCharts || Charts is not { } charts)
        {
            return;
        }

        _loading?.Cancel();
        using var cancel = new CancellationTokenSource();
        _loading = cancel;
        _loaded = (Subject, Range);
        _follower.Read(Reader.Second);
        IsAgain = again && IsDrawn;
        Fault = null;
        StateHasChanged();
        var range = Range;
        var (from, to) = range.At(Reader.Second);
        try
        {
            if (await ReadChartsAsync(from, to, cancel.Token) is { } data)
            {
                IsEmpty = data.IsEmpty;
                await charts.LoadAsync(data, IsAgain && range.IsLive);
                _follower.Drew(data, IsAgain);
                IsDrawn = true;
            }
        }
        catch (OperationCanceledException)
        {
            if (_loading == cancel && cancel.IsCancellationRequested)
            {
                Fault = "Reading was canceled. The charts may show another time range.";
            }
            else if (_loading == cancel)
            {
                _follower.Miss();
            }
        }
        catch (JSDisconnectedException)
        {
            // The browser's page is gone.
        }
        catch (HistoryException e)
        {
            Fault = e.Message;
            _follower.Miss();
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
}
