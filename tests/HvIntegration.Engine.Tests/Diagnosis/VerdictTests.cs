using HvIntegration.Model;

namespace HvIntegration.Engine.Tests.Diagnosis;

/// <summary>Every hypothesis on both sides of its boundary, and twins that look the same from one side.</summary>
public sealed class VerdictTests
{
    private const int Quiet = 50;
    private const int Faulty = 20;

    [Fact]
    public void Verdict_QuietVm_IsNoneWithBothSides()
    {
        var (host, vm, _) = Pair();

        host.Run(Quiet);

        Assert.Equal(HypothesisIds.None, host.Verdict(vm).Hypothesis);
        Assert.True(host.Last(vm).HasGuest && host.Last(vm).HasHost);
        Assert.Null(host.Last(vm).Episode);
        Assert.All(host.Reports.Skip(10), r => Assert.Equal(HypothesisIds.None, r.Verdict.Hypothesis));
    }

    [Fact]
    public void Verdict_GuestBusyAndHostGivesIt_IsGuestCpuDemand()
    {
        var (host, vm, _) = Pair();
        host.Run(Quiet);

        Demand(vm);
        host.Run(Faulty);

        Expect(host, vm, HypothesisIds.GuestCpuDemand, Side.Guest);
    }

    [Theory]
    [InlineData(0.93, HypothesisIds.GuestCpuDemand)]
    [InlineData(0.85, HypothesisIds.None)]
    public void Verdict_BusyAroundLimit_TurnsAtNinetyPercent(double busy, string expected)
    {
        var (host, vm, _) = Pair();
        host.Run(Quiet);

        vm.Busy = _ => busy;
        vm.RunQueue = 3;
        vm.PsiCpu = busy > 0.9 ? 0.5 : 0.05;
        host.Run(Faulty);

        Assert.Equal(expected, host.Verdict(vm).Hypothesis);
    }

    [Fact]
    public void Verdict_OneProcessorHot_IsSingleThread()
    {
        var (host, vm, _) = Pair(processors: 4);
        host.Run(Quiet);

        vm.Busy = cpu => cpu == 2 ? 1 : 0.05;
        vm.TopProcess = ("gzip", 0.99);
        host.Run(Faulty);

        Expect(host, vm, HypothesisIds.GuestCpuSingleThread, Side.Guest);
    }

    [Fact]
    public void Verdict_HotThreadMovesOverProcessors_IsStillSingleThread()
    {
        var (host, vm, _) = Pair(processors: 4);
        host.Run(Quiet);

        vm.Busy = _ => 0.27;
        vm.TopProcess = ("gzip", 0.99);
        host.Run(Faulty);

        Expect(host, vm, HypothesisIds.GuestCpuSingleThread, Side.Guest);
    }

    [Fact]
    public void Verdict_WaitingOnFullHost_IsContentionWithNeighbourNamed()
    {
        var (host, vm, neighbour) = Pair();
        host.Run(Quiet);

        var onset = host.Now;
        Contention(host, vm, neighbour);
        host.Run(Faulty);

        var verdict = Expect(host, vm, HypothesisIds.HostCpuContention, Side.Host);
        Assert.Equal(neighbour.Id, verdict.Culprits[0].Partition);
        Assert.Equal("stress-ng", verdict.Culprits[0].Process);
        Assert.True(verdict.Culprits[0].Share > 0.5);
        Assert.Contains("vm2: host CPU contention (host side) since", verdict.Sentence, StringComparison.Ordinal);
        Assert.Contains("vm3 used", verdict.Sentence, StringComparison.Ordinal);
        Assert.Contains("would not help", verdict.WhatHelps, StringComparison.Ordinal);
        Assert.InRange(host.Last(vm).Episode!.OnsetSecond, onset - 1, onset + 1);
        var signals = host.Last(vm).Signals.ToDictionary(s => s.Id);
        Assert.InRange(signals[SignalIds.Ready].Value, 0.38, 0.44);
        Assert.InRange(signals[SignalIds.Steal].Value, 0.36, 0.45);
        Assert.Equal(1, signals[SignalIds.ReadyStealAgree].Value);
    }

    [Fact]
    public void Verdict_ContentionStarts_IsSaidWithinFiveSeconds()
    {
        var (host, vm, neighbour) = Pair();
        host.Run(Quiet);

        var onset = host.Now;
        Contention(host, vm, neighbour);
        host.Run(Faulty);

        var first = host.Reports.First(r => r.Partition.Id == vm.Id && r.Verdict.Hypothesis == HypothesisIds.HostCpuContention);
        Assert.InRange(first.Second - onset, 0, 5);
    }

