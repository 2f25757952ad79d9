using HvIntegration.Api.Contract;
using HvIntegration.Model;

namespace HvIntegration.Dashboard.Models;

/// <summary>Seconds in which a side of a VM told nothing, as the pages show them.</summary>
/// <param name="From">First second of the range, Unix.</param>
/// <param name="To">Last second until now.</param>
/// <param name="Words">Why, as far as it was measured.</param>
public sealed record GapLine(long From, long To, string Words)
{
    /// <summary>Creates the line from a gap of the API.</summary>
    internal static GapLine Of(GapView gap) => new(gap.FromSecond, gap.ToSecond, Shown.Name(gap.Words));

    /// <summary>Of an answer of the queries.</summary>
    internal static GapLine Of(EpisodeGap gap) => new(gap.FromSecond, gap.ToSecond, GapText.Of(gap.Cause));

    /// <summary>Duration of the gap, seconds.</summary>
    public long Lasted => To - From + 1;
}
