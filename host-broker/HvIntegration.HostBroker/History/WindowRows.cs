using HvIntegration.Engine.Model;

namespace HvIntegration.HostBroker.History;

/// <summary>Mean, least and greatest of a series' finer windows within one window.</summary>
/// <param name="Mean">Mean over the seconds that were covered.</param>
/// <param name="Minimum">Least 1 s value.</param>
/// <param name="Maximum">Greatest 1 s value.</param>
/// <param name="Count">Seconds that were covered.</param>
internal readonly record struct WindowStatistic(float Mean, float Minimum, float Maximum, ushort Count)
{
    /// <summary>Statistic of 1 s values; null when none is a number.</summary>
    public static WindowStatistic? Of(ReadOnlySpan<double> values)
    {
        var (sum, least, greatest, count) = (0.0, double.MaxValue, double.MinValue, 0);
        foreach (var value in values)
        {
            if (!double.IsNaN(value))
            {
                sum += value;
                least = Math.Min(least, value);
                greatest = Math.Max(greatest, value);
                count++;
            }
        }

        return count == 0 ? null : new WindowStatistic((float)(sum / count), (float)least, (float)greatest, (ushort)count);
    }

    /// <summary>Both together, the mean weighted by the seconds covered.</summary>
    public WindowStatistic With(WindowStatistic other) => new(
        (float)((((double)Mean * Count) + ((double)other.Mean * other.Count)) / (Count + other.Count)),
        Math.Min(Minimum, other.Minimum), Math.Max(Maximum, other.Maximum), (ushort)(Count + other.Count));
}

/// <summary>What one cause of one partition came to within one window.</summary>
internal sealed record WindowVerdict(
    string Hypothesis, Side Side, long FirstSecond, long LastSecond, int Seconds, double Probability,
    string Title, string Sentence, string WhatHelps, long? EpisodeOnset, double? Severity);

/// <summary>Everything of one partition in one window.</summary>
internal sealed class WindowRows
{
    /// <summary>By series, in the order in which they are stored: the same series give the same set.</summary>
    public SortedDictionary<(ushort MetricId, string Instance), WindowStatistic> Values { get; } =
        new(Comparer<(ushort MetricId, string Instance)>.Create((a, b) => a.MetricId != b.MetricId ? a.MetricId.CompareTo(b.MetricId) : string.CompareOrdinal(a.Instance, b.Instance)));

    /// <summary>One a cause and episode.</summary>
    public List<WindowVerdict> Verdicts { get; } = [];

    /// <summary>Words on gaps, each with the commit it came with.</summary>
    public List<(long CommitId, GapRow Row)> Gaps { get; } = [];

    /// <summary>Adds a statistic to what is known of the series.</summary>
    public void Add(SeriesKey series, WindowStatistic statistic)
    {
        var key = (series.MetricId, series.Instance);
        Values[key] = Values.TryGetValue(key, out var known) ? known.With(statistic) : statistic;
    }

    /// <summary>Adds a verdict to what is known of its cause and episode.</summary>
    public void Add(WindowVerdict verdict)
    {
        var index = Verdicts.FindIndex(v => v.Hypothesis == verdict.Hypothesis && v.EpisodeOnset == verdict.EpisodeOnset);
        if (index < 0)
        {
            Verdicts.Add(verdict);
            return;
        }

        var known = Verdicts[index];
        var stronger = verdict.Probability > known.Probability ? verdict : known;
        Verdicts[index] = stronger with
        {
            FirstSecond = Math.Min(known.FirstSecond, verdict.FirstSecond),
            LastSecond = Math.Max(known.LastSecond, verdict.LastSecond),
            Seconds = known.Seconds + verdict.Seconds,
            Severity = known.Severity is null ? verdict.Severity : verdict.Severity is null ? known.Severity : Math.Max(known.Severity.Value, verdict.Severity.Value),
        };
    }
}
