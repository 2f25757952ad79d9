namespace HvIntegration.TestKit.Wire;

/// <summary>One batch of a <see cref="SteadyAgent"/>.</summary>
/// <param name="sequence">Its sequence.</param>
/// <param name="madeNs">When it was made, monotonic nanoseconds of this process.</param>
public sealed class SteadyBatch(ulong sequence, long madeNs)
{
    private long _acknowledgedNs;

    /// <summary>Its sequence.</summary>
    public ulong Sequence => sequence;

    /// <summary>When it was made, monotonic nanoseconds of this process; also its time on the wire.</summary>
    public long MadeNs => madeNs;

    /// <summary>When its Ack was read; 0 while there was none.</summary>
    public long AcknowledgedNs
    {
        get => Interlocked.Read(ref _acknowledgedNs);
        set => Interlocked.Exchange(ref _acknowledgedNs, value);
    }

    /// <summary>From when it was made to its Ack, milliseconds; null while there is none.</summary>
    public double? AckMs => AcknowledgedNs == 0 ? null : (AcknowledgedNs - madeNs) / 1e6;
}
