using HvIntegration.Engine.Clock;
using HvIntegration.Engine.Model;
using HvIntegration.Engine.Signals;
using HvIntegration.Engine.Timeline;

namespace HvIntegration.Engine.Diagnosis;

/// <summary>Questions that several hypotheses ask.</summary>
internal sealed partial class Symptoms
{
    private const int PauseSeconds = 5;
    private const double RefusedShare = 0.9;

    // Below it no virtual processor has to wait for a logical one that others hold.
    private const double RoomyShare = 0.5;

    // So full that whoever works on them must wait now and then.
    private const double FullShare = 0.95;
    private const double WorkingShare = 0.05;

    // Of the time; an operation now and then on a slow disk makes nobody wait.
    private const double OutstandingMin = 0.05;
    private const double QueueMin = 0.5;
    private const double UsualRatio = 1.5;
    private const int SlowBackSeconds = 60;
    private const int SlowBeforeSeconds = 5;
    private const double SlowBeforeShare = 0.7;

    // Less than a processor's own limit: a thread that is moved about, or that a scanner interrupts, loses a little, and stays there.
    private const double PinnedShareMin = 0.92;
    private const double PinnedSpreadMax = 0.025;
    private const double SingleProcessMax = 1.07;
    private const double SingleProcessShare = 0.85;
    private const int SingleProcessSeconds = 15;
    private const int SingleProcessSeen = 10;
    private const int SingleProcessSlack = 3;
    private const int PinnedBackSeconds = 90;
    private const double StandingShare = 0.0005;
    private const double LivingShare = 0.002;
    private const int StandingSeconds = 2;
    private const int StillBackSeconds = 60;
    private const double LargeOperation = 65_536;

    /// <summary>Steady growth inside the guest; null when there is none.</summary>
    public LeakTrend? Trend => _partition.Leaks.Trend;

