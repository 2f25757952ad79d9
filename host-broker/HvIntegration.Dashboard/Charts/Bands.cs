using HvIntegration.Dashboard.Models;
using HvIntegration.History;

namespace HvIntegration.Dashboard.Charts;

/// <summary>Verdicts as shades behind a chart.</summary>
internal static class Bands
{
    /// <summary>The shade of a gap in the data.</summary>
    public static ChartBand Of(GapLine gap) => new(gap.From, gap.To, "k-gap", "◌", "Gap: " + gap.Words);

    /// <summary>The shade of a verdict; null where nothing is wrong.</summary>
    public static ChartBand? Of(VerdictSpan span)
    {
        var kind = RecordedKinds.Of(span.Hypothesis);
        return kind is VerdictKind.Ok or VerdictKind.NoData
            ? null
            : new ChartBand(span.FromSecond, span.ToSecond, kind.Css(), kind.Sign(), VerdictKinds.Title(span.Hypothesis));
    }
}
