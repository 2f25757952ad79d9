using HvIntegration.Model;
using HvIntegration.Engine.Options;
using HvIntegration.Protocol.Metrics;

namespace HvIntegration.Engine.Tests.Diagnosis;

/// <summary>Each hypothesis just below and just above its default limit: both sides' counters go in, the verdict comes out.</summary>
public sealed class BoundaryTests
{
    private const int Quiet = 50;
    private const int Faulty = 20;
    private static readonly SignalLimits Limits = new();

    [Theory]
    [InlineData(0.01, HypothesisIds.GuestCpuDemand)]
    [InlineData(-0.01, HypothesisIds.None)]
    public void GuestCpuDemand_BusyAroundLimit(double beyond, string expected)
    {
        var (host, vm, _) = Hosted();
        host.Run(Quiet);

        vm.Busy = _ => Limits.BusyShare + beyond;
        vm.RunQueue = Limits.RunQueuePerProcessor + 1;
        vm.PsiCpu = Limits.CpuStallShare + 0.1;
        host.Run(Faulty);

        Expect(expected, host, vm);
    }

    [Theory]
    [InlineData(1, HypothesisIds.GuestCpuSingleThread)]
    [InlineData(10, HypothesisIds.None)]
    public void GuestCpuSingleThread_MovedProcessThatVaries_IsOneThreadOnlyWhenItKeepsStep(int period, string expected)
    {
        // Reads that come early and late in turn undo each other; a service that wanders as far about one processor does not.
        var (host, vm, _) = Hosted(processors: 4);
        host.Run(Quiet);

        vm.Busy = _ => 0.27;
        for (var second = 0; second < 60; second++)
        {
            vm.TopProcess = ("worker", second / period % 2 == 0 ? 1.02 : 0.97);
            host.Run(1);
        }

        Expect(expected, host, vm);
    }

    [Theory]
    [InlineData(0.015, HypothesisIds.GuestCpuSingleThread)]
    [InlineData(-0.015, HypothesisIds.None)]
    public void GuestCpuSingleThread_HotProcessorAroundLimit(double beyond, string expected)
    {
        var (host, vm, _) = Hosted(processors: 4);
        host.Run(Quiet);

        vm.Busy = cpu => cpu == 1 ? Limits.HotProcessorShare + beyond : 0.05;
        host.Run(Faulty);

        Expect(expected, host, vm);
    }

    [Theory]
    [InlineData(0.01, HypothesisIds.HostCpuContention)]
    [InlineData(-0.01, HypothesisIds.None)]
    public void HostCpuContention_ReadyAroundLimit(double beyond, string expected)
    {
        var (host, vm, neighbour) = Hosted();
        host.Run(Quiet);

        var ready = Limits.ReadyShare + beyond;
        (vm.Busy, vm.Run, vm.Ready) = (_ => 0.6, _ => 0.6 - ready, ready);
        (neighbour.Busy, neighbour.Run) = (_ => 1, _ => 0.95);
        host.LpBusy = 0.97;
        host.Run(Faulty);

        Expect(expected, host, vm);
    }

    [Theory]
    [InlineData(0.01, true)]
    [InlineData(-0.02, false)]
    public void CpuCap_RunTimeAroundCap(double beyond, bool expected)
    {
        var (host, vm, _) = Hosted();
        vm.CpuLimit = 1.0;
        host.Run(Quiet);

        // Two virtual processors share the cap of one.
        var run = (1 - Limits.CapNearShare + beyond) / 2;
        (vm.Busy, vm.Run, vm.Ready) = (_ => 0.99, _ => run, 0.99 - run);
        vm.PsiCpu = 0.6;
        host.Run(Faulty);

        Assert.Equal(expected, host.Verdict(vm).Hypothesis == HypothesisIds.CpuCap);
        Assert.Equal(expected ? HypothesisIds.CpuCap : HypothesisIds.Unknown, host.Verdict(vm).Hypothesis);
    }

