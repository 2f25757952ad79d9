namespace HvIntegration.Engine.Clock;

/// <summary>A stretch in which one straight line relates a guest's monotonic clock to host time.</summary>
internal sealed class ClockEpoch(long baseOffsetNs, long validFromGuestNs, string cause)
{
    /// <summary>Guest minus host of the first exchange, as a whole number: 64-bit floats cannot hold Unix nanoseconds.</summary>
    public long BaseOffsetNs { get; } = baseOffsetNs;

    /// <summary>Earliest guest time that surely belongs to this epoch.</summary>
    public long ValidFromGuestNs { get; } = validFromGuestNs;

    /// <summary>Guest time of the newest exchange that fitted.</summary>
    public long LastGuestNs { get; set; } = validFromGuestNs;

    /// <summary>"boot", "pause" or "step".</summary>
    public string Cause { get; } = cause;

    /// <summary>Number of exchanges that the line rests on.</summary>
    public int Exchanges { get; set; }

    /// <summary>The line through the exchanges: offset, drift and error.</summary>
    public ClockFit Fit { get; set; }

    /// <summary>Offset of the guest's clock at a host time, less <see cref="BaseOffsetNs"/>.</summary>
    public double OffsetAt(long hostNs) => Fit.OffsetNs + (Fit.Slope * (hostNs - Fit.ReferenceNs));

    /// <summary>Bound of the error at a host time.</summary>
    public double ErrorAt(long hostNs) => Fit.HalfDelayNs + (Fit.SlopeError * Math.Abs((double)(hostNs - Fit.ReferenceNs)));

    /// <summary>Host time at a guest time.</summary>
    public Int128 HostAt(long guestNs)
    {
        // guest = host + base + offset + slope * (host - reference), solved for host.
        var ahead = (double)((Int128)guestNs - BaseOffsetNs - Fit.ReferenceNs);
        return Fit.ReferenceNs + (Int128)((ahead - Fit.OffsetNs) / (1 + Fit.Slope));
    }
}
