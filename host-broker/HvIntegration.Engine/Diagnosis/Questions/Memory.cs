using HvIntegration.Engine.Diagnosis.Cases;
using HvIntegration.Engine.Signals;
using HvIntegration.Engine.Timeline;
using HvIntegration.Model;

namespace HvIntegration.Engine.Diagnosis.Questions;

/// <summary>Questions about memory: a stall, a host that has none, a maximum, a leak.</summary>
internal static class Memory
{
    private const double RefusedShare = 0.9;

    /// <summary>Steady growth inside the guest; null when there is none.</summary>
    public static LeakTrend? Trend(SignalWindow window) => window.Tracks.Leaks.Trend;

    /// <summary>The guest loses time to memory.</summary>
    /// <remarks>Swapping in and hard faults also come from reading files and from waking up old pages: they count only while memory is short.</remarks>
    public static Finding Stall(SignalWindow window)
    {
        var scarce = window.Below(SignalCatalog.GuestMemoryAvailable, window.Limits.MemoryAvailableShare);
        var tight = window.Below(SignalCatalog.GuestMemoryAvailable, 2 * window.Limits.MemoryAvailableShare);
        var pressure = window.AtLeast(SignalCatalog.PsiMemorySome, window.Limits.MemoryStallShare);
        var estimated = window.Tracks.Frame.QualityOf(SignalCatalog.PsiMemorySome) == SampleQuality.Estimated;
        return Finding.Any(
            estimated ? Finding.All(pressure, tight) : pressure,
            Finding.All(window.AtLeast(SignalCatalog.SwapIn, window.Limits.SwapInPerSecond), tight.Answer == Answer.NotMeasured ? tight with { Answer = Answer.Yes, Strength = 0.7 } : tight),
            Finding.All(window.AtLeast(SignalCatalog.MajorFaults, window.Limits.MajorFaultsPerSecond), scarce));
    }

    /// <summary>The guest loses time to memory; where only the host is measured: it is refused memory that it wants, or pages at its maximum, or is paged by the host.</summary>
    public static Finding Harm(SignalWindow window)
    {
        var stall = Stall(window);
        if (stall.Answer != Answer.NotMeasured)
        {
            return stall;
        }

        var refused = Finding.Any(
            Finding.All(window.AtLeast(SignalCatalog.MemoryPressure, window.Limits.MemoryPressureRatio), HostLow(window)),
            Finding.All(
                window.AtLeast(SignalCatalog.MemoryPressure, window.Limits.MemoryPressureRatio), window.AtLeast(SignalCatalog.MemoryMaximumUse, 1 - window.Limits.MemoryMaximumNearShare),
                window.AboveBaseline(SignalCatalog.DiskHostIops, window.Limits.IopsBaselineRatio, window.Limits.DiskIopsMin)).Weaker(0.8),
            window.AtLeast(SignalCatalog.SmartPaging, 1e6));
        return refused.Holds ? refused : stall;
    }

    /// <summary>The host has little memory left to give.</summary>
    /// <remarks>Share: BizTalk guide, 10 % warning. Bytes: El-Alem, balancer below 2 GB; they decide where the host's size is only estimated.</remarks>
    public static Finding HostLow(SignalWindow window)
    {
        var bytes = window.Below(SignalCatalog.HostMemoryAvailableBytes, window.Limits.HostMemoryAvailableBytes);
        var share = window.Below(SignalCatalog.HostMemoryAvailable, window.Limits.HostMemoryAvailableShare);
        return window.Tracks.Frame.QualityOf(SignalCatalog.HostMemoryAvailable) == SampleQuality.Measured ? Finding.Any(share, bytes) : bytes;
    }

    /// <summary>The VM has all it may have: by its maximum, or, where that is not known or only nearly reached, because the host gives no more although it could.</summary>
    /// <remarks>A balancer gives memory in blocks and keeps a few percent back, so that a VM need not reach its maximum to be held at it.</remarks>
    public static Finding AtMaximum(SignalWindow window)
    {
        var known = window.AtLeast(SignalCatalog.MemoryMaximumUse, 1 - window.Limits.MemoryMaximumNearShare);
        if (known.Holds || !window.Has(SignalCatalog.MemoryAssigned) || (known.Fails && window.Level(SignalCatalog.MemoryMaximumUse) < RefusedShare))
        {
            return known;
        }

        var now = window.Level(SignalCatalog.MemoryAssigned);
        var before = window.Tracks.History.Mean(SignalCatalog.MemoryAssigned, window.Second - 20, 5);
        var room = HostLow(window);
        if (double.IsNaN(before) || room.Answer == Answer.NotMeasured)
        {
            return known;
        }

        var stuck = Math.Abs(now - before) <= 0.002 * now && room.Fails;
        return known.Fails && !stuck ? known : new Finding(
            stuck ? Answer.Yes : Answer.No, SignalCatalog.MemoryAssigned, SignalIds.MemoryAssigned,
            window.When(FactKind.NoMoreMemoryGiven, SignalCatalog.MemoryAssigned, SignalCatalog.HostMemoryAvailableBytes),
            now, double.NaN, "By", window.Explaining ? window.Tracks.Frame.SourceOf(SignalCatalog.MemoryAssigned) : string.Empty, 0.75);
    }

    /// <summary>Steady growth inside the guest over a long time.</summary>
    public static Finding Leaking(SignalWindow window)
    {
        if (Trend(window) is not { } trend)
        {
            return window.Absent(SignalCatalog.LeakGrowth, FactKind.Signal, "no steady growth, or the time is too short") with { Answer = Answer.No };
        }

        // A cache that fills grows as a leak does, until it is full. While other uses lose no memory, it is reported only after an hour.
        if (trend.Unit == "By" && trend.ToSecond - trend.FromSecond < window.Limits.LeakMemorySeconds
            && !window.Below(SignalCatalog.GuestMemoryAvailable, 2 * window.Limits.MemoryAvailableShare).Holds && !Stall(window).Holds)
        {
            return window.Absent(SignalCatalog.LeakGrowth, FactKind.Signal, "grows for less than an hour, and memory is available: it may be a cache") with { Answer = Answer.No };
        }

        var span = (trend.ToSecond - trend.FromSecond) / 60;
        return new Finding(
            Answer.Yes, SignalCatalog.LeakGrowth, SignalIds.LeakGrowth,
            window.Say(FactKind.SteadyGrowth, trend.PerHour, span, trend.Unit) is { } grew ? grew with { Name = trend.Name, Subject = trend.What } : null, trend.PerHour,
            trend.Unit == "By" ? window.Limits.LeakBytesPerHour : double.NaN, trend.Unit == "By" ? "By/h" : trend.Unit + "/h", window.Explaining ? trend.Source : string.Empty,
            trend.Process ? 1 : 0.7);
    }
}