    // On a store that takes 6 ms on a good day the fixed limit decides, on a fast one three times the usual and the floor below it.
    [Theory]
    [InlineData(0.006, 0.0155, HypothesisIds.HostStorageSlow)]
    [InlineData(0.006, 0.0145, HypothesisIds.None)]
    [InlineData(0.0008, 0.0043, HypothesisIds.HostStorageSlow)]
    [InlineData(0.0008, 0.0037, HypothesisIds.None)]
    public void HostStorageSlow_LowerLatencyAroundLimit(double usual, double now, string expected)
    {
        var (host, vm, _) = Hosted();
        Latency(vm, usual);
        host.Run(Quiet);

        Latency(vm, now);
        vm.PsiIoFull = 0.3;
        host.Run(Faulty);

        Expect(expected, host, vm);
    }

    [Theory]
    [InlineData(0.02, true)]
    [InlineData(-0.02, false)]
    public void StorageQosCap_RateAroundQuota(double beyond, bool expected)
    {
        var (host, vm, _) = Hosted();
        vm.QosIops = 100;
        vm.Iops = 40;
        host.Run(Quiet);

        vm.Iops = 100 * (1 - Limits.QuotaNearShare + beyond);
        (vm.GuestLatency, vm.DeviceLatency, vm.Queue) = (0.045, 0.044, 4.5);
        host.Run(Faulty);

        Assert.Equal(expected, host.Verdict(vm).Hypothesis == HypothesisIds.StorageQosCap);
    }

    [Theory]
    [InlineData(1.1, true)]
    [InlineData(0.9, false)]
    public void GuestDiskOverload_OperationsAroundTwiceTheUsual(double times, bool expected)
    {
        var (host, vm, neighbour) = Hosted();
        (vm.Iops, neighbour.Iops) = (500, 20);
        host.Run(Quiet);

        vm.Iops = 500 * Limits.IopsBaselineRatio * times;
        Latency(vm, 0.03);
        (vm.Queue, vm.PsiIoFull) = (30, 0.5);
        host.Run(Faulty);

        Assert.Equal(expected, host.Verdict(vm).Hypothesis == HypothesisIds.GuestDiskOverload);
        Assert.NotEqual(HypothesisIds.None, host.Verdict(vm).Hypothesis);
    }

    [Theory]
    [InlineData(1.03, HypothesisIds.HostMemoryPressure)]
    [InlineData(0.97, HypothesisIds.Unknown)]
    public void HostMemoryPressure_PressureAroundLimit(double times, string expected)
    {
        var (host, vm, _) = Hosted();
        host.Run(Quiet);

        Starve(vm);
        vm.Pressure = Limits.MemoryPressureRatio * times;
        host.HostMemoryAvailable = 1e9;
        host.Run(Faulty);

        Expect(expected, host, vm);
    }

    [Theory]
    [InlineData(0.9, HypothesisIds.HostMemoryPressure)]
    [InlineData(1.1, HypothesisIds.Unknown)]
    public void HostMemoryPressure_HostMemoryAroundLimit(double times, string expected)
    {
        var (host, vm, _) = Hosted();
        host.Run(Quiet);

        Starve(vm);
        vm.Pressure = 1.2;
        host.HostMemoryAvailable = host.HostMemoryTotal * Limits.HostMemoryAvailableShare * times;
        host.Run(Faulty);

        Expect(expected, host, vm);
    }

    [Theory]
    [InlineData(0.01, HypothesisIds.GuestMemoryMaximum)]
    [InlineData(0.03, HypothesisIds.GuestMemoryMaximum)]
    [InlineData(0.12, HypothesisIds.Unknown)]
    public void GuestMemoryMaximum_AssignedAroundMaximumAndGivenNoMore(double below, string expected)
    {
        var (host, vm, _) = Hosted();
        vm.MemoryMaximum = vm.Assigned / (1 - below);
        host.Run(Quiet);

        Starve(vm);
        vm.Pressure = 1.2;
        host.Run(Faulty);

        Expect(expected, host, vm);
    }

