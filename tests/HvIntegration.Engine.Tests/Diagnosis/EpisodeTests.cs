using HvIntegration.Engine.Diagnosis;
using HvIntegration.Engine.Model;

namespace HvIntegration.Engine.Tests.Diagnosis;

/// <summary>What an episode says when it is over.</summary>
public sealed class EpisodeTests
{
    [Fact]
    public void TakeFinished_CauseGone_HasStartEndSeverityAndEvidenceOnce()
    {
        var host = new TestHost();
        var vm = host.Add("vm1");
        host.Run(50);
        var onset = host.Now;
        vm.Busy = _ => 0.99;
        vm.RunQueue = 4;
        vm.PsiCpu = 0.6;
        host.Run(30);
        Assert.Empty(host.Model.TakeFinished());
        vm.Busy = _ => 0.1;
        vm.RunQueue = 0.2;
        vm.PsiCpu = 0;
        host.Run(30);

        var finished = host.Model.TakeFinished();

        var episode = Assert.Single(finished);
        Assert.Equal(HypothesisIds.GuestCpuDemand, episode.Hypothesis);
        Assert.InRange(episode.OnsetSecond - onset, -1, 1);
        Assert.InRange(episode.EndSecond!.Value - onset, 28, 34);
        Assert.Contains(episode.SeverityWord, new[] { "minor", "major", "critical" });
        Assert.Contains(episode.Verdict.For, e => e.Side == Side.Guest && e.Supports);
        Assert.Contains(episode.Verdict.For, e => e.Side == Side.Host);
        Assert.Empty(host.Model.TakeFinished());
    }

    [Fact]
    public void FinishEpisodes_RecordEnds_OpenEpisodeEndsAtItsLastSecond()
    {
        var host = new TestHost();
        var vm = host.Add("vm1");
        host.Run(50);
        vm.Busy = _ => 0.99;
        vm.RunQueue = 4;
        vm.PsiCpu = 0.6;
        host.Run(20);

        host.Model.FinishEpisodes();

        var episode = Assert.Single(host.Model.TakeFinished());
        Assert.Equal(host.Last(vm).Second, episode.EndSecond);
    }

    [Fact]
    public void Episode_BothSidesSilentForAWhile_CarriesTheGapWithItsCause()
    {
        var host = new TestHost();
        var vm = host.Add("vm1");
        host.Run(50);
        vm.Busy = _ => 0.99;
        vm.RunQueue = 4;
        vm.PsiCpu = 0.6;
        host.Run(20);
        (vm.GuestOn, vm.HostOn) = (false, false);
        host.Run(20);
        (vm.GuestOn, vm.HostOn) = (true, true);
        host.Run(12);

        var gap = Assert.Single(host.Last(vm).Episode!.Gaps);
        Assert.Equal("no-data", gap.Cause);
        Assert.InRange(gap.ToSecond - gap.FromSecond, 10, 24);
    }
}
