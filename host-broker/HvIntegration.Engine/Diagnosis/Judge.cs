using HvIntegration.Engine.Model;
using HvIntegration.Engine.Options;
using HvIntegration.Engine.Signals;
using HvIntegration.Engine.Stack;
using HvIntegration.Engine.Timeline;
using HvIntegration.Protocol.Metrics;

namespace HvIntegration.Engine.Diagnosis;

/// <summary>Gives each VM its verdict of a second: weighs all hypotheses, follows the episode, names suspects.</summary>
internal sealed class Judge
{
    private const double PriorLogOdds = -1.5;
    private const double NothingPriorLogOdds = 1;
    private const double PausedPriorLogOdds = -1;
    private const int CulpritSeconds = 5;
    private const int StackMarksMax = 4;
    private const double StaysSeverity = 0.25;

    // Odds of something that is not in the catalog; what one side alone shows has more explanations.
    private const double OtherOdds = 1;
    private const double OtherOddsOneSided = 3;

    private readonly DiagnosisOptions _options;
    private readonly Action<PartitionMemory, long> _word;
    private readonly Assessment[] _assessments = [.. HypothesisCatalog.All.Select(h => new Assessment(h))];
    private readonly Dictionary<Guid, Case> _cases = [];
    private readonly List<Episode> _left = [];
    private readonly CulpritFinder _culprits;

    /// <param name="options">Windows and odds.</param>
    /// <param name="word">Derives the signals of a second again, with their sources in words.</param>
    public Judge(DiagnosisOptions options, Action<PartitionMemory, long> word)
    {
        (_options, _word) = (options, word);
        _culprits = new CulpritFinder(options);
    }

    private bool IsLean => _options.Detail == ReportDetail.Episodes;

    /// <summary>Judges all VMs of the host in one second; their signals of it must be written.</summary>
    public void Evaluate(long second, IReadOnlyList<PartitionMemory> states, SideTimeline root, Action<PartitionMemory, Verdict, Episode?> give)
    {
        foreach (var state in states)
        {
            var symptoms = state.Symptoms ??= new Symptoms(state, _options);
            symptoms.Begin(states, second, CaseOf(state).Tracker is { Open: not null } tracker ? tracker.Onset : null);
        }

        foreach (var state in states)
        {
            var (verdict, episode) = Evaluate(second, state, states, root);
            state.Processes.Frozen = episode is not null;
            give(state, verdict, episode);
        }
    }

    /// <summary>Forgets a partition that is gone; its open episode ends.</summary>
    public void Forget(Guid partition)
    {
        if (_cases.Remove(partition, out var gone))
        {
            gone.Tracker.Finish(partition);
            gone.Tracker.TakeFinished(_left);
        }
    }

    /// <summary>Episodes that ended since the last call, by their end.</summary>
    public IReadOnlyList<Episode> TakeFinished()
    {
        var finished = new List<Episode>(_left);
        _left.Clear();
        foreach (var one in _cases.Values)
        {
            one.Tracker.TakeFinished(finished);
        }

        return [.. finished.OrderBy(e => e.EndSecond).ThenBy(e => e.Partition)];
    }

    /// <summary>Ends all open episodes at their last second, because the record ends.</summary>
    public void Finish()
    {
        foreach (var (partition, one) in _cases)
        {
            one.Tracker.Finish(partition);
        }
    }

    private Case CaseOf(PartitionMemory state)
    {
        if (!_cases.TryGetValue(state.Info.Id, out var one))
        {
            _cases.Add(state.Info.Id, one = new Case(new EpisodeTracker(_options.WindowsFor(_options.LimitsFor(state.Info)), _options.UnknownSeconds, state.Gaps)));
        }

        return one;
    }