    // Little available is not yet a loss: the guest must wait for it.
    [Theory]
    [InlineData(0.005, HypothesisIds.GuestMemoryMaximum)]
    [InlineData(-0.005, HypothesisIds.None)]
    public void GuestMemoryMaximum_StallAroundLimit(double beyond, string expected)
    {
        var (host, vm, _) = Hosted();
        vm.MemoryMaximum = vm.Assigned;
        host.Run(Quiet);

        vm.MemoryAvailable = 0.05 * vm.MemoryTotal;
        vm.Pressure = 1.2;
        vm.PsiMemory = Limits.MemoryStallShare + beyond;
        host.Run(Faulty);

        Expect(expected, host, vm);
    }

    [Theory]
    [InlineData(0.0008, HypothesisIds.VmbusPath)]
    [InlineData(-0.0008, HypothesisIds.Unknown)]
    public void VmbusPath_TimeBetweenGuestAndDeviceAroundLimit(double beyond, string expected)
    {
        var (host, vm, _) = Hosted();
        host.Run(Quiet);

        vm.GuestLatency = vm.DeviceLatency + Limits.BusLatencySeconds + beyond;
        host.Run(Faulty);

        Expect(expected, host, vm);
    }

    // The time before the device is below its limit: only the rings tell why the disk is slow in the guest and not at the device.
    [Theory]
    [InlineData(1.2, HypothesisIds.VmbusPath)]
    [InlineData(0.8, HypothesisIds.Unknown)]
    public void VmbusPath_FullRingsAroundLimit(double times, string expected)
    {
        var (host, vm, _) = Hosted();
        vm.GuestRates[new SeriesKey(GuestMetrics.VmbusOutFull.Id, "storvsc|0")] = 0;
        host.Run(Quiet);

        vm.GuestRates[new SeriesKey(GuestMetrics.VmbusOutFull.Id, "storvsc|0")] = Limits.RingFullPerSecond * times;
        (vm.DeviceLatency, vm.GuestLatency, vm.EchoSeconds) = (0.0012, 0.0055, 0.03);
        host.Run(Faulty);

        Expect(expected, host, vm);
    }

    [Theory]
    [InlineData(1.2, HypothesisIds.GuestLeak)]
    [InlineData(0.8, HypothesisIds.None)]
    public void GuestLeak_MemoryGrowthAroundLimit(double times, string expected)
    {
        var (host, vm, _) = Hosted();
        var perHour = Math.Max(Limits.LeakBytesPerHour, Limits.LeakMemoryShare * vm.MemoryTotal) * times;
        vm.Holder = ("collector", 5e7, 40, 4);
        vm.HolderGrowth = (perHour / 3600, 0, 0);

        host.Run((int)Limits.LeakMemorySeconds + 300);

        Expect(expected, host, vm);
        Assert.Equal(expected == HypothesisIds.GuestLeak, host.Verdict(vm).Sentence.Contains("Private memory of collector grew steadily", StringComparison.Ordinal));
    }

    [Theory]
    [InlineData(1.2, HypothesisIds.GuestLeak)]
    [InlineData(0.8, HypothesisIds.None)]
    public void GuestLeak_HandlesAroundLimit(double times, string expected)
    {
        var (host, vm, _) = Hosted();
        vm.Holder = ("collector", 5e7, 40, 4);
        vm.HolderGrowth = (0, Limits.LeakHandlesPerHour * times / 3600, 0);

        host.Run(1500);

        Expect(expected, host, vm);
    }

    [Theory]
    [InlineData(180, HypothesisIds.GuestLeak)]
    [InlineData(-180, HypothesisIds.None)]
    public void GuestLeak_DurationAroundLimit(int beyondSeconds, string expected)
    {
        var (host, vm, _) = Hosted();
        vm.Holder = ("collector", 5e7, 40, 4);
        vm.HolderGrowth = (1e9 / 3600, 0, 0);

        host.Run((int)Limits.LeakMemorySeconds + beyondSeconds);

        Expect(expected, host, vm);
    }

