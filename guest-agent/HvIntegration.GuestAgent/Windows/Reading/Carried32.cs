namespace HvIntegration.GuestAgent.Windows.Reading;

/// <summary>A 32-bit counter of the kernel carried on in 64 bits: page faults of a busy guest wrap within hours.</summary>
internal struct Carried32
{
    private uint _last;
    private long _total;
    private bool _started;

    /// <summary>Takes the newest value; the total since the counter's own start, as far as it was watched.</summary>
    public long Advance(uint now)
    {
        _total = _started ? _total + unchecked(now - _last) : now;
        _started = true;
        _last = now;
        return _total;
    }
}
