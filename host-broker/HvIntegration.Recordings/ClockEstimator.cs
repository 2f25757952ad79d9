namespace HvIntegration.Recordings;

/// <summary>Finds the offset between two recordings of one VM from what both saw: work given and work done, operations and bytes.</summary>
/// <remarks>
/// The changes from sample to sample are correlated, not the levels: two loads that merely both last prove nothing. An offset is
/// only believed when it is far better than chance over all offsets tried, and clearly better than none.
/// </remarks>
internal static class ClockEstimator
{
    private const int CellsMax = 8_000;
    private const int OverlapMin = 30;
    private const double OverlapShareMin = 0.5;
    private const double ChanceMax = 1e-4;
    private const double CorrelationMin = 0.35;
    private const double LeadOverNone = 0.15;
    private const long SearchNsMax = 26L * 3600 * 1_000_000_000;
    private const long SynchronisedNs = 50_000_000;

    /// <summary>Estimates guest clock minus host clock.</summary>
    /// <param name="host">What the host saw of the VM.</param>
    /// <param name="guest">What the guest saw, by its own clock.</param>
    /// <param name="intervalNs">Usual time between rows of the slower side.</param>
    public static ClockEstimate Estimate(ActivityTrack host, ActivityTrack guest, long intervalNs)
    {
        var none = new ClockEstimate(0, Math.Max(SynchronisedNs, intervalNs / 2), double.NaN, false);
        if (host.ToNs <= host.FromNs || guest.ToNs <= guest.FromNs)
        {
            return none;
        }

        long cell = Math.Max(intervalNs, Math.Max(host.ToNs - host.FromNs, guest.ToNs - guest.FromNs) / CellsMax);
        int hostCells = (int)((host.ToNs - host.FromNs) / cell);
        int guestCells = (int)((guest.ToNs - guest.FromNs) / cell);
        if (Math.Min(hostCells, guestCells) < OverlapMin)
        {
            return none;
        }

        var pairs = new List<(double[] Host, double[] Guest)>();
        for (int kind = 0; kind < ActivityTrack.Kinds; kind++)
        {
            var h = Changes(host.Grid(kind, host.FromNs, cell, hostCells));
            var g = Changes(guest.Grid(kind, guest.FromNs, cell, guestCells));
            if (h is not null && g is not null)
            {
                pairs.Add((h, g));
            }
        }

        if (pairs.Count == 0)
        {
            return none;
        }

        return Search(pairs, host.FromNs, guest.FromNs, cell, hostCells, guestCells, none);
    }

    private static ClockEstimate Search(
        List<(double[] Host, double[] Guest)> pairs, long hostFrom, long guestFrom, long cell, int hostCells, int guestCells, ClockEstimate none)
    {
        // At shift s, guest cell i stands beside host cell i + s.
        int overlapMin = Math.Max(OverlapMin, (int)(OverlapShareMin * Math.Min(hostCells, guestCells)));
        long basis = guestFrom - hostFrom;
        int unshifted = (int)Math.Clamp(Math.Round((double)basis / cell), int.MinValue / 2, int.MaxValue / 2);
        double best = double.NegativeInfinity;
        int bestShift = 0;
        int bestCount = 0;
        int tried = 0;
        for (int shift = overlapMin - guestCells; shift <= hostCells - overlapMin; shift++)
        {
            if (Math.Abs(basis - (shift * cell)) > SearchNsMax)
            {
                continue;
            }

            tried++;
            var (score, count) = Score(pairs, shift);
            if (score > best)
            {
                (best, bestShift, bestCount) = (score, shift, count);
            }
        }

        var (atNone, noneCount) = Score(pairs, unshifted);
        bool overlaps = noneCount >= OverlapMin;
        if (tried == 0 || !IsBeyondChance(best, bestCount, tried) || (overlaps && best < atNone + LeadOverNone))
        {
            return overlaps && IsBeyondChance(atNone, noneCount, 1)
                ? new ClockEstimate(0, Math.Max(SynchronisedNs, cell / 4), atNone, true)
                : none with { Correlation = overlaps ? atNone : double.NaN };
        }

        // Between cells the peak of a parabola through the three scores around the best.
        double before = Score(pairs, bestShift - 1).Score;
        double after = Score(pairs, bestShift + 1).Score;
        double curve = before - (2 * best) + after;
        double part = curve < 0 && double.IsFinite(curve) ? Math.Clamp(0.5 * (before - after) / curve, -0.5, 0.5) : 0;
        long offset = basis - (long)((bestShift + part) * cell);
        return Math.Abs(offset) < cell
            ? new ClockEstimate(0, Math.Max(SynchronisedNs, cell / 4), best, true)
            : new ClockEstimate(offset, Math.Max(SynchronisedNs, cell / 4), best, true);
    }

    // Fisher's z of a correlation that was the best of so many.
    private static bool IsBeyondChance(double correlation, int count, int tried)
    {
        if (!(correlation >= CorrelationMin) || count < OverlapMin)
        {
            return false;
        }

        double z = Math.Atanh(Math.Min(correlation, 0.999999)) * Math.Sqrt(count - 3);
        return tried * Math.Exp(-0.5 * z * z) < ChanceMax;
    }

    private static (double Score, int Count) Score(List<(double[] Host, double[] Guest)> pairs, int shift)
    {
        double sum = 0;
        double weight = 0;
        int most = 0;
        foreach (var (host, guest) in pairs)
        {
            var (r, count) = Correlation(host, guest, shift);
            if (!double.IsNaN(r))
            {
                sum += r;
                weight++;
                most = Math.Max(most, count);
            }
        }

        return weight == 0 ? (double.NegativeInfinity, 0) : (sum / weight, most);
    }

    private static (double R, int Count) Correlation(double[] host, double[] guest, int shift)
    {
        int from = Math.Max(0, -shift);
        int to = Math.Min(guest.Length, host.Length - shift);
        double sh = 0, sg = 0, hh = 0, gg = 0, hg = 0;
        int n = 0;
        for (int i = from; i < to; i++)
        {
            double h = host[i + shift];
            double g = guest[i];
            if (double.IsNaN(h) || double.IsNaN(g))
            {
                continue;
            }

            sh += h;
            sg += g;
            hh += h * h;
            gg += g * g;
            hg += h * g;
            n++;
        }

        if (n < OverlapMin)
        {
            return (double.NaN, n);
        }

        double vh = hh - (sh * sh / n);
        double vg = gg - (sg * sg / n);
        return vh > 1e-12 && vg > 1e-12 ? ((hg - (sh * sg / n)) / Math.Sqrt(vh * vg), n) : (double.NaN, n);
    }

    // Differences, cut at the 2nd and 98th part of a hundred so that one jump does not outweigh all the rest; null when nothing changes.
    private static double[]? Changes(double[] values)
    {
        var changes = new double[values.Length];
        changes[0] = double.NaN;
        for (int i = 1; i < values.Length; i++)
        {
            changes[i] = values[i] - values[i - 1];
        }

        var sorted = changes.Where(c => !double.IsNaN(c)).Order().ToList();
        if (sorted.Count < OverlapMin || sorted[0] == sorted[^1])
        {
            return null;
        }

        double low = sorted[sorted.Count / 50];
        double high = sorted[^((sorted.Count / 50) + 1)];
        if (low == high)
        {
            return changes;
        }

        for (int i = 1; i < changes.Length; i++)
        {
            changes[i] = Math.Clamp(changes[i], low, high);
        }

        return changes;
    }
}
