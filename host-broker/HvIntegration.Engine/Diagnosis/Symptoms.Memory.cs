using HvIntegration.Engine.Model;
using HvIntegration.Engine.Signals;
using HvIntegration.Engine.Timeline;

namespace HvIntegration.Engine.Diagnosis;

/// <summary>Questions about memory: a stall, a host that has none, a maximum, a leak.</summary>
internal sealed partial class Symptoms
{
    private const double RefusedShare = 0.9;

    /// <summary>Steady growth inside the guest; null when there is none.</summary>
    public LeakTrend? Trend => _partition.Leaks.Trend;

    /// <summary>The guest loses time to memory.</summary>
    /// <remarks>Swapping in and hard faults also come from reading files and from waking up old pages: they count only while memory is short.</remarks>
    public Finding MemoryStall()
    {
        var scarce = Below(SignalCatalog.GuestMemoryAvailable, Limits.MemoryAvailableShare);
        var tight = Below(SignalCatalog.GuestMemoryAvailable, 2 * Limits.MemoryAvailableShare);
        var pressure = AtLeast(SignalCatalog.PsiMemorySome, Limits.MemoryStallShare);
        var estimated = _partition.Frame.QualityOf(SignalCatalog.PsiMemorySome) == SampleQuality.Estimated;
        return Finding.Any(
            estimated ? Finding.All(pressure, tight) : pressure,
            Finding.All(AtLeast(SignalCatalog.SwapIn, Limits.SwapInPerSecond), tight.Answer == Answer.NotMeasured ? tight with { Answer = Answer.Yes, Strength = 0.7 } : tight),
            Finding.All(AtLeast(SignalCatalog.MajorFaults, Limits.MajorFaultsPerSecond), scarce));
    }

    /// <summary>The guest loses time to memory; where only the host is measured: it is refused memory that it wants, or pages at its maximum, or is paged by the host.</summary>
    public Finding MemoryHarm()
    {
        var stall = MemoryStall();
        if (stall.Answer != Answer.NotMeasured)
        {
            return stall;
        }

        var refused = Finding.Any(
            Finding.All(AtLeast(SignalCatalog.MemoryPressure, Limits.MemoryPressureRatio), HostMemoryLow()),
            Finding.All(
                AtLeast(SignalCatalog.MemoryPressure, Limits.MemoryPressureRatio), AtLeast(SignalCatalog.MemoryMaximumUse, 1 - Limits.MemoryMaximumNearShare),
                AboveBaseline(SignalCatalog.DiskHostIops, Limits.IopsBaselineRatio, Limits.DiskIopsMin)).Weaker(0.8),
            AtLeast(SignalCatalog.SmartPaging, 1e6));
        return refused.Holds ? refused : stall;
    }

    /// <summary>The host has little memory left to give.</summary>
    /// <remarks>Share: BizTalk guide, 10 % warning. Bytes: El-Alem, balancer below 2 GB; they decide where the host's size is only estimated.</remarks>
    public Finding HostMemoryLow()
    {
        var bytes = Below(SignalCatalog.HostMemoryAvailableBytes, Limits.HostMemoryAvailableBytes);
        var share = Below(SignalCatalog.HostMemoryAvailable, Limits.HostMemoryAvailableShare);
        return _partition.Frame.QualityOf(SignalCatalog.HostMemoryAvailable) == SampleQuality.Measured ? Finding.Any(share, bytes) : bytes;
    }

    /// <summary>The VM has all it may have: by its maximum, or, where that is not known or only nearly reached, because the host gives no more although it could.</summary>
    /// <remarks>A balancer gives memory in blocks and keeps a few percent back, so that a VM need not reach its maximum to be held at it.</remarks>
    public Finding AtMaximum()
    {
        var known = AtLeast(SignalCatalog.MemoryMaximumUse, 1 - Limits.MemoryMaximumNearShare);
        if (known.Holds || !Has(SignalCatalog.MemoryAssigned) || (known.Fails && Level(SignalCatalog.MemoryMaximumUse) < RefusedShare))
        {
            return known;
        }

        var now = Level(SignalCatalog.MemoryAssigned);
        var before = _partition.History.Mean(SignalCatalog.MemoryAssigned, Second - 20, 5);
        var room = HostMemoryLow();
        if (double.IsNaN(before) || room.Answer == Answer.NotMeasured)
        {
            return known;
        }

        var stuck = Math.Abs(now - before) <= 0.002 * now && room.Fails;
        return known.Fails && !stuck ? known : new Finding(
            stuck ? Answer.Yes : Answer.No, SignalCatalog.MemoryAssigned, SignalIds.MemoryAssigned,
            Words($"the host gives no more than {Say(SignalCatalog.MemoryAssigned)} although it has {Say(SignalCatalog.HostMemoryAvailableBytes)} left"),
            now, double.NaN, "By", Explaining ? _partition.Frame.SourceOf(SignalCatalog.MemoryAssigned) : string.Empty, 0.75);
    }

    /// <summary>Steady growth inside the guest over a long time.</summary>
    public Finding Leaking()
    {
        if (Trend is not { } trend)
        {
            return Absent(SignalCatalog.LeakGrowth, string.Empty, "no steady growth, or too short a time") with { Answer = Answer.No };
        }

        // A cache that fills grows as a leak does, until it is full. What it takes from nobody is told only after an hour.
        if (trend.Unit == "By" && trend.ToSecond - trend.FromSecond < Limits.LeakMemorySeconds
            && !Below(SignalCatalog.GuestMemoryAvailable, 2 * Limits.MemoryAvailableShare).Holds && !MemoryStall().Holds)
        {
            return Absent(SignalCatalog.LeakGrowth, string.Empty, "grows for less than an hour and memory is left: it may be a cache") with { Answer = Answer.No };
        }

        var span = (trend.ToSecond - trend.FromSecond) / 60;
        var growth = trend.Unit == "By" ? Text.Bytes(trend.PerHour) : Text.Short(trend.PerHour) + " " + trend.What;
        return new Finding(
            Answer.Yes, SignalCatalog.LeakGrowth, SignalIds.LeakGrowth,
            Words($"{trend.What} of {trend.Name} grew steadily for {Text.Number(span)} min, {growth} an hour"), trend.PerHour,
            trend.Unit == "By" ? Limits.LeakBytesPerHour : double.NaN, trend.Unit == "By" ? "By/h" : trend.Unit + "/h", Explaining ? trend.Source : string.Empty,
            trend.Process ? 1 : 0.7);
    }
}
