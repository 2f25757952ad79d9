using HvIntegration.Engine.Diagnosis.Cases;
using HvIntegration.Engine.Signals;
using HvIntegration.Model;

namespace HvIntegration.Engine.Diagnosis.Questions;

/// <summary>Questions about the other VMs of the host.</summary>
internal static class Siblings
{
    /// <summary>Other VMs wait for processors too, those at a cap of their own left out.</summary>
    /// <param name="window">Of this VM.</param>
    /// <param name="mostly">More than half of those that are measured must.</param>
    public static Finding Waiting(SignalWindow window, bool mostly = false)
    {
        // On a roomy host a small wait is that of waking up.
        var roomy = window.Below(SignalCatalog.LpBusy, window.Limits.ProcessorsCautionShare).Holds;
        var (measured, hurt) = (0, 0);
        foreach (var sibling in window.All)
        {
            if (ReferenceEquals(sibling, window))
            {
                continue;
            }

            var ready = sibling.Level(SignalCatalog.Ready);
            ready = double.IsNaN(ready) ? sibling.Level(SignalCatalog.Steal) : ready;
            if (!double.IsNaN(ready) && !(sibling.Level(SignalCatalog.CapUse) >= 1 - window.Limits.CapNearShare))
            {
                measured++;
                hurt += ready >= sibling.Limits.ReadyShare * (roomy ? 2 : 1) ? 1 : 0;
            }
        }

        return Counted(window, measured, mostly && 2 * hurt <= measured ? 0 : hurt, FactKind.OthersWait, SignalCatalog.Ready);
    }

    /// <summary>Other VMs on the same store are slow too.</summary>
    public static Finding SlowOnStore(SignalWindow window)
    {
        var (measured, hurt) = (0, 0);
        foreach (var sibling in window.All)
        {
            if (!ReferenceEquals(sibling, window) && SharesStore(window, sibling.Tracks))
            {
                var latency = sibling.Level(SignalCatalog.DiskLowerLatency);
                latency = double.IsNaN(latency) ? sibling.Level(SignalCatalog.DiskDeviceLatency) : latency;
                measured += double.IsNaN(latency) ? 0 : 1;
                hurt += latency >= window.Limits.DiskLatencySeconds || (latency >= window.Limits.DiskLatencyFloorSeconds && Storage.Slow(sibling, SignalCatalog.DiskDeviceLatency).Holds) ? 1 : 0;
            }
        }

        return Counted(window, measured, hurt, FactKind.OthersSlowOnStore, SignalCatalog.DiskDeviceLatency);
    }

    /// <summary>Other VMs lose time between their driver and their virtual device too, although they issue no more operations than usual.</summary>
    public static Finding SlowInside(SignalWindow window)
    {
        var (measured, hurt) = (0, 0);
        foreach (var sibling in window.All)
        {
            if (!ReferenceEquals(sibling, window) && sibling.Has(SignalCatalog.DiskInside))
            {
                measured++;
                hurt += Storage.SlowInside(sibling).Holds && Storage.Slow(sibling, SignalCatalog.DiskGuestLatency).Holds && !Storage.IopsRisen(sibling).Holds ? 1 : 0;
            }
        }

        return Counted(window, measured, hurt, FactKind.OthersSlowInside, SignalCatalog.DiskInside);
    }

    /// <summary>Other VMs lack memory too.</summary>
    public static Finding UnderPressure(SignalWindow window)
    {
        var (measured, hurt) = (0, 0);
        foreach (var sibling in window.All)
        {
            if (!ReferenceEquals(sibling, window) && sibling.Level(SignalCatalog.MemoryPressure) is var pressure && !double.IsNaN(pressure))
            {
                measured++;
                hurt += pressure >= window.Limits.MemoryPressureRatio ? 1 : 0;
            }
        }

        return Counted(window, measured, hurt, FactKind.OthersUnderMemoryPressure, SignalCatalog.MemoryPressure);
    }

    /// <summary>As <see cref="HoldsStore"/>; where no other VM is known on the store, it is this one's alone as far as anybody can see.</summary>
    public static Finding HoldsStoreAsFarAsKnown(SignalWindow window, double share)
    {
        var held = HoldsStore(window, share);
        return held.Answer == Answer.NotMeasured ? held with { Answer = Answer.Yes, Strength = 0.6 } : held;
    }

    /// <summary>This VM's share of the load on its store.</summary>
    public static Finding HoldsStore(SignalWindow window, double share)
    {
        var own = Load(window);
        var total = own;
        var others = 0;
        foreach (var sibling in window.All)
        {
            if (!ReferenceEquals(sibling, window) && SharesStore(window, sibling.Tracks) && Load(sibling) is var load && !double.IsNaN(load))
            {
                total += load;
                others++;
            }
        }

        if (double.IsNaN(own) || total <= 0)
        {
            return window.Absent(SignalCatalog.DiskHostIops, FactKind.StoreShare, "the host did not report disk operations");
        }

        var held = own / total;
        return new Finding(
            others == 0 ? Answer.NotMeasured : held >= share ? Answer.Yes : Answer.No, SignalCatalog.DiskHostIops, SignalIds.DiskHostIops,
            window.Say(FactKind.HoldsStore, held, unit: "1"), held, share, "1",
            others == 0 ? "no other VM was measured on its store" : window.Explaining ? window.Tracks.Frame.SourceOf(SignalCatalog.DiskHostIops) : string.Empty, 1);

        static double Load(SignalWindow of) => DiskSignals.Load(of.Level(SignalCatalog.DiskHostIops), of.Level(SignalCatalog.DiskHostBytes));
    }

    /// <summary>True when a disk of the other VM lies on a store of this one, or the stores are not known.</summary>
    public static bool SharesStore(SignalWindow window, PartitionTracks other) => DiskSignals.ShareStore(window.Tracks.Host, other.Host, window.Second) ?? true;

    private static Finding Counted(SignalWindow window, int measured, int hurt, FactKind kind, SignalDefinition signal)
        => measured == 0
            ? window.Absent(signal, kind, "no other VM was measured")
            : new Finding(
                hurt > 0 ? Answer.Yes : Answer.No, signal, signal.Id, window.Say(kind, hurt, measured, "{vm}") is { } counted ? counted with { Signal = signal.Id } : null, hurt, 1,
                "{vm}", "other VMs", 1);
}
