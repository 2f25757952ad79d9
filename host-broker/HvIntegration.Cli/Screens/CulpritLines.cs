using HvIntegration.Api.Contract;
using HvIntegration.Cli.Terminal;

namespace HvIntegration.Cli.Screens;

/// <summary>Suspects for a shared resource, worst first.</summary>
internal static class CulpritLines
{
    private const int Shown = 3;
    private const int Indent = 14;
    private const double MovesMin = 0.35;

    public static void Write(Screen screen, IReadOnlyList<CulpritView> culprits)
    {
        foreach (var culprit in culprits.Take(Shown))
        {
            string who = culprit.Id == Guid.Empty ? $"{culprit.Name} (on the host itself)" : $"VM {culprit.Name}";
            string process = culprit.Process is { } p ? $", busiest process: {p}" : "";
            string rise = culprit.ExtraShare is { } extra ? $", {Quantity.Percent(extra)} of the increase" : "";
            // Below a third a rank correlation says nothing of two minutes of seconds.
            string together = culprit.Correlation is { } r ? $", {(r >= MovesMin ? "correlates" : "does not correlate")} with the loss (rank correlation {Quantity.Number(r)})" : "";
            screen.Wrapped($"{who} used {Quantity.Percent(culprit.Share)} of the resource{rise}{together}{process}", Indent, Styles.Warn, "  suspect");
        }
    }
}
