namespace HvIntegration.Api.Endpoints;

/// <summary>Counts the event streams that are open, so that there is a bound to them.</summary>
internal sealed class EventStreams(int max)
{
    private int _open;

    /// <summary>Number of event streams that are open now.</summary>
    public int Open => Volatile.Read(ref _open);

    /// <summary>Most at one time.</summary>
    public int Max => max;

    /// <summary>Takes a place; false when all are taken. Give it back with <see cref="Leave"/>.</summary>
    public bool TryEnter()
    {
        if (Interlocked.Increment(ref _open) <= max)
        {
            return true;
        }

        Leave();
        return false;
    }

    /// <summary>Gives a place back.</summary>
    public void Leave() => Interlocked.Decrement(ref _open);
}
