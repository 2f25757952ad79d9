using System.Collections.Concurrent;

namespace HvIntegration.CounterSources;

/// <summary>Puts a source whose read holds its thread onto a thread of its own, so that a call of the system that hangs holds up only this source.</summary>
/// <remarks>
/// A hanging call cannot be ended. Reads that are requested while one hangs wait for it as long as their caller does, and no second
/// call is made. What a read returns after its caller left is dropped: its time is not that of its values.
/// </remarks>
public sealed class OwnThreadSource : ICounterSource
{
    private static readonly TimeSpan EndMax = TimeSpan.FromSeconds(5);

    private readonly ICounterSource _inner;
    private readonly TimeProvider _time;
    private readonly BlockingCollection<Action> _work = new(1);
    private readonly Thread _thread;
    private Task _running = Task.CompletedTask;

    /// <summary>Starts the thread of the source.</summary>
    /// <param name="inner">The source; disposed with this one.</param>
    /// <param name="time">Clock by which a late read is moved to its own time.</param>
    public OwnThreadSource(ICounterSource inner, TimeProvider time)
    {
        _inner = inner;
        _time = time;
        _thread = new Thread(Run) { IsBackground = true, Name = "counter source " + inner.Name };
        _thread.Start();
    }

    /// <inheritdoc/>
    public string Name => _inner.Name;

    /// <inheritdoc/>
    public SourceOrigin Origin => _inner.Origin;

    /// <inheritdoc/>
    public string? Words => _inner.Words;

    /// <inheritdoc/>
    public async ValueTask<CounterReading> ReadAsync(long nowNs, CancellationToken cancellation)
    {
        long readNs = nowNs;
        if (!_running.IsCompleted)
        {
            // However that read ends: it was another caller's.
            long asked = _time.GetTimestamp();
            await _running.WaitAsync(cancellation).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            cancellation.ThrowIfCancellationRequested();
            readNs += (long)_time.GetElapsedTime(asked).TotalNanoseconds;
        }

        var result = new TaskCompletionSource<CounterReading>(TaskCreationOptions.RunContinuationsAsynchronously);
        _running = result.Task;
        _work.Add(() => Read(readNs, result, cancellation), CancellationToken.None);
        return await result.Task.WaitAsync(cancellation);
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        _work.CompleteAdding();

        // A thread that hangs in a call is left behind: it ends with the process.
        if (await Task.Run(() => _thread.Join(EndMax)))
        {
            _work.Dispose();
            await _inner.DisposeAsync();
        }
    }

    private void Run()
    {
        foreach (var work in _work.GetConsumingEnumerable())
        {
            work();
        }
    }

    private void Read(long nowNs, TaskCompletionSource<CounterReading> result, CancellationToken cancellation)
    {
        try
        {
            // The thread is this source's own: a read that is not done yet may hold it.
            result.SetResult(_inner.ReadAsync(nowNs, cancellation).AsTask().GetAwaiter().GetResult());
        }
        catch (OperationCanceledException e)
        {
            result.SetCanceled(e.CancellationToken);
        }
        catch (Exception e)
        {
            result.SetException(e);
        }
    }
}
