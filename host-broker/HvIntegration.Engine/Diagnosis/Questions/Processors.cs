using HvIntegration.Engine.Diagnosis.Cases;
using HvIntegration.Engine.Signals;
using HvIntegration.Model;

namespace HvIntegration.Engine.Diagnosis.Questions;

/// <summary>Questions about processors: waiting, full, one hot thread, a cap.</summary>
internal static class Processors
{
    // Below it no virtual processor has to wait for a logical one that others hold.
    private const double RoomyShare = 0.5;

    // So full that whoever works on them must wait now and then.
    private const double FullShare = 0.95;
    private const double WorkingShare = 0.05;
    private const double PartFullShare = 0.2;
    private const int BurstOthersMin = 2;

    // After a guest came back from silence its services start, mostly one after the other on one processor.
    private const int BootSeconds = 90;
    private const int SilentSeconds = 10;

    // Work between two ticks of the guest hides some hundredths: nobody needs to know.
    private const double UncountedShareMin = 0.1;

    // Less than a processor's own limit: a thread that is moved about, or that a scanner interrupts, loses a little, and stays there.
    private const double PinnedShareMin = 0.92;
    private const double PinnedSpreadMax = 0.015;
    private const double SingleProcessMax = 1.04;
    private const double SingleProcessShare = 0.85;
    private const int SingleProcessSeconds = 20;
    private const int KeepsStepSeconds = 30;
    private const double KeepsStepSpreadMax = 0.03;
    private const double KeepsStepSpreads = 3.2;
    private const double PinnedMeanMin = 0.965;
    private const double PinnedMeanMax = 1.01;
    private const int SingleProcessSeen = 10;
    private const int SingleProcessSlack = 3;
    private const int PinnedBackSeconds = 90;
    private const int PinnedKeptSeconds = 10;
    private const double PinnedEase = 1.4;

    /// <summary>Ready, or where it is missing steal, is low; a guest alone has the steal of its kernel, and timers that fire in time.</summary>
    public static Finding NotWaiting(SignalWindow window)
    {
        var reported = window.Below(SignalCatalog.GuestReportedSteal, window.Limits.ReadyShare);
        return Finding.FirstMeasured(
            Finding.All(window.Below(SignalCatalog.Ready, window.Limits.ReadyShare), window.Below(SignalCatalog.ReadyMax, 3 * window.Limits.ReadyShare)),
            window.Below(SignalCatalog.Steal, window.Limits.ReadyShare),
            reported.Fails ? reported : window.Below(SignalCatalog.WakeupLateness, window.Limits.WakeupLateSeconds).Weaker(0.2));
    }

    /// <summary>Ready, or steal beyond its error bar, is high; where no host side is known, the steal that the guest's kernel reports.</summary>
    public static Finding Waiting(SignalWindow window)
    {
        var known = Finding.Any(
            window.AtLeast(SignalCatalog.Ready, window.Limits.ReadyShare), window.AtLeast(SignalCatalog.ReadyMax, 3 * window.Limits.ReadyShare),
            window.AtLeast(SignalCatalog.Steal, window.Limits.ReadyShare, lessErrorBar: true));
        var reported = known.Answer == Answer.NotMeasured ? window.AtLeast(SignalCatalog.GuestReportedSteal, window.Limits.ReadyShare) : known;
        return reported.Answer == Answer.NotMeasured ? known : reported;
    }

    /// <summary>The wait costs the guest something.</summary>
    /// <remarks>
    /// The wait counter before Server 2025 also holds the time to wake an idle processor, beyond 60 microseconds a dispatch
    /// without any contention (thresholds reference, 1.1): a small wait on a roomy host, without a cap and without steal, is that.
    /// </remarks>
    public static Finding WaitingHarms(SignalWindow window)
    {
        var waiting = Waiting(window);
        if (!waiting.Holds)
        {
            return waiting;
        }

        var real = window.AtLeast(SignalCatalog.Ready, 2 * window.Limits.ReadyShare).Holds && !window.Below(SignalCatalog.Steal, window.Limits.ReadyShareLow).Holds
                && (window.Has(SignalCatalog.Steal) || !window.Below(SignalCatalog.LpBusy, RoomyShare).Holds)
            || window.AtLeast(SignalCatalog.Steal, window.Limits.ReadyShare, lessErrorBar: true).Holds
            || window.AtLeast(SignalCatalog.LpBusy, window.Limits.ProcessorsCautionShare).Holds || AtCap(window).Holds
            || waiting.Signal == SignalCatalog.GuestReportedSteal;
        return real ? waiting : waiting with { Answer = Answer.No };
    }

