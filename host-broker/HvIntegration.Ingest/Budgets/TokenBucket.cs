namespace HvIntegration.Ingest.Budgets;

/// <summary>Bounds a rate. Thread-safe.</summary>
/// <param name="time">Provider of the monotonic time.</param>
/// <param name="perSecond">Sustained rate per second.</param>
/// <param name="burst">Units that may be taken at once.</param>
internal sealed class TokenBucket(TimeProvider time, double perSecond, double burst)
{
    private readonly Lock _gate = new();
    private double _tokens = burst;
    private double _wanted;
    private double _perSecond = perSecond;
    private double _burst = burst;
    private long _last = time.GetTimestamp();

    /// <summary>True while less than nothing is left: what was taken is not paid back yet.</summary>
    public bool IsInDebt
    {
        get
        {
            lock (_gate)
            {
                Refill();
                return _tokens < 0;
            }
        }
    }

    /// <summary>True after a <see cref="TryTake"/> that found too little, until there is enough for it.</summary>
    public bool IsShort
    {
        get
        {
            lock (_gate)
            {
                Refill();
                return _wanted > _tokens;
            }
        }
    }

    /// <summary>Takes units; the bucket may go into debt.</summary>
    /// <returns>How long the caller must wait to stay within the rate; zero when within it.</returns>
    public TimeSpan Take(double units = 1)
    {
        lock (_gate)
        {
            Refill();
            _tokens -= units;
            return _tokens >= 0 ? TimeSpan.Zero : TimeSpan.FromSeconds(-_tokens / _perSecond);
        }
    }

    /// <summary>Takes units if the bucket is not empty; it may go into debt by one take.</summary>
    /// <returns>False when nothing was taken.</returns>
    public bool TryTake(double units = 1)
    {
        lock (_gate)
        {
            Refill();
            if (_tokens < Math.Min(units, _burst))
            {
                _wanted = Math.Min(units, _burst);
                return false;
            }

            _wanted = 0;
            _tokens -= units;
            return true;
        }
    }

    /// <summary>Changes the rate; what is in the bucket stays, up to the new burst.</summary>
    public void SetRate(double perSecond, double burst)
    {
        lock (_gate)
        {
            Refill();
            _tokens = Math.Min(_tokens, burst);
            (_perSecond, _burst) = (perSecond, burst);
        }
    }

    private void Refill()
    {
        long now = time.GetTimestamp();
        _tokens = Math.Min(_burst, _tokens + (time.GetElapsedTime(_last, now).TotalSeconds * _perSecond));
        _last = now;
    }
}
