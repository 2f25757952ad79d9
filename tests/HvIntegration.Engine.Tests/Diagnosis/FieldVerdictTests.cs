using HvIntegration.Engine.Options;
using HvIntegration.Model;
using HvIntegration.Protocol.Metrics;

namespace HvIntegration.Engine.Tests.Diagnosis;

/// <summary>Kinds of case that recordings of a second, independent world showed, each with its near-miss twins.</summary>
public sealed class FieldVerdictTests
{
    private const int Quiet = 60;
    private const int Faulty = 25;

    [Fact]
    public void GuestDiskOverload_FloodThatWaitsInTheGuest_IsTheGuestsAndNotTheBus()
    {
        var (host, vm, _) = Hosted();
        host.Run(Quiet);

        (vm.Iops, vm.Queue, vm.GuestLatency, vm.PsiIoFull) = (900, 40, 0.044, 0.5);
        host.Run(Faulty);

        Assert.Equal((HypothesisIds.GuestDiskOverload, Side.Guest), (host.Verdict(vm).Hypothesis, host.Verdict(vm).Side));
    }

    [Fact]
    public void VmbusPath_SameWaitAtUsualOperations_IsTheBus()
    {
        var (host, vm, _) = Hosted();
        host.Run(Quiet);

        (vm.Queue, vm.GuestLatency, vm.PsiIoFull) = (4, 0.044, 0.3);
        host.Run(Faulty);

        Assert.Equal(HypothesisIds.VmbusPath, host.Verdict(vm).Hypothesis);
    }

    [Theory]
    [InlineData("throttled")]
    [InlineData("others")]
    public void VmbusPath_FloodWhileTheBusShowsItself_IsTheBus(string evidence)
    {
        var (host, vm, neighbour) = Hosted();
        host.Run(Quiet);

        (vm.Iops, vm.Queue, vm.GuestLatency, vm.PsiIoFull) = (900, 40, 0.044, 0.5);
        if (evidence == "throttled")
        {
            host.RootRates[new SeriesKey(HostMetrics.VmbusThrottleEvents.Id, "")] = 10;
        }
        else
        {
            (neighbour.GuestLatency, neighbour.Queue) = (0.05, 3);
        }

        host.Run(Faulty);

        Assert.Equal(HypothesisIds.VmbusPath, host.Verdict(vm).Hypothesis);
    }

    [Fact]
    public void HostStorageSlow_StallsThatRecur_AreOneIncidentOfEachVmFromItsFirstSecond()
    {
        var (host, vm, neighbour) = Hosted();
        (vm.HostQueue, neighbour.HostQueue) = (0, 0);
        host.Run(Quiet);
        long began = host.Now + 1;

        for (var stall = 0; stall < 4; stall++)
        {
            (vm.Iops, vm.HostQueue, vm.Queue, vm.PsiIoFull, neighbour.Iops, neighbour.HostQueue, neighbour.Queue) = (0, 3, 3, 0.9, 0, 2, 2);
            host.Run(5);
            (vm.Iops, vm.HostQueue, vm.Queue, vm.PsiIoFull, neighbour.Iops, neighbour.HostQueue, neighbour.Queue) = (50, 0, 0.05, 0, 50, 0, 0.05);
            host.Run(55);
        }

        host.Run(150);

        var ended = host.Model.TakeFinished();
        Assert.Equal(2, ended.Count(e => e.Partition == vm.Id || e.Partition == neighbour.Id));
        Assert.All(ended.Where(e => e.Partition == vm.Id || e.Partition == neighbour.Id), e =>
        {
            Assert.Equal((HypothesisIds.HostStorageSlow, 4), (e.Hypothesis, e.Occurrences));
            Assert.InRange(e.OnsetSecond, began - 1, began + 1);
        });
    }

    [Fact]
    public void HostStorageSlow_IdleDiskWithoutQueue_IsNoStall()
    {
        var (host, vm, _) = Hosted();
        vm.HostQueue = 0;
        host.Run(Quiet);

        vm.Iops = 0;
        host.Run(Faulty);

        Assert.Equal(HypothesisIds.None, host.Verdict(vm).Hypothesis);
    }

