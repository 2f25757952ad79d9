namespace HvIntegration.Engine.Diagnosis;

/// <summary>Spearman's rank correlation, also over lags, and how easily chance gives as much.</summary>
internal static class RankCorrelation
{
    /// <summary>Greatest correlation of two series over lags.</summary>
    /// <param name="suspect">Values, NaN where missing.</param>
    /// <param name="victim">Values of the same seconds.</param>
    /// <param name="lagMax">Lags from minus this to plus this, in values.</param>
    /// <param name="pointsMin">Least pairs; fewer give NaN.</param>
    /// <returns>The correlation and its lag: positive when the suspect comes first.</returns>
    public static (double Correlation, int Lag) Best(ReadOnlySpan<double> suspect, ReadOnlySpan<double> victim, int lagMax, int pointsMin)
    {
        var best = (Correlation: double.NaN, Lag: 0);
        var xs = new double[victim.Length];
        var ys = new double[victim.Length];
        for (var step = 0; step <= 2 * lagMax; step++)
        {
            // From no lag outwards, so that of equal correlations the shorter lag stands.
            var lag = step % 2 == 0 ? -(step / 2) : (step + 1) / 2;
            var count = 0;
            for (var i = 0; i < victim.Length; i++)
            {
                var j = i - lag;
                if (j >= 0 && j < suspect.Length && !double.IsNaN(suspect[j]) && !double.IsNaN(victim[i]))
                {
                    xs[count] = suspect[j];
                    ys[count++] = victim[i];
                }
            }

            if (count >= pointsMin)
            {
                var value = Spearman(xs.AsSpan(0, count), ys.AsSpan(0, count));
                best = double.IsNaN(best.Correlation) || value > best.Correlation ? (value, lag) : best;
            }
        }

        return best;
    }

    /// <summary>Probability that chance gives at least this correlation, one-sided, over all lags tried.</summary>
    /// <param name="correlation">Rank correlation.</param>
    /// <param name="points">Seconds compared.</param>
    /// <param name="lags">Lags tried.</param>
    /// <remarks>Neighbouring seconds are alike: five of them count as one point. Normal approximation of Spearman's statistic.</remarks>
    public static double Chance(double correlation, int points, int lags)
    {
        var independent = Math.Max(4, points / 5.0);
        var z = correlation * Math.Sqrt(independent - 1);
        return Math.Min(1, UpperTail(z) * lags);
    }

    /// <summary>Benjamini and Hochberg: which of several findings stand when a share of false ones is allowed.</summary>
    /// <param name="chances">Probability by chance of each; NaN never stands.</param>
    /// <param name="falseShare">Share of false ones allowed.</param>
    public static bool[] Standing(IReadOnlyList<double> chances, double falseShare)
    {
        var order = Enumerable.Range(0, chances.Count).Where(i => !double.IsNaN(chances[i])).OrderBy(i => chances[i]).ToArray();
        var last = -1;
        for (var k = 0; k < order.Length; k++)
        {
            last = chances[order[k]] <= falseShare * (k + 1) / order.Length ? k : last;
        }

        var standing = new bool[chances.Count];
        for (var k = 0; k <= last; k++)
        {
            standing[order[k]] = true;
        }

        return standing;
    }

    /// <summary>Correlation of the ranks, ties sharing their mean rank; 0 when a series is constant.</summary>
    public static double Spearman(ReadOnlySpan<double> xs, ReadOnlySpan<double> ys)
    {
        var a = Ranks(xs);
        var b = Ranks(ys);
        var mean = (a.Length - 1) / 2.0;
        double ab = 0, aa = 0, bb = 0;
        for (var i = 0; i < a.Length; i++)
        {
            ab += (a[i] - mean) * (b[i] - mean);
            aa += (a[i] - mean) * (a[i] - mean);
            bb += (b[i] - mean) * (b[i] - mean);
        }

        return aa > 0 && bb > 0 ? ab / Math.Sqrt(aa * bb) : 0;
    }

    private static double[] Ranks(ReadOnlySpan<double> values)
    {
        var keys = values.ToArray();
        var order = new int[keys.Length];
        for (var i = 0; i < order.Length; i++)
        {
            order[i] = i;
        }

        Array.Sort(keys, order);
        var ranks = new double[keys.Length];
        for (var i = 0; i < keys.Length;)
        {
            var j = i;
            while (j + 1 < keys.Length && keys[j + 1] == keys[i])
            {
                j++;
            }

            for (var k = i; k <= j; k++)
            {
                ranks[order[k]] = (i + j) / 2.0;
            }

            i = j + 1;
        }

        return ranks;
    }

    // Abramowitz and Stegun 26.2.17.
    private static double UpperTail(double z)
    {
        if (z < 0)
        {
            return 1 - UpperTail(-z);
        }

        var t = 1 / (1 + (0.2316419 * z));
        var density = Math.Exp(-z * z / 2) / Math.Sqrt(2 * Math.PI);
        return density * t * (0.319381530 + (t * (-0.356563782 + (t * (1.781477937 + (t * (-1.821255978 + (t * 1.330274429))))))));
    }
}
