using System.Globalization;
using System.Text;

namespace HvIntegration.Simulation;

/// <summary>Accuracy over many cases, as the README shows it.</summary>
public sealed class AccuracyReport(IReadOnlyList<CaseScore> scores)
{
    private const string Leak = "guest-leak";

    /// <summary>Precision, recall and F1 of one hypothesis.</summary>
    public sealed record ClassScore(string Hypothesis, int Cases, double Precision, double Recall, double F1);

    /// <summary>One row per hypothesis that occurs.</summary>
    public IReadOnlyList<ClassScore> Classes { get; } = [.. scores.Select(s => s.Truth.Hypothesis).Distinct().Order().Select(id =>
    {
        int hit = scores.Count(s => s.Truth.Hypothesis == id && s.Predicted == id);
        int said = scores.Count(s => s.Predicted == id);
        int real = scores.Count(s => s.Truth.Hypothesis == id);
        double precision = said == 0 ? 0 : (double)hit / said;
        double recall = (double)hit / real;
        return new ClassScore(id, real, precision, recall, precision + recall == 0 ? 0 : 2 * precision * recall / (precision + recall));
    })];

    /// <summary>Mean F1 over the hypotheses.</summary>
    public double MacroF1 => Classes.Average(c => c.F1);

    /// <summary>Said guest when it was the host, or the reverse.</summary>
    public double WrongSideRate => (double)scores.Count(s => s.WrongSide) / scores.Count;

    /// <summary>Share of cases that ended as "unknown".</summary>
    public double UnknownShare => (double)scores.Count(s => s.Predicted == "unknown") / scores.Count;

    /// <summary>First culprit right, where there is one and the hypothesis was right.</summary>
    public double CulpritTop1 => Rate(scores.Where(s => s.CulpritRight is not null).Select(s => s.CulpritRight == true));

    /// <summary>False episodes per VM and week of healthy load.</summary>
    public double FalseEpisodesPerVmWeek => scores.Sum(s => s.FalseEpisodes) / Math.Max(1e-9, HealthyVmWeeks);

    /// <summary>Delay from true onset to first right verdict, seconds, at this quantile; leaks apart, which only a long trend shows.</summary>
    public double Delay(double quantile) => Quantile(scores.Where(s => s.Truth.Hypothesis != Leak), quantile);

    /// <summary>The same of leaks alone.</summary>
    public double LeakDelay(double quantile) => Quantile(scores.Where(s => s.Truth.Hypothesis == Leak), quantile);

    /// <summary>Healthy time watched, VM-weeks.</summary>
    public double HealthyVmWeeks => scores.Sum(s => s.VmSeconds) / 604_800.0;

    /// <summary>Mean gap between probability given and hit rate, over ten bins.</summary>
    public double CalibrationError => scores.Where(s => s.Predicted is not "unknown").GroupBy(s => Math.Min(9, (int)(s.Probability * 10)))
        .Sum(bin => Math.Abs(bin.Average(s => s.Probability) - Rate(bin.Select(s => s.Predicted == s.Truth.Hypothesis))) * bin.Count())
        / Math.Max(1, scores.Count(s => s.Predicted is not "unknown"));

    /// <summary>Changes of verdict within a fault, on average.</summary>
    public double FlipsPerCase => scores.Where(s => s.Truth.Hypothesis != "none").Select(s => (double)s.Flips).DefaultIfEmpty(0).Average();

    /// <summary>The table as Markdown.</summary>
    public string ToMarkdown()
    {
        var text = new StringBuilder();
        void Line(FormattableString s) => text.AppendLine(s.ToString(CultureInfo.InvariantCulture));
        Line($"| hypothesis | cases | precision | recall | F1 |");
        Line($"|---|---:|---:|---:|---:|");
        foreach (var c in Classes)
        {
            Line($"| `{c.Hypothesis}` | {c.Cases} | {c.Precision:0.000} | {c.Recall:0.000} | {c.F1:0.000} |");
        }

        Line($"");
        int faults = scores.Count(s => s.Truth.Hypothesis != "none");
        int suspects = scores.Count(s => s.CulpritRight is not null);
        Line($"- macro F1 **{MacroF1:0.000}** over {Classes.Count} hypotheses, {scores.Count} cases");
        Line($"- wrong side {WrongSideRate:0.0%} ({scores.Count(s => s.WrongSide)} cases)");
        Line($"- unknown {UnknownShare:0.0%}");
        if (!double.IsNaN(Delay(0.5)))
        {
            Line($"- delay median {Delay(0.5):0} s, P95 {Delay(0.95):0} s");
        }

        if (!double.IsNaN(LeakDelay(0.5)))
        {
            Line($"- delay of leaks, which only a long trend shows: median {LeakDelay(0.5) / 60:0} min, P95 {LeakDelay(0.95) / 60:0} min");
        }

        Line($"- flips per incident {FlipsPerCase:0.00} ({faults} incidents)");
        Line($"- calibration error {CalibrationError:0.000}");
        if (suspects > 0)
        {
            Line($"- culprit top-1 {CulpritTop1:0.000} ({suspects} cases with one)");
        }

        Line($"- false episodes per VM-week of healthy load {FalseEpisodesPerVmWeek:0.00} ({scores.Sum(s => s.FalseEpisodes)} in {HealthyVmWeeks:0.0} VM-weeks)");
        return text.ToString();
    }

    private static double Quantile(IEnumerable<CaseScore> of, double quantile)
    {
        var delays = of.Where(s => s.DelaySeconds is not null).Select(s => s.DelaySeconds!.Value).Order().ToList();
        return delays.Count == 0 ? double.NaN : delays[Math.Min(delays.Count - 1, (int)(quantile * delays.Count))];
    }

    private static double Rate(IEnumerable<bool> hits)
    {
        var list = hits.ToList();
        return list.Count == 0 ? double.NaN : (double)list.Count(h => h) / list.Count;
    }
}
