using HvIntegration.HostBroker.Hosting;
using Microsoft.AspNetCore.Components;

namespace HvIntegration.HostBroker.Dashboard;

/// <summary>A page that follows the seconds as they are closed, until it is left. A page that is slow misses seconds and holds nobody up.</summary>
public abstract class LivePage : ComponentBase, IDisposable
{
    private static readonly TimeSpan WaitMax = TimeSpan.FromSeconds(5);

    private readonly CancellationTokenSource _left = new();

    [Inject]
    private BrokerState State { get; set; } = default!;

    /// <summary>Cancelled when the page is left.</summary>
    protected CancellationToken Left => _left.Token;

    /// <summary>Least seconds between two updates.</summary>
    protected virtual int EverySeconds => 1;

    /// <inheritdoc/>
    public void Dispose()
    {
        Dispose(true);
        GC.SuppressFinalize(this);
    }

    /// <summary>Ends the updates.</summary>
    protected virtual void Dispose(bool disposing)
    {
        if (disposing)
        {
            _left.Cancel();
            _left.Dispose();
        }
    }

    /// <summary>Reads the new second and shows it.</summary>
    protected abstract Task TickAsync();

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
        var known = State.View;
        long shown = known.Second;
        try
        {
            while (!left.IsCancellationRequested)
            {
                var next = await State.AfterAsync(known, WaitMax, left);
                bool changed = !ReferenceEquals(next, known);
                known = next;
                if (changed && (known.Second == 0 || known.Second - shown >= EverySeconds))
                {
                    shown = known.Second;
                    await InvokeAsync(() => left.IsCancellationRequested ? Task.CompletedTask : TickAsync());
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
}
