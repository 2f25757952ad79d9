using System.Collections.Concurrent;
using System.Globalization;
using System.Text.Json;
using HvIntegration.Simulation;

namespace HvIntegration.Engine.Tests.Diagnosis;

/// <summary>The verdict may not get worse unseen: fixed seeded cases against the committed figure.</summary>
public sealed class AccuracyGateTests
{
    private const double DropMax = 0.02;

    [Fact]
    public void MacroF1_OfFixedCases_IsNotBelowTheCommittedFigure()
    {
        var file = Path.Combine(Root(), "bench", "accuracy-gate.json");
        using var committed = JsonDocument.Parse(File.ReadAllText(file));
        var figure = committed.RootElement.GetProperty("macroF1").GetDouble();
        var scores = new ConcurrentBag<(CaseKind Kind, int Seed, CaseScore Score)>();
        Parallel.ForEach(
            RegressionSubset.Cases, new ParallelOptions { MaxDegreeOfParallelism = Environment.ProcessorCount },
            c => scores.Add((c.Kind, c.Seed, Trial.Run(new Scenario(c.Kind, c.Seed)).Score)));

        var report = new AccuracyReport([.. scores.Select(s => s.Score)]);
        var misses = scores.Where(s => !s.Score.IsRight).OrderBy(s => s.Kind.Name, StringComparer.Ordinal).ThenBy(s => s.Seed)
            .Select(s => string.Create(CultureInfo.InvariantCulture, $"{s.Kind.Name}, seed {s.Seed}: {s.Score.Predicted} instead of {s.Score.Truth.Hypothesis}"));

        Assert.True(
            report.MacroF1 >= figure - DropMax,
            string.Create(CultureInfo.InvariantCulture, $"macro F1 {report.MacroF1:0.000}, committed {figure:0.000} in {file}. Look with: bench/accuracy --gate --failures 20. Misjudged:\n{string.Join('\n', misses)}"));
    }

    private static string Root()
    {
        var root = AppContext.BaseDirectory;
        while (!File.Exists(Path.Combine(root, "HvIntegration.sln")))
        {
            root = Path.GetDirectoryName(root) ?? throw new InvalidOperationException("not inside the repository");
        }

        return root;
    }
}
