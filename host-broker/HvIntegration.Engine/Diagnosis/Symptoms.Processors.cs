using HvIntegration.Engine.Signals;

namespace HvIntegration.Engine.Diagnosis;

/// <summary>Questions about processors: waiting, full, one hot thread, a cap.</summary>
internal sealed partial class Symptoms
{
    // Below it no virtual processor has to wait for a logical one that others hold.
    private const double RoomyShare = 0.5;

    // So full that whoever works on them must wait now and then.
    private const double FullShare = 0.95;
    private const double WorkingShare = 0.05;

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

    private long _pinnedSecond = long.MinValue / 2;

    /// <summary>Ready, or where it is missing steal, is low; a guest alone can only say that its timers fire in time.</summary>
    public Finding NotWaiting() => Finding.FirstMeasured(
        Finding.All(Below(SignalCatalog.Ready, Limits.ReadyShare), Below(SignalCatalog.ReadyMax, 3 * Limits.ReadyShare)),
        Below(SignalCatalog.Steal, Limits.ReadyShare),
        Below(SignalCatalog.WakeupLateness, Limits.WakeupLateSeconds).Weaker(0.2));

    /// <summary>Ready, or steal beyond its error bar, is high.</summary>
    public Finding Waiting() => Finding.Any(
        AtLeast(SignalCatalog.Ready, Limits.ReadyShare), AtLeast(SignalCatalog.ReadyMax, 3 * Limits.ReadyShare),
        AtLeast(SignalCatalog.Steal, Limits.ReadyShare, lessErrorBar: true));

    /// <summary>The wait costs the guest something.</summary>
    /// <remarks>
    /// The wait counter before Server 2025 also holds the time to wake an idle processor, beyond 60 microseconds a dispatch
    /// without any contention (thresholds reference, 1.1): a small wait on a roomy host, without a cap and without steal, is that.
    /// </remarks>
    public Finding WaitingHarms()
    {
        var waiting = Waiting();
        if (!waiting.Holds)
        {
            return waiting;
        }

        var real = AtLeast(SignalCatalog.Ready, 2 * Limits.ReadyShare).Holds && !Below(SignalCatalog.Steal, Limits.ReadyShareLow).Holds
                && (Has(SignalCatalog.Steal) || !Below(SignalCatalog.LpBusy, RoomyShare).Holds)
            || AtLeast(SignalCatalog.Steal, Limits.ReadyShare, lessErrorBar: true).Holds
            || AtLeast(SignalCatalog.LpBusy, Limits.ProcessorsCautionShare).Holds || AtCap().Holds;
        return real ? waiting : waiting with { Answer = Answer.No };
    }

    /// <summary>The host's processors are full, this VM works, and neither side told whether it waits: then "nothing wrong" cannot be said.</summary>
    public Finding MayWait()
    {
        var full = AtLeast(SignalCatalog.LpBusy, FullShare);
        if (!full.Holds || Has(SignalCatalog.Ready) || Has(SignalCatalog.Steal) || !AtLeast(SignalCatalog.HostRun, WorkingShare).Holds)
        {
            return full with { Answer = Answer.No };
        }

        return full with { Sentence = Words($"{full.Sentence}, and nobody recorded whether it waits for them") };
    }

    /// <summary>It waits; or, where neither side told, it may (<see cref="MayWait"/>) and most of the VMs whose wait is known do.</summary>
    public Finding WaitsAsFarAsKnown()
    {
        var waits = Waiting();
        if (waits.Answer != Answer.NotMeasured || MayWait() is not { Holds: true } may || SiblingsWaiting(mostly: true) is not { Holds: true } others)
        {
            return waits;
        }

        return Finding.All(others, may) with { Sentence = Words($"{others.Sentence}; its own wait was not recorded"), Strength = 0.8 };
    }

    /// <summary>The VM's processors are full: by the guest, or where it is silent by the host's run time.</summary>
    public Finding Busy()
    {
        var inside = AtLeast(SignalCatalog.GuestBusyProcessors, Limits.BusyProcessorsShare);
        if (inside.Answer == Answer.NotMeasured)
        {
            return AtLeast(SignalCatalog.HostRun, Limits.BusyShare).Weaker(0.85);
        }

        return Explaining
            ? inside with
            {
                Signal = SignalCatalog.GuestBusy, What = SignalIds.GuestBusy, Value = Level(SignalCatalog.GuestBusy), Limit = Limits.BusyShare,
                Sentence = Words($"guest busy {Say(SignalCatalog.GuestBusy)} over its processors"),
            }
            : inside;
    }

