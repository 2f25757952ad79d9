using HvIntegration.Model;
using HvIntegration.Engine.Options;

namespace HvIntegration.Engine.Tests.Diagnosis;

/// <summary>What an episode says when it is over.</summary>
public sealed class EpisodeTests
{
    [Fact]
    public void Episodes_OfARecordingInShort_AreThoseInFull()
    {
        string[] full = Story(ReportDetail.Full);
        string[] brief = Story(ReportDetail.Episodes);

        Assert.Contains(full, e => e.StartsWith("host-cpu-contention", StringComparison.Ordinal));
        Assert.Contains(full, e => e.StartsWith("host-storage-slow", StringComparison.Ordinal));
        Assert.Contains(full, e => e.StartsWith("unknown", StringComparison.Ordinal));
        Assert.Equal(full, brief);
    }

    [Fact]
    public void Episode_OfAMinute_IsNotCutByAMomentOfAnotherCauseOrOfRest()
    {
        var host = new TestHost();
        var (web, batch) = (host.Add("web", 4), host.Add("batch", 8));
        host.Run(60);
        Slow(web, batch);
        host.Run(80);

        // A burst of its own for some seconds, later some seconds of rest: the store is slow all the same.
        (web.Iops, web.Queue) = (400, 8);
        host.Run(6);
        (web.Iops, web.Queue) = (50, 3);
        host.Run(40);
        foreach (var vm in host.Vms)
        {
            (vm.GuestLatency, vm.DeviceLatency, vm.LowerLatency) = (0.001, 0.0009, 0.0008);
        }

        host.Run(14);
        Slow(web, batch);
        host.Run(30);
        host.Model.FinishEpisodes();

        var told = Assert.Single(host.Model.TakeFinished(), e => e.Partition == web.Id);
        Assert.Equal(HypothesisIds.HostStorageSlow, told.Hypothesis);
    }

    [Fact]
    public void Episode_OfOwnDemandWhoseHostFills_TurnsToContentionWithinSecondsAndFromItsStart()
    {
        var host = new TestHost();
        var (vm, crowd) = (host.Add("app", 2), host.Add("crowd", 6));
        host.Run(60);
        (vm.Busy, vm.RunQueue, vm.PsiCpu) = (_ => 1, 3, 0.6);
        host.Run(180);
        Assert.Equal(HypothesisIds.GuestCpuDemand, host.Last(vm).Episode!.Hypothesis);

        // The neighbours come: what the guest gets is halved, and its own demand no longer explains what it lacks.
        var filled = host.Now;
        (vm.Run, vm.Ready, crowd.Busy, host.LpBusy) = (_ => 0.55, 0.45, _ => 1, 0.99);
        host.Run(12);

        var episode = host.Last(vm).Episode!;
        Assert.Equal(HypothesisIds.HostCpuContention, episode.Hypothesis);
        Assert.InRange(episode.OnsetSecond - filled, -1, 2);
    }

    [Fact]
    public void Episode_ThatTheRecordBeginsIn_NamesTheGreatestHolder()
    {
        var host = new TestHost { LpBusy = 0.99 };
        var (vm, render) = (host.Add("app", 2), host.Add("render", 6));
        (vm.Busy, vm.RunQueue, vm.PsiCpu, render.Busy) = (_ => 1, 3, 0.6, _ => 1);

        // What one gets the other lacks: the holder's time goes against the victim's wait, and there is no time before to compare with.
        for (var second = 0; second < 60; second++)
        {
            var held = 0.75 + (0.15 * Math.Sin(second * Math.Tau / 40));
            render.Run = _ => held;
            (vm.Run, vm.Ready) = (_ => 0.1 + held - 0.4, 0.9 - held);
            host.Run(1);
        }

        Assert.Equal(HypothesisIds.HostCpuContention, host.Verdict(vm).Hypothesis);
        Assert.Equal("render", host.Verdict(vm).Culprits[0].Name);
    }

    [Theory]
    [InlineData(40, 1)]
    [InlineData(80, 2)]
    public void Episode_LoadThatRests_IsOneUnlessTheRestIsLong(int rest, int expected)
    {
        var host = new TestHost();
        var vm = host.Add("app", 2);
        host.Run(60);
        var onset = host.Now;
        foreach (var seconds in (int[])[60, 60])
        {
            (vm.Busy, vm.RunQueue, vm.PsiCpu) = (_ => 1, 3, 0.6);
            host.Run(seconds);
            (vm.Busy, vm.RunQueue, vm.PsiCpu) = (_ => 0.2, 0.2, 0);
            host.Run(rest);
        }

        host.Model.FinishEpisodes();

        var told = host.Model.TakeFinished();
        Assert.Equal(expected, told.Count);
        Assert.InRange(told[0].OnsetSecond - onset, -1, 1);
        Assert.InRange(told[^1].EndSecond!.Value - (host.Now - rest), -3, 6);
    }