    private (Verdict, Episode?) Evaluate(long second, PartitionMemory state, IReadOnlyList<PartitionMemory> states, SideTimeline root)
    {
        var one = CaseOf(state);
        var tracker = one.Tracker;
        if (state.Info.State == PartitionState.Off)
        {
            one.StartedSecond = second;
            tracker.Follow(state.Info.Id, second, SecondOutcome.Nothing, state.History);
            return (Verdicts.Off(state), null);
        }

        var symptoms = state.Symptoms!;
        if (second - one.StartedSecond <= _options.StartSeconds)
        {
            // A start uses everything at once and proves nothing: thresholds reference, section 7, item 5.
            tracker.Follow(state.Info.Id, second, SecondOutcome.Nothing, state.History);
            return (Verdicts.Starting(state), null);
        }

        symptoms.Explaining = !IsLean;
        var other = OneSided(state, second) ? OtherOddsOneSided : OtherOdds;
        Assess(symptoms, tracker, other);
        var none = _assessments[0];
        var measured = IsMeasured(symptoms) || (none.File.Failed && symptoms.StoodStill().Holds);
        var winner = Winner(symptoms, tracker.Open);
        var harmed = none.File.Failed;
        var winnerId = winner?.Hypothesis.Id ?? HypothesisIds.Unknown;

        // What the open episode rests on is no longer measured: that is a gap, not an end.
        var blind = tracker.Open is not null && tracker.Open != winnerId && (winner is null || winner.Hypothesis.Family == ResourceFamily.None)
            && OfId(tracker.Open) is { } rested && rested.File.IsBlind;
        if (blind)
        {
            winner = null;
            winnerId = HypothesisIds.Unknown;
        }

        var standing = OfId(tracker.Open);
        var rival = winner is not null && standing?.Hypothesis.Family == winner.Hypothesis.Family;
        var outcome = new SecondOutcome(
            winnerId, winner?.Hypothesis.EpisodeSecondsMin ?? 0, rival, standing?.File.Failed ?? false, harmed, !measured || blind,
            winner?.Hypothesis.OnsetSignal ?? SignalCatalog.Ready, winner?.Hypothesis.Began(symptoms));
        tracker.Follow(state.Info.Id, second, outcome, state.History);

        // While the cause of an open episode stays the likeliest, one weak second does not change the verdict.
        if (tracker.Open is not null && tracker.Open != winnerId && winner is null && OfId(tracker.Open) is { Probability: >= 0.5 } carried)
        {
            winner = carried;
        }

        var takes = measured && tracker.Takes(second, winner?.Hypothesis.Id ?? HypothesisIds.Unknown, winner?.Probability ?? Verdicts.UnclearProbability(_assessments));
        var verdict = Tell(second, state, states, root, one, winner, measured, harmed, takes);
        var severity = winner?.Hypothesis.Severity(symptoms) ?? (harmed ? 0.3 : 0);
        return (verdict, tracker.Current(state.Info.Id, second, verdict, takes, double.IsNaN(severity) ? 0.3 : severity));
    }

    private Verdict Tell(
        long second, PartitionMemory state, IReadOnlyList<PartitionMemory> states, SideTimeline root, Case one, Assessment? winner, bool measured, bool harmed,
        bool takes)
    {
        var tracker = one.Tracker;
        if (IsLean)
        {
            if (!takes)
            {
                return Verdicts.Bare(state, winner, measured);
            }

            // This one is read: the same second again, in words.
            _word(state, second);
            state.Symptoms!.Explaining = true;
            var id = winner?.Hypothesis.Id;
            Assess(state.Symptoms, tracker, OneSided(state, second) ? OtherOddsOneSided : OtherOdds);
            winner = id is null ? null : OfId(id);
        }

        var symptoms = state.Symptoms!;
        if (!measured)
        {
            return Verdicts.NoData(state, tracker);
        }

        if (winner is null)
        {
            return Verdicts.Unclear(state, _assessments, tracker, harmed);
        }

        if (winner == _assessments[0])
        {
            return Verdicts.Healthy(second, state, winner, _assessments);
        }

        var onset = tracker.Open == winner.Hypothesis.Id ? tracker.Onset : second;
        var known = one.CulpritsOf == winner.Hypothesis.Id && one.CulpritsOnset == onset && second >= one.CulpritsSecond;
        if (!known || (CulpritFinder.Remembers(state, onset, second) && (takes || second - one.CulpritsSecond >= CulpritSeconds)))
        {
            (one.CulpritsOf, one.CulpritsOnset, one.CulpritsSecond) = (winner.Hypothesis.Id, onset, second);
            one.Culprits = _culprits.Find(winner.Hypothesis.Shared, state, states, root, onset, second, symptoms);
        }

        return Verdicts.Named(second, state, symptoms, winner, _assessments, onset, one.Culprits, Marks(winner.Hypothesis.Family, second, state, root), _options.ProbabilityMin);
    }

    private static IReadOnlyList<(Evidence Evidence, string Advice)> Marks(ResourceFamily family, long second, PartitionMemory state, SideTimeline root)
    {
        return [.. StackCatalog.Marks(family, m => Values(m.Side == MetricSide.Guest ? state.Guest : state.Host, m), m => Values(root, m)).Take(StackMarksMax)];

        IEnumerable<StackValue> Values(SideTimeline side, MetricDefinition metric) => side.Of(metric).Select(s => new StackValue(s.Key.Instance, s.At(second), s.NativeName));
    }

