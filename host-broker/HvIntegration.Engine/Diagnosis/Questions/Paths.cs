using HvIntegration.Engine.Diagnosis.Cases;
using HvIntegration.Engine.Signals;
using HvIntegration.Model;

namespace HvIntegration.Engine.Diagnosis.Questions;

/// <summary>Questions about the ways between guest and host: the bus and the network.</summary>
internal static class Paths
{
    // Against the time before: a network that loses hardly anything is felt long before a segment in a hundred is sent again.
    private const double RetransmitRatio = 5;

    /// <summary>The bus itself says that it is held up: full rings, throttling, messages held back.</summary>
    public static Finding BusHeld(SignalWindow window) => Finding.Any(
        window.AtLeast(SignalCatalog.RingFull, window.Limits.RingFullPerSecond), window.AtLeast(SignalCatalog.BusDelay, window.Limits.BusDelayShare), BusThrottled(window));

    /// <summary>Evidence of the bus itself, not only time that nobody else lost: it is held up, it answers late while the guest wakes in time, or other VMs wait for it too.</summary>
    public static Finding BusShown(SignalWindow window) => Finding.Any(
        BusHeld(window), Finding.All(EchoSlow(window), window.Below(SignalCatalog.WakeupLateness, window.Limits.WakeupLateSeconds)), Siblings.SlowInside(window));

    /// <summary>The VMBus throttled a VM in the last half minute.</summary>
    public static Finding BusThrottled(SignalWindow window)
    {
        var history = window.Tracks.History;
        var sum = 0.0;
        var seen = false;
        for (var at = window.Second - 30; at <= window.Second; at++)
        {
            var value = history.At(SignalCatalog.BusThrottle, at);
            seen |= !double.IsNaN(value);
            sum += double.IsNaN(value) ? 0 : value;
        }

        return !seen
            ? window.Absent(SignalCatalog.BusThrottle, FactKind.Signal, "the host did not report its VMBus counters")
            : new Finding(
                sum >= window.Limits.ThrottleEvents ? Answer.Yes : Answer.No, SignalCatalog.BusThrottle, SignalIds.BusThrottle,
                window.Say(FactKind.BusThrottled, sum), sum, window.Limits.ThrottleEvents, "{event}",
                window.Explaining ? window.Tracks.Frame.SourceOf(SignalCatalog.BusThrottle) : string.Empty, 0.9);
    }

    /// <summary>The channel answers late although the guest wakes in time.</summary>
    public static Finding EchoSlow(SignalWindow window) => Finding.Any(
        window.AtLeast(SignalCatalog.RoundTrip, window.Limits.EchoSeconds), window.AboveBaseline(SignalCatalog.RoundTrip, 5, window.Limits.EchoSeconds / 2));

    /// <summary>The host's network drops what this VM sends or gets, or its uplink is full.</summary>
    public static Finding NetworkHeld(SignalWindow window) => Finding.Any(
        Finding.All(window.AtLeast(SignalCatalog.NetHostDropped, window.Limits.DropsPerSecond), OrMissing(window.AtLeast(SignalCatalog.NetHostDropShare, window.Limits.DropShare))),
        window.AtLeast(SignalCatalog.UplinkUse, window.Limits.UplinkShare),
        window.AtLeast(SignalCatalog.UplinkDropped, window.Limits.DropsPerSecond).Weaker(0.7),
        window.AtLeast(SignalCatalog.SwitchDropped, 5 * window.Limits.DropsPerSecond).Weaker(0.6));

    /// <summary>The guest is affected: it retransmits segments, or its driver drops packets. Where retransmits are not reported, its packets are dropped while an uplink is full.</summary>
    public static Finding NetworkFelt(SignalWindow window)
    {
        var inside = Finding.Any(
            window.AtLeast(SignalCatalog.Retransmits, window.Limits.RetransmitShare),
            window.AboveBaseline(SignalCatalog.Retransmits, RetransmitRatio, window.Limits.RetransmitShare / RetransmitRatio),
            window.AtLeast(SignalCatalog.NetGuestDropped, 5 * window.Limits.DropsPerSecond).Weaker(0.6));
        if (inside.Holds || window.Has(SignalCatalog.Retransmits))
        {
            return inside;
        }

        var outside = Finding.All(
            window.AtLeast(SignalCatalog.NetHostDropped, window.Limits.DropsPerSecond), OrMissing(window.AtLeast(SignalCatalog.NetHostDropShare, window.Limits.DropShare)),
            window.AtLeast(SignalCatalog.UplinkUse, window.Limits.UplinkShare)).Weaker(0.85);
        return outside.Holds ? outside : inside;
    }

    private static Finding OrMissing(Finding finding) => finding.Answer == Answer.NotMeasured ? finding with { Answer = Answer.Yes, Strength = 0.8 } : finding;
}
