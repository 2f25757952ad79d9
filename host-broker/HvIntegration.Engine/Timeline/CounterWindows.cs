using HvIntegration.Engine.Model;

namespace HvIntegration.Engine.Timeline;

/// <summary>Turns raw reads into host seconds, the same way the live engine does: for history that recomputes windows.</summary>
public static class CounterWindows
{
    private const long Second = 1_000_000_000L;

    /// <summary>Re-windows one series.</summary>
    /// <param name="reads">Start and end of each read in host time (equal for an instant), and the value; rising end time.</param>
    /// <param name="form">Cumulative counter, gauge, or mean rate over start to end.</param>
    /// <param name="fromSecond">First host second wanted.</param>
    /// <param name="toSecond">Last host second wanted, at most 86,400 after the first.</param>
    /// <param name="gapSeconds">Reads of a counter further apart than this are not joined.</param>
    /// <param name="holdSeconds">How long a gauge's level stands.</param>
    /// <returns>One value per second, NaN where the reads do not cover it: a counter's rate per second, a gauge's level.</returns>
    /// <exception cref="ArgumentOutOfRangeException">The range is empty or longer than a day.</exception>
    /// <remarks>Pure. Values that are not finite are skipped.</remarks>
    public static double[] PerSecond(
        IReadOnlyList<(long StartNs, long EndNs, double Value)> reads, SampleForm form, long fromSecond, long toSecond,
        int gapSeconds = 5, int holdSeconds = 15)
    {
        ArgumentNullException.ThrowIfNull(reads);
        ArgumentOutOfRangeException.ThrowIfLessThan(toSecond, fromSecond);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(toSecond - fromSecond, 86_400);
        var values = new double[toSecond - fromSecond + 1];
        var track = new SecondTrack(values.Length + 2, greatest: false);
        foreach (var (startNs, endNs, value) in reads)
        {
            // Reads past the range would push its seconds out of the ring; the first one still closes the last second.
            var past = startNs / Second > toSecond + 1;
            if (!double.IsFinite(value) || past)
            {
                continue;
            }

            switch (form)
            {
                case SampleForm.Cumulative:
                    track.AddCumulative(endNs, value, gapSeconds * Second);
                    break;
                case SampleForm.IntervalRate:
                    track.AddIntervalRate(startNs, endNs, value);
                    break;
                default:
                    track.AddGauge(startNs + ((endNs - startNs) / 2), value, holdSeconds * Second);
                    break;
            }
        }

        for (var i = 0; i < values.Length; i++)
        {
            values[i] = form == SampleForm.Gauge ? track.LevelAt(fromSecond + i, holdSeconds * Second) : track.At(fromSecond + i);
        }

        return values;
    }

    /// <summary>Error of a counter's rate over one host second: the rate times the uncertainty of both edges.</summary>
    /// <param name="perSecond">Rate per second.</param>
    /// <param name="edgeErrorNs">Uncertainty of one edge: clock error plus half the duration of the read.</param>
    /// <remarks>Source: diagnosis reference, section 7, item 6.</remarks>
    public static double EdgeError(double perSecond, double edgeErrorNs) => Math.Abs(perSecond) * 2 * edgeErrorNs / Second;
}
