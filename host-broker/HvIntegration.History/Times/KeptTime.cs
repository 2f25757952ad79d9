namespace HvIntegration.History.Times;

/// <summary>The stretch of host time in which a row that is committed now can truly lie.</summary>
/// <param name="nowNs">Time of the commit.</param>
/// <param name="secondHours">How long raw counters are kept, hours.</param>
/// <remarks>A time outside is a guest's word and nothing else: it names no minute to make, no file to look into and no end of what is kept.</remarks>
internal readonly struct KeptTime(long nowNs, int secondHours)
{
    /// <summary>How far a clock may be ahead of the host's, nanoseconds.</summary>
    public const long AheadNs = 60_000_000_000;

    private const long HourNs = 3_600_000_000_000;

    /// <summary>Earliest time that is stored, nanoseconds.</summary>
    public long FirstNs { get; } = SaturatingTime.Difference(nowNs, BackNs(secondHours));

    /// <summary>Latest time that is stored, nanoseconds.</summary>
    public long LastNs { get; } = SaturatingTime.Sum(nowNs, AheadNs);

    /// <summary>How far before its commit a row may lie, nanoseconds: what is kept, and the hour that its file is older.</summary>
    public static long BackNs(int secondHours) => (secondHours + 1) * HourNs;

    /// <summary>True when a row can lie there.</summary>
    public bool Holds(long ns) => ns >= FirstNs && ns <= LastNs;
}
