using HvIntegration.Model;
using HvIntegration.Protocol.Metrics;

namespace HvIntegration.Engine.Tests.Signals;

/// <summary>Guests whose idle or steal counter is frozen, wraps or runs back: what no mode books is neither work nor idle.</summary>
public sealed class UncountedTimeTests
{
    [Fact]
    public void Verdict_IdleFrozenAndHostShowsAnIdleVm_IsHealthyAndSaysWhatIsNotCounted()
    {
        // Arrange
        var host = new TestHost();
        var vm = Calm(host, 2);
        FreezeIdle(vm, 0, 1);
        // Act
        host.Run(30);
        // Assert
        var verdict = host.Verdict(vm);
        Assert.Equal(HypothesisIds.None, verdict.Hypothesis);
        Assert.Contains("does not count its idle time (9", verdict.Sentence, StringComparison.Ordinal);
        Assert.Empty(verdict.WhatHelps);
        Assert.InRange(Value(host, vm, SignalIds.GuestBusy), 0.03, 0.07);
        Assert.InRange(Value(host, vm, SignalIds.GuestUncounted), 0.9, 1);
    }

    [Theory, InlineData(0), InlineData(1)]
    public void Verdict_IdleOfOneProcessorFrozen_NamesNoHotThread(int frozen)
    {
        // Arrange
        var host = new TestHost();
        var vm = Calm(host, 2);
        FreezeIdle(vm, frozen);
        // Act
        host.Run(40);
        // Assert
        Assert.Equal(HypothesisIds.None, host.Verdict(vm).Hypothesis);
        Assert.DoesNotContain(host.Reports, r => r.Episode is not null);
    }

    [Fact]
    public void Verdict_IdleFrozenWithoutAHostSide_IsNeitherHealthyNorAffected()
    {
        // Arrange
        var host = new TestHost();
        var vm = Calm(host, 2);
        vm.HostOn = false;
        FreezeIdle(vm, 0, 1);
        // Act
        host.Run(60);
        // Assert
        Assert.Empty(host.Verdict(vm).Judged);
        Assert.Contains("not diagnosed, because the guest does not count its idle time", host.Verdict(vm).Sentence, StringComparison.Ordinal);
        Assert.DoesNotContain(host.Reports, r => r.Episode is not null);
    }

    [Fact]
    public void Verdict_IdleFrozenButTimersLate_CountsLostTicksAsWork()
    {
        // Arrange
        var host = new TestHost();
        var vm = Calm(host, 1);
        (vm.HostOn, vm.LatenessSeconds) = (false, 0.012);
        FreezeIdle(vm, 0);
        // Act
        host.Run(30);
        // Assert
        Assert.InRange(Value(host, vm, SignalIds.GuestBusy), 0.95, 1.05);
    }

    [Fact]
    public void Verdict_FullProcessorsNextToAFrozenOne_StillNamesTheGuestsDemand()
    {
        // Arrange: seven of eight processors are full, the idle counter of the last is frozen.
        var host = new TestHost { LogicalProcessors = 32 };
        var vm = host.Add("wide", 8);
        vm.Busy = cpu => cpu < 7 ? 1 : 0.05;
        (vm.RunQueue, vm.PsiCpu) = (3, 0.6);
        FreezeIdle(vm, 7);
        // Act
        host.Run(40);
        // Assert
        Assert.Equal(HypothesisIds.GuestCpuDemand, host.Verdict(vm).Hypothesis);
    }

    [Fact]
    public void Verdict_StealReportedByAGuestAlone_IsAnImpactFromOutside()
    {
        // Arrange
        var host = new TestHost { LogicalProcessors = 0 };
        var vm = host.Add("burst", 2);
        vm.HostOn = false;
        vm.Busy = _ => 0.4;
        Steal(vm, 0.6);
        // Act
        host.Run(60);
        // Assert
        var verdict = host.Verdict(vm);
        Assert.Equal(HypothesisIds.Unknown, verdict.Hypothesis);
        Assert.Contains("is affected", verdict.Sentence, StringComparison.Ordinal);
        Assert.Contains("host CPU contention (host side, ", verdict.Sentence, StringComparison.Ordinal);
        Assert.Contains("CPU cap (configured limit, ", verdict.Sentence, StringComparison.Ordinal);
        Assert.Contains(verdict.For, e => e.SignalId == SignalIds.GuestReportedSteal && e.Value > 0.55);
        Assert.NotNull(host.Last(vm).Episode);
    }

    [Fact]
    public void Verdict_ImpossibleSteal_IsNoEvidence()
    {
        // Arrange
        var host = new TestHost { LogicalProcessors = 0 };
        var vm = host.Add("broken", 2);
        vm.HostOn = false;
        vm.Busy = _ => 0.4;
        vm.GuestRates[Cpu("steal", 0)] = 2;
        vm.GuestRates[Cpu("steal", 1)] = 2;
        // Act
        host.Run(60);
        // Assert
        Assert.Equal(HypothesisIds.None, host.Verdict(vm).Hypothesis);
        Assert.True(double.IsNaN(Value(host, vm, SignalIds.GuestReportedSteal)));
    }

    [Fact]
    public void Steal_ReportedByTheGuest_AgreesWithTheWaitOfTheHost()
    {
        // Arrange
        var host = new TestHost();
        var vm = host.Add("kvm", 1);
        (vm.Busy, vm.Run, vm.Ready) = (_ => 0.4, _ => 0.4, 0.6);
        Steal(vm, 0.6);
        // Act
        host.Run(20);
        // Assert
        Assert.InRange(Value(host, vm, SignalIds.Steal), 0.55, 0.65);
        Assert.Equal(1, Value(host, vm, SignalIds.ReadyStealAgree));
    }

    private static TestVm Calm(TestHost host, int processors)
    {
        var vm = host.Add("calm", processors);
        (vm.Busy, vm.Run, vm.Ready) = (_ => 0.05, _ => 0.05, 0.008);
        return vm;
    }

    private static void FreezeIdle(TestVm vm, params int[] processors)
    {
        foreach (var cpu in processors)
        {
            vm.GuestRates[Cpu("idle", cpu)] = vm.Busy(cpu) - 1;
        }
    }

    // What is taken is not idle.
    private static void Steal(TestVm vm, double share)
    {
        for (var cpu = 0; cpu < vm.Processors; cpu++)
        {
            vm.GuestRates[Cpu("steal", cpu)] = share;
            vm.GuestRates[Cpu("idle", cpu)] = -share;
        }
    }

    private static SeriesKey Cpu(string mode, int cpu) => new(GuestMetrics.CpuTime.Id, $"{mode}|{cpu}");

    private static double Value(TestHost host, TestVm vm, string signal) => host.Last(vm).Signals.SingleOrDefault(s => s.Id == signal)?.Value ?? double.NaN;
}
