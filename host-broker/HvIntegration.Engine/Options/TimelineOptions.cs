namespace HvIntegration.Engine.Options;

/// <summary>How samples become seconds.</summary>
public sealed class TimelineOptions
{
    /// <summary>Seconds of both sides kept in memory per partition.</summary>
    /// <value>Seconds, 120 to 7,200. Default 900.</value>
    public int KeptSeconds { get; set; } = 900;

    /// <summary>A second waits this long for the side that is late before it is judged without it.</summary>
    /// <value>Seconds, 1 to 60. Default 3.</value>
    public int GraceSeconds { get; set; } = 3;

    /// <summary>Two reads of a counter further apart than this are not joined: what happened between them is not known.</summary>
    /// <value>Seconds, 2 to 60. Default 5. A series that is always read more slowly sets its own pace.</value>
    public int GapSeconds { get; set; } = 5;

    /// <summary>How long the last value of a gauge stands when no new one comes.</summary>
    /// <value>Seconds, 1 to 300. Default 15.</value>
    public int HoldSeconds { get; set; } = 15;

    /// <summary>Uncertainty of the time stamp of a host read.</summary>
    /// <value>Milliseconds, 0 to 1,000. Default 2.</value>
    public double HostReadErrorMs { get; set; } = 2;

    /// <summary>Series kept per partition and side; more are refused and counted.</summary>
    /// <value>64 to 100,000. Default 4,096.</value>
    public int SeriesMax { get; set; } = 4_096;

    /// <summary>Series of all guests together from which on each guest may have its equal share only, and at least 512; what is more is refused and counted.</summary>
    /// <value>4,096 to 10,000,000. Default 200,000.</value>
    public int GuestSeriesTotalMax { get; set; } = 200_000;

    /// <summary>Guest batches held per partition while its clock is not yet known; the oldest are dropped and counted.</summary>
    /// <value>1 to 1,024. Default 64.</value>
    public int HeldBatchesMax { get; set; } = 64;

    /// <summary>Partitions kept; more are refused and counted.</summary>
    /// <value>1 to 4,096. Default 1,024.</value>
    public int PartitionsMax { get; set; } = 1_024;

    internal void Validate(List<string> faults)
    {
        OptionCheck.Range(faults, "Timeline:KeptSeconds", KeptSeconds, 120, 7_200);
        OptionCheck.Range(faults, "Timeline:GraceSeconds", GraceSeconds, 1, 60);
        OptionCheck.Range(faults, "Timeline:GapSeconds", GapSeconds, 2, 60);
        OptionCheck.Range(faults, "Timeline:HoldSeconds", HoldSeconds, 1, 300);
        OptionCheck.Range(faults, "Timeline:HostReadErrorMs", HostReadErrorMs, 0, 1_000);
        OptionCheck.Range(faults, "Timeline:SeriesMax", SeriesMax, 64, 100_000);
        OptionCheck.Range(faults, "Timeline:GuestSeriesTotalMax", GuestSeriesTotalMax, 4_096, 10_000_000);
        OptionCheck.Range(faults, "Timeline:HeldBatchesMax", HeldBatchesMax, 1, 1_024);
        OptionCheck.Range(faults, "Timeline:PartitionsMax", PartitionsMax, 1, 4_096);
    }
}