    // A cache grows as a leak does: while memory is left only an hour tells them apart.
    [Theory]
    [InlineData(0.1, HypothesisIds.GuestLeak)]
    [InlineData(0.4, HypothesisIds.None)]
    public void GuestLeak_GrowthOfHalfAnHour_IsToldOnlyWhereMemoryRunsShort(double available, string expected)
    {
        var (host, vm, _) = Hosted();
        vm.Holder = ("collector", 5e7, 40, 4);
        vm.HolderGrowth = (1e9 / 3600, 0, 0);
        vm.MemoryAvailable = available * vm.MemoryTotal;

        host.Run(1800);

        Expect(expected, host, vm);
    }

    [Theory]
    [InlineData(0.0005, 1.2, HypothesisIds.HostNetworkCongestion)]
    [InlineData(0.0005, 0.3, HypothesisIds.HostNetworkCongestion)]
    [InlineData(0.0005, 0.15, HypothesisIds.None)]
    [InlineData(0.003, 1.2, HypothesisIds.HostNetworkCongestion)]
    [InlineData(0.003, 0.8, HypothesisIds.None)]
    public void HostNetworkCongestion_RetransmitsAroundLimitAndUsual(double before, double times, string expected)
    {
        var (host, vm, _) = Hosted();
        Network(vm, dropShare: 0, retransmits: before);
        host.Run(Quiet);

        Network(vm, dropShare: 0.05, Limits.RetransmitShare * times);
        host.Run(Faulty);

        Expect(expected, host, vm);
    }

    [Theory]
    [InlineData(1.3, HypothesisIds.HostNetworkCongestion)]
    [InlineData(0.7, HypothesisIds.None)]
    public void HostNetworkCongestion_DropsAroundLimit(double times, string expected)
    {
        var (host, vm, _) = Hosted();
        Network(vm, dropShare: 0, retransmits: 0.0005);
        host.Run(Quiet);

        Network(vm, Limits.DropShare * times, retransmits: 0.05);
        host.Run(Faulty);

        Expect(expected, host, vm);
    }

    [Theory]
    [InlineData(0.02, HypothesisIds.HostNetworkCongestion)]
    [InlineData(-0.03, HypothesisIds.None)]
    public void HostNetworkCongestion_UplinkAroundLimit(double beyond, string expected)
    {
        var (host, vm, _) = Hosted();
        const double Speed = 1.25e8;
        Network(vm, dropShare: 0, retransmits: 0.03);
        host.RootGauges[new SeriesKey(HostMetrics.UplinkSpeed.Id, "nic0")] = Speed;
        var sent = new SeriesKey(HostMetrics.UplinkIo.Id, "nic0|transmit");
        host.RootRates[sent] = 0.1 * Speed;
        host.Run(Quiet);

        host.RootRates[sent] = (Limits.UplinkShare + beyond) * Speed;
        host.Run(Faulty);

        Expect(expected, host, vm);
    }

    [Theory]
    [InlineData(0.6, true)]
    [InlineData(0.4, false)]
    public void VmPaused_TimeLostByTheClockAroundHalfASecond(double lost, bool expected)
    {
        var (host, vm, _) = Hosted();
        host.Run(Quiet);

        vm.OffsetNs -= (long)(lost * 1e9);
        host.Run(12);

        Assert.Equal(expected, host.Reports.Any(r => r.Partition.Id == vm.Id && r.Verdict.Hypothesis == HypothesisIds.VmPaused));
    }

