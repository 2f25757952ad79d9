using System.Collections.Concurrent;
using System.CommandLine;
using System.Diagnostics;
using System.Globalization;
using HvIntegration.Accuracy;
using HvIntegration.Simulation;

// Seeds below 100,000 are for tuning, from 100,000 on for reporting: the two never mix.
var cases = new Option<int>("--cases") { Description = "Cases per kind of case.", DefaultValueFactory = _ => 50 };
var firstSeed = new Option<int>("--first-seed") { Description = "First seed; reports use 100000 and above.", DefaultValueFactory = _ => 100_000 };
var only = new Option<string?>("--only") { Description = "One kind of case, one group of kinds, or one hypothesis id." };
var failures = new Option<int>("--failures") { Description = "Print this many misjudged cases.", DefaultValueFactory = _ => 0 };
var lab = new Option<string?>("--lab") { Description = "Score this file of faults injected into real guests, written by lab/faults, instead of simulated cases." };
var speed = new Option<bool>("--speed") { Description = "Only measure how long one hour of 64 VMs takes." };
var gate = new Option<bool>("--gate") { Description = "Judge the fixed cases that CI judges; the macro F1 printed is what bench/accuracy-gate.json commits to." };
var command = new RootCommand("Judges seeded cases with the engine and prints precision, recall, delay and calibration.") { cases, firstSeed, only, failures, gate, lab, speed };
command.SetAction(parsed =>
{
    if (parsed.GetValue(lab) is { } file)
    {
        var injected = LabCases.Read(file);
        Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{injected.Count} faults injected into real guests\n"));
        Console.WriteLine(new AccuracyReport(injected).ToMarkdown());
        foreach (var miss in injected.Where(s => s.Predicted != s.Truth.Hypothesis))
        {
            Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{miss.Truth.Story}: {miss.Predicted} p={miss.Probability:0.00}"));
        }

        return 0;
    }

    if (parsed.GetValue(speed))
    {
        SpeedRun.Print();
        return 0;
    }

    IReadOnlyList<(CaseKind Kind, int Seed)> work = parsed.GetValue(gate) ? RegressionSubset.Cases : [.. CaseKind.All
        .Where(k => parsed.GetValue(only) is not { } one || one == k.Name || one == k.Group || one == k.Hypothesis)
        .SelectMany(k => Enumerable.Range(parsed.GetValue(firstSeed), parsed.GetValue(cases)).Select(seed => (Kind: k, Seed: seed)))];
    if (work.Count == 0)
    {
        Console.Error.WriteLine($"accuracy: no kind, group or hypothesis \"{parsed.GetValue(only)}\". Kinds: {string.Join("; ", CaseKind.All.Select(k => k.Name))}");
        return 2;
    }

    var scores = new ConcurrentBag<(CaseKind Kind, int Seed, CaseScore Score)>();
    long started = Stopwatch.GetTimestamp();
    Parallel.ForEach(work, new ParallelOptions { MaxDegreeOfParallelism = Environment.ProcessorCount }, w =>
        scores.Add((w.Kind, w.Seed, Trial.Run(new Scenario(w.Kind, w.Seed)).Score)));

    var ordered = scores.OrderBy(s => s.Kind.Hypothesis, StringComparer.Ordinal).ThenBy(s => s.Kind.Name, StringComparer.Ordinal).ThenBy(s => s.Seed).ToList();
    Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{ordered.Count} simulated cases, seeds {work.Min(w => w.Seed)} to {work.Max(w => w.Seed)}, {Stopwatch.GetElapsedTime(started).TotalSeconds:0} s\n"));
    Console.WriteLine(new AccuracyReport(ordered.ConvertAll(s => s.Score)).ToMarkdown());
    Console.WriteLine("| kind of case | truth | cases | right | called otherwise |\n|---|---|---:|---:|---|");
    foreach (var kind in ordered.GroupBy(s => s.Kind))
    {
        var wrong = kind.Where(s => !s.Score.IsRight).GroupBy(s => s.Score.Predicted).OrderByDescending(g => g.Count()).Select(g => string.Create(CultureInfo.InvariantCulture, $"{g.Key} {g.Count()}"));
        Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"| {kind.Key.Name} | `{kind.Key.Hypothesis}` | {kind.Count()} | {kind.Average(s => s.Score.IsRight ? 1.0 : 0.0):0.00} | {string.Join(", ", wrong)} |"));
    }

    Console.WriteLine();
    foreach (var (kind, seed, score) in ordered.Where(s => !s.Score.IsRight || s.Score.FalseEpisodes > 0 || s.Score.CulpritRight == false).Take(parsed.GetValue(failures)))
    {
        var (truth, reports) = (score.Truth, Trial.Run(new Scenario(kind, seed)).Reports);
        Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{kind.Name} seed {seed} ({truth.Story}): {score.Predicted} p={score.Probability:0.00}, culprit {(score.CulpritRight == false ? "wrong, is " + truth.CulpritName : "-")}"));
        var at = (truth.OnsetSecond ?? reports[0].Second + 40) + 15;
        var told = reports.LastOrDefault(r => r.Partition.Id == truth.VictimId && r.Verdict.Hypothesis == score.Predicted && (score.IsRight || r.Second <= truth.EndSecond))
            ?? reports.LastOrDefault(r => r.Partition.Id == truth.VictimId && r.Second <= at);
        Console.WriteLine($"    {told?.Verdict.Sentence}\n    against: {string.Join("; ", told?.Verdict.Against.Select(e => e.Sentence) ?? [])}");
        Console.WriteLine($"    culprits: {string.Join("; ", told?.Verdict.Culprits.Select(c => string.Create(CultureInfo.InvariantCulture, $"{c.Name} share {c.Share:0.00} extra {c.ExtraShare:0.00} corr {c.Correlation:0.00}")) ?? [])}");
        foreach (var episode in truth.Hypothesis == "none" ? reports.Where(r => r.Episode is not null).DistinctBy(r => (r.Partition.Id, r.Episode!.OnsetSecond, r.Episode.Hypothesis)) : [])
        {
            Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"    false episode, second {episode.Second - reports[0].Second}: {episode.Verdict.Sentence}"));
        }
    }

    return 0;
});
return command.Parse(args).Invoke();
