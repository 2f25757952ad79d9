using HvIntegration.Api.Contract;
using HvIntegration.Cli.Terminal;

namespace HvIntegration.Cli.Screens;

/// <summary>Gaps in the data of a VM as people read them.</summary>
internal static class GapLines
{
    private const int Shown = 5;

    /// <summary>"12:00:03 to 12:00:14 UTC (12 s): live migration".</summary>
    public static string Text(GapView gap) =>
        $"{Quantity.Clock(gap.FromSecond)} to {Quantity.Clock(gap.ToSecond)} UTC ({Quantity.Span(gap.ToSecond - gap.FromSecond + 1)}): {Screen.Safe(gap.Words, 120)}";

    /// <summary>One line for each of the first few.</summary>
    public static void Write(Screen screen, IReadOnlyList<GapView> gaps, int indent)
    {
        foreach (var gap in gaps.Take(Shown))
        {
            screen.Wrapped("gap " + Text(gap), indent, Styles.Warn);
        }

        if (gaps.Count > Shown)
        {
            screen.Wrapped($"and {gaps.Count - Shown} more gaps", indent, Styles.Dim);
        }
    }

    /// <summary>The gap that goes on.</summary>
    public static void WriteOpen(Screen screen, GapView? gap, int indent)
    {
        if (gap is not null)
        {
            screen.Wrapped($"gap in its data since {Quantity.Clock(gap.FromSecond)} UTC: {Screen.Safe(gap.Words, 120)}", indent, Styles.Warn);
        }
    }
}
