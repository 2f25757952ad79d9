using Microsoft.AspNetCore.Components.Server.Circuits;

namespace HvIntegration.Dashboard.Live;

/// <summary>The line between one browser page and the broker: whether it stands, and when it was lost.</summary>
/// <remarks>A call to the page's script that is on its way when the line is lost never ends by itself: who makes one takes <see cref="Lost"/>.</remarks>
internal sealed class PageLine : CircuitHandler, IDisposable
{
    private CancellationTokenSource _lost;
    private TaskCompletionSource _up = Done();

    public PageLine()
    {
        _lost = new CancellationTokenSource();
        Lost = _lost.Token;
    }

    /// <summary>Cancelled when the line that stands now is lost; another token for each line.</summary>
    public CancellationToken Lost { get; private set; }

    /// <summary>Waits until the line stands.</summary>
    public Task UpAsync(CancellationToken cancellation) => _up.Task.WaitAsync(cancellation);

    /// <inheritdoc/>
    public override async Task OnConnectionDownAsync(Circuit circuit, CancellationToken cancellationToken)
    {
        if (_up.Task.IsCompleted)
        {
            _up = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
            await _lost.CancelAsync();
        }
    }

    /// <inheritdoc/>
    public override Task OnConnectionUpAsync(Circuit circuit, CancellationToken cancellationToken)
    {
        if (_lost.IsCancellationRequested)
        {
            _lost.Dispose();
            _lost = new CancellationTokenSource();
            Lost = _lost.Token;
            _up.TrySetResult();
        }

        return Task.CompletedTask;
    }

    /// <inheritdoc/>
    public void Dispose() => _lost.Dispose();

    private static TaskCompletionSource Done()
    {
        var done = new TaskCompletionSource();
        done.SetResult();
        return done;
    }
}
