using Grpc.Core;

namespace HvIntegration.ConcurrencyTests.Scene;

/// <summary>One direction of a stream; reading waits, writing waits while it is full.</summary>
internal sealed class Pipe<T>(int capacity) : IAsyncStreamReader<T>, IServerStreamWriter<T>
{
    private readonly Queue<T> _queued = new();
    private TaskCompletionSource _changed = new();
    private bool _closed;

    public T Current { get; private set; } = default!;

    public WriteOptions? WriteOptions { get; set; }

    public async Task<bool> MoveNext(CancellationToken cancellationToken)
    {
        await Task.Yield();
        while (_queued.Count == 0)
        {
            if (_closed)
            {
                return false;
            }

            await _changed.Task.WaitAsync(cancellationToken);
        }

        cancellationToken.ThrowIfCancellationRequested();
        Current = _queued.Dequeue();
        Changed();
        return true;
    }

    public Task WriteAsync(T message) => WriteAsync(message, CancellationToken.None);

    public async Task WriteAsync(T message, CancellationToken cancellationToken)
    {
        await Task.Yield();
        while (_queued.Count >= capacity && !_closed)
        {
            await _changed.Task.WaitAsync(cancellationToken);
        }

        cancellationToken.ThrowIfCancellationRequested();
        if (_closed)
        {
            throw new IOException("the other end is gone");
        }

        _queued.Enqueue(message);
        Changed();
    }

    /// <summary>No more comes; what is queued can be read still.</summary>
    public void Close()
    {
        _closed = true;
        Changed();
    }

    private void Changed()
    {
        var changed = _changed;
        _changed = new TaskCompletionSource();
        changed.SetResult();
    }
}