    /// <summary>A latency that hurts: above the fixed limit, or a multiple of its own normal.</summary>
    /// <remarks>Large operations take longer by themselves (QSO: 25 ms up to 64 KiB, 35 ms beyond): the multiple grows with their size.</remarks>
    public Finding Slow(SignalDefinition latency)
    {
        var fixedLimit = AtLeast(latency, Limits.DiskLatencySeconds);
        var outstanding = Finding.FirstMeasured(AtLeast(SignalCatalog.DiskGuestIops, 0), AtLeast(SignalCatalog.DiskHostIops, 0)).Value * Level(latency);
        if (outstanding < OutstandingMin)
        {
            return fixedLimit with { Answer = Answer.No };
        }

        if (fixedLimit.Holds)
        {
            // An archive on slow disks was never different, and nobody stands in line for it.
            var usual = Baseline(latency);
            return usual >= Limits.DiskLatencySeconds && outstanding < QueueMin && Level(latency) < UsualRatio * usual ? fixedLimit with { Answer = Answer.No } : fixedLimit;
        }

        var size = Level(SignalCatalog.DiskHostBytes) / Level(SignalCatalog.DiskHostIops);
        size = size > 0 ? size : Level(SignalCatalog.DiskGuestBytes) / Level(SignalCatalog.DiskGuestIops);
        var stretch = size > LargeOperation ? Math.Min(4, size / LargeOperation) : 1;
        return Finding.Any(fixedLimit, AboveBaseline(latency, Limits.DiskLatencyBaselineRatio * stretch, Limits.DiskLatencyFloorSeconds * stretch));
    }

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
            : AtLeast(SignalCatalog.HostRunMax, Limits.HotProcessorShare).Weaker(0.85);
        return Finding.All(hot, roomy);
    }

    // A process of several threads is no single thread: one thread never takes more than one processor, apart from the error of
    // two reads, and one at its limit stays there and hardly varies. The share of a busy server passes through one processor on its way.
    private bool IsPinned()
    {
        var length = Math.Max(SingleProcessSeconds, 3 * _windows.Seconds);
        var (seen, pinned, earliest) = (0, 0, Second);
        var (sum, squares) = (0.0, 0.0);
        for (var at = Second; at > Second - length; at--)
        {
            // Rows stand for some seconds when the guest is silent: only seconds that it reported count.
            var share = _partition.History.At(SignalCatalog.GuestTopProcess, at);
            if (!double.IsNaN(share) && !double.IsNaN(_partition.History.At(SignalCatalog.GuestBusy, at)))
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
            return false;
        }

        var mean = sum / seen;
        return Math.Sqrt(Math.Max(0, (squares / seen) - (mean * mean))) <= PinnedSpreadMax;
    }

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

    /// <summary>The guest loses time to memory; where only the host is measured: it is refused memory that it wants, or is paged by the host.</summary>
    public Finding MemoryHarm()
    {
        var stall = MemoryStall();
        if (stall.Answer != Answer.NotMeasured)
        {
            return stall;
        }

        var refused = Finding.Any(
            Finding.All(AtLeast(SignalCatalog.MemoryPressure, Limits.MemoryPressureRatio), HostMemoryLow()),
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

    /// <summary>A disk of the VM is slow, seen from either side.</summary>
    public Finding DiskSlow() => Finding.Any(Slow(SignalCatalog.DiskGuestLatency), Slow(SignalCatalog.DiskDeviceLatency));

    /// <summary>The VM's own operations have risen well above the time before.</summary>
    public Finding IopsRisen() => Finding.FirstMeasured(
        AboveBaseline(SignalCatalog.DiskGuestIops, Limits.IopsBaselineRatio, Limits.DiskIopsMin),
        AboveBaseline(SignalCatalog.DiskHostIops, Limits.IopsBaselineRatio, Limits.DiskIopsMin));

    /// <summary>Its disk was as slow shortly before, at its usual operations: then not their rise made it slow.</summary>
    public Finding SlowBeforeItsRise()
    {
        var iops = Has(SignalCatalog.DiskHostIops) ? SignalCatalog.DiskHostIops : SignalCatalog.DiskGuestIops;
        var latency = Has(SignalCatalog.DiskDeviceLatency) ? SignalCatalog.DiskDeviceLatency : SignalCatalog.DiskGuestLatency;
        var (usual, now) = (Baseline(iops), Level(latency));
        if (double.IsNaN(usual) || double.IsNaN(now))
        {
            return Absent(latency, " before its operations rose", "too short a history");
        }

        var slow = 0;
        for (var at = Second - _windows.Seconds; at > Second - SlowBackSeconds; at--)
        {
            slow += _partition.History.At(iops, at) <= UsualRatio * usual && _partition.History.At(latency, at) >= SlowBeforeShare * now ? 1 : 0;
        }

        return new Finding(
            slow >= SlowBeforeSeconds ? Answer.Yes : Answer.No, latency, latency.Id,
            Words($"{latency.Name} was as long in {Text.Number(slow)} of the seconds before, at its usual operations"), slow, SlowBeforeSeconds, "s",
            Explaining ? _partition.Frame.SourceOf(latency) : string.Empty, 1);
    }

    /// <summary>Many operations are outstanding.</summary>
    public Finding DiskQueued() => Finding.FirstMeasured(
        AtLeast(SignalCatalog.DiskGuestQueue, Limits.DiskQueueLength), AtLeast(SignalCatalog.DiskHostQueue, Limits.DiskQueueLength));

    /// <summary>The VM runs at its CPU cap.</summary>
    public Finding AtCap()
        => Finding.Any(AtLeast(SignalCatalog.CapUse, 1 - Limits.CapNearShare), AtLeast(SignalCatalog.Throttled, Limits.ReadyShare));

    /// <summary>A disk of the VM runs at its quota.</summary>
    public Finding AtQuota() => AtLeast(SignalCatalog.DiskQosUse, 1 - Limits.QuotaNearShare);

    /// <summary>The guest waits for its disk between driver and virtual device.</summary>
    public Finding SlowInside()
    {
        var latency = Level(SignalCatalog.DiskGuestLatency);
        var least = Math.Max(Limits.BusLatencySeconds, double.IsNaN(latency) ? 0 : Limits.BusLatencyShare * latency);
        return AtLeast(SignalCatalog.DiskInside, least, lessErrorBar: true);
    }

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

    /// <summary>The guest feels it: segments are sent again, or its driver drops packets.</summary>
    public Finding NetworkFelt() => Finding.Any(
        AtLeast(SignalCatalog.Retransmits, Limits.RetransmitShare), AtLeast(SignalCatalog.NetGuestDropped, 5 * Limits.DropsPerSecond).Weaker(0.6));

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

    /// <summary>Most active processes of the guest lost progress at once: the cause is outside.</summary>
    public Finding AllSlowed() => AtLeast(SignalCatalog.SlowedShare, Limits.SlowedShareGlobal);

    /// <summary>Few processes lost progress: the cause is inside one of them.</summary>
    public Finding FewSlowed() => Below(SignalCatalog.SlowedShare, Limits.SlowedShareLocal);

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

    private static Finding OrMissing(Finding finding) => finding.Answer == Answer.NotMeasured ? finding with { Answer = Answer.Yes, Strength = 0.8 } : finding;

    private static Finding State(Answer answer, string what, string sentence, double value, double limit, string unit, string source, double strength)
        => new(answer, SignalCatalog.Find(what), what, sentence, value, limit, unit, source, strength);

    private Finding Counted(int measured, int hurt, string words, SignalDefinition signal)
        => measured == 0
            ? Absent(signal, ": other VMs " + words, "no other VM was measured")
            : new Finding(
                hurt > 0 ? Answer.Yes : Answer.No, signal, signal.Id, Words($"{Text.Number(hurt)} of {Text.Number(measured)} other VMs {words}"), hurt, 1,
                "{vm}", "other VMs", 1);
}
