using HvIntegration.Engine.Signals;

namespace HvIntegration.Engine.Diagnosis;

/// <summary>Questions about the ways between guest and host: the bus and the network.</summary>
internal sealed partial class Symptoms
{
    // Against the time before: a network that loses hardly anything is felt long before a segment in a hundred is sent again.
    private const double RetransmitRatio = 5;

    /// <summary>The bus itself says that it is held up: full rings, throttling, messages held back.</summary>
    public Finding BusHeld() => Finding.Any(
        AtLeast(SignalCatalog.RingFull, Limits.RingFullPerSecond), AtLeast(SignalCatalog.BusDelay, Limits.BusDelayShare), Throttled());

    /// <summary>The bus throttled somebody in the last half minute.</summary>
    public Finding Throttled()
    {
        var history = _partition.History;
        var sum = 0.0;
        var seen = false;
        for (var at = Second - 30; at <= Second; at++)
        {
            var value = history.At(SignalCatalog.BusThrottle, at);
            seen |= !double.IsNaN(value);
            sum += double.IsNaN(value) ? 0 : value;
        }

        return !seen
            ? Absent(SignalCatalog.BusThrottle, string.Empty, "the host did not report its bus")
            : new Finding(
                sum >= Limits.ThrottleEvents ? Answer.Yes : Answer.No, SignalCatalog.BusThrottle, SignalIds.BusThrottle,
                Words($"the bus throttled {Text.Number((long)sum)} times in 30 s"), sum, Limits.ThrottleEvents, "{event}",
                Explaining ? _partition.Frame.SourceOf(SignalCatalog.BusThrottle) : string.Empty, 0.9);
    }

    /// <summary>The channel answers late although the guest wakes in time.</summary>
    public Finding EchoSlow() => Finding.Any(
        AtLeast(SignalCatalog.RoundTrip, Limits.EchoSeconds), AboveBaseline(SignalCatalog.RoundTrip, 5, Limits.EchoSeconds / 2));

    /// <summary>The host's network drops what this VM sends or gets, or its uplink is full.</summary>
    public Finding NetworkHeld() => Finding.Any(
        Finding.All(AtLeast(SignalCatalog.NetHostDropped, Limits.DropsPerSecond), OrMissing(AtLeast(SignalCatalog.NetHostDropShare, Limits.DropShare))),
        AtLeast(SignalCatalog.UplinkUse, Limits.UplinkShare),
        AtLeast(SignalCatalog.UplinkDropped, Limits.DropsPerSecond).Weaker(0.7),
        AtLeast(SignalCatalog.SwitchDropped, 5 * Limits.DropsPerSecond).Weaker(0.6));

    /// <summary>The guest feels it: segments are sent again, or its driver drops packets; where segments sent again are not told, its own packets are dropped beside a full uplink.</summary>
    public Finding NetworkFelt()
    {
        var inside = Finding.Any(
            AtLeast(SignalCatalog.Retransmits, Limits.RetransmitShare),
            AboveBaseline(SignalCatalog.Retransmits, RetransmitRatio, Limits.RetransmitShare / RetransmitRatio),
            AtLeast(SignalCatalog.NetGuestDropped, 5 * Limits.DropsPerSecond).Weaker(0.6));
        if (inside.Holds || Has(SignalCatalog.Retransmits))
        {
            return inside;
        }

        var outside = Finding.All(
            AtLeast(SignalCatalog.NetHostDropped, Limits.DropsPerSecond), OrMissing(AtLeast(SignalCatalog.NetHostDropShare, Limits.DropShare)),
            AtLeast(SignalCatalog.UplinkUse, Limits.UplinkShare)).Weaker(0.85);
        return outside.Holds ? outside : inside;
    }

    private static Finding OrMissing(Finding finding) => finding.Answer == Answer.NotMeasured ? finding with { Answer = Answer.Yes, Strength = 0.8 } : finding;
}
