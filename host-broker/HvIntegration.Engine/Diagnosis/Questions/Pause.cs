using HvIntegration.Engine.Clock;
using HvIntegration.Engine.Diagnosis.Cases;
using HvIntegration.Engine.Signals;
using HvIntegration.Model;

namespace HvIntegration.Engine.Diagnosis.Questions;

/// <summary>Questions about a VM that does not run.</summary>
internal static class Pause
{
    private const int PauseSeconds = 5;
    private const long Second = 1_000_000_000;
    private const double StandingShare = 0.0005;
    private const double LivingShare = 0.002;
    private const int StandingSeconds = 2;
    private const int StillBackSeconds = 60;
    private const int ContradictedSeconds = 5;
    private const double ContradictedShare = 0.03;

    /// <summary>The VM stands still: by the host's word, by time its clock did not live through, or because its processors do not run at all.</summary>
    public static Finding StoodStill(SignalWindow window)
    {
        if (window.Partition.State == PartitionState.Paused)
        {
            return State(Answer.Yes, "partition.state", window.Say(FactKind.ShownStill) is { } shown ? shown with { Name = window.Partition.StopReason } : null, 1, double.NaN, "1", "state of the VM", 1);
        }

        if (window.Tracks.Frame.Has(SignalCatalog.Activity))
        {
            return State(Answer.Yes, SignalIds.Activity, window.Say(FactKind.MovedOrSaved) is { } moved ? moved with { Name = window.Tracks.Frame.SourceOf(SignalCatalog.Activity) } : null, 1, double.NaN, "1", "activity of the host", 1);
        }

        if (Last(window) is { } pause)
        {
            var lost = pause.LostNs / 1e9;
            return State(Answer.Yes, "path.clock", window.Say(FactKind.ClockLost, lost, unit: "s"), lost, 0.5, "s", "clock exchange", 1);
        }

        var still = Standing(window);
        if (!still.Holds && StoodByItsHostAlone(window) is { } unseen)
        {
            return unseen;
        }

        if (!still.Holds && !double.IsNaN(window.Tracks.History.At(SignalCatalog.GuestBusy, window.Second)))
        {
            return State(Answer.No, "partition.state", window.Say(FactKind.ReportsFromInside), 0, double.NaN, "1", "guest", 1);
        }

        return still.Holds || window.Partition.State != PartitionState.Unknown || window.Tracks.Clock is not null
            ? still
            : window.Absent(SignalCatalog.Activity, FactKind.Signal, "neither the inventory nor the clock of an agent shows it");
    }

    /// <summary>First second in which its processors stood; where the host shows no such second, the first since which neither side has reported. Null when this second shows it alive.</summary>
    /// <remarks>A pause that only the guest's clock shows began when that clock had been lived through: the time it lost before it was seen again.</remarks>
    public static long? StillSince(SignalWindow window)
    {
        if (Last(window) is { } pause)
        {
            return Math.Max(pause.FromHostNs, pause.ToHostNs - (long)pause.LostNs) / Second;
        }

        long? stood = null;
        long? silent = null;
        for (var at = window.Second; at > window.Second - StillBackSeconds; at--)
        {
            var run = window.Tracks.History.At(SignalCatalog.HostRun, at);
            if (run >= StandingShare || !double.IsNaN(window.Tracks.History.At(SignalCatalog.GuestBusy, at)))
            {
                break;
            }

            stood = run < StandingShare ? at : stood;
            silent = at;
        }

        return stood ?? silent;
    }

    /// <summary>Pause of the VM that its clock has just shown; null when none.</summary>
    public static ClockBreak? Last(SignalWindow window)
    {
        var breaks = window.Tracks.Clock?.Breaks;
        for (var i = (breaks?.Count ?? 0) - 1; i >= 0; i--)
        {
            var at = breaks![i];
            if (at.Cause == ClockCauses.Pause && at.LostNs >= 0.5e9 && Math.Abs((at.ToHostNs / 1_000_000_000L) - window.Second) <= PauseSeconds)
            {
                return at;
            }
        }

        return null;
    }

    private static Finding Standing(SignalWindow window)
    {
        // An idle guest runs some thousandths of the time for its timers; none at all for seconds, and no word from inside, is a stand.
        var still = 0;
        for (var at = window.Second; at > window.Second - window.Seconds; at--)
        {
            var run = window.Tracks.History.At(SignalCatalog.HostRun, at);
            if (!(run < StandingShare) || !double.IsNaN(window.Tracks.History.At(SignalCatalog.GuestBusy, at)))
            {
                break;
            }

            still++;
        }

        if (still < StandingSeconds)
        {
            return State(Answer.No, "partition.state", window.Say(FactKind.Runs), 0, double.NaN, "1", "inventory and run time", 1);
        }

        var before = window.Baseline(SignalCatalog.HostRun);
        return before >= LivingShare
            ? State(Answer.Yes, SignalIds.HostRun, window.Say(FactKind.ProcessorsStood, still, unit: "s"), 0, StandingShare, "1", window.Explaining ? window.Tracks.Frame.SourceOf(SignalCatalog.HostRun) : string.Empty, 0.8)
            : State(Answer.No, "partition.state", window.Say(FactKind.HardlyRanBefore), before, LivingShare, "1", "run time", 1);
    }

    // A guest whose clock stood still with it knows nothing of the pause: its rows lie over it, seconds late, and say that it works.
    // On processors that have not run at all nothing can work. Null where it is not so.
    private static Finding? StoodByItsHostAlone(SignalWindow window)
    {
        for (var at = window.Second; at > window.Second - ContradictedSeconds; at--)
        {
            if (!(window.Tracks.History.At(SignalCatalog.HostRun, at) < StandingShare) || !(window.Tracks.History.At(SignalCatalog.GuestBusy, at) >= ContradictedShare))
            {
                return null;
            }
        }

        return window.Baseline(SignalCatalog.HostRun) >= LivingShare
            ? State(Answer.Yes, SignalIds.HostRun, window.Say(FactKind.ProcessorsStoodUnseen, ContradictedSeconds, unit: "s"), 0, StandingShare, "1", window.Explaining ? window.Tracks.Frame.SourceOf(SignalCatalog.HostRun) : string.Empty, 0.7)
            : null;
    }

    private static Finding State(Answer answer, string what, Fact? fact, double value, double limit, string unit, string source, double strength)
        => new(answer, SignalCatalog.Find(what), what, fact, value, limit, unit, source, strength);
}