    [Theory]
    [InlineData(0.06, HypothesisIds.HostCpuContention)]
    [InlineData(0.03, HypothesisIds.None)]
    public void Verdict_ReadyAroundLimit_TurnsAtFivePercent(double ready, string expected)
    {
        var (host, vm, neighbour) = Pair();
        host.Run(Quiet);

        Contention(host, vm, neighbour);
        vm.Busy = _ => 0.6;
        vm.Run = _ => 0.6 - ready;
        vm.Ready = ready;
        vm.PsiCpu = 0.1;
        vm.RunQueue = 1;
        host.Run(Faulty);

        Assert.Equal(expected, host.Verdict(vm).Hypothesis);
    }

    // Same inside (guest busy, queue long, PSI high); only the host's counters differ.
    [Fact]
    public void Verdict_TwinsSameInside_OutsideDecides()
    {
        var (own, ownVm, _) = Pair();
        var (host, hostVm, neighbour) = Pair();
        own.Run(Quiet);
        host.Run(Quiet);

        Demand(ownVm);
        Contention(host, hostVm, neighbour);
        hostVm.Busy = ownVm.Busy;
        hostVm.PsiCpu = ownVm.PsiCpu;
        hostVm.RunQueue = ownVm.RunQueue;
        hostVm.LatenessSeconds = ownVm.LatenessSeconds;
        own.Run(Faulty);
        host.Run(Faulty);

        Expect(own, ownVm, HypothesisIds.GuestCpuDemand, Side.Guest);
        Expect(host, hostVm, HypothesisIds.HostCpuContention, Side.Host);
    }

    // Same outside (run 55 %, no wait, host half busy); only the guest's own numbers differ.
    [Fact]
    public void Verdict_TwinsSameOutside_InsideDecides()
    {
        var (idle, idleVm, _) = Pair(processors: 2);
        var (hot, hotVm, _) = Pair(processors: 2);
        idle.Run(Quiet);
        hot.Run(Quiet);

        foreach (var vm in new[] { idleVm, hotVm })
        {
            vm.Run = _ => 0.5;
        }

        idleVm.Busy = _ => 0.5;
        hotVm.Busy = cpu => cpu == 0 ? 1 : 0.02;
        hotVm.TopProcess = ("gzip", 0.99);
        idle.Run(Faulty);
        hot.Run(Faulty);

        Assert.Equal(HypothesisIds.None, idle.Verdict(idleVm).Hypothesis);
        Expect(hot, hotVm, HypothesisIds.GuestCpuSingleThread, Side.Guest);
    }

    [Fact]
    public void Verdict_AtCapOnRoomyHost_IsCpuCap()
    {
        var (host, vm, _) = Pair();
        vm.CpuLimit = 1.0;
        host.Run(Quiet);

        Capped(vm);
        host.Run(Faulty);

        Expect(host, vm, HypothesisIds.CpuCap, Side.Configuration);
    }

    [Fact]
    public void Verdict_SameWaitWithoutCap_IsNotCpuCap()
    {
        var (host, vm, _) = Pair();
        host.Run(Quiet);

        Capped(vm);
        host.Run(Faulty);

        var verdict = host.Verdict(vm);
        Assert.Equal(HypothesisIds.Unknown, verdict.Hypothesis);
        Assert.Contains("Data needed to decide", verdict.Sentence, StringComparison.Ordinal);
    }

    [Fact]
    public void Verdict_StoreSlowWithoutAgentAndHostileName_SaysOnlyWhatWasMeasuredOnOneLine()
    {
        var (host, vm, neighbour) = Pair();
        vm.GuestOn = neighbour.GuestOn = false;
        vm.Name = "evil\n\u202Ename" + new string('x', 300);
        host.Run(Quiet);

        SlowStore(vm);
        SlowStore(neighbour);
        neighbour.Iops = 400;
        host.Run(Faulty);

        var sentence = host.Verdict(vm).Sentence;
        Assert.StartsWith("evil namexxx", sentence, StringComparison.Ordinal);
        Assert.Contains("disk operation takes 43 ms at the virtual device and 41 ms in the store", sentence, StringComparison.Ordinal);
        Assert.Contains("Without guest-side data", sentence, StringComparison.Ordinal);
        Assert.DoesNotContain("not measured", sentence, StringComparison.Ordinal);
        Assert.InRange(sentence.Length, 100, 400);
    }