    [Fact]
    public void Episode_WhoseCauseIsAway_SaysHowLongItHeldAndThatItRests()
    {
        var host = new TestHost();
        var vm = host.Add("app", 2);
        host.Run(60);
        (vm.Busy, vm.RunQueue, vm.PsiCpu) = (_ => 1, 3, 0.6);
        host.Run(40);
        var gone = host.Now;
        (vm.Busy, vm.RunQueue, vm.PsiCpu) = (_ => 0.2, 0.2, 0);
        host.Run(30);
        var resting = host.Last(vm);
        host.Run(60);
        host.Model.FinishEpisodes();

        Assert.True(resting.Rests);
        Assert.InRange(resting.Episode!.HeldSecond - gone, -3, 6);
        Assert.Equal(resting.Episode.HeldSecond, Assert.Single(host.Model.TakeFinished()).EndSecond);
        Assert.All(host.Reports.Where(r => r.Episode is { } e && r.Verdict.Hypothesis == e.Hypothesis), r => Assert.False(r.Rests));
    }

    [Fact]
    public void Episode_OwnDemandOfSomeSeconds_IsNotKept()
    {
        var host = new TestHost();
        var vm = host.Add("cron", 1);
        host.Run(60);
        (vm.Busy, vm.RunQueue, vm.PsiCpu) = (_ => 1, 3, 0.6);
        host.Run(7);
        (vm.Busy, vm.RunQueue, vm.PsiCpu) = (_ => 0.1, 0.2, 0);
        host.Run(60);
        (vm.Busy, vm.RunQueue, vm.PsiCpu) = (_ => 1, 3, 0.6);
        host.Run(20);
        host.Model.FinishEpisodes();

        var told = Assert.Single(host.Model.TakeFinished());
        Assert.Equal(HypothesisIds.GuestCpuDemand, told.Hypothesis);
        Assert.True(told.EndSecond - told.OnsetSecond >= 15);
        Assert.All(host.Reports.Select(r => r.Episode).OfType<Episode>(), e => Assert.Equal(told.OnsetSecond, e.OnsetSecond));
    }

    [Fact]
    public void Culprit_OfAnEpisodeLongerThanTwoMinutes_IsStillWhoRoseAtItsStart()
    {
        var host = new TestHost();
        var (web, render, idle) = (host.Add("web", 4), host.Add("render", 8), host.Add("quiet", 4));
        idle.Busy = _ => 0.5;
        host.Run(90);
        (web.Ready, web.Busy, render.Busy, host.LpBusy) = (0.3, _ => 0.9, _ => 0.95, 0.99);
        host.Run(300);

        Assert.Equal(["render"], host.Verdict(web).Culprits.Select(c => c.Name));
    }

    [Fact]
    public void Culprit_WhereMostOfTheRiseIsItsOwn_IsTheVmItself()
    {
        var host = new TestHost();
        var (render, other) = (host.Add("render", 8), host.Add("other", 2));
        other.Busy = _ => 0.5;
        host.Run(90);
        (render.Ready, render.Busy, host.LpBusy) = (0.2, _ => 0.95, 0.99);
        host.Run(30);

        Assert.Equal(HypothesisIds.HostCpuContention, host.Verdict(render).Hypothesis);
        Assert.Equal("render", Assert.Single(host.Verdict(render).Culprits).Name);
        Assert.Contains("Most of the increase is its own", host.Verdict(render).Sentence, StringComparison.Ordinal);
    }

    private static void Slow(params TestVm[] vms)
    {
        foreach (var vm in vms)
        {
            (vm.GuestLatency, vm.DeviceLatency, vm.LowerLatency, vm.Queue, vm.PsiIoFull) = (0.045, 0.043, 0.041, 3, 0.6);
        }
    }

    // Two VMs, four troubles one after another, told in every word that an episode keeps.
    private static string[] Story(ReportDetail detail)
    {
        var options = new EngineOptions();
        options.Diagnosis.Detail = detail;
        var host = new TestHost(seed: 7, options);
        var (web, batch) = (host.Add("web", 4), host.Add("batch", 8));
        host.Run(60);
        (web.Ready, web.Busy, batch.Busy, host.LpBusy) = (0.3, _ => 0.9, _ => 0.95, 0.99);
        host.Run(25);
        (web.Ready, host.LpBusy) = (0.12, 0.9);
        host.Run(25);
        (web.Ready, web.Busy, batch.Busy, host.LpBusy) = (0, _ => 0.2, _ => 0.1, null);
        host.Run(60);
        foreach (var vm in host.Vms)
        {
            (vm.GuestLatency, vm.DeviceLatency, vm.LowerLatency, vm.Queue, vm.PsiIoFull) = (0.045, 0.043, 0.041, 3, 0.6);
        }

        batch.Iops = 400;
        host.Run(40);
        foreach (var vm in host.Vms)
        {
            (vm.GuestLatency, vm.DeviceLatency, vm.LowerLatency, vm.Queue, vm.PsiIoFull) = (0.001, 0.0009, 0.0008, 0.05, 0);
        }

        host.Run(60);
        web.PsiMemory = 0.5;
        host.Run(40);
        web.PsiMemory = 0;
        host.Run(40);
        host.Model.FinishEpisodes();
        return
        [
            .. host.Model.TakeFinished().Select(e => string.Join(
                " | ", e.Hypothesis, e.OnsetSecond, e.EndSecond, e.Severity, e.Verdict.Probability, e.Verdict.Sentence, e.Verdict.WhatHelps,
                string.Join("; ", e.Verdict.For.Select(x => $"{x.Sentence} {x.Value} {x.Source}")), string.Join("; ", e.Verdict.Against.Select(x => x.Sentence)),
                string.Join("; ", e.Verdict.Culprits.Select(c => $"{c.Name} {c.Share} {c.Correlation}")))),
        ];
    }

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
        host.Run(45);

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
