namespace HvIntegration.GuestAgent.Sampling;

/// <summary>Absolute deadlines, aligned to multiples of the interval on the monotonic clock.</summary>
/// <remarks>A late sample does not move the ones after it; a deadline that passed altogether is counted, not made up for.</remarks>
internal sealed class Pacer
{
    private long _intervalNs;

    /// <summary>Begins with the first multiple of the interval after now.</summary>
    public Pacer(long nowNs, long intervalNs) => Restart(nowNs, intervalNs);

    /// <summary>When the next sample is due, monotonic nanoseconds.</summary>
    public long NextNs { get; private set; }

    /// <summary>Takes another interval from now on; does nothing when it is the same.</summary>
    public void ChangeInterval(long nowNs, long intervalNs)
    {
        if (intervalNs != _intervalNs)
        {
            Restart(nowNs, intervalNs);
        }
    }

    /// <summary>Moves on to the next deadline; called when the wait for this one is over.</summary>
    /// <param name="nowNs">At or after <see cref="NextNs"/>.</param>
    /// <param name="missed">Deadlines that passed without a sample, this one aside.</param>
    /// <returns>True when this sample is more than half an interval late.</returns>
    public bool Advance(long nowNs, out long missed)
    {
        long lateNs = Math.Max(0, nowNs - NextNs);
        missed = lateNs / _intervalNs;
        NextNs += (missed + 1) * _intervalNs;
        return lateNs > _intervalNs / 2;
    }

    private void Restart(long nowNs, long intervalNs)
    {
        _intervalNs = intervalNs;
        NextNs = ((nowNs / intervalNs) + 1) * intervalNs;
    }
}