    [Fact]
    public void Verdict_StoreSlow_IsHostStorage()
    {
        var (host, vm, neighbour) = Pair();
        host.Run(Quiet);

        SlowStore(vm);
        SlowStore(neighbour);
        neighbour.Iops = 400;
        host.Run(Faulty);

        var verdict = Expect(host, vm, HypothesisIds.HostStorageSlow, Side.Host);
        Assert.Equal(neighbour.Id, verdict.Culprits[0].Partition);
    }

    [Theory]
    [InlineData(0.018, HypothesisIds.HostStorageSlow)]
    [InlineData(0.0035, HypothesisIds.None)]
    public void Verdict_LowerLatencyAroundLimit_Turns(double latency, string expected)
    {
        var (host, vm, _) = Pair();
        host.Run(Quiet);

        SlowStore(vm);
        vm.LowerLatency = latency;
        vm.DeviceLatency = latency + 0.0002;
        vm.GuestLatency = latency + 0.0004;
        vm.PsiIoFull = 0.1;
        host.Run(Faulty);

        Assert.Equal(expected, host.Verdict(vm).Hypothesis);
    }

    // The guest and the virtual device are as slow in both; only what lies below differs.
    [Fact]
    public void Verdict_TwinsSlowDevice_LowerLatencyDecidesQuotaOrStore()
    {
        var (store, storeVm, _) = Pair();
        var (quota, quotaVm, _) = Pair();
        quotaVm.QosIops = 52;
        storeVm.QosIops = 500;
        store.Run(Quiet);
        quota.Run(Quiet);

        SlowStore(storeVm);
        SlowStore(quotaVm);
        quotaVm.LowerLatency = 0.0008;
        store.Run(Faulty);
        quota.Run(Faulty);

        Expect(store, storeVm, HypothesisIds.HostStorageSlow, Side.Host);
        Expect(quota, quotaVm, HypothesisIds.StorageQosCap, Side.Configuration);
    }

    [Fact]
    public void Verdict_GuestFloodsItsDisk_IsGuestDiskOverload()
    {
        var (host, vm, neighbour) = Pair();
        host.Run(Quiet);

        vm.Iops = 3000;
        vm.Queue = 32;
        vm.PsiIoFull = 0.5;
        vm.GuestLatency = 0.02;
        vm.DeviceLatency = 0.018;
        vm.LowerLatency = 0.017;
        neighbour.Iops = 20;
        host.Run(Faulty);

        Expect(host, vm, HypothesisIds.GuestDiskOverload, Side.Guest);
    }

    [Fact]
    public void Verdict_HostOutOfMemory_IsHostMemoryPressure()
    {
        var (host, vm, _) = Pair();
        host.Run(Quiet);

        ShortOfMemory(vm);
        host.HostMemoryAvailable = 1e9;
        host.Run(Faulty);

        Expect(host, vm, HypothesisIds.HostMemoryPressure, Side.Host);
    }

    [Fact]
    public void Verdict_VmAtItsMaximum_IsGuestMemoryMaximum()
    {
        var (host, vm, _) = Pair();
        vm.MemoryMaximum = vm.Assigned;
        host.Run(Quiet);

        ShortOfMemory(vm);
        host.Run(Faulty);

        Expect(host, vm, HypothesisIds.GuestMemoryMaximum, Side.Configuration);
    }

    // The host sees the same pressure; the guest of the second is fine: only commitment, no harm.
    [Fact]
    public void Verdict_PressureWithoutStall_IsNone()
    {
        var (host, vm, _) = Pair();
        vm.MemoryMaximum = vm.Assigned;
        host.Run(Quiet);

        vm.Pressure = 1.2;
        host.Run(Faulty);

        Assert.Equal(HypothesisIds.None, host.Verdict(vm).Hypothesis);
    }

    [Fact]
    public void Verdict_VmStopped_IsPausedAndAgainNoneAfterwards()
    {
        var (host, vm, _) = Pair();
        host.Run(Quiet);

        vm.Stopped = true;
        vm.State = PartitionState.Paused;
        host.Run(8);
        var during = host.Verdict(vm);
        vm.Stopped = false;
        vm.State = PartitionState.Running;
        host.Run(40);

        Assert.Equal(HypothesisIds.VmPaused, during.Hypothesis);
        Assert.Equal(HypothesisIds.None, host.Verdict(vm).Hypothesis);
        Assert.Equal("pause", host.Last(vm).Clock!.EpochCause);
    }

