using HvIntegration.Api.Contract;
using HvIntegration.Cli.Terminal;
using Spectre.Console;

namespace HvIntegration.Cli.Screens;

/// <summary>Episodes as when, how long, which VM, what; then the sentence.</summary>
internal static class EpisodesScreen
{
    private const int NameMax = 28;
    private const int Indent = 2;
    private const int ColumnsBesideName = 57;

    public static void Write(IAnsiConsole console, EpisodesAnswer answer)
    {
        var screen = new Screen(console);
        SourceLine.Write(screen, answer.Source);
        if (answer.Episodes.Count == 0)
        {
            screen.Line(("No episode in this time range.", Styles.Good));
            return;
        }

        foreach (var episode in answer.Episodes)
        {
            bool goesOn = episode.EndSecond is null;
            string name = Screen.Safe(episode.VmName, NameMax);
            string lasted = goesOn ? "open" : Quantity.Span(episode.HeldSecond - episode.OnsetSecond + 1);
            var style = Styles.OfVerdict(episode.Hypothesis, episode.Side);
            screen.Line(
                (goesOn ? "● " : "○ ", style),
                ($"{Quantity.Clock(episode.OnsetSecond, date: true)}  {lasted,-10}", null),
                ($"  {name}", Styles.Strong),
                ("  " + Screen.Safe(episode.Title, Math.Max(12, screen.Width - ColumnsBesideName - name.Length)), style),
                ($"  {Quantity.Sure(episode.Hypothesis, episode.Probability)}", Styles.Dim));
            screen.Wrapped(episode.Sentence, Indent);
            screen.Wrapped($"severity {Quantity.Percent(episode.Severity)}, {episode.Hypothesis}, {episode.Id}", Indent, Styles.Dim);
            GapLines.Write(screen, episode.Gaps, Indent);
            if (episode.Acknowledged is { } seen)
            {
                screen.Wrapped(
                    $"acknowledged {Quantity.Clock(seen.Second, date: true)}" + (seen.By.Length > 0 ? " by " + seen.By : "") + (seen.Note.Length > 0 ? ": " + seen.Note : ""),
                    Indent, Styles.Dim);
            }
        }

        screen.Line(($"{answer.Episodes.Count} episodes, newest first, times in UTC.{(answer.Next is null ? "" : " Older episodes exist: raise --limit.")}", Styles.Dim));
    }
}
