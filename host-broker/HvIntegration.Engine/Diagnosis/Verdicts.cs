using System.Globalization;
using HvIntegration.Engine.Model;
using HvIntegration.Engine.Signals;

namespace HvIntegration.Engine.Diagnosis;

/// <summary>Puts what was weighed into the record and the sentence that users read.</summary>
internal static class Verdicts
{
    private const int AlternativesMax = 3;
    private const double AlternativeMin = 0.005;
    private const int MarksSaid = 2;

    /// <summary>The cause without words, for seconds that nobody reads.</summary>
    public static Verdict Bare(PartitionMemory state, Assessment? winner, bool measured)
    {
        var id = measured ? winner?.Hypothesis.Id ?? HypothesisIds.Unknown : HypothesisIds.Unknown;
        var probability = measured ? winner?.Probability ?? 0.5 : 0;
        if (state.LastBare is { } last && last.Hypothesis == id && last.Probability == probability)
        {
            return last;
        }

        var side = measured ? winner?.Hypothesis.Side ?? Side.None : Side.None;
        return state.LastBare = new Verdict(id, side, probability, winner?.Hypothesis.Title ?? "cannot tell", string.Empty, string.Empty, null, 0, [], [], [], []);
    }

    /// <summary>A VM that is off.</summary>
    public static Verdict Off(PartitionMemory state) => Plain(HypothesisIds.None, 1, "Off", $"{ForeignText.Name(state.Info.Name)} is off.");

    /// <summary>A VM that has just started.</summary>
    public static Verdict Starting(PartitionMemory state) => Plain(HypothesisIds.None, 0.5, "Starting", $"{ForeignText.Name(state.Info.Name)} has just started: what a start uses is not judged.");

    /// <summary>Nothing was measured.</summary>
    public static Verdict NoData(PartitionMemory state, EpisodeTracker tracker)
    {
        var during = tracker.Open is { } open && open != HypothesisIds.Unknown ? $" The episode \"{open}\" is carried on." : string.Empty;
        return Plain(HypothesisIds.Unknown, 0, "No data", $"{ForeignText.Name(state.Info.Name)}: neither side reported enough seconds to judge.{during}");
    }

    /// <summary>A named cause.</summary>
    public static Verdict Named(
        long second, PartitionMemory state, Symptoms symptoms, Assessment winner, IReadOnlyList<Assessment> all, long onset, IReadOnlyList<Culprit> culprits,
        IReadOnlyList<(Evidence Evidence, string Advice)> marks, double probabilityMin)
    {
        var hypothesis = winner.Hypothesis;
        var sentence = $"{ForeignText.Name(state.Info.Name)} suffers from {hypothesis.Title} ({Words(hypothesis.Side)}) since {Text.Time(onset)}: {hypothesis.Because(symptoms)}";
        if (culprits.Count > 0)
        {
            var worst = culprits[0];
            var share = hypothesis.Shared switch
            {
                SharedResource.Processors => $"{Text.Percent(worst.Share)} of the logical processors",
                SharedResource.Store => $"{Text.Percent(worst.Share)} of the store's load",
                SharedResource.Network => $"{Text.Percent(worst.Share)} of the network traffic",
                _ => $"{Text.Percent(worst.Share)} of the host's memory",
            };
            sentence += $"; {(worst.Partition == state.Info.Id ? Culprit.ItsOwnRise : ForeignText.Name(worst.Name))} held {share}" + (worst.Process is null ? string.Empty : $" (most of it by {ForeignText.Name(worst.Process)})");
        }

        var also = all.Where(a => a != winner && a.Hypothesis.Family is not (ResourceFamily.None or ResourceFamily.Whole)
            && a.Hypothesis.Family != hypothesis.Family && a.File.Stands && a.Probability >= probabilityMin).Select(a => a.Hypothesis.Title).ToList();
        sentence += also.Count > 0 ? $". At the same time: {string.Join(", ", also)}." : ".";
        sentence += marks.Count > 0 ? $" Of the stack between: {string.Join("; ", marks.Take(MarksSaid).Select(m => m.Evidence.Sentence))}." : string.Empty;
        if (MissingSide(state, second) is { } missing)
        {
            sentence += $" {missing}, so this is less sure.";
        }

        var runnerUp = RunnerUp(winner, all);
        var helps = hypothesis.WhatHelps(symptoms) + (marks.Count > 0 ? $" {marks[0].Advice}" : string.Empty);
        return new Verdict(
            hypothesis.Id, hypothesis.Side, winner.Probability, HypothesisCatalog.TitleOf(hypothesis), sentence, helps,
            runnerUp?.Hypothesis.Id, runnerUp?.Probability ?? 0, [.. Sorted(winner.File.For), .. marks.Select(m => m.Evidence)], Sorted(winner.File.Against),
            [.. winner.File.NotMeasured], culprits) { Alternatives = Alternatives(all, hypothesis.Id) };
    }

