using HvIntegration.Engine.Diagnosis.Cases;
using HvIntegration.Engine.Diagnosis.Questions;
using HvIntegration.Engine.Signals;
using HvIntegration.Model;

namespace HvIntegration.Engine.Diagnosis;

/// <summary>Puts what was weighed into the record that users read, as structure.</summary>
internal static class Verdicts
{
    private const int AlternativesMax = 3;
    private const double AlternativeMin = 0.005;

    /// <summary>The cause alone, for seconds that nobody reads; <paramref name="last"/> where it says the same.</summary>
    public static Verdict Bare(Verdict? last, Assessment? winner, IReadOnlyList<ResourceFamily>? judged)
    {
        var id = judged is null ? HypothesisIds.Unknown : winner?.Hypothesis.Id ?? HypothesisIds.Unknown;
        var probability = judged is null ? 0 : winner?.Probability ?? 0.5;
        if (last is not null && last.Hypothesis == id && last.Probability == probability && ReferenceEquals(last.Judged, judged ?? []))
        {
            return last;
        }

        var side = judged is null ? Side.None : winner?.Hypothesis.Side ?? Side.None;
        return new Verdict(new VerdictStatement(StatementKind.Bare, id, side, Guid.Empty, string.Empty), probability) { Judged = judged ?? [] };
    }

    /// <summary>The verdict of a VM that is off.</summary>
    public static Verdict Off(PartitionTracks state) => new(Of(StatementKind.Off, HypothesisIds.None, Side.None, state), 1);

    /// <summary>The verdict of a VM that has just started.</summary>
    public static Verdict Starting(PartitionTracks state) => new(Of(StatementKind.Starting, HypothesisIds.None, Side.None, state), 0.5);

    /// <summary>The verdict of a second in which neither side was measured, or not enough of the only side.</summary>
    public static Verdict NoData(PartitionTracks state, SignalWindow window, EpisodeTracker tracker) => new(
        Of(StatementKind.NoData, HypothesisIds.Unknown, Side.None, state) with
        {
            CarriedCause = tracker.Open is { } open && open != HypothesisIds.Unknown ? open : null,
            Because = Processors.Uncounted(window),
        }, 0);

    /// <summary>The verdict that names a cause, with its evidence, suspects and remedy.</summary>
    public static Verdict Named(
        long second, PartitionTracks state, SignalWindow window, Assessment winner, Weighing weighing, long onset, IReadOnlyList<Culprit> culprits,
        IReadOnlyList<(Evidence Evidence, string Advice)> marks, double probabilityMin)
    {
        var hypothesis = winner.Hypothesis;
        var statement = Of(StatementKind.Cause, hypothesis.Id, hypothesis.Side, state) with
        {
            SinceSecond = onset,
            Levels = [.. hypothesis.Levels.Where(window.Has).Select(s => new MeasuredLevel(s.Id, window.Level(s), LimitOf(s, winner.File), s.Unit))],
            Because = hypothesis.Because(window),
            Process = hypothesis.Process(window),
            Resource = hypothesis.Shared,
            Culprits = culprits,
            AlsoCauses =
            [
                .. weighing.All.Where(a => a != winner && a.Hypothesis.Family is not (ResourceFamily.None or ResourceFamily.Whole)
                    && a.Hypothesis.Family != hypothesis.Family && a.File.Stands && a.Probability >= probabilityMin).Select(a => a.Hypothesis.Id),
            ],
            Stack = [.. marks.Select(m => m.Evidence.Fact)],
            StackAdvice = marks.Count > 0 ? marks[0].Advice : null,
            MissingSide = MissingSide(state, second),
            Advice = hypothesis.Advice(window),
        };
        var runnerUp = RunnerUp(winner, weighing.All);
        return new Verdict(
            hypothesis.Id, hypothesis.Side, winner.Probability, statement, runnerUp?.Hypothesis.Id, runnerUp?.Probability ?? 0,
            [.. Sorted(winner.File.For), .. marks.Select(m => m.Evidence)], Sorted(winner.File.Against), [.. winner.File.Unmeasured])
        {
            Alternatives = Alternatives(weighing.All, hypothesis.Id),
        };
    }

    /// <summary>The verdict that nothing is wrong, with what speaks for it.</summary>
    public static Verdict Healthy(long second, PartitionTracks state, SignalWindow window, Weighing weighing)
    {
        var none = weighing.None;
        var runnerUp = RunnerUp(none, weighing.All);
        var statement = Of(StatementKind.Healthy, HypothesisIds.None, Side.None, state) with
        {
            Well = [.. none.File.For.Select(e => e.Fact)],
            Because = Processors.Uncounted(window),
            MissingSide = MissingSide(state, second),
        };
        return new Verdict(
            HypothesisIds.None, Side.None, none.Probability, statement, runnerUp?.Hypothesis.Id, runnerUp?.Probability ?? 0,
            [.. none.File.For], [.. none.File.Against], [.. none.File.Unmeasured]);
    }

