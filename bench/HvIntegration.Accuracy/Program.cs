using System.Collections.Concurrent;
using System.CommandLine;
using System.Diagnostics;
using System.Globalization;
using HvIntegration.Accuracy;
using HvIntegration.Simulation;

// Seeds below 100,000 are for tuning, from 100,000 on for reporting: the two never mix.
var cases = new Option<int>("--cases") { Description = "Cases per hypothesis.", DefaultValueFactory = _ => 160 };
var firstSeed = new Option<int>("--first-seed") { Description = "First seed; reports use 100000 and above.", DefaultValueFactory = _ => 100_000 };
var only = new Option<string?>("--only") { Description = "One hypothesis id." };
var failures = new Option<int>("--failures") { Description = "Print this many misjudged cases.", DefaultValueFactory = _ => 0 };
var lab = new Option<string?>("--lab") { Description = "Score this file of faults injected into real guests, written by lab/faults, instead of simulated cases." };
var speed = new Option<bool>("--speed") { Description = "Only measure how long one hour of 64 VMs takes." };
var command = new RootCommand("Judges seeded cases with the engine and prints precision, recall, delay and calibration.") { cases, firstSeed, only, failures, lab, speed };
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

    var work = Scenario.Hypotheses
        .Where(h => parsed.GetValue(only) is not { } one || one == h)
        .SelectMany(h => Enumerable.Range(parsed.GetValue(firstSeed), parsed.GetValue(cases)).Select(seed => (Hypothesis: h, Seed: seed)))
        .ToList();
    var scores = new ConcurrentBag<(string Hypothesis, int Seed, CaseScore Score)>();
    long started = Stopwatch.GetTimestamp();
    Parallel.ForEach(work, new ParallelOptions { MaxDegreeOfParallelism = Environment.ProcessorCount }, w =>
        scores.Add((w.Hypothesis, w.Seed, Trial.Run(new Scenario(w.Hypothesis, w.Seed)).Score)));

    var ordered = scores.OrderBy(s => s.Hypothesis, StringComparer.Ordinal).ThenBy(s => s.Seed).ToList();
    Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{ordered.Count} simulated cases, seeds {parsed.GetValue(firstSeed)} to {parsed.GetValue(firstSeed) + parsed.GetValue(cases) - 1}, {Stopwatch.GetElapsedTime(started).TotalSeconds:0} s\n"));
    Console.WriteLine(new AccuracyReport(ordered.ConvertAll(s => s.Score)).ToMarkdown());
    foreach (var (hypothesis, seed, score) in ordered.Where(s => s.Score.Predicted != s.Score.Truth.Hypothesis).Take(parsed.GetValue(failures)))
    {
        Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{hypothesis} seed {seed} ({score.Truth.Story}): {score.Predicted} p={score.Probability:0.00}"));
        var (truth, reports) = (score.Truth, Trial.Run(new Scenario(hypothesis, seed)).Reports);
        var at = (truth.OnsetSecond ?? reports[0].Second + 40) + 15;
        var told = reports.LastOrDefault(r => r.Partition.Id == truth.VictimId && r.Second <= at);
        Console.WriteLine($"    {told?.Verdict.Sentence}\n    against: {string.Join("; ", told?.Verdict.Against.Select(e => e.Sentence) ?? [])}");
    }

    return 0;
});
return command.Parse(args).Invoke();
