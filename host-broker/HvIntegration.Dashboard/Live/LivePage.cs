using HvIntegration.Broker.Live;
using Microsoft.AspNetCore.Components;
using Microsoft.JSInterop;

namespace HvIntegration.Dashboard.Live;

/// <summary>A page that follows the seconds as they are closed, until it is left. A page that is slow misses seconds and holds nobody up; one that lost its line goes on when it is back.</summary>
public abstract class LivePage : ComponentBase, IDisposable
{
    private static readonly TimeSpan WaitMax = TimeSpan.FromSeconds(5);
    private static readonly TimeSpan RetryAfter = TimeSpan.FromMilliseconds(500);

    private readonly CancellationTokenSource _left = new();

    [Inject]
    private BrokerState State { get; set; } = default!;

    [Inject]
    private Freshness Freshness { get; set; } = default!;

    [Inject]
    private PageAge Age { get; set; } = default!;

    [Inject]
    private PageLine Line { get; set; } = default!;

    /// <summary>Cancelled when the page is left.</summary>
    protected CancellationToken Left => _left.Token;

    /// <summary>Least seconds between two updates.</summary>
    protected virtual int EverySeconds => 1;

    /// <summary>All parts of the page show the second of the last update, its charts too; false while some of them wait.</summary>
    protected virtual bool ShowsNewest => true;

    /// <inheritdoc/>
    public void Dispose()
    {
        Dispose(true);
        GC.SuppressFinalize(this);
    }

    /// <summary>Stops the updates of the page.</summary>
    protected virtual void Dispose(bool disposing)
    {
        if (disposing)
        {
            _left.Cancel();
            _left.Dispose();
            Age.Note(null);
        }
    }

    /// <summary>Reads the new second and shows it.</summary>
    protected abstract Task TickAsync();

    /// <summary>The line was lost and is back: what was on its way to the page's script did not arrive. Called before the next update.</summary>
    protected virtual void LineWasLost()
    {
    }

    /// <inheritdoc/>
    protected override void OnAfterRender(bool firstRender)
    {
        if (firstRender)
        {
            _ = FollowAsync(_left.Token);
        }
    }

    private async Task FollowAsync(CancellationToken left)
    {
        try
        {
            var known = State.View;
            long shown = known.Second;
            bool due = true;
            while (!left.IsCancellationRequested)
            {
                using var either = CancellationTokenSource.CreateLinkedTokenSource(left, Line.Lost);
                try
                {
                    if (due)
                    {
                        shown = known.Second;
                        await InvokeAsync(() => ShowAsync(known, left));
                    }

                    // What waits for its charts is shown whole as soon as they are there, also when no newer second comes.
                    bool whole = ShowsNewest;
                    var next = await State.AfterAsync(known, whole ? WaitMax : RetryAfter, either.Token);
                    either.Token.ThrowIfCancellationRequested();
                    due = !whole || (!ReferenceEquals(next, known) && (next.Second == 0 || next.Second - shown >= EverySeconds));
                    known = next;
                }
                catch (Exception e) when (e is (OperationCanceledException or JSDisconnectedException) && !left.IsCancellationRequested)
                {
                    // The page was not left: its line was lost, or its script does not answer.
                    await Line.UpAsync(left);
                    LineWasLost();
                    due = true;
                    known = await State.AfterAsync(State.View, RetryAfter, left);
                }
            }
        }
        catch (OperationCanceledException)
        {
            // The page was left.
        }
        catch (Exception e)
        {
            await DispatchExceptionAsync(e);
        }
    }

    private async Task ShowAsync(BrokerView view, CancellationToken left)
    {
        if (left.IsCancellationRequested)
        {
            return;
        }

        await TickAsync();
        if (ShowsNewest && !left.IsCancellationRequested)
        {
            Age.Note(Freshness.Of(view, EverySeconds));
        }
    }
}