    /// <summary>Nothing is wrong.</summary>
    public static Verdict Healthy(long second, PartitionMemory state, Assessment none, IReadOnlyList<Assessment> all)
    {
        var runnerUp = RunnerUp(none, all);
        var sentence = $"{ForeignText.Name(state.Info.Name)} is well: {string.Join(", ", none.File.For.Select(e => e.Sentence))}.";
        sentence += MissingSide(state, second) is { } missing ? $" {missing}, so this is less sure." : string.Empty;
        return new Verdict(
            HypothesisIds.None, Side.None, none.Probability, HypothesisCatalog.TitleOf(none.Hypothesis), sentence, string.Empty, runnerUp?.Hypothesis.Id, runnerUp?.Probability ?? 0,
            [.. none.File.For], [.. none.File.Against], [.. none.File.NotMeasured], []);
    }

    /// <summary>Something hurts and no cause leads: names the two candidates and what would settle it.</summary>
    public static Verdict Unclear(PartitionMemory state, IReadOnlyList<Assessment> all, EpisodeTracker tracker, bool harmed)
    {
        var candidates = Candidates(all).Take(2).ToList();
        var (first, next) = (candidates[0], candidates[1]);
        List<string> missing = [.. first.File.NotMeasured, .. next.File.NotMeasured];

        // What names the counter or the side that would tell comes before what is only known to be missing.
        var settle = missing.FirstOrDefault(m => !m.EndsWith(SignalFrame.NotReported, StringComparison.Ordinal)) ?? missing.FirstOrDefault();
        var since = tracker.Open == HypothesisIds.Unknown ? $" since {Text.Time(tracker.Onset)}" : string.Empty;
        var what = harmed ? "is harmed" : "may be harmed";
        var sentence = string.Create(
            CultureInfo.InvariantCulture,
            $"{ForeignText.Name(state.Info.Name)} {what}{since}, cause unclear: {first.Hypothesis.Title} ({Words(first.Hypothesis.Side)}, {first.Probability:0.00}) or {next.Hypothesis.Title} ({Words(next.Hypothesis.Side)}, {next.Probability:0.00}). ")
            + (settle is null ? "The evidence contradicts itself." : $"What would settle it: {settle}.");
        return new Verdict(
            HypothesisIds.Unknown, Side.None, UnclearProbability(all), HypothesisCatalog.UnknownTitle, sentence,
            settle is null ? "Watch it longer, or compare with the time before." : $"Measure what is missing: {settle}.",
            first.Hypothesis.Id, first.Probability, Sorted([.. first.File.For, .. Harm(all[0], first)]), Sorted(first.File.Against),
            [.. missing.Distinct()], []) { Alternatives = Alternatives(all, HypothesisIds.Unknown) };
    }

    // What speaks against "nothing wrong" is what hurts: it speaks for the verdict, once.
    private static IEnumerable<Evidence> Harm(Assessment none, Assessment first)
        => none.File.Against.Where(h => !first.File.For.Any(f => f.Sentence == h.Sentence) && !first.File.Against.Any(f => f.Sentence == h.Sentence))
            .Select(h => h with { LogOdds = -h.LogOdds });

    /// <summary>How sure it is that the likeliest candidate is not the cause.</summary>
    public static double UnclearProbability(IReadOnlyList<Assessment> all) => Math.Clamp(1 - Candidates(all).First().Probability, 0, 1);

    // What would explain the harm that is there comes before what was not measured at all.
    private static IOrderedEnumerable<Assessment> Candidates(IReadOnlyList<Assessment> all)
        => all.Where(a => a.Hypothesis.Family != ResourceFamily.None).OrderByDescending(a => a.File.Stands).ThenByDescending(a => all[0].File.Harms(a.Hypothesis.Family)).ThenByDescending(a => a.File.Score)
            .ThenBy(a => a.Hypothesis.Id, StringComparer.Ordinal);

    private static List<Alternative> Alternatives(IReadOnlyList<Assessment> all, string own)
        => [.. all.Where(a => a.Hypothesis.Family != ResourceFamily.None && a.Hypothesis.Id != own && a.File.IsPlausible && a.Probability >= AlternativeMin)
            .OrderByDescending(a => a.Probability).ThenBy(a => a.Hypothesis.Id, StringComparer.Ordinal).Take(AlternativesMax)
            .Select(a => new Alternative(a.Hypothesis.Id, a.Probability))];

    private static Verdict Plain(string id, double probability, string title, string sentence)
        => new(id, Side.None, probability, title, sentence, string.Empty, null, 0, [], [], [], []);

    private static Assessment? RunnerUp(Assessment winner, IReadOnlyList<Assessment> all)
        => all.Where(a => a != winner && a.File.IsPlausible).OrderByDescending(a => a.Probability).ThenBy(a => a.Hypothesis.Id, StringComparer.Ordinal).FirstOrDefault(a => a.Probability > 0);

    private static List<Evidence> Sorted(IReadOnlyList<Evidence> evidence) => [.. evidence.OrderByDescending(e => Math.Abs(e.LogOdds))];

    private static string? MissingSide(PartitionMemory state, long second)
    {
        return (state.HasGuest(second), state.HasHost(second)) switch
        {
            (false, true) => "The guest side is missing",
            (true, false) => "The host side is missing",
            _ => null,
        };
    }

    private static string Words(Side side) => side switch
    {
        Side.Guest => "guest side",
        Side.Host => "host side",
        Side.Configuration => "a configured limit",
        Side.Both => "both sides",
        _ => "no side",
    };
}