    [Fact]
    public void Verdict_PauseNobodyTold_IsFoundByTheClock()
    {
        var (host, vm, _) = Pair();
        host.Run(Quiet);

        vm.Stopped = true;
        host.Run(2);
        vm.Stopped = false;
        host.Run(12);

        Assert.Contains(host.Reports, r => r.Partition.Id == vm.Id && r.Verdict.Hypothesis == HypothesisIds.VmPaused);
    }

    [Fact]
    public void Verdict_GuestOnlyAndBusy_DoesNotAccuse()
    {
        var (host, vm, _) = Pair();
        vm.HostOn = false;
        host.Run(Quiet);

        Demand(vm);
        host.Run(Faulty);

        var verdict = host.Verdict(vm);
        Assert.NotEqual(Side.Host, verdict.Side);
        Assert.True(verdict.Probability < 0.9);
        Assert.Contains(verdict.NotMeasured, n => n.Contains("ready", StringComparison.Ordinal));
    }

    [Theory]
    [InlineData("contention")]
    [InlineData("demand")]
    [InlineData("store")]
    public void Verdict_GuestHidden_SameCauseLessSure(string fault)
    {
        var verdicts = new List<Verdict>();
        foreach (var hidden in new[] { false, true })
        {
            var (host, vm, neighbour) = Pair();
            vm.GuestOn = !hidden;
            host.Run(Quiet);
            Inject(fault, host, vm, neighbour);
            host.Run(Faulty);
            verdicts.Add(host.Verdict(vm));
        }

        Assert.True(verdicts[1].Probability < verdicts[0].Probability, $"{verdicts[1].Probability} against {verdicts[0].Probability}");
        Assert.True(verdicts[1].Hypothesis == verdicts[0].Hypothesis || verdicts[1].Hypothesis == HypothesisIds.Unknown);
        if (verdicts[1].Hypothesis != HypothesisIds.Unknown)
        {
            Assert.Contains("Without guest-side data", verdicts[1].Sentence, StringComparison.Ordinal);
        }
    }

    [Theory]
    [InlineData("contention")]
    [InlineData("demand")]
    [InlineData("store")]
    [InlineData("memory")]
    public void Verdict_GuestClockShifted_Unchanged(string fault)
    {
        var verdicts = new List<Verdict>();
        foreach (var shift in new[] { 0L, 600_000_000_000L, -600_000_000_000L })
        {
            var (host, vm, neighbour) = Pair();
            vm.OffsetNs += shift;
            vm.DriftPpm = shift / 20e9;
            host.Run(Quiet);
            Inject(fault, host, vm, neighbour);
            host.Run(Faulty);
            verdicts.Add(host.Verdict(vm));
        }

        Assert.All(verdicts, v => Assert.Equal(verdicts[0].Hypothesis, v.Hypothesis));
        Assert.NotEqual(HypothesisIds.None, verdicts[0].Hypothesis);
        Assert.NotEqual(HypothesisIds.Unknown, verdicts[0].Hypothesis);
    }

    [Theory]
    [InlineData("contention")]
    [InlineData("demand")]
    [InlineData("store")]
    [InlineData("memory")]
    public void Verdict_HalfTheSampleRate_Unchanged(string fault)
    {
        var verdicts = new List<string>();
        foreach (var step in new[] { 1, 2 })
        {
            var (host, vm, neighbour) = Pair();
            host.StepSeconds = step;
            host.Run(Quiet);
            Inject(fault, host, vm, neighbour);
            host.Run(Faulty + 4);
            verdicts.Add(host.Verdict(vm).Hypothesis);
        }

        Assert.Equal(verdicts[0], verdicts[1]);
    }

    [Fact]
    public void Verdict_NamesPermuted_SameVmBlamed()
    {
        var (host, vm, neighbour) = Pair();
        (vm.Name, neighbour.Name) = (neighbour.Name, "a " + vm.Name);
        host.Run(Quiet);

        Contention(host, vm, neighbour);
        host.Run(Faulty);

        var verdict = Expect(host, vm, HypothesisIds.HostCpuContention, Side.Host);
        Assert.Equal(neighbour.Id, verdict.Culprits[0].Partition);
    }