    [Fact]
    public void HostCpuContention_OneNumaNodeFull_IsToldWhileTheHostAsAWholeHasRoom()
    {
        var (host, vm, _) = Hosted();
        host.LpShare = lp => lp < 2 ? 0.4 : 0.3;
        host.Run(Quiet);

        host.LpShare = lp => lp < 2 ? 0.995 : 0.3;
        vm.Busy = _ => 1;
        vm.Ready = 0.3;
        host.Run(Faulty);

        Assert.Equal(HypothesisIds.HostCpuContention, host.Verdict(vm).Hypothesis);
    }

    [Fact]
    public void HostCpuContention_BurstsShorterThanASecond_AreToldByTheWaitsOfMostVms()
    {
        var (host, vm, neighbour) = Hosted();
        host.Run(Quiet);

        host.LpBusy = 0.66;
        vm.Busy = _ => 0.6;
        neighbour.Busy = _ => 0.6;
        foreach (var one in host.Vms)
        {
            one.Ready = 0.18;
        }

        host.Run(Faulty);

        Assert.Equal(HypothesisIds.HostCpuContention, host.Verdict(vm).Hypothesis);
    }

    [Theory]
    [InlineData(0.3)]
    [InlineData(0.66)]
    public void HostCpuContention_OneVmWaitsAloneOnARoomyHost_IsNotTold(double lpBusy)
    {
        var (host, vm, _) = Hosted();
        host.Run(Quiet);

        host.LpBusy = lpBusy;
        vm.Ready = 0.18;
        host.Run(Faulty);

        Assert.NotEqual(HypothesisIds.HostCpuContention, host.Verdict(vm).Hypothesis);
    }

    [Fact]
    public void GuestCpuSingleThread_GuestThatStartsAgain_IsNoHotThread()
    {
        var (host, vm, _) = Hosted(processors: 4);
        host.Run(Quiet);

        vm.Busy = cpu => cpu == 0 ? 1 : 0.05;
        vm.GuestOn = false;
        host.Run(20);
        vm.GuestOn = true;
        vm.Boot = new Guid("30000000-0000-0000-0000-000000000001");
        vm.Guest.Clear();
        vm.Sequence = 1;
        host.Run(40);

        Assert.DoesNotContain(host.Reports, r => r.Partition.Id == vm.Id && r.Episode?.Hypothesis == HypothesisIds.GuestCpuSingleThread);
    }

    [Fact]
    public void VmPaused_SeenByItsClockAfterwards_BeginsWhenItStopped()
    {
        var (host, vm, _) = Hosted();
        vm.Busy = _ => host.Now % 3 == 0 ? 0.02 : 0.1;
        host.Run(Quiet);
        long stopped = host.Now;

        vm.Stopped = true;
        host.Run(20);
        vm.Stopped = false;
        host.Run(20);

        var paused = Assert.Single(host.Reports.Where(r => r.Partition.Id == vm.Id && r.Episode?.Hypothesis == HypothesisIds.VmPaused).Select(r => r.Episode!.OnsetSecond).Distinct());
        Assert.InRange(paused, stopped - 1, stopped + 2);
    }

    // The windows of a recording with a row each 5 s.
    [Fact]
    public void Episode_OtherCauseWithWideWindows_TakesOverAfterItsHits()
    {
        var options = new EngineOptions { Diagnosis = { WindowSeconds = 15, WindowHits = 10 } };
        var host = new TestHost(options: options);
        var (vm, _) = (host.Add("vm1"), host.Add("vm2"));
        host.Run(120);

        (vm.GuestLatency, vm.DeviceLatency, vm.LowerLatency, vm.Queue) = (0.08, 0.078, 0.077, 4);
        host.Run(60);
        (vm.LowerLatency, vm.QosIops) = (0.001, 50);
        host.Run(60);

        Assert.Equal(
            [HypothesisIds.HostStorageSlow, HypothesisIds.StorageQosCap],
            host.Reports.Where(r => r.Partition.Id == vm.Id && r.Episode is not null).Select(r => r.Episode!.Hypothesis).Distinct());
    }

    private static (TestHost Host, TestVm Vm, TestVm Neighbour) Hosted(int processors = 2)
    {
        var host = new TestHost();
        host.Add("vm1");
        return (host, host.Add("vm2", processors), host.Add("vm3", 4));
    }
}
