using HvIntegration.Model;
using HvIntegration.Engine.Options;
using HvIntegration.Engine.Signals;
using HvIntegration.Engine.Timeline;

namespace HvIntegration.Engine.Diagnosis;

/// <summary>Joins the verdicts of one VM into episodes: onset refined to the change, end with hysteresis, carried over gaps.</summary>
/// <param name="windows">Seconds a cause must hold and be away.</param>
/// <param name="unknownSeconds">Seconds of unexplained harm that make an episode.</param>
/// <param name="gaps">Gaps of the VM, which its episodes tell.</param>
internal sealed class EpisodeTracker(DecisionWindow windows, int unknownSeconds, GapWatch gaps)
{
    private const int BackSecondsMax = 60;
    private const int BeforeSeconds = 30;
    private const double ChangeShare = 0.25;
    private const int CarriedSecondsMax = 900;
    private const int GapsMax = 32;
    private const int FinishedMax = 256;

    // What has lasted is not given up for a moment: another cause of the same harm must hold a quarter as long as the episode did,
    // and the harm must be away as long as it was there, within these bounds. Of a load that hovers about a limit one incident is
    // told, not ten.
    private const int LastedDivisor = 4;
    private const int SwitchSecondsMax = 30;

    // Once what it rests on is gone, staying with it would be wrong and not steady: only a moment is waited out.
    private const int FellSecondsMax = 8;
    private const int EndSecondsMax = 60;

    // Of verdicts about as certain the later one knows more: its suspects rest on more seconds. Close is meant against the
    // most certain one, or a fading end would take over step by step.
    private const double CloseProbability = 0.03;
    private const double BetterProbability = 0.02;
    private const int KnowsMoreSecondsMin = 2;
    private const int KnowsMoreSecondsMax = 15;

    private readonly List<Episode> _finished = [];
    private Verdict? _best;
    private long _bestSecond;
    private double _highest;
    private int _carried;
    private int _secondsMin;
    private double _severity;
    private long _lastSeen;
    private int _unknownRun;
    private string _candidate = string.Empty;
    private int _candidateRun;
    private int _restSeconds;
    private int _occurrences;

    /// <summary>Cause of the open episode; null when none is open.</summary>
    public string? Open { get; private set; }

    /// <summary>First second of the open episode.</summary>
    public long Onset { get; private set; }

    /// <summary>Whether this second's verdict stands for the open episode from now on: the first one, a clearly surer one, or one as sure that knows more.</summary>
    /// <param name="second">Host second.</param>
    /// <param name="hypothesis">Cause the second is given.</param>
    /// <param name="probability">Its probability.</param>
    public bool Takes(long second, string hypothesis, double probability)
        => hypothesis == Open && (_best is null || probability > _highest + BetterProbability
            || (probability >= _highest - CloseProbability && second - _bestSecond >= Math.Clamp(_bestSecond - Onset, KnowsMoreSecondsMin, KnowsMoreSecondsMax)));

    /// <summary>Decides what the instant winner means for the episode.</summary>
    /// <param name="partition">VM GUID, for what is finished.</param>
    /// <param name="second">Host second.</param>
    /// <param name="outcome">What the second came to.</param>
    /// <param name="history">Signals of the VM.</param>
    public void Follow(Guid partition, long second, in SecondOutcome outcome, SignalHistory history)
    {
        if (outcome.IsGap)
        {
            Carry(partition, second);
            return;
        }

        var winner = outcome.Winner;
        _carried = 0;
        _unknownRun = winner == HypothesisIds.Unknown && outcome.Harmed ? _unknownRun + 1 : 0;
        if (winner == Open)
        {
            // A cause that was away for as long as usually ends an episode has come back.
            _occurrences += second - _lastSeen > windows.EndSeconds ? 1 : 0;
            _restSeconds = Math.Max(_restSeconds, outcome.RestSeconds);
            _lastSeen = second;
            _candidateRun = 0;
            return;
        }

        if (winner is not (HypothesisIds.None or HypothesisIds.Unknown))
        {
            _candidateRun = winner == _candidate ? _candidateRun + 1 : 1;
            _candidate = winner;

            // Another cause must hold as long as the first had to before it takes over; a pause is a fact, not a trend.
            var hold = outcome.Rival ? Math.Clamp((second - Onset) / LastedDivisor, windows.Hits, Math.Max(windows.Hits, outcome.Fell ? FellSecondsMax : SwitchSecondsMax)) : windows.Hits;
            var replaces = Open is null or HypothesisIds.Unknown || _candidateRun >= hold || winner == HypothesisIds.VmPaused;
            if (!replaces && outcome.Rival)
            {
                _lastSeen = second;
                return;
            }

            if (replaces)
            {
                var taken = Open is not null && Open != HypothesisIds.Unknown;
                var onset = outcome.Began ?? RefineOnset(outcome.OnsetSignal, FirstHit(second), history, taken ? Onset : long.MinValue);

                // What was unclear until now was the beginning of this.
                var absorbed = Open == HypothesisIds.Unknown && onset <= Onset + windows.Seconds;
                End(partition, absorbed ? long.MinValue : Math.Max(Onset, Math.Min(_lastSeen, onset - 1)));
                Begin(winner, second, onset, outcome.SecondsMin, outcome.RestSeconds);
                return;
            }
        }
        else if (_unknownRun >= unknownSeconds && Open is null)
        {
            Begin(HypothesisIds.Unknown, second, second - _unknownRun + 1, 0, 0);
            return;
        }

        if (Open is not null && second - _lastSeen >= Math.Max(_restSeconds, Math.Clamp(_lastSeen - Onset, windows.EndSeconds, Math.Max(EndSecondsMax, windows.EndSeconds))))
        {
            End(partition, _lastSeen);
        }
    }

