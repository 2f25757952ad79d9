namespace HvIntegration.ConcurrencyTests.Exploring;

/// <summary>One logical thread: what its tasks go on with waits here until the explorer lets it run.</summary>
internal sealed class Actor(Explorer explorer, string name) : SynchronizationContext
{
    private readonly Queue<(SendOrPostCallback Callback, object? State)> _due = new();

    public string Name => name;

    /// <summary>Used by schedules with priorities.</summary>
    public double Priority { get; set; }

    public override void Post(SendOrPostCallback d, object? state)
    {
        _due.Enqueue((d, state));
        if (_due.Count == 1)
        {
            explorer.Ready(this);
        }
    }

    public override void Send(SendOrPostCallback d, object? state) => throw new NotSupportedException("Nothing here may block.");

    public override SynchronizationContext CreateCopy() => this;

    /// <summary>Begins a task on this actor.</summary>
    public Task Run(Func<Task> body)
    {
        var done = new TaskCompletionSource();
        Post(async void (_) =>
        {
            try
            {
                await body();
                done.SetResult();
            }
            catch (OperationCanceledException)
            {
                done.SetCanceled();
            }
            catch (Exception e)
            {
                done.SetException(e);
            }
        }, null);
        return done.Task;
    }

    /// <summary>Runs what waited longest.</summary>
    /// <returns>True when more waits.</returns>
    public bool RunOne()
    {
        var (callback, state) = _due.Dequeue();
        bool more = _due.Count > 0;
        if (more)
        {
            explorer.Ready(this);
        }

        Under(() => callback(state));
        return more;
    }

    /// <summary>Runs an action as this actor.</summary>
    public void Under(Action action)
    {
        var before = Current;
        SetSynchronizationContext(this);
        try
        {
            action();
        }
        finally
        {
            SetSynchronizationContext(before);
        }
    }
}