    [Theory]
    [InlineData(24, false)]
    [InlineData(40, true)]
    public void Unknown_HarmWithoutCause_IsAnEpisodeAfterHalfAMinute(int seconds, bool expected)
    {
        var (host, vm, _) = Hosted();
        host.Run(Quiet);

        // It waits, but the host has room, no cap is known, and nobody else waits.
        (vm.Busy, vm.Run, vm.Ready, vm.PsiCpu) = (_ => 0.99, _ => 0.5, 0.48, 0.7);
        host.Run(seconds);

        Assert.Equal(HypothesisIds.Unknown, host.Verdict(vm).Hypothesis);
        Assert.Equal(expected, host.Last(vm).Episode is not null);
        Assert.Contains("Data needed to decide", host.Verdict(vm).Sentence, StringComparison.Ordinal);
    }

    [Fact]
    public void Unknown_NobodyReports_SaysSo()
    {
        var (host, vm, _) = Hosted();
        host.Run(Quiet);

        (vm.GuestOn, vm.HostOn) = (false, false);
        host.Run(25);

        Assert.Equal(HypothesisIds.Unknown, host.Verdict(vm).Hypothesis);
        Assert.Contains("neither side reported", host.Verdict(vm).Sentence, StringComparison.Ordinal);
    }

    // The same host and loads, every level just inside its limit at once: well.
    [Fact]
    public void None_EverythingJustWithinItsLimit()
    {
        var (host, vm, _) = Hosted(processors: 4);
        vm.MemoryMaximum = vm.Assigned;
        Latency(vm, 0.005);
        Network(vm, dropShare: 0, retransmits: 0.0005);
        host.Run(Quiet);

        vm.Busy = _ => Limits.BusyShare - 0.02;
        vm.Ready = Limits.ReadyShare - 0.02;
        Latency(vm, Limits.DiskLatencySeconds - 0.002);
        vm.MemoryAvailable = (Limits.MemoryAvailableShare + 0.02) * vm.MemoryTotal;
        vm.PsiMemory = Limits.MemoryStallShare - 0.01;
        Network(vm, Limits.DropShare * 0.5, Limits.RetransmitShare * 0.8);
        host.Run(Faulty);

        Expect(HypothesisIds.None, host, vm);
    }

    private static (TestHost Host, TestVm Vm, TestVm Neighbour) Hosted(int processors = 2)
    {
        var host = new TestHost();
        host.Add("vm1");
        var vm = host.Add("vm2", processors);
        return (host, vm, host.Add("vm3", 6));
    }

    private static void Latency(TestVm vm, double lower)
        => (vm.LowerLatency, vm.DeviceLatency, vm.GuestLatency) = (lower, lower + 0.0001, lower + 0.0002);

    private static void Starve(TestVm vm)
        => (vm.MemoryAvailable, vm.PsiMemory, vm.MajorFaults) = (0.02 * vm.MemoryTotal, 0.3, 900);

    private static void Network(TestVm vm, double dropShare, double retransmits)
    {
        const double Packets = 4000;
        vm.HostRates[new SeriesKey(HostMetrics.NicIo.Id, "eth|transmit")] = Packets * 900;
        vm.HostRates[new SeriesKey(HostMetrics.NicPackets.Id, "eth|transmit")] = Packets * (1 - dropShare);
        vm.HostRates[new SeriesKey(HostMetrics.NicDropped.Id, "eth|transmit")] = Packets * dropShare;
        vm.GuestRates[new SeriesKey(GuestMetrics.NetworkIo.Id, "eth0|transmit")] = Packets * 900;
        vm.GuestRates[new SeriesKey(GuestMetrics.TcpSegments.Id, "transmit")] = Packets;
        vm.GuestRates[new SeriesKey(GuestMetrics.TcpRetransmitted.Id, "")] = Packets * retransmits;
    }

    private static void Expect(string hypothesis, TestHost host, TestVm vm)
    {
        var verdict = host.Verdict(vm);
        Assert.True(
            hypothesis == verdict.Hypothesis,
            $"{verdict.Hypothesis} instead of {hypothesis}: {verdict.Sentence} For: {string.Join("; ", verdict.For.Select(e => e.Sentence))} Against: {string.Join("; ", verdict.Against.Select(e => e.Sentence))}");
    }
}
