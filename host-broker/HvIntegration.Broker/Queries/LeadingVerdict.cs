using HvIntegration.Model;
using HvIntegration.History;

namespace HvIntegration.Broker.Queries;

/// <summary>The one verdict that stands for a range of time, and the second to look at.</summary>
internal static class LeadingVerdict
{
    /// <summary>The surest span of the worst episode's cause; without an episode, of the cause that was said longest. Null without verdicts.</summary>
    /// <remarks>Of causes without an episode a named one leads before an open one (<see cref="HypothesisIds.Unknown"/>), an open one before "nothing wrong" and before seconds without data.</remarks>
    /// <param name="spans">Verdicts of the range.</param>
    /// <param name="troubles">Episodes that touch it.</param>
    /// <param name="fromSecond">First second of the range.</param>
    /// <param name="toSecond">End of the range, not in it.</param>
    public static VerdictSpan? Of(IReadOnlyList<VerdictSpan> spans, IReadOnlyList<Trouble> troubles, long fromSecond, long toSecond) =>
        (WorstOf(troubles, fromSecond, toSecond) is { } at ? Surest(spans.Where(s => IsOf(s, troubles[at]))) : null) ?? Surest(Longest(spans));

    /// <summary>Which episode did the most harm in a range, the newest of equals; one of a named cause before one whose cause is open. Null without episodes.</summary>
    public static int? WorstOf(IReadOnlyList<Trouble> troubles, long fromSecond, long toSecond)
    {
        int? worst = null;
        for (int i = 0; i < troubles.Count; i++)
        {
            worst = worst is { } known && Rank(troubles[known]).CompareTo(Rank(troubles[i])) >= 0 ? known : i;
        }

        return worst;

        (bool Named, double Harm, long Onset) Rank(Trouble one) => (one.Hypothesis != HypothesisIds.Unknown, one.HarmIn(fromSecond, toSecond), one.OnsetSecond);
    }

    /// <summary>Middle of a span as far as it is in a range: at its ends the harm begins and is over.</summary>
    /// <param name="span">A span of one verdict.</param>
    /// <param name="fromSecond">First second of the range.</param>
    /// <param name="toSecond">End of the range, not in it.</param>
    public static long MomentOf(VerdictSpan span, long fromSecond, long toSecond) =>
        Math.Clamp((Math.Max(span.FromSecond, fromSecond) + Math.Min(span.ToSecond, toSecond - 1)) / 2, fromSecond, toSecond - 1);

    private static bool IsOf(VerdictSpan span, Trouble trouble) =>
        span.Hypothesis == trouble.Hypothesis && span.ToSecond >= trouble.OnsetSecond && span.FromSecond <= (trouble.EndSecond ?? long.MaxValue);

    private static VerdictSpan? Surest(IEnumerable<VerdictSpan> spans) => spans.OrderByDescending(s => s.Probability).ThenByDescending(Seconds).FirstOrDefault();

    private static IEnumerable<VerdictSpan> Longest(IEnumerable<VerdictSpan> spans) => spans
        .GroupBy(s => s.Hypothesis, StringComparer.Ordinal).OrderBy(Rank).ThenByDescending(g => g.Sum(Seconds)).FirstOrDefault() ?? Enumerable.Empty<VerdictSpan>();

    private static long Seconds(VerdictSpan span) => span.ToSecond - span.FromSecond + 1;

    // "No data" is an unknown that nobody gave a probability.
    private static int Rank(IGrouping<string, VerdictSpan> cause) => cause.Key switch
    {
        HypothesisIds.None => 2,
        HypothesisIds.Unknown => cause.Any(s => s.Probability > 0) ? 1 : 2,
        _ => 0,
    };
}