    /// <summary>The host's processors are full, this VM works, and neither side reports whether it waits: then the verdict "nothing wrong" is not possible.</summary>
    public static Finding MayWait(SignalWindow window)
    {
        var full = window.AtLeast(SignalCatalog.LpBusy, FullShare);
        if (!full.Holds || window.Has(SignalCatalog.Ready) || window.Has(SignalCatalog.Steal) || !window.AtLeast(SignalCatalog.HostRun, WorkingShare).Holds)
        {
            return full with { Answer = Answer.No };
        }

        return full with { Fact = Around(FactKind.WaitNotRecorded, full) };
    }

    /// <summary>It waits. Where neither side reports it: it may wait (<see cref="MayWait"/>), and most VMs whose wait is known do.</summary>
    public static Finding WaitsAsFarAsKnown(SignalWindow window)
    {
        var waits = Waiting(window);
        if (waits.Answer != Answer.NotMeasured || MayWait(window) is not { Holds: true } may || Siblings.Waiting(window, mostly: true) is not { Holds: true } others)
        {
            return waits;
        }

        return Finding.All(others, may) with { Fact = Around(FactKind.OwnWaitNotRecorded, others), Strength = 0.8 };
    }

    /// <summary>A part of the logical processors is full, as those of one NUMA node, and this VM waits far beyond the limit: the rest of the host does not help it.</summary>
    public static Finding PartFull(SignalWindow window) => Finding.All(
        window.AtLeast(SignalCatalog.LpFull, PartFullShare), window.AtLeast(SignalCatalog.Ready, 2 * window.Limits.ReadyShare), NotAtCap(window)).Weaker(0.85);

    /// <summary>Most VMs wait far beyond the limit at once while the logical processors are busy more than half of the time: they are full in bursts that a second's mean hides.</summary>
    public static Finding FullInBursts(SignalWindow window)
    {
        // One other that waits may be at a cap that is not reported, as this one may.
        var others = Siblings.Waiting(window, mostly: true);
        return Finding.All(
            window.AtLeast(SignalCatalog.LpBusy, RoomyShare), window.AtLeast(SignalCatalog.Ready, 2 * window.Limits.ReadyShare),
            others.Holds && others.Value < BurstOthersMin ? others.Not() : others, NotAtCap(window)).Weaker(0.75);
    }

    // A cap that is not reported is taken for none.
    private static Finding NotAtCap(SignalWindow window) => AtCap(window) is { Answer: Answer.NotMeasured } unknown ? unknown with { Answer = Answer.Yes, Strength = 0.9 } : AtCap(window).Not();

    /// <summary>The guest booked time in no CPU mode, and no host side shows whether its processors are full: then neither "healthy" nor "affected" is possible for them.</summary>
    public static bool AreNotCounted(SignalWindow window)
        => window.Has(SignalCatalog.GuestUncounted) && (Busy(window).Answer == Answer.NotMeasured || HotThread(window).Answer == Answer.NotMeasured);

    /// <summary>The uncounted time as a fact; null when there is hardly any, or while nothing is explained.</summary>
    public static Fact? Uncounted(SignalWindow window)
        => window.AtLeast(SignalCatalog.GuestUncounted, UncountedShareMin).Holds ? window.When(FactKind.TimeNotCounted, SignalCatalog.GuestUncounted) : null;

    private static Fact? Around(FactKind kind, in Finding part) => part.Fact is { } fact ? new Fact(kind) { Parts = [fact] } : null;