    /// <summary>The open episode; null when none is open, or it has not lasted as long as its cause asks for.</summary>
    /// <param name="partition">VM GUID.</param>
    /// <param name="second">Host second.</param>
    /// <param name="verdict">Verdict of the second.</param>
    /// <param name="takes">Whether it stands for the episode from now on.</param>
    /// <param name="severity">Harm of the second, 0 to 1.</param>
    public Episode? Current(Guid partition, long second, Verdict verdict, bool takes, double severity)
    {
        if (Open is null)
        {
            return null;
        }

        if (takes)
        {
            _highest = _best is null ? verdict.Probability : Math.Max(_highest, verdict.Probability);
            (_best, _bestSecond) = (verdict, second);
        }

        _severity = Math.Max(_severity, severity);
        if (_lastSeen - Onset + 1 < _secondsMin)
        {
            // Too short to be kept if it ended now: an incident is not told and taken back.
            return null;
        }

        return new Episode(0, partition, Open, Onset, _lastSeen, null, _severity, _best ?? verdict) { Gaps = gaps.Within(Onset, second, GapsMax), Occurrences = _occurrences };
    }

    /// <summary>Episodes that ended since the last call, oldest first.</summary>
    public void TakeFinished(List<Episode> into)
    {
        into.AddRange(_finished);
        _finished.Clear();
    }

    /// <summary>Ends the open episode at its last second, because the record ends.</summary>
    public void Finish(Guid partition)
    {
        if (Open is not null)
        {
            End(partition, _lastSeen);
        }
    }

    private void Carry(Guid partition, long second)
    {
        _carried++;
        if (Open is null)
        {
            return;
        }

        if (_carried > CarriedSecondsMax)
        {
            // A gap is not an end, unless it outlasts what is remembered: then the last second before it was the end.
            End(partition, second - _carried);
            return;
        }

        _lastSeen = second;
    }

    private void Begin(string hypothesis, long second, long onset, int secondsMin, int restSeconds)
    {
        _secondsMin = secondsMin;
        Open = hypothesis;
        Onset = onset;
        _lastSeen = second;
        _best = null;
        _severity = 0;
        _candidateRun = 0;
        _restSeconds = restSeconds;
        _occurrences = 1;
    }

    private void End(Guid partition, long last)
    {
        if (Open is not null && _best is not null && last >= Onset && last - Onset + 1 >= _secondsMin)
        {
            if (_finished.Count == FinishedMax)
            {
                _finished.RemoveAt(0);
            }

            _finished.Add(new Episode(0, partition, Open, Onset, last, last, _severity, _best) { Gaps = gaps.Within(Onset, last, GapsMax), Occurrences = _occurrences });
        }

        Open = null;
        _best = null;
    }

    // A cause that had to hold longer before it took over began when it was first seen, not when it took over.
    private long FirstHit(long second) => second - Math.Max(0, _candidateRun - windows.Hits);

    // Walks back from the detection to where the signal left its earlier level: the k-of-n rule speaks seconds after the change.
    private long RefineOnset(SignalDefinition signal, long second, SignalHistory history, long notBefore)
    {
        var detected = second - windows.Hits + 1;
        Span<double> before = stackalloc double[BeforeSeconds];
        var count = history.Window(signal, detected - windows.Seconds, before);
        var high = history.Mean(signal, second, windows.Hits);
        if (count < windows.Hits || double.IsNaN(high))
        {
            return Math.Max(detected, notBefore);
        }

        before[..count].Sort();
        var low = before[count / 2];
        var threshold = low + ((high - low) * ChangeShare);
        var onset = detected;
        for (var at = detected; at > second - BackSecondsMax && at >= notBefore; at--)
        {
            var value = history.At(signal, at);
            if (double.IsNaN(value) || (high > low ? value < threshold : value > threshold))
            {
                break;
            }

            onset = at;
        }

        return onset;
    }
}
