using HvIntegration.Protocol.Codec;
using HvIntegration.Protocol.Metrics;

namespace HvIntegration.Ingest.Streams;

/// <summary>What a guest's numbers can be at most: checked once, where they enter.</summary>
/// <remarks>The limits are far above every machine of today. They keep numbers that mean nothing out of sums, rates and rankings.</remarks>
internal static class GuestLimits
{
    /// <summary>Greatest value of any sample: 2^60, an exbibyte.</summary>
    public const double ValueMax = 1L << 60;

    /// <summary>A counter that leaped is taken again after this long, nanoseconds: by then the engine joins it with nothing before.</summary>
    public const long LeapRestNs = 10_000_000_000;

    // The largest VM has 2,048 processors; a reading may be late by some of its interval.
    private const double SecondsPerSecond = 4096;
    private const double BytesPerSecond = 1e13;
    private const double EventsPerSecond = 1e11;
    private const double SlackSeconds = 1;

    // 2^53 microseconds are 285 years; the columns are summed and scaled as whole numbers and as doubles.
    private const long ProcessTimeMaxUs = 1L << 53;
    private const long ProcessBytesMax = 1L << 60;
    private const long ProcessCountMax = 1L << 40;
    private const long ProcessThreadsMax = 1L << 22;

    /// <summary>Most that a counter of this unit can grow in a time.</summary>
    /// <param name="unit">UCUM unit of the metric.</param>
    /// <param name="ns">Time between two reads, nanoseconds; negative counts as none.</param>
    public static double GrowthMax(string unit, long ns)
    {
        double seconds = (Math.Max(0, ns) * 1e-9) + SlackSeconds;
        return seconds * unit switch
        {
            "s" => SecondsPerSecond,
            "By" => BytesPerSecond,
            _ => EventsPerSecond,
        };
    }

    /// <summary>True for a value that a metric can have.</summary>
    public static bool CanBe(MetricDefinition metric, double value) =>
        double.IsFinite(value) && value <= ValueMax && value >= (metric.Form == MetricForm.Counter ? 0 : -ValueMax);

    /// <summary>True for a process row that a process can have.</summary>
    public static bool CanBe(in ProcessValues values) =>
        Within(values.CpuUserUs, ProcessTimeMaxUs) && Within(values.CpuSystemUs, ProcessTimeMaxUs) && Within(values.RunWaitUs, ProcessTimeMaxUs)
        && Within(values.ResidentBytes, ProcessBytesMax) && Within(values.PrivateBytes, ProcessBytesMax)
        && Within(values.ReadBytes, ProcessBytesMax) && Within(values.WriteBytes, ProcessBytesMax)
        && Within(values.MajorFaults, ProcessCountMax) && Within(values.Threads, ProcessThreadsMax) && Within(values.Handles, ProcessCountMax);

    // Some systems give -1 or less for what a process does not tell.
    private static bool Within(long value, long max) => value >= -max && value <= max;
}
