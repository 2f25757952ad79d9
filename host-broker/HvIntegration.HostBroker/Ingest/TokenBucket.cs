namespace HvIntegration.HostBroker.Ingest;

/// <summary>Bounds a rate by telling how long to wait. Not thread-safe: one stream, one reader.</summary>
/// <param name="time">Monotonic time.</param>
/// <param name="perSecond">Sustained rate.</param>
/// <param name="burst">Units that may be taken at once.</param>
internal sealed class TokenBucket(TimeProvider time, double perSecond, double burst)
{
    private readonly double _burst = burst;
    private double _tokens = burst;
    private long _last = time.GetTimestamp();

    /// <summary>Takes units; the bucket may go into debt.</summary>
    /// <returns>How long the caller must wait to stay within the rate; zero when within it.</returns>
    public TimeSpan Take(double units = 1)
    {
        long now = time.GetTimestamp();
        _tokens = Math.Min(_burst, _tokens + (time.GetElapsedTime(_last, now).TotalSeconds * perSecond)) - units;
        _last = now;
        return _tokens >= 0 ? TimeSpan.Zero : TimeSpan.FromSeconds(-_tokens / perSecond);
    }
}