    [Fact]
    public void Verdict_SameInputTwice_SameReports()
    {
        var sentences = new List<string>();
        for (var i = 0; i < 2; i++)
        {
            var (host, vm, neighbour) = Pair();
            host.Run(30);
            Contention(host, vm, neighbour);
            host.Run(30);
            sentences.Add(string.Join('\n', host.Reports.Select(r => r.Verdict.Sentence + r.Verdict.Probability)));
        }

        Assert.Equal(sentences[0], sentences[1]);
    }

    [Fact]
    public void Episode_CauseGone_EndsAfterTenSecondsAndDoesNotFlicker()
    {
        var (host, vm, neighbour) = Pair();
        host.Run(Quiet);
        Contention(host, vm, neighbour);
        host.Run(30);
        Calm(host, vm, neighbour);
        host.Run(40);

        var open = host.Reports.Where(r => r.Partition.Id == vm.Id).Select(r => r.Episode is not null).ToList();
        var changes = open.Zip(open.Skip(1)).Count(p => p.First != p.Second);
        Assert.Equal(2, changes);
        Assert.Null(host.Last(vm).Episode);
    }

    [Fact]
    public void Episode_GuestSilentForAWhile_IsCarried()
    {
        var (host, vm, neighbour) = Pair();
        host.Run(Quiet);
        Contention(host, vm, neighbour);
        host.Run(20);
        var onset = host.Last(vm).Episode!.OnsetSecond;

        vm.GuestOn = false;
        vm.HostOn = false;
        host.Run(30);
        vm.GuestOn = true;
        vm.HostOn = true;
        host.Run(12);

        Assert.Equal(onset, host.Last(vm).Episode!.OnsetSecond);
    }

    [Fact]
    public void Verdict_HostFullAndNobodyRecordedTheWaits_IsUnknownAndSaysWhatToRecord()
    {
        var (host, vm, neighbour) = Pair();
        foreach (var one in host.Vms)
        {
            (one.WaitRecorded, one.GuestOn) = (false, false);
        }

        host.Run(Quiet);
        (vm.Busy, neighbour.Busy, host.LpBusy) = (_ => 0.4, _ => 0.9, 0.99);
        host.Run(45);

        var verdict = host.Verdict(vm);
        Assert.Equal(HypothesisIds.Unknown, verdict.Hypothesis);
        Assert.Equal(HypothesisIds.HostCpuContention, verdict.RunnerUp);
        Assert.Contains("CPU Wait Time Per Dispatch", verdict.WhatHelps, StringComparison.Ordinal);
        Assert.Equal(HypothesisIds.Unknown, host.Last(vm).Episode?.Hypothesis);
        Assert.Empty(verdict.For.Select(e => e.Sentence).Intersect(verdict.Against.Select(e => e.Sentence)));
    }

    [Fact]
    public void Verdict_HostFullAndAllThatAreMeasuredWait_IsContentionForTheOthersToo()
    {
        var (host, vm, neighbour) = Pair();
        foreach (var one in host.Vms)
        {
            one.WaitRecorded = false;
        }

        vm.GuestOn = false;
        host.Run(Quiet);
        var first = host.Vms[0];
        (vm.Busy, neighbour.Busy, host.LpBusy) = (_ => 0.4, _ => 0.9, 0.99);
        foreach (var measured in (TestVm[])[first, neighbour])
        {
            (measured.Busy, measured.Run, measured.LatenessSeconds) = (_ => 0.9, _ => 0.7, 0.02);
        }

        host.Run(Faulty);

        Expect(host, first, HypothesisIds.HostCpuContention, Side.Host);
        var verdict = Expect(host, vm, HypothesisIds.HostCpuContention, Side.Host);
        Assert.True(verdict.Probability < host.Verdict(first).Probability);
        Assert.Contains("its own wait was not recorded", string.Join("; ", verdict.For.Select(e => e.Sentence)), StringComparison.Ordinal);
        Assert.DoesNotContain("not measured of the time", verdict.Sentence, StringComparison.Ordinal);
    }

    [Fact]
    public void Verdict_OperationsRiseWhereTheBusIsSlow_IsNotTheGuestsOverload()
    {
        var (host, vm, _) = Pair();
        host.Run(Quiet);

        (vm.Iops, vm.Queue, vm.GuestLatency, vm.PsiIoFull) = (120, 6, 0.05, 0.5);
        host.Run(Faulty);

        Assert.DoesNotContain(host.Reports, r => r.Verdict.Hypothesis == HypothesisIds.GuestDiskOverload);
    }