    /// <summary>The VM's processors are full: by the guest, or where it is silent by the host's run time.</summary>
    public static Finding Busy(SignalWindow window)
    {
        var inside = window.AtLeast(SignalCatalog.GuestBusyProcessors, window.Limits.BusyProcessorsShare);
        if (inside.Answer == Answer.NotMeasured)
        {
            return window.AtLeast(SignalCatalog.HostRun, window.Limits.BusyShare).Weaker(0.85);
        }

        return window.Explaining
            ? inside with
            {
                Signal = SignalCatalog.GuestBusy, What = SignalIds.GuestBusy, Value = window.Level(SignalCatalog.GuestBusy), Limit = window.Limits.BusyShare,
                Fact = window.When(FactKind.GuestBusy, SignalCatalog.GuestBusy),
            }
            : inside;
    }

    /// <summary>One processor, or one process, is full while the VM as a whole is not.</summary>
    public static Finding HotThread(SignalWindow window)
    {
        if (window.Partition.VirtualProcessors == 1)
        {
            return window.Below(SignalCatalog.GuestBusy, window.Limits.HotMeanShare) is { Answer: Answer.NotMeasured } absent
                ? absent
                : window.Below(SignalCatalog.GuestBusy, window.Limits.HotMeanShare) with { Answer = Answer.No };
        }

        // On few processors the hot one lifts the mean by itself: the others half idle are room all the same.
        var n = window.Partition.VirtualProcessors;
        var mean = n > 1 ? Math.Max(window.Limits.HotMeanShare, (1 + (0.45 * (n - 1))) / n) : window.Limits.HotMeanShare;
        var roomy = Finding.FirstMeasured(window.Below(SignalCatalog.GuestBusy, mean), window.Below(SignalCatalog.HostRun, mean));
        var process = window.AtLeast(SignalCatalog.GuestTopProcess, PinnedShareMin);
        var single = process.Holds && !IsPinned(window) ? process with { Answer = Answer.No } : process;
        var inside = window.AtLeast(SignalCatalog.GuestBusyMax, window.Limits.HotProcessorShare);
        var hot = inside.Answer != Answer.NotMeasured || single.Holds
            ? Finding.Any(inside, single)
            : window.AtLeast(SignalCatalog.HostRunMax, window.Limits.HotProcessorShare).Weaker(0.95);
        return Finding.All(hot, roomy);
    }

    // A process of several threads is no single thread: one thread never takes more than one processor, apart from the error of
    // two reads, and one at its limit stays there and hardly varies. The usual service that needs about one processor wanders
    // about it: of 15 s at a spread of 2.5 % some stretch is found in each hour. Reads that come late make the hot thread vary too,
    // but what one read takes too much the next one lacks, so that the sum keeps step with time.
    private static bool IsPinned(SignalWindow window)
    {
        if (IsPinned(window, 1))
        {
            window.PinnedSecond = window.Second;
            return true;
        }

        return window.Second - window.PinnedSecond is > 0 and <= PinnedKeptSeconds && IsPinned(window, PinnedEase);
    }

    private static bool IsPinned(SignalWindow window, double ease)
    {
        var longer = Math.Max(KeepsStepSeconds, 3 * window.Seconds);
        return (Pinned(window, Math.Max(SingleProcessSeconds, 3 * window.Seconds)) is { } still && still.Spread <= PinnedSpreadMax * ease)
            || (Pinned(window, longer) is { Mean: >= PinnedMeanMin and <= PinnedMeanMax } late && late.Spread <= KeepsStepSpreadMax * ease
                && KeepsStep(window, longer, late.Mean) <= KeepsStepSpreads * ease * late.Spread);
    }

