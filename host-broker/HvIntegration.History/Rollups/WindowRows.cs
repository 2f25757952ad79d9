using HvIntegration.History.Tables;
using HvIntegration.Model;

namespace HvIntegration.History.Rollups;

/// <summary>Mean, least and greatest of a series' finer windows within one window.</summary>
/// <param name="Mean">Mean over the seconds that were covered.</param>
/// <param name="Minimum">Least 1 s value.</param>
/// <param name="Maximum">Greatest 1 s value.</param>
/// <param name="Count">Seconds that were covered.</param>
internal readonly record struct WindowStatistic(float Mean, float Minimum, float Maximum, ushort Count)
{
    /// <summary>Statistic of 1 s values; null when none is a finite number.</summary>
    public static WindowStatistic? Of(ReadOnlySpan<double> values)
    {
        var (sum, least, greatest, count) = (0.0, double.MaxValue, double.MinValue, 0);
        foreach (var value in values)
        {
            if (double.IsFinite(value))
            {
                sum += value;
                least = Math.Min(least, value);
                greatest = Math.Max(greatest, value);
                count++;
            }
        }

        return count == 0 ? null : new WindowStatistic(Narrow(sum / count), Narrow(least), Narrow(greatest), (ushort)count);
    }

    /// <summary>Both together, the mean weighted by the seconds covered.</summary>
    public WindowStatistic With(WindowStatistic other) => new(
        Narrow((((double)Mean * Count) + ((double)other.Mean * other.Count)) / (Count + other.Count)),
        Math.Min(Minimum, other.Minimum), Math.Max(Maximum, other.Maximum), (ushort)Math.Min(ushort.MaxValue, Count + other.Count));

    // A value beyond what the file holds stays at the end of its range: an infinity could not be told in JSON.
    private static float Narrow(double value) => (float)Math.Clamp(value, float.MinValue, float.MaxValue);
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

    /// <summary>Series that found no room.</summary>
    public int SeriesLeftOut { get; set; }

    /// <summary>Nothing is in it.</summary>
    public bool IsEmpty => Values.Count == 0 && Verdicts.Count == 0 && Gaps.Count == 0;

    /// <summary>Adds a statistic to what is known of the series; a new one past <see cref="VmShare.WindowSeriesMax"/> is counted and left out.</summary>
    public void Add(SeriesKey series, WindowStatistic statistic)
    {
        var key = (series.MetricId, series.Instance);
        if (Values.TryGetValue(key, out var known))
        {
            Values[key] = known.With(statistic);
        }
        else if (Values.Count < VmShare.WindowSeriesMax)
        {
            Values.Add(key, statistic);
        }
        else
        {
            SeriesLeftOut++;
        }
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
