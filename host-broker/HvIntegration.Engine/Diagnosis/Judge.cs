using HvIntegration.Engine.Diagnosis.Cases;
using HvIntegration.Engine.Diagnosis.Questions;
using HvIntegration.Engine.Options;
using HvIntegration.Engine.Signals;
using HvIntegration.Engine.Stack;
using HvIntegration.Engine.Timeline;
using HvIntegration.Model;
using HvIntegration.Protocol.Metrics;

namespace HvIntegration.Engine.Diagnosis;

/// <summary>Decides the verdict of each VM in a second, and keeps what belongs to a VM from second to second: its window, its episode, its suspects.</summary>
internal sealed class Judge
{
    private const int CulpritSeconds = 5;
    private const int StackMarksMax = 4;
    private readonly DiagnosisOptions _options;
    private readonly Action<PartitionTracks, long> _word;
    private readonly Weighing _weighing;

    // Who never asks for finished episodes does not make them pile up; of gone VMs the newest are kept.
    private const int LeftMax = 1024;

    private readonly int _keptSeconds;
    private readonly Dictionary<Guid, Case> _cases = [];
    private readonly List<SignalWindow> _judged = [];
    private readonly List<Episode> _left = [];
    private readonly CulpritFinder _culprits;

    /// <param name="options">Windows and odds.</param>
    /// <param name="keptSeconds">Seconds whose verdicts are kept.</param>
    /// <param name="word">Derives the signals of a second again, with their sources in words.</param>
    public Judge(DiagnosisOptions options, int keptSeconds, Action<PartitionTracks, long> word)
    {
        (_options, _keptSeconds, _word) = (options, keptSeconds, word);
        _weighing = new Weighing(HypothesisCatalog.All, options);
        _culprits = new CulpritFinder(options);
    }

    private bool IsLean => _options.Detail == ReportDetail.Episodes;

    /// <summary>Judges all VMs of the host in one second; their signals of it must be written.</summary>
    public void Evaluate(long second, IReadOnlyList<PartitionTracks> states, SideTimeline root, Action<PartitionTracks, Verdict, Episode?> give)
    {
        _judged.Clear();
        foreach (var state in states)
        {
            var one = CaseOf(state);
            _judged.Add(one.Window);
            one.Window.Begin(_judged, second, one.Tracker.Open is not null ? one.Tracker.Onset : null);
        }

        foreach (var state in states)
        {
            var (verdict, episode) = Evaluate(second, state, states, root);
            state.Processes.Frozen = episode is not null;
            CaseOf(state).Keep(second, verdict);
            give(state, verdict, episode);
        }
    }

    /// <summary>Verdict given for a second; null when none is kept.</summary>
    public Verdict? VerdictAt(PartitionTracks state, long second)
        => state.History.Has(second) ? _cases.GetValueOrDefault(state.Info.Id)?.VerdictAt(second) : null;

    /// <summary>Limits of a VM: those it is judged by once it was judged.</summary>
    public SignalLimits LimitsOf(PartitionInfo partition) => _cases.GetValueOrDefault(partition.Id)?.Window.Limits ?? _options.LimitsFor(partition);

