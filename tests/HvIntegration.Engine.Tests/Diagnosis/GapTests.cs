using HvIntegration.Model;
using HvIntegration.Protocol.Metrics;

namespace HvIntegration.Engine.Tests.Diagnosis;

public sealed class GapTests
{
    private const long Second = 1_000_000_000L;

    private static readonly SeriesKey Moves = new(HostMetrics.VmActivity.Id, "migration");
    private static readonly SeriesKey Saves = new(HostMetrics.VmActivity.Id, "checkpoint");

    [Fact]
    public void Gap_AgentSilentDuringAMove_IsTheMovesAndTheEpisodeTellsIt()
    {
        var (host, vm) = Hurt();
        vm.Host[Moves] = 1;
        host.Run(5);
        vm.GuestOn = false;
        host.Run(8);
        vm.Host[Moves] = 0;
        host.Run(4);
        vm.GuestOn = true;
        host.Run(12);

        var episode = host.Last(vm).Episode!;
        var gap = Assert.Single(episode.Gaps);
        Assert.Equal(GapCauses.Migration, gap.Cause);
        Assert.Equal("live migration", GapText.Of(gap.Cause));
        Assert.InRange(gap.ToSecond - gap.FromSecond + 1, 9, 14);
        Assert.True(gap.FromSecond > episode.OnsetSecond);
        Assert.Equal((gap.FromSecond, gap.ToSecond, gap.Cause), Kept(host, vm).Single());
        Assert.Null(host.Last(vm).Gap);
    }

    [Fact]
    public void Gap_SaveCounter_SaysThatItDoesNotTellWhich()
    {
        var (host, vm) = Well();
        vm.Host[Saves] = 1;
        (vm.GuestOn, vm.Stopped) = (false, true);
        host.Run(6);
        vm.Host[Saves] = 0;
        (vm.GuestOn, vm.Stopped) = (true, false);
        host.Run(12);

        Assert.Equal(GapCauses.SaveOrCheckpoint, Kept(host, vm).Single().Cause);
    }

    [Theory]
    [InlineData(PartitionState.Off, PartitionActivity.Saved, GapCauses.Saved)]
    [InlineData(PartitionState.Off, PartitionActivity.None, GapCauses.Off)]
    [InlineData(PartitionState.Paused, PartitionActivity.None, GapCauses.Paused)]
    [InlineData(PartitionState.Running, PartitionActivity.Checkpoint, GapCauses.Checkpoint)]
    [InlineData(PartitionState.Running, PartitionActivity.None, GapCauses.StoodStill)]
    public void Gap_OfAVmThatStands_HasTheCauseTheHostTells(PartitionState state, PartitionActivity activity, string cause)
    {
        var (host, vm) = Well();
        (vm.State, vm.Activity, vm.Stopped) = (state, activity, true);
        host.Run(10);
        (vm.State, vm.Activity, vm.Stopped) = (PartitionState.Running, PartitionActivity.None, false);
        host.Run(14);

        var gap = Assert.Single(Kept(host, vm));
        Assert.Equal(cause, gap.Cause);
        Assert.InRange(gap.To - gap.From + 1, 8, 14);
    }

    [Fact]
    public void Gap_GuestThatBootedInIt_IsARestart()
    {
        var (host, vm) = Well();
        vm.GuestOn = false;
        host.Run(20);
        vm.Boot = Guid.NewGuid();
        vm.OffsetNs = -((host.Now - 8) * Second);
        vm.Guest.Clear();
        vm.GuestOn = true;
        host.Run(12);

        Assert.Equal(GapCauses.Restart, Kept(host, vm).Single().Cause);
    }

    [Fact]
    public void Gap_NobodyTellsWhy_StaysWithTheGeneralWord()
    {
        var (host, vm) = Well();
        vm.GuestOn = false;
        host.Run(20);
        var during = host.Last(vm).Gap;
        vm.GuestOn = true;
        host.Run(12);

        Assert.Equal(GapCauses.GuestSilent, during?.Cause);
        Assert.Equal(GapCauses.GuestSilent, Kept(host, vm).Single().Cause);
    }

    [Fact]
    public void Gap_ShortPauseWithinLongSilence_NamesOnlyWhatItMayExplain()
    {
        var (host, vm) = Well();
        vm.GuestOn = false;
        host.Run(80);
        vm.State = PartitionState.Paused;
        host.Run(5);
        vm.State = PartitionState.Running;
        host.Run(60);

        Assert.Equal([GapCauses.GuestSilent, GapCauses.Paused, GapCauses.GuestSilent], Kept(host, vm).Select(g => g.Cause));
        var paused = Kept(host, vm).Single(g => g.Cause == GapCauses.Paused);
        Assert.InRange(paused.To - paused.From + 1, 4, 6);
    }

    [Fact]
    public void Gap_DataSentAgainLater_IsTakenBack()
    {
        var (host, vm) = Well();
        vm.GuestOn = false;
        var kept = new List<GuestBatch>();
        for (var i = 0; i < 12; i++)
        {
            host.Run(1);
            kept.Add(TestHost.Batch(vm, host.Now * Second));
        }

        Assert.Equal(GapCauses.GuestSilent, host.Last(vm).Gap?.Cause);
        kept.ForEach(host.Model.AddGuestBatch);
        vm.GuestOn = true;
        host.Run(6);
        host.Reports.AddRange(host.Model.TakeRevised());
        host.Run(6);

        Assert.Empty(Kept(host, vm));
        Assert.Null(host.Last(vm).Gap);
    }

    [Theory]
    [InlineData(true, GapCauses.Migration)]
    [InlineData(false, GapCauses.Away)]
    public void Gap_VmThatLeftAndCameBack_IsOneGapOverAllThatWasForgotten(bool moved, string cause)
    {
        var (host, vm) = Well();
        vm.Host[Moves] = moved ? 1 : 0;
        host.Run(5);
        (vm.Listed, vm.GuestOn, vm.HostOn) = (false, false, false);
        host.Run(1_000);
        (vm.Listed, vm.GuestOn, vm.HostOn) = (true, true, true);
        vm.Host[Moves] = 0;
        host.Run(10);

        var gap = Assert.Single(Kept(host, vm));
        Assert.Equal(cause, gap.Cause);
        Assert.InRange(gap.To - gap.From + 1, 995, 1_006);
    }

    [Fact]
    public void Gap_VmWithoutAgent_HasNone()
    {
        var host = new TestHost();
        var vm = host.Add("vm1");
        vm.GuestOn = false;
        host.Run(40);

        Assert.Empty(Kept(host, vm));
    }

    private static (TestHost Host, TestVm Vm) Well()
    {
        var host = new TestHost();
        var vm = host.Add("vm1");
        host.Add("vm2");
        host.Run(50);
        return (host, vm);
    }

    private static (TestHost Host, TestVm Vm) Hurt()
    {
        var (host, vm) = Well();
        vm.Busy = _ => 0.99;
        vm.RunQueue = 4;
        vm.PsiCpu = 0.6;
        host.Run(20);
        Assert.Equal(HypothesisIds.GuestCpuDemand, host.Verdict(vm).Hypothesis);
        return (host, vm);
    }

    // As a store keeps them: the newest word of each.
    private static List<(long From, long To, string Cause)> Kept(TestHost host, TestVm vm) =>
    [
        .. host.Reports.Where(r => r.Partition.Id == vm.Id).SelectMany(r => r.GapsTold).GroupBy(g => g.Began).Select(g => g.Last()).Where(g => !g.IsFilled)
            .OrderBy(g => g.FromSecond).Select(g => (g.FromSecond, g.ToSecond, g.Cause)),
    ];
}
