using HvIntegration.Engine.Options;
using HvIntegration.Model;

namespace HvIntegration.Engine.Timeline;

/// <summary>Turns raw reads into host seconds with the live engine's own series: for history that recomputes windows.</summary>
public static class CounterWindows
{
    private const long Second = 1_000_000_000L;

    /// <summary>Turns the reads of one series into a value per host second.</summary>
    /// <param name="reads">Start and end of each read in host time (equal for an instant), and the value; rising end time.</param>
    /// <param name="series">Which series: a setting is held longer than another level, of a maximum the greatest in a second counts.</param>
    /// <param name="form">Cumulative counter, gauge, or mean rate over start to end.</param>
    /// <param name="fromSecond">First host second wanted.</param>
    /// <param name="toSecond">Last host second wanted, at most 86,400 after the first.</param>
    /// <param name="options">How the live engine makes seconds.</param>
    /// <returns>One value per second, NaN where the reads do not cover it: a counter's rate per second, a gauge's level.</returns>
    /// <exception cref="ArgumentOutOfRangeException">The range is empty or longer than a day.</exception>
    /// <remarks>Pure. Values that are not finite are skipped.</remarks>
    public static double[] PerSecond(
        IReadOnlyList<(long StartNs, long EndNs, double Value)> reads, SeriesKey series, SampleForm form, long fromSecond, long toSecond, TimelineOptions options)
    {
        ArgumentNullException.ThrowIfNull(reads);
        ArgumentNullException.ThrowIfNull(options);
        ArgumentOutOfRangeException.ThrowIfLessThan(toSecond, fromSecond);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(toSecond - fromSecond, 86_400);
        var values = new double[toSecond - fromSecond + 1];
        var line = new TimelineSeries(series, values.Length + 2, options.HoldSeconds);
        foreach (var (startNs, endNs, value) in reads)
        {
            // Reads past the range would push its seconds out of the ring; the first one still closes the last second.
            var past = startNs / Second > toSecond + 1;
            if (double.IsFinite(value) && !past)
            {
                line.Add(form, startNs, endNs, value, options.GapSeconds * Second);
            }
        }

        for (var i = 0; i < values.Length; i++)
        {
            values[i] = line.At(fromSecond + i);
        }

        return values;
    }

    /// <summary>Seconds after which a read says nothing any more of a metric, nor joins with the next read: how far before a range its reads are wanted.</summary>
    public static int ReachSeconds(ushort metricId, TimelineOptions options)
    {
        ArgumentNullException.ThrowIfNull(options);
        return MetricPace.IsSetting(metricId) ? TimelineSeries.SettingHoldSeconds : Math.Max(options.GapSeconds, options.HoldSeconds);
    }

    /// <summary>Most seconds of <see cref="ReachSeconds"/>.</summary>
    public const int ReachSecondsMax = TimelineSeries.SettingHoldSeconds;

    /// <summary>Metrics that are settings: their level is held for long after it was read.</summary>
    public static IReadOnlyCollection<ushort> Settings => MetricPace.Settings;

    /// <summary>Error of a counter's rate over one host second: the rate times the uncertainty of both edges.</summary>
    /// <param name="perSecond">Rate per second.</param>
    /// <param name="edgeErrorNs">Uncertainty of one edge: clock error plus half the duration of the read.</param>
    /// <remarks>Source: diagnosis reference, section 7, item 6.</remarks>
    public static double EdgeError(double perSecond, double edgeErrorNs) => Math.Abs(perSecond) * 2 * edgeErrorNs / Second;
}
