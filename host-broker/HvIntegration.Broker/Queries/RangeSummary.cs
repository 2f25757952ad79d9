using HvIntegration.History;

namespace HvIntegration.Broker.Queries;

/// <summary>What one VM's range of time is about, in one verdict, one episode and one second.</summary>
/// <param name="Leading">Verdict that stands for the range (<see cref="LeadingVerdict.Of"/>); null when none is kept.</param>
/// <param name="Worst">Episode that did the most harm in the range (<see cref="LeadingVerdict.WorstOf"/>); null when none touches it.</param>
/// <param name="MomentSecond">Second to look at: the middle of <paramref name="Leading"/>, the last of the range without one.</param>
internal sealed record RangeSummary(VerdictSpan? Leading, KnownEpisode? Worst, long MomentSecond)
{
    /// <summary>Sums a range up.</summary>
    /// <param name="verdicts">Verdict spans of the range.</param>
    /// <param name="episodes">Episodes that touch it.</param>
    /// <param name="fromSecond">First second of the range, Unix.</param>
    /// <param name="toSecond">End, not in it.</param>
    public static RangeSummary Of(IReadOnlyList<VerdictSpan> verdicts, IReadOnlyList<KnownEpisode> episodes, long fromSecond, long toSecond)
    {
        List<Trouble> troubles = [.. episodes.Select(Trouble.Of)];
        var leading = LeadingVerdict.Of(verdicts, troubles, fromSecond, toSecond);
        return new RangeSummary(
            leading, LeadingVerdict.WorstOf(troubles, fromSecond, toSecond) is { } at ? episodes[at] : null,
            leading is null ? toSecond - 1 : LeadingVerdict.MomentOf(leading, fromSecond, toSecond));
    }
}
