using HvIntegration.History;

namespace HvIntegration.Dashboard.Charts;

/// <summary>Series of one range on one time axis, as the browser draws them.</summary>
/// <param name="From">First second of the range, Unix.</param>
/// <param name="To">Second after the last.</param>
/// <param name="Span">Seconds of one point.</param>
/// <param name="Times">Starts of the points.</param>
/// <param name="Values">For each series a value per time; null where nothing was measured.</param>
/// <param name="Bands">Stretches with a verdict.</param>
public sealed record ChartData(
    long From, long To, int Span, IReadOnlyList<long> Times, IReadOnlyDictionary<string, double?[]> Values, IReadOnlyList<ChartBand> Bands)
{
    private const int Digits = 5;

    /// <summary>Nothing is kept of the range.</summary>
    public bool IsEmpty => Times.Count == 0;

    /// <summary>Puts series on one axis.</summary>
    internal static ChartData Of(
        IReadOnlyList<(string Id, IReadOnlyList<HistoryPoint> Points)> series, long from, long to, IReadOnlyList<ChartBand> bands)
    {
        int span = series.SelectMany(s => s.Points.Take(1)).Select(p => p.Span).DefaultIfEmpty(1).Max();
        long[] times = [.. series.SelectMany(s => s.Points).Select(p => p.Second).Distinct().Order()];
        var at = new Dictionary<long, int>(times.Length);
        for (int i = 0; i < times.Length; i++)
        {
            at[times[i]] = i;
        }

        var values = new Dictionary<string, double?[]>(StringComparer.Ordinal);
        foreach (var (id, points) in series)
        {
            var line = new double?[times.Length];
            foreach (var point in points)
            {
                line[at[point.Second]] = double.IsFinite(point.Value) ? Rounded(point.Value) : null;
            }

            values[id] = line;
        }

        return new ChartData(from, to, span, times, values, bands);
    }

    /// <summary>As many digits as a chart can show.</summary>
    public static double? Rounded(double? value)
    {
        if (value is not { } v || v == 0)
        {
            return value;
        }

        int magnitude = (int)Math.Floor(Math.Log10(Math.Abs(v)));
        int decimals = Digits - 1 - magnitude;
        return decimals is >= 0 and <= 15 ? Math.Round(v, decimals) : v;
    }
}

/// <summary>A stretch with a verdict.</summary>
/// <param name="From">First second of the range, Unix.</param>
/// <param name="To">Last second of the range, Unix.</param>
/// <param name="Css">Class of its kind.</param>
/// <param name="Sign">Sign of its kind.</param>
/// <param name="Title">In a few words.</param>
public sealed record ChartBand(long From, long To, string Css, string Sign, string Title);

/// <summary>Values of one second.</summary>
public sealed record ChartPoint(long Second, IReadOnlyDictionary<string, double?> Values);
