using HvIntegration.Engine.Clock;
using HvIntegration.Engine.Model;
using HvIntegration.Engine.Signals;

namespace HvIntegration.Engine.Diagnosis;

/// <summary>Questions about a VM that does not run.</summary>
internal sealed partial class Symptoms
{
    private const int PauseSeconds = 5;
    private const double StandingShare = 0.0005;
    private const double LivingShare = 0.002;
    private const int StandingSeconds = 2;
    private const int StillBackSeconds = 60;
    private const int ContradictedSeconds = 5;
    private const double ContradictedShare = 0.03;

    /// <summary>The VM stands still: by the host's word, by time its clock did not live through, or because its processors do not run at all.</summary>
    public Finding StoodStill()
    {
        if (Partition.State == PartitionState.Paused)
        {
            return State(Answer.Yes, "partition.state", Words($"the host shows that it stands still"), 1, double.NaN, "1", "state of the VM", 1);
        }

        if (_partition.Frame.Has(SignalCatalog.Activity))
        {
            return State(Answer.Yes, SignalIds.Activity, Words($"the host moves or saves it: {_partition.Frame.SourceOf(SignalCatalog.Activity)}"), 1, double.NaN, "1", "activity of the host", 1);
        }

        if (LastPause() is { } pause)
        {
            var lost = pause.LostNs / 1e9;
            return State(Answer.Yes, "path.clock", Words($"its clock lost {Text.Short(lost)} s against the host's"), lost, 0.5, "s", "clock exchange", 1);
        }

        var still = Standing();
        if (!still.Holds && StoodByItsHostAlone() is { } unseen)
        {
            return unseen;
        }

        if (!still.Holds && !double.IsNaN(_partition.History.At(SignalCatalog.GuestBusy, Second)))
        {
            return State(Answer.No, "partition.state", Words($"it reports from inside"), 0, double.NaN, "1", "guest", 1);
        }

        return still.Holds || Partition.State != PartitionState.Unknown || _partition.Clock is not null
            ? still
            : Absent(SignalCatalog.Activity, string.Empty, "neither the inventory nor an agent's clock tells");
    }

    /// <summary>First second since which neither side has shown it alive; null when this second does, or when only its clock told of the pause afterwards.</summary>
    public long? StillSince()
    {
        long? since = null;
        for (var at = Second; at > Second - StillBackSeconds; at--)
        {
            if (_partition.History.At(SignalCatalog.HostRun, at) >= StandingShare || !double.IsNaN(_partition.History.At(SignalCatalog.GuestBusy, at)))
            {
                break;
            }

            since = at;
        }

        return LastPause() is null ? since : null;
    }

    /// <summary>Pause of the VM that its clock has just shown; null when none.</summary>
    public ClockBreak? LastPause()
    {
        var breaks = _partition.Clock?.Breaks;
        for (var i = (breaks?.Count ?? 0) - 1; i >= 0; i--)
        {
            var at = breaks![i];
            if (at.Cause == "pause" && at.LostNs >= 0.5e9 && Math.Abs((at.ToHostNs / 1_000_000_000L) - Second) <= PauseSeconds)
            {
                return at;
            }
        }

        return null;
    }

    private Finding Standing()
    {
        // An idle guest runs some thousandths of the time for its timers; none at all for seconds, and no word from inside, is a stand.
        var still = 0;
        for (var at = Second; at > Second - _windows.Seconds; at--)
        {
            var run = _partition.History.At(SignalCatalog.HostRun, at);
            if (!(run < StandingShare) || !double.IsNaN(_partition.History.At(SignalCatalog.GuestBusy, at)))
            {
                break;
            }

            still++;
        }

        if (still < StandingSeconds)
        {
            return State(Answer.No, "partition.state", Words($"it runs"), 0, double.NaN, "1", "inventory and run time", 1);
        }

        var before = Baseline(SignalCatalog.HostRun);
        return before >= LivingShare
            ? State(Answer.Yes, SignalIds.HostRun, Words($"its virtual processors have not run at all for {Text.Number(still)} s"), 0, StandingShare, "1", Explaining ? _partition.Frame.SourceOf(SignalCatalog.HostRun) : string.Empty, 0.8)
            : State(Answer.No, "partition.state", Words($"it hardly ran before"), before, LivingShare, "1", "run time", 1);
    }

    // A guest whose clock stood still with it knows nothing of the pause: its rows lie over it, seconds late, and say that it works.
    // On processors that have not run at all nothing can work. Null where it is not so.
    private Finding? StoodByItsHostAlone()
    {
        for (var at = Second; at > Second - ContradictedSeconds; at--)
        {
            if (!(_partition.History.At(SignalCatalog.HostRun, at) < StandingShare) || !(_partition.History.At(SignalCatalog.GuestBusy, at) >= ContradictedShare))
            {
                return null;
            }
        }

        return Baseline(SignalCatalog.HostRun) >= LivingShare
            ? State(Answer.Yes, SignalIds.HostRun, Words($"its virtual processors have not run at all for {Text.Number(ContradictedSeconds)} s, while rows of its own, whose clock stood still too, say that it worked"), 0, StandingShare, "1", Explaining ? _partition.Frame.SourceOf(SignalCatalog.HostRun) : string.Empty, 0.7)
            : null;
    }

    private static Finding State(Answer answer, string what, string sentence, double value, double limit, string unit, string source, double strength)
        => new(answer, SignalCatalog.Find(what), what, sentence, value, limit, unit, source, strength);
}
