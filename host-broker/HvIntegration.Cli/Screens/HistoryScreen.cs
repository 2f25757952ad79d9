using HvIntegration.Api.Contract;
using HvIntegration.Cli.Terminal;
using Spectre.Console;

namespace HvIntegration.Cli.Screens;

/// <summary>Series as lines of blocks with their least, mean and greatest value, then the verdicts.</summary>
internal static class HistoryScreen
{
    private const string Blocks = "▁▂▃▄▅▆▇█";
    private const int SeriesShown = 16;
    private const int VerdictsShown = 40;
    private const int LabelMax = 24;

    public static void Write(IAnsiConsole console, HistoryAnswer answer)
    {
        var screen = new Screen(console);
        screen.Line((Screen.Safe(answer.Vm.Name, 40), Styles.Strong), ($"  {answer.Name}", Styles.Heading), ($"  {answer.FromSecond.ToUtc()} to {answer.ToSecond.ToUtc()} UTC", Styles.Dim));
        SourceLine.Write(screen, answer.Source);
        if (answer.Series.Count == 0)
        {
            screen.Line(($"No value of {answer.Name} is stored for this time range.", Styles.Warn));
        }

        foreach (var series in answer.Series.Take(SeriesShown))
        {
            WriteSeries(screen, answer, series);
        }

        if (answer.Series.Count > SeriesShown)
        {
            screen.Line(($"  and {answer.Series.Count - SeriesShown} more series: --format json has all", Styles.Dim));
        }

        screen.Rule("Verdicts");
        if (answer.Verdicts.Count == 0)
        {
            screen.Line(("  none is stored for this time range", Styles.Dim));
        }

        foreach (var verdict in answer.Verdicts.TakeLast(VerdictsShown))
        {
            string when = $"  {Quantity.Clock(verdict.FromSecond)} {Quantity.Span(verdict.ToSecond - verdict.FromSecond + 1)}";
            screen.Wrapped(
                $"{verdict.Hypothesis}{Quantity.Likely(verdict.Hypothesis, verdict.Probability)}: {verdict.Sentence}", 24,
                Hypotheses.IsHealthy(verdict.Hypothesis) ? Styles.Dim : Styles.Plain, when);
        }
    }

    private static void WriteSeries(Screen screen, HistoryAnswer answer, HistorySeriesView series)
    {
        var values = series.Points.Where(p => p.Value is not null).ToList();
        if (values.Count == 0)
        {
            return;
        }

        double least = values.Min(p => p.Minimum ?? p.Value!.Value);
        double greatest = values.Max(p => p.Maximum ?? p.Value!.Value);
        double mean = values.Average(p => p.Value!.Value);
        string label = series.Instance.Length > 0 ? Screen.Safe(series.Instance.Replace('|', ' '), LabelMax) : answer.Name;
        screen.Line(
            ($"  {label}", Styles.Strong),
            ($"  least {Quantity.Text(least, answer.Unit)}, mean {Quantity.Text(mean, answer.Unit)}, greatest {Quantity.Text(greatest, answer.Unit)}"
                + $"  ({series.SpanSeconds} s windows)", Styles.Dim));
        screen.Line(("  " + Line(answer, values, screen.Width - 4, Math.Max(greatest, answer.Unit == "1" ? 1 : 0)), Styles.Heading));
    }

    /// <summary>One block per column: the mean of the points that fall into it, a space where none does.</summary>
    private static string Line(HistoryAnswer answer, List<HistoryPointView> values, int width, double top)
    {
        var sums = new double[width];
        var counts = new int[width];
        double range = Math.Max(1, answer.ToSecond - answer.FromSecond);
        foreach (var point in values)
        {
            int column = Math.Clamp((int)((point.Second - answer.FromSecond) / range * width), 0, width - 1);
            sums[column] += point.Value!.Value;
            counts[column]++;
        }

        return string.Concat(Enumerable.Range(0, width).Select(i => counts[i] == 0
            ? ' '
            : Blocks[top > 0 ? Math.Clamp((int)(sums[i] / counts[i] / top * Blocks.Length), 0, Blocks.Length - 1) : 0]));
    }

    private static string ToUtc(this long second) => Quantity.Clock(second, date: true);
}
