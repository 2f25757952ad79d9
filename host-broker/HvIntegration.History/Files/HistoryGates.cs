namespace HvIntegration.History.Files;

/// <summary>Who may use the files of history at one time: one writer, and a limited number of readers.</summary>
/// <remarks>Where both are taken, the writer's comes first, then the readers': the other order could block for ever.</remarks>
/// <param name="readersMax">Most readers at one time.</param>
internal sealed class HistoryGates(int readersMax) : IDisposable
{
    private readonly SemaphoreSlim _writer = new(1, 1);
    private readonly SemaphoreSlim _readers = new(readersMax, readersMax);

    /// <summary>Waits until no other writer is in; dispose the result to leave.</summary>
    /// <exception cref="OperationCanceledException">It was canceled while it waited.</exception>
    public async Task<IDisposable> WriteAsync(CancellationToken cancellation)
    {
        await _writer.WaitAsync(cancellation);
        return new Entry(_writer, 1);
    }

    /// <summary>Waits for a place among the readers; dispose the result to leave.</summary>
    /// <exception cref="OperationCanceledException">It was canceled while it waited.</exception>
    public async Task<IDisposable> ReadAsync(CancellationToken cancellation)
    {
        await _readers.WaitAsync(cancellation);
        return new Entry(_readers, 1);
    }

    /// <summary>Waits until no reader is in, and keeps all out until the result is disposed. Only the writer calls it.</summary>
    public async Task<IDisposable> ExcludeReadersAsync()
    {
        for (var i = 0; i < readersMax; i++)
        {
            await _readers.WaitAsync();
        }

        return new Entry(_readers, readersMax);
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        _writer.Dispose();
        _readers.Dispose();
    }

    private sealed class Entry(SemaphoreSlim gate, int places) : IDisposable
    {
        public void Dispose() => gate.Release(places);
    }
}
