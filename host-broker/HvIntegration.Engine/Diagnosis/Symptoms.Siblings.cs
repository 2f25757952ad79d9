using HvIntegration.Engine.Signals;

namespace HvIntegration.Engine.Diagnosis;

/// <summary>Questions about the other VMs of the host.</summary>
internal sealed partial class Symptoms
{
    /// <summary>Other VMs wait for processors too, those at a cap of their own left out.</summary>
    /// <param name="mostly">More than half of those that are measured must.</param>
    public Finding SiblingsWaiting(bool mostly = false)
    {
        // On a roomy host a small wait is that of waking up.
        var roomy = Below(SignalCatalog.LpBusy, Limits.ProcessorsCautionShare).Holds;
        var (measured, hurt) = (0, 0);
        foreach (var sibling in _all)
        {
            if (ReferenceEquals(sibling, _partition))
            {
                continue;
            }

            var ready = sibling.Symptoms!.Level(SignalCatalog.Ready);
            ready = double.IsNaN(ready) ? sibling.Symptoms.Level(SignalCatalog.Steal) : ready;
            if (!double.IsNaN(ready) && !(sibling.Symptoms.Level(SignalCatalog.CapUse) >= 1 - Limits.CapNearShare))
            {
                measured++;
                hurt += ready >= sibling.Symptoms.Limits.ReadyShare * (roomy ? 2 : 1) ? 1 : 0;
            }
        }

        return Counted(measured, mostly && 2 * hurt <= measured ? 0 : hurt, "waiting for processors too", SignalCatalog.Ready);
    }

    /// <summary>Other VMs on the same store are slow too.</summary>
    public Finding SiblingsSlowOnStore()
    {
        var (measured, hurt) = (0, 0);
        foreach (var sibling in _all)
        {
            if (!ReferenceEquals(sibling, _partition) && SharesStore(sibling))
            {
                var latency = sibling.Symptoms!.Level(SignalCatalog.DiskLowerLatency);
                latency = double.IsNaN(latency) ? sibling.Symptoms.Level(SignalCatalog.DiskDeviceLatency) : latency;
                measured += double.IsNaN(latency) ? 0 : 1;
                hurt += latency >= Limits.DiskLatencySeconds || (latency >= Limits.DiskLatencyFloorSeconds && sibling.Symptoms.Slow(SignalCatalog.DiskDeviceLatency).Holds) ? 1 : 0;
            }
        }

        return Counted(measured, hurt, "on the same store slow too", SignalCatalog.DiskDeviceLatency);
    }

    /// <summary>Other VMs lack memory too.</summary>
    public Finding SiblingsUnderPressure()
    {
        var (measured, hurt) = (0, 0);
        foreach (var sibling in _all)
        {
            if (!ReferenceEquals(sibling, _partition) && sibling.Symptoms!.Level(SignalCatalog.MemoryPressure) is var pressure && !double.IsNaN(pressure))
            {
                measured++;
                hurt += pressure >= Limits.MemoryPressureRatio ? 1 : 0;
            }
        }

        return Counted(measured, hurt, "under memory pressure too", SignalCatalog.MemoryPressure);
    }

    /// <summary>As <see cref="HoldsStore"/>; where no other VM is known on the store, it is this one's alone as far as anybody can see.</summary>
    public Finding HoldsStoreAsFarAsKnown(double share)
    {
        var held = HoldsStore(share);
        return held.Answer == Answer.NotMeasured ? held with { Answer = Answer.Yes, Strength = 0.6 } : held;
    }

    /// <summary>This VM's share of the load on its store.</summary>
    public Finding HoldsStore(double share)
    {
        var own = Load(this);
        var total = own;
        var others = 0;
        foreach (var sibling in _all)
        {
            if (!ReferenceEquals(sibling, _partition) && SharesStore(sibling) && Load(sibling.Symptoms!) is var load && !double.IsNaN(load))
            {
                total += load;
                others++;
            }
        }

        if (double.IsNaN(own) || total <= 0)
        {
            return Absent(SignalCatalog.DiskHostIops, ": share of the store", "the host did not report disk operations");
        }

        var held = own / total;
        return new Finding(
            others == 0 ? Answer.NotMeasured : held >= share ? Answer.Yes : Answer.No, SignalCatalog.DiskHostIops, SignalIds.DiskHostIops,
            Words($"it issues {Text.Percent(held)} of the store's operations"), held, share, "1",
            others == 0 ? "no other VM was measured on its store" : Explaining ? _partition.Frame.SourceOf(SignalCatalog.DiskHostIops) : string.Empty, 1);

        static double Load(Symptoms of) => DiskSignals.Load(of.Level(SignalCatalog.DiskHostIops), of.Level(SignalCatalog.DiskHostBytes));
    }

    /// <summary>True when a disk of the other VM lies on a store of this one, or the stores are not known.</summary>
    public bool SharesStore(PartitionMemory other) => DiskSignals.ShareStore(_partition.Host, other.Host, Second) ?? true;

    private Finding Counted(int measured, int hurt, string words, SignalDefinition signal)
        => measured == 0
            ? Absent(signal, ": other VMs " + words, "no other VM was measured")
            : new Finding(
                hurt > 0 ? Answer.Yes : Answer.No, signal, signal.Id, Words($"{Text.Number(hurt)} of {Text.Number(measured)} other VMs {words}"), hurt, 1,
                "{vm}", "other VMs", 1);
}