    // Mean and spread of the busiest process while it stood at one processor; null when it did not, or too few seconds are known.
    private static (double Mean, double Spread)? Pinned(SignalWindow window, int length)
    {
        var (seen, pinned, earliest) = (0, 0, window.Second);
        var (sum, squares) = (0.0, 0.0);
        for (var at = window.Second; at > window.Second - length; at--)
        {
            var share = TopProcessAt(window, at);
            if (!double.IsNaN(share))
            {
                earliest = at;
                seen++;
                sum += share;
                squares += share * share;
                pinned += share >= PinnedShareMin && share <= SingleProcessMax ? 1 : 0;
            }
        }

        if (seen < SingleProcessSeen || window.Second - earliest < length - SingleProcessSlack || pinned < SingleProcessShare * seen)
        {
            return null;
        }

        var mean = sum / seen;
        return (mean, Math.Sqrt(Math.Max(0, (squares / seen) - (mean * mean))));
    }

    // Sums of errors that undo each other stay within some three spreads however long it lasts; of independent ones they reach six in 30 s.
    private static double KeepsStep(SignalWindow window, int length, double mean)
    {
        var (sum, least, most) = (0.0, 0.0, 0.0);
        for (var at = window.Second; at > window.Second - length; at--)
        {
            var share = TopProcessAt(window, at);
            sum += double.IsNaN(share) ? 0 : share - mean;
            least = Math.Min(least, sum);
            most = Math.Max(most, sum);
        }

        return most - least;
    }

    // Rows stand for some seconds when the guest is silent: only seconds that it reported count.
    private static double TopProcessAt(SignalWindow window, long second)
        => double.IsNaN(window.Tracks.History.At(SignalCatalog.GuestBusy, second)) ? double.NaN : window.Tracks.History.At(SignalCatalog.GuestTopProcess, second);

    /// <summary>The guest has just started again: its agent or recorder was silent for a while, on a VM that ran, and came back less than 90 s ago or is still away.</summary>
    public static Finding Booting(SignalWindow window)
    {
        var (silent, longest, spoke) = (0, 0, false);
        for (var at = window.Second - BootSeconds; at <= window.Second; at++)
        {
            var reports = !double.IsNaN(window.Tracks.History.At(SignalCatalog.GuestBusy, at));
            silent = reports ? 0 : spoke && window.Tracks.History.At(SignalCatalog.HostRun, at) > 0 ? silent + 1 : silent;
            spoke |= reports;
            longest = Math.Max(longest, silent);
        }

        return new Finding(
            longest >= SilentSeconds ? Answer.Yes : Answer.No, SignalCatalog.GuestBusy, SignalIds.GuestBusy, window.Say(FactKind.StartedAgain, longest, unit: "s"), longest, SilentSeconds, "s",
            "rows of the guest", 1);
    }

    /// <summary>Since when the busiest process has filled one processor without a break; null while no process does, or while a processor itself is full and tells more exactly.</summary>
    public static long? PinnedSince(SignalWindow window)
    {
        if (window.AtLeast(SignalCatalog.GuestBusyMax, window.Limits.HotProcessorShare).Holds || !window.AtLeast(SignalCatalog.GuestTopProcess, PinnedShareMin).Holds || !IsPinned(window))
        {
            return null;
        }

        long? since = null;
        for (var at = window.Second; at > window.Second - PinnedBackSeconds; at--)
        {
            var share = window.Tracks.History.At(SignalCatalog.GuestTopProcess, at);
            if (share < PinnedShareMin || share > SingleProcessMax)
            {
                break;
            }

            since = double.IsNaN(share) ? since : at;
        }

        return since;
    }

    /// <summary>The VM runs at its CPU cap.</summary>
    public static Finding AtCap(SignalWindow window)
        => Finding.Any(window.AtLeast(SignalCatalog.CapUse, 1 - window.Limits.CapNearShare), window.AtLeast(SignalCatalog.Throttled, window.Limits.ReadyShare));

    /// <summary>Most active processes of the guest lost progress at once: the cause is outside.</summary>
    public static Finding AllSlowed(SignalWindow window) => window.AtLeast(SignalCatalog.SlowedShare, window.Limits.SlowedShareGlobal);

    /// <summary>Few processes lost progress: the cause is inside one of them.</summary>
    public static Finding FewSlowed(SignalWindow window) => window.Below(SignalCatalog.SlowedShare, window.Limits.SlowedShareLocal);
}