    /// <summary>Forgets a partition that is gone; its open episode ends.</summary>
    public void Forget(Guid partition)
    {
        if (_cases.Remove(partition, out var gone))
        {
            gone.Tracker.Finish(partition);
            gone.Tracker.TakeFinished(_left);
            if (_left.Count > LeftMax)
            {
                _left.RemoveRange(0, _left.Count - LeftMax);
            }
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

    private Case CaseOf(PartitionTracks state)
    {
        if (!_cases.TryGetValue(state.Info.Id, out var one))
        {
            var window = new SignalWindow(state, _options);
            _cases.Add(state.Info.Id, one = new Case(new EpisodeTracker(_options.WindowsFor(window.Limits), _options.UnknownSeconds, state.Gaps), window, _keptSeconds));
        }

        return one;
    }

    private (Verdict, Episode?) Evaluate(long second, PartitionTracks state, IReadOnlyList<PartitionTracks> states, SideTimeline root)
    {
        var one = CaseOf(state);
        var tracker = one.Tracker;
        if (state.Info.State == PartitionState.Off)
        {
            one.StartedSecond = second;
            tracker.Follow(state.Info.Id, second, SecondOutcome.Nothing, state.History);
            return (Verdicts.Off(state), null);
        }

        var window = one.Window;
        if (second - one.StartedSecond <= _options.StartSeconds)
        {
            // A start uses everything at once and proves nothing: thresholds reference, section 7, item 5.
            tracker.Follow(state.Info.Id, second, SecondOutcome.Nothing, state.History);
            return (Verdicts.Starting(state), null);
        }

        window.Explaining = !IsLean;
        _weighing.Assess(window, tracker.Open, OneSided(state, second));
        var none = _weighing.None;
        var judged = JudgedResources.Of(none.File);
        var measured = (IsMeasured(window) && judged.Count > 0) || (none.File.Failed && Pause.StoodStill(window).Holds);
        var winner = _weighing.Winner(window, tracker.Open);
        var harmed = none.File.Failed;
        var winnerId = winner?.Hypothesis.Id ?? HypothesisIds.Unknown;

        // Healthy as far as known is not healthy: the processors are not known.
        if (measured && !harmed && (winner is null || winner == none) && Processors.AreNotCounted(window))
        {
            (measured, winner, winnerId) = (false, null, HypothesisIds.Unknown);
        }

        // What the open episode rests on is no longer measured: that is a gap, not an end.
        var blind = tracker.Open is not null && tracker.Open != winnerId && (winner is null || winner.Hypothesis.Family == ResourceFamily.None)
            && _weighing.OfId(tracker.Open) is { } rested && rested.File.IsBlind;
        if (blind)
        {
            winner = null;
            winnerId = HypothesisIds.Unknown;
        }

        var standing = _weighing.OfId(tracker.Open);
        var rival = winner is not null && standing?.Hypothesis.Family == winner.Hypothesis.Family;
        var outcome = new SecondOutcome(
            winnerId, winner?.Hypothesis.EpisodeSecondsMin ?? 0, rival, standing?.File.Failed ?? false, harmed, !measured || blind,
            winner?.Hypothesis.OnsetSignal ?? SignalCatalog.Ready, winner?.Hypothesis.Began(window))
        {
            RestSeconds = winner?.Hypothesis.EpisodeRestSeconds(window) ?? 0,
        };
        tracker.Follow(state.Info.Id, second, outcome, state.History);

        // While the cause of an open episode stays the likeliest, one weak second does not change the verdict.
        if (tracker.Open is not null && tracker.Open != winnerId && winner is null && _weighing.OfId(tracker.Open) is { Probability: >= 0.5 } carried)
        {
            winner = carried;
        }

        var takes = measured && tracker.Takes(second, winner?.Hypothesis.Id ?? HypothesisIds.Unknown, winner?.Probability ?? Verdicts.UnclearProbability(_weighing));
        var verdict = Tell(second, state, states, root, one, winner, measured ? judged : null, harmed, takes);
        var severity = winner?.Hypothesis.Severity(window) ?? (harmed ? 0.3 : 0);
        return (verdict, tracker.Current(state.Info.Id, second, verdict, takes, double.IsNaN(severity) ? 0.3 : severity));
    }

    private Verdict Tell(
        long second, PartitionTracks state, IReadOnlyList<PartitionTracks> states, SideTimeline root, Case one, Assessment? winner,
        IReadOnlyList<ResourceFamily>? judged, bool harmed, bool takes)
    {
        var (tracker, window) = (one.Tracker, one.Window);
        if (IsLean)
        {
            if (!takes)
            {
                return one.LastBare = Verdicts.Bare(one.LastBare, winner, judged);
            }

            // This one is read: the same second again, in words.
            _word(state, second);
            window.Explaining = true;
            var id = winner?.Hypothesis.Id;
            _weighing.Assess(window, tracker.Open, OneSided(state, second));
            winner = id is null ? null : _weighing.OfId(id);
        }

        if (judged is null)
        {
            return Verdicts.NoData(state, window, tracker);
        }

        if (winner is null)
        {
            return Verdicts.Unclear(state, _weighing, tracker, harmed) with { Judged = judged };
        }

        if (winner == _weighing.None)
        {
            return Verdicts.Healthy(second, state, window, _weighing) with { Judged = judged };
        }

        var onset = tracker.Open == winner.Hypothesis.Id ? tracker.Onset : second;
        var known = one.CulpritsOf == winner.Hypothesis.Id && one.CulpritsOnset == onset && second >= one.CulpritsSecond;
        if (!known || (CulpritFinder.Remembers(state, onset, second) && (takes || second - one.CulpritsSecond >= CulpritSeconds)))
        {
            (one.CulpritsOf, one.CulpritsOnset, one.CulpritsSecond) = (winner.Hypothesis.Id, onset, second);
            one.Culprits = _culprits.Find(winner.Hypothesis.Shared, state, states, root, onset, second, window);
        }

        return Verdicts.Named(second, state, window, winner, _weighing, onset, one.Culprits, Marks(winner.Hypothesis.Family, second, state, root), _options.ProbabilityMin)
            with { Judged = judged };
    }

    private static IReadOnlyList<(Evidence Evidence, string Advice)> Marks(ResourceFamily family, long second, PartitionTracks state, SideTimeline root)
    {
        return [.. StackCatalog.Marks(family, m => Values(m.Side == MetricSide.Guest ? state.Guest : state.Host, m), m => Values(root, m)).Take(StackMarksMax)];

        IEnumerable<StackValue> Values(SideTimeline side, MetricDefinition metric) => side.Of(metric).Select(s => new StackValue(s.Key.Instance, s.At(second), s.NativeName));
    }

    // Without any of these, and an answer to a question about harm, there is nothing to judge by. Levels do not count: they stand for a while after their side fell silent.
    private static bool IsMeasured(SignalWindow window)
        => window.Has(SignalCatalog.GuestBusy) || window.Has(SignalCatalog.HostRun) || window.Has(SignalCatalog.Ready)
            || window.Has(SignalCatalog.DiskGuestIops) || window.Has(SignalCatalog.DiskHostIops);

    private static bool OneSided(PartitionTracks state, long second) => state.HasGuest(second) != state.HasHost(second);

    private sealed class Case(EpisodeTracker tracker, SignalWindow window, int keptSeconds)
    {
        private readonly Verdict?[] _verdicts = new Verdict?[keptSeconds];

        public EpisodeTracker Tracker { get; } = tracker;

        public SignalWindow Window { get; } = window;

        // The newest verdict of a second that nobody reads.
        public Verdict? LastBare { get; set; }

        public long StartedSecond { get; set; } = long.MinValue / 2;

        public IReadOnlyList<Culprit> Culprits { get; set; } = [];

        public string? CulpritsOf { get; set; }

        public long CulpritsOnset { get; set; }

        public long CulpritsSecond { get; set; }

        public Verdict? VerdictAt(long second) => _verdicts[(int)(second % _verdicts.Length)];

        public void Keep(long second, Verdict verdict) => _verdicts[(int)(second % _verdicts.Length)] = verdict;
    }
}