    /// <summary>Something hurts and no cause leads: names the two candidates and what would settle it.</summary>
    public static Verdict Unclear(PartitionTracks state, Weighing weighing, EpisodeTracker tracker, bool harmed)
    {
        var candidates = Candidates(weighing).Take(2).ToList();
        var first = candidates[0];
        List<Unmeasured> missing = [.. candidates.SelectMany(c => c.File.Unmeasured)];

        // What names the counter or the side that would tell comes before what is only known to be missing.
        var settles = missing.Find(m => m.TellsWhy) ?? missing.FirstOrDefault();
        var statement = Of(StatementKind.Unclear, HypothesisIds.Unknown, Side.None, state) with
        {
            SinceSecond = tracker.Open == HypothesisIds.Unknown ? tracker.Onset : null,
            IsHarmed = harmed,
            Candidates = [.. candidates.Select(c => new CauseCandidate(c.Hypothesis.Id, c.Hypothesis.Side, c.Probability))],
            Settles = settles,
            Advice = settles is null ? AdviceIds.WatchLonger : AdviceIds.MeasureMissing,
        };
        return new Verdict(
            HypothesisIds.Unknown, Side.None, UnclearProbability(weighing), statement, first.Hypothesis.Id, first.Probability,
            Sorted([.. first.File.For, .. Harm(weighing.None, first)]), Sorted(first.File.Against), [.. missing.Distinct()])
        {
            Alternatives = Alternatives(weighing.All, HypothesisIds.Unknown),
        };
    }

    // What speaks against "nothing wrong" is what hurts: it speaks for the verdict, once.
    private static IEnumerable<Evidence> Harm(Assessment none, Assessment first)
        => none.File.Against.Where(h => !first.File.For.Any(f => f.Fact == h.Fact) && !first.File.Against.Any(f => f.Fact == h.Fact))
            .Select(h => h with { LogOdds = -h.LogOdds });

    /// <summary>How sure it is that the likeliest candidate is not the cause.</summary>
    public static double UnclearProbability(Weighing weighing) => Math.Clamp(1 - Candidates(weighing).First().Probability, 0, 1);

    // What would explain the harm that is there comes before what was not measured at all.
    private static IOrderedEnumerable<Assessment> Candidates(Weighing weighing)
        => weighing.All.Where(a => a.Hypothesis.Family != ResourceFamily.None).OrderByDescending(a => a.File.Stands).ThenByDescending(a => weighing.None.File.Harms(a.Hypothesis.Family)).ThenByDescending(a => a.File.Score)
            .ThenBy(a => a.Hypothesis.Id, StringComparer.Ordinal);

    private static List<Alternative> Alternatives(IReadOnlyList<Assessment> all, string own)
        => [.. all.Where(a => a.Hypothesis.Family != ResourceFamily.None && a.Hypothesis.Id != own && a.File.IsPlausible && a.Probability >= AlternativeMin)
            .OrderByDescending(a => a.Probability).ThenBy(a => a.Hypothesis.Id, StringComparer.Ordinal).Take(AlternativesMax)
            .Select(a => new Alternative(a.Hypothesis.Id, a.Probability))];

    private static VerdictStatement Of(StatementKind kind, string cause, Side side, PartitionTracks state) => new(kind, cause, side, state.Info.Id, state.Info.Name);

    // The limit by which the signal was weighed, where it was.
    private static double? LimitOf(SignalDefinition signal, CaseFile file)
        => file.For.Concat(file.Against).FirstOrDefault(e => e.SignalId == signal.Id) is { } weighed ? Fact.Number(weighed.Limit) : null;

    private static Assessment? RunnerUp(Assessment winner, IReadOnlyList<Assessment> all)
        => all.Where(a => a != winner && a.File.IsPlausible).OrderByDescending(a => a.Probability).ThenBy(a => a.Hypothesis.Id, StringComparer.Ordinal).FirstOrDefault(a => a.Probability > 0);

    private static List<Evidence> Sorted(IReadOnlyList<Evidence> evidence) => [.. evidence.OrderByDescending(e => Math.Abs(e.LogOdds))];

    private static Side MissingSide(PartitionTracks state, long second) => (state.HasGuest(second), state.HasHost(second)) switch
    {
        (false, true) => Side.Guest,
        (true, false) => Side.Host,
        _ => Side.None,
    };
}