    /// <summary>One processor, or one process, is full while the VM as a whole is not.</summary>
    public Finding HotThread()
    {
        if (Partition.VirtualProcessors == 1)
        {
            return Below(SignalCatalog.GuestBusy, Limits.HotMeanShare) is { Answer: Answer.NotMeasured } absent
                ? absent
                : Below(SignalCatalog.GuestBusy, Limits.HotMeanShare) with { Answer = Answer.No };
        }

        // On few processors the hot one lifts the mean by itself: the others half idle are room all the same.
        var n = Partition.VirtualProcessors;
        var mean = n > 1 ? Math.Max(Limits.HotMeanShare, (1 + (0.45 * (n - 1))) / n) : Limits.HotMeanShare;
        var roomy = Finding.FirstMeasured(Below(SignalCatalog.GuestBusy, mean), Below(SignalCatalog.HostRun, mean));
        var process = AtLeast(SignalCatalog.GuestTopProcess, PinnedShareMin);
        var single = process.Holds && !IsPinned() ? process with { Answer = Answer.No } : process;
        var inside = AtLeast(SignalCatalog.GuestBusyMax, Limits.HotProcessorShare);
        var hot = inside.Answer != Answer.NotMeasured || single.Holds
            ? Finding.Any(inside, single)
            : AtLeast(SignalCatalog.HostRunMax, Limits.HotProcessorShare).Weaker(0.95);
        return Finding.All(hot, roomy);
    }

    // A process of several threads is no single thread: one thread never takes more than one processor, apart from the error of
    // two reads, and one at its limit stays there and hardly varies. The usual service that needs about one processor wanders
    // about it: of 15 s at a spread of 2.5 % some stretch is found in each hour. Reads that come late make the hot thread vary too,
    // but what one read takes too much the next one lacks, so that the sum keeps step with time.
    private bool IsPinned()
    {
        if (IsPinned(1))
        {
            _pinnedSecond = Second;
            return true;
        }

        return Second - _pinnedSecond is > 0 and <= PinnedKeptSeconds && IsPinned(PinnedEase);
    }

    private bool IsPinned(double ease)
    {
        var longer = Math.Max(KeepsStepSeconds, 3 * _windows.Seconds);
        return (Pinned(Math.Max(SingleProcessSeconds, 3 * _windows.Seconds)) is { } still && still.Spread <= PinnedSpreadMax * ease)
            || (Pinned(longer) is { Mean: >= PinnedMeanMin and <= PinnedMeanMax } late && late.Spread <= KeepsStepSpreadMax * ease
                && KeepsStep(longer, late.Mean) <= KeepsStepSpreads * ease * late.Spread);
    }

    // Mean and spread of the busiest process while it stood at one processor; null when it did not, or too few seconds are known.
    private (double Mean, double Spread)? Pinned(int length)
    {
        var (seen, pinned, earliest) = (0, 0, Second);
        var (sum, squares) = (0.0, 0.0);
        for (var at = Second; at > Second - length; at--)
        {
            var share = TopProcessAt(at);
            if (!double.IsNaN(share))
            {
                earliest = at;
                seen++;
                sum += share;
                squares += share * share;
                pinned += share >= PinnedShareMin && share <= SingleProcessMax ? 1 : 0;
            }
        }

        if (seen < SingleProcessSeen || Second - earliest < length - SingleProcessSlack || pinned < SingleProcessShare * seen)
        {
            return null;
        }

        var mean = sum / seen;
        return (mean, Math.Sqrt(Math.Max(0, (squares / seen) - (mean * mean))));
    }

    // Sums of errors that undo each other stay within some three spreads however long it lasts; of independent ones they reach six in 30 s.
    private double KeepsStep(int length, double mean)
    {
        var (sum, least, most) = (0.0, 0.0, 0.0);
        for (var at = Second; at > Second - length; at--)
        {
            var share = TopProcessAt(at);
            sum += double.IsNaN(share) ? 0 : share - mean;
            least = Math.Min(least, sum);
            most = Math.Max(most, sum);
        }

        return most - least;
    }

    // Rows stand for some seconds when the guest is silent: only seconds that it reported count.
    private double TopProcessAt(long second)
        => double.IsNaN(_partition.History.At(SignalCatalog.GuestBusy, second)) ? double.NaN : _partition.History.At(SignalCatalog.GuestTopProcess, second);

    /// <summary>Since when the busiest process has filled one processor without a break; null while no process does, or while a processor itself is full and tells more exactly.</summary>
    public long? PinnedSince()
    {
        if (AtLeast(SignalCatalog.GuestBusyMax, Limits.HotProcessorShare).Holds || !AtLeast(SignalCatalog.GuestTopProcess, PinnedShareMin).Holds || !IsPinned())
        {
            return null;
        }

        long? since = null;
        for (var at = Second; at > Second - PinnedBackSeconds; at--)
        {
            var share = _partition.History.At(SignalCatalog.GuestTopProcess, at);
            if (share < PinnedShareMin || share > SingleProcessMax)
            {
                break;
            }

            since = double.IsNaN(share) ? since : at;
        }

        return since;
    }

    /// <summary>The VM runs at its CPU cap.</summary>
    public Finding AtCap()
        => Finding.Any(AtLeast(SignalCatalog.CapUse, 1 - Limits.CapNearShare), AtLeast(SignalCatalog.Throttled, Limits.ReadyShare));

    /// <summary>Most active processes of the guest lost progress at once: the cause is outside.</summary>
    public Finding AllSlowed() => AtLeast(SignalCatalog.SlowedShare, Limits.SlowedShareGlobal);

    /// <summary>Few processes lost progress: the cause is inside one of them.</summary>
    public Finding FewSlowed() => Below(SignalCatalog.SlowedShare, Limits.SlowedShareLocal);
}
