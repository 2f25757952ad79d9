namespace HvIntegration.Engine.Clock;

/// <summary>A line through exchanges: offset = <paramref name="OffsetNs"/> + <paramref name="Slope"/> × (host − <paramref name="ReferenceNs"/>).</summary>
/// <param name="ReferenceNs">Host time in the middle of the points used.</param>
/// <param name="OffsetNs">Offset at the reference, less the epoch's base.</param>
/// <param name="Slope">Guest clock rate minus host clock rate; 1e-6 is one part per million.</param>
/// <param name="SlopeError">Half width of the slope's error.</param>
/// <param name="HalfDelayNs">Half of the greatest round trip among the points used: bounds the offset's error.</param>
internal readonly record struct ClockFit(long ReferenceNs, double OffsetNs, double Slope, double SlopeError, double HalfDelayNs)
{
    private const double SpanNsMin = 15e9;

    /// <summary>Fits robustly: of the points only those with little delay, slope by Theil–Sen, offset by the median residue.</summary>
    /// <param name="points">At least one; cost grows with the square of their number.</param>
    /// <param name="slopeMax">Rate difference believed possible while the points say nothing better.</param>
    /// <remarks>
    /// Source: NTP's clock filter for the choice by delay; Sen 1968 for the slope. An exchange with little delay bounds the
    /// offset by half its delay, whatever the asymmetry of the path, so late exchanges only add noise.
    /// </remarks>
    public static ClockFit Through(IReadOnlyList<ClockPoint> points, double slopeMax)
    {
        var least = double.MaxValue;
        foreach (var point in points)
        {
            least = Math.Min(least, point.HalfDelayNs);
        }

        var limit = Math.Max(2 * least, least + 25_000);
        var used = new List<ClockPoint>(points.Count);
        foreach (var point in points)
        {
            if (point.HalfDelayNs <= limit)
            {
                used.Add(point);
            }
        }

        if (used.Count < 3 && points.Count >= 3)
        {
            used = [.. points.OrderBy(p => p.HalfDelayNs).Take(3).OrderBy(p => p.HostNs)];
        }

        var first = used[0].HostNs;
        var worst = used.Max(p => p.HalfDelayNs);
        var span = (double)(used[^1].HostNs - first);
        var reference = first + (long)(span / 2);
        var slope = 0.0;
        var slopeError = slopeMax;
        if (used.Count >= 3 && span >= SpanNsMin && 2 * worst / span < slopeMax)
        {
            slope = Slopes(used);
            slopeError = 2 * worst / span;
        }

        var residues = new double[used.Count];
        for (var i = 0; i < residues.Length; i++)
        {
            residues[i] = used[i].OffsetNs - (slope * (used[i].HostNs - reference));
        }

        return new ClockFit(reference, Median(residues), slope, slopeError, worst);
    }

    private static double Slopes(List<ClockPoint> points)
    {
        var slopes = new List<double>(points.Count * (points.Count - 1) / 2);
        for (var i = 0; i < points.Count; i++)
        {
            for (var j = i + 1; j < points.Count; j++)
            {
                var apart = points[j].HostNs - points[i].HostNs;
                if (apart > 0)
                {
                    slopes.Add((points[j].OffsetNs - points[i].OffsetNs) / apart);
                }
            }
        }

        return slopes.Count == 0 ? 0 : Median([.. slopes]);
    }

    private static double Median(double[] values)
    {
        Array.Sort(values);
        var middle = values.Length / 2;
        return values.Length % 2 == 1 ? values[middle] : (values[middle - 1] + values[middle]) / 2;
    }
}
