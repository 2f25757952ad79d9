using HvIntegration.Api.Contract;
using HvIntegration.Cli.Terminal;

namespace HvIntegration.Cli.Screens;

/// <summary>Evidence for, against and not measured, strongest first.</summary>
internal static class EvidenceLines
{
    private const int Indent = 14;

    public static void Write(Screen screen, VerdictView verdict, int max)
    {
        foreach (var evidence in verdict.For.OrderByDescending(e => Math.Abs(e.LogOdds)).Take(max))
        {
            screen.Wrapped(evidence.Sentence, Indent, null, "  for");
        }

        foreach (var evidence in verdict.Against.OrderByDescending(e => Math.Abs(e.LogOdds)).Take(max))
        {
            screen.Wrapped(evidence.Sentence, Indent, null, "  against");
        }

        foreach (string missing in verdict.NotMeasured.Take(max))
        {
            screen.Wrapped(missing, Indent, Styles.Dim, "  no data");
        }
    }
}