    [Fact]
    public void Verdict_DiskThatWasAlwaysSlowAndIsHardlyUsed_IsNone()
    {
        var (host, vm, _) = Pair();
        (vm.GuestLatency, vm.DeviceLatency, vm.LowerLatency, vm.Iops) = (0.028, 0.027, 0.026, 1);
        host.Run(120);

        vm.Iops = 12;
        host.Run(Faulty);

        Assert.All(host.Reports.Where(r => r.Partition.Id == vm.Id).Skip(10), r => Assert.Equal(HypothesisIds.None, r.Verdict.Hypothesis));
    }

    [Fact]
    public void Verdict_MemoryShortInsideAndNothingToldOutside_IsUnknownBetweenMaximumAndHost()
    {
        var (host, vm, _) = Pair();
        vm.HostOn = false;
        host.Run(Quiet);

        ShortOfMemory(vm);
        host.Run(45);

        Assert.Equal(HypothesisIds.Unknown, host.Verdict(vm).Hypothesis);
        Assert.Contains(HypothesisIds.GuestMemoryMaximum, host.Verdict(vm).Alternatives.Select(a => a.Hypothesis));
    }

    private static (TestHost Host, TestVm Vm, TestVm Neighbour) Pair(int processors = 2)
    {
        var host = new TestHost();
        host.Add("vm1");
        var vm = host.Add("vm2", processors);
        var neighbour = host.Add("vm3", 6);
        return (host, vm, neighbour);
    }

    private static void Inject(string fault, TestHost host, TestVm vm, TestVm neighbour)
    {
        switch (fault)
        {
            case "contention":
                Contention(host, vm, neighbour);
                break;
            case "demand":
                Demand(vm);
                break;
            case "store":
                SlowStore(vm);
                SlowStore(neighbour);
                break;
            default:
                vm.MemoryMaximum = vm.Assigned;
                ShortOfMemory(vm);
                break;
        }
    }

    private static void Demand(TestVm vm)
    {
        vm.Busy = _ => 0.99;
        vm.RunQueue = 4;
        vm.PsiCpu = 0.6;
    }

    private static void Contention(TestHost host, TestVm vm, TestVm neighbour)
    {
        vm.Busy = _ => 0.99;
        vm.Run = _ => 0.58;
        vm.Ready = 0.41;
        vm.RunQueue = 3;
        vm.PsiCpu = 0.7;
        vm.LatenessSeconds = 0.02;
        neighbour.Busy = _ => 1;
        neighbour.Run = _ => 0.95;
        neighbour.TopProcess = ("stress-ng", 5.6);
        host.LpBusy = 0.99;
    }

    private static void Calm(TestHost host, TestVm vm, TestVm neighbour)
    {
        vm.Busy = _ => 0.1;
        vm.Run = null;
        vm.Ready = 0;
        vm.RunQueue = 0.2;
        vm.PsiCpu = 0;
        vm.LatenessSeconds = 0.0002;
        neighbour.Busy = _ => 0.1;
        neighbour.Run = null;
        neighbour.TopProcess = null;
        host.LpBusy = null;
    }

    private static void Capped(TestVm vm)
    {
        vm.Busy = _ => 0.99;
        vm.Run = _ => 0.5;
        vm.Ready = 0.48;
        vm.RunQueue = 3;
        vm.PsiCpu = 0.7;
    }

    private static void SlowStore(TestVm vm)
    {
        vm.GuestLatency = 0.045;
        vm.DeviceLatency = 0.043;
        vm.LowerLatency = 0.041;
        vm.Queue = 3;
        vm.PsiIoFull = 0.6;
    }

    private static void ShortOfMemory(TestVm vm)
    {
        vm.Pressure = 1.2;
        vm.MemoryAvailable = 0.1e9;
        vm.PsiMemory = 0.3;
        vm.MajorFaults = 900;
    }

    private static Verdict Expect(TestHost host, TestVm vm, string hypothesis, Side side)
    {
        var verdict = host.Verdict(vm);
        Assert.True(hypothesis == verdict.Hypothesis, $"{verdict.Hypothesis}: {verdict.Sentence} For: {string.Join("; ", verdict.For.Select(e => $"{e.Sentence} {e.LogOdds:0.0}"))} Against: {string.Join("; ", verdict.Against.Select(e => e.Sentence))}");
        Assert.Equal(side, verdict.Side);
        Assert.True(verdict.Probability >= 0.8);
        Assert.NotNull(host.Last(vm).Episode);
        Assert.NotEmpty(verdict.For);
        return verdict;
    }
}