    private void Assess(Symptoms symptoms, EpisodeTracker tracker, double other)
    {
        var none = _assessments[0];
        Weigh(none, symptoms, tracker);
        if (!symptoms.Explaining && !none.File.Failed && tracker.Open is null)
        {
            // Nothing hurts: no cause can stand, and nobody asks by how much.
            foreach (var assessment in _assessments.AsSpan(1))
            {
                assessment.File.Begin(PriorLogOdds, false);
                assessment.Probability = 0;
            }

            none.Probability = none.File.Odds / (none.File.Odds + CaseFile.FallenOdds + other);
            return;
        }

        var strongest = 0.0;
        foreach (var assessment in _assessments.AsSpan(1))
        {
            Weigh(assessment, symptoms, tracker);
            strongest = Math.Max(strongest, assessment.File.Odds);
        }

        // Rivals are those that explain the same harm, "nothing wrong", and something not in the catalog.
        none.Probability = none.File.Odds / (none.File.Odds + strongest + other);
        foreach (var assessment in _assessments.AsSpan(1))
        {
            var rivals = none.File.Odds;
            foreach (var rival in _assessments.AsSpan(1))
            {
                rivals += rival != assessment && rival.Hypothesis.Family == assessment.Hypothesis.Family ? rival.File.Odds : 0;
            }

            assessment.Probability = assessment.File.Odds / (assessment.File.Odds + rivals + other);
        }
    }

    private void Weigh(Assessment assessment, Symptoms symptoms, EpisodeTracker tracker)
    {
        symptoms.Hysteresis = assessment.Hypothesis.Id == tracker.Open ? _options.HysteresisRatio : 1;
        assessment.File.Begin(
            assessment.Hypothesis.Family switch
            {
                ResourceFamily.None => NothingPriorLogOdds,
                ResourceFamily.Whole => PausedPriorLogOdds,
                _ => PriorLogOdds,
            },
            symptoms.Explaining);
        assessment.Hypothesis.Weigh(symptoms, assessment.File);
        symptoms.Hysteresis = 1;
    }

    private Assessment? Winner(Symptoms symptoms, string? open)
    {
        Assessment? best = null;
        var worst = double.NegativeInfinity;
        foreach (var assessment in _assessments.AsSpan(1))
        {
            if (assessment.Probability < _options.ProbabilityMin || !assessment.File.Stands)
            {
                continue;
            }

            var next = 0.0;
            foreach (var rival in _assessments.AsSpan(1))
            {
                next = rival != assessment && rival.Hypothesis.Family == assessment.Hypothesis.Family ? Math.Max(next, rival.Probability) : next;
            }

            if (assessment.Probability < next * _options.LeadMin)
            {
                continue;
            }

            // A VM that stands still explains all the rest; else the greater harm speaks first.
            var severity = assessment.Hypothesis.Family == ResourceFamily.Whole ? 10 : assessment.Hypothesis.Severity(symptoms);
            severity = double.IsNaN(severity) ? 0 : severity;

            // Of two harms at once the one told first stays, unless the other is clearly worse.
            severity += assessment.Hypothesis.Id == open ? StaysSeverity : 0;
            if (severity > worst || (severity == worst && assessment.Probability > best!.Probability))
            {
                best = assessment;
                worst = severity;
            }
        }

        var none = _assessments[0];
        return best ?? (none.File.Stands && none.Probability >= _options.ProbabilityMin ? none : null);
    }

    // Without any of these there is nothing to judge by. Levels do not count: they stand for a while after their side fell silent.
    private static bool IsMeasured(Symptoms symptoms)
        => symptoms.Has(SignalCatalog.GuestBusy) || symptoms.Has(SignalCatalog.HostRun) || symptoms.Has(SignalCatalog.Ready)
            || symptoms.Has(SignalCatalog.DiskGuestIops) || symptoms.Has(SignalCatalog.DiskHostIops);

    private static bool OneSided(PartitionMemory state, long second) => state.HasGuest(second) != state.HasHost(second);

    private Assessment? OfId(string? id)
    {
        foreach (var assessment in _assessments)
        {
            if (assessment.Hypothesis.Id == id)
            {
                return assessment;
            }
        }

        return null;
    }

    private sealed class Case(EpisodeTracker tracker)
    {
        public EpisodeTracker Tracker { get; } = tracker;

        public long StartedSecond { get; set; } = long.MinValue / 2;

        public IReadOnlyList<Culprit> Culprits { get; set; } = [];

        public string? CulpritsOf { get; set; }

        public long CulpritsOnset { get; set; }

        public long CulpritsSecond { get; set; }
    }
}
