namespace HvIntegration.GuestAgent.Collection;

/// <summary>Tells a step of the wall clock from the uncertainty of reading two clocks one after the other.</summary>
/// <remarks>Slewing (adjtime, chrony) moves the monotonic clock alike and does not change the offset: only steps do.</remarks>
internal sealed class ClockStepDetector
{
    private const long StepMinNs = 1_000_000;

    private long _lastOffsetNs;
    private long _lastErrorNs;
    private bool _hasLast;

    /// <summary>Takes a reading; the step in nanoseconds (positive: the wall clock jumped ahead), 0 when there was none.</summary>
    /// <param name="offsetNs">Wall clock minus monotonic clock.</param>
    /// <param name="errorNs">Greatest error of the offset.</param>
    public long Observe(long offsetNs, long errorNs)
    {
        var moved = offsetNs - _lastOffsetNs;
        var isStep = _hasLast && Math.Abs(moved) > StepMinNs + errorNs + _lastErrorNs;
        _hasLast = true;
        _lastOffsetNs = offsetNs;
        _lastErrorNs = errorNs;
        return isStep ? moved : 0;
    }
}
