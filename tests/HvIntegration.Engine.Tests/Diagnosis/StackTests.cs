using HvIntegration.Model;
using HvIntegration.Engine.Stack;
using HvIntegration.Protocol.Metrics;

namespace HvIntegration.Engine.Tests.Diagnosis;

/// <summary>Parts of the stack are told by their own names, beside the verdict and never instead of it.</summary>
public sealed class StackTests
{
    [Fact]
    public void Verdict_BusThrottlesWhileTheBusIsSlow_NamesTheVmbusAndAdvises()
    {
        var (before, _) = SlowBus(throttled: false);
        var (throttled, helps) = SlowBus(throttled: true);

        Assert.Equal(HypothesisIds.VmbusPath, throttled.Hypothesis);
        Assert.Contains("Virtualization stack: VMBus: throttle events", throttled.Sentence, StringComparison.Ordinal);
        Assert.Contains("most synthetic interrupts", helps, StringComparison.Ordinal);
        var mark = Assert.Single(throttled.For, e => e.SignalId == "stack.vmbus");
        Assert.Equal(0, mark.LogOdds);
        Assert.DoesNotContain("Virtualization stack", before.Sentence, StringComparison.Ordinal);
    }

    [Fact]
    public void Verdict_HealthyVm_SaysNothingOfTheStack()
    {
        var host = new TestHost();
        var vm = host.Add("web01");
        host.RootRates[new SeriesKey(HostMetrics.VmbusThrottleEvents.Id, "")] = 0.5;

        host.Run(40);

        Assert.DoesNotContain("stack", host.Verdict(vm).Sentence, StringComparison.Ordinal);
    }

    [Fact]
    public void ReadVm_MeansTotalsAndLimits_AreThoseOfTheRule()
    {
        var uses = StackCatalog.ReadVm(Of(
            (StackMetrics.VpMsrAccessTime, "0", 0.02), (StackMetrics.VpMsrAccessTime, "1", 0.1), (StackMetrics.VpMsrAccesses, "0", 100), (StackMetrics.VpMsrAccesses, "1", 50),
            (StackMetrics.IntegrationService, "Heartbeat", 1), (StackMetrics.IntegrationService, "Time Synchronization", 0),
            (StackMetrics.PipeIoMessages, "net|conformant", 900), (StackMetrics.PipeIoMessages, "net|non-conformant", 3)));

        var time = Assert.Single(uses, u => u.What == "time in MSR accesses");
        Assert.Equal((0.06, "1", true), (Math.Round(time.Value, 6), time.Unit, time.IsBeyond));
        Assert.Equal(150, Assert.Single(uses, u => u.What == "MSR accesses").Value);
        Assert.False(Assert.Single(uses, u => u.What == "Heartbeat answers").IsBeyond);
        var silent = Assert.Single(uses, u => u.What == "Time Synchronization answers");
        Assert.True(silent.IsBeyond);
        Assert.Equal("integration components: Time Synchronization answers no", StackText.Of(silent));
        var held = Assert.Single(uses, u => u.Part == StackPart.Vmbus);
        Assert.Equal((3, "any", true), (held.Value, StackText.LimitShown(held), held.IsBeyond));
    }

    [Fact]
    public void ReadVm_GuestThatDrivesEmulatedDevices_IsToldToInstallItsComponents()
    {
        var use = Assert.Single(StackCatalog.ReadVm(Of((StackMetrics.VpIoInstructions, "0", 900))));

        Assert.Equal(StackPart.Integration, use.Part);
        Assert.Contains("Install the integration components", use.Advice, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(0, false)]
    [InlineData(1, true)]
    public void ReadVm_EmulatedNetworkAdapter_IsAFindingWithAdvice(int adapters, bool isFinding)
    {
        var use = Assert.Single(StackCatalog.ReadVm(Of((StackMetrics.EmulatedAdapters, "", adapters))));

        Assert.Equal((StackPart.Integration, isFinding), (use.Part, use.IsBeyond));
        Assert.Equal(isFinding, use.Advice.Contains("Use a synthetic adapter", StringComparison.Ordinal));
    }

    [Fact]
    public void ReadHost_NothingReported_NamesEveryPartOfTheHost()
    {
        var uses = StackCatalog.ReadHost(_ => []);

        Assert.Empty(uses);
        Assert.Equal(["hypervisor", "root partition", "VID", "VMBus", "network VSP", "VMMS", "worker process"], StackCatalog.Absent(uses, ofHost: true).Select(StackText.Name));
    }

    [Fact]
    public void ReadHost_NodesPipesAndSwitchRows_StandUnderTheirParts()
    {
        var uses = StackCatalog.ReadHost(metric =>
            metric == StackMetrics.VidNodeMemory ? [new StackValue("0", 64e9, "PageCount"), new StackValue("1", 32e9, "PageCount")]
            : metric == StackMetrics.VmbusAllPipesIo ? [new StackValue("read", 3, ""), new StackValue("write", 4, "")]
            : metric == StackMetrics.SwitchPortDropped ? [new StackValue("receive", 2, "Dropped Packets Incoming/sec"), new StackValue("transmit", 0, "")]
            : metric == StackMetrics.PartitionDeposited ? [new StackValue("", 20e6, "Deposited Pages")]
            : []);

        Assert.Equal(
            ["root partition: memory deposited for it", "VID: memory of the smallest NUMA node", "VMBus: through all pipes", "network VSP: packets dropped at the worst port"],
            uses.Select(u => $"{StackText.Name(u.Part)}: {u.What}"));
        Assert.Equal([20e6, 32e9, 7, 2], uses.Select(u => u.Value));
        Assert.Equal("network VSP", StackText.Name(Assert.Single(uses, u => u.IsBeyond).Part));
    }

    private static (Verdict Verdict, string Helps) SlowBus(bool throttled)
    {
        var host = new TestHost();
        var vm = host.Add("web01");
        host.Add("web02");
        host.Run(50);
        vm.GuestLatency = 0.03;
        vm.EchoSeconds = 0.02;
        if (throttled)
        {
            host.RootRates[new SeriesKey(HostMetrics.VmbusThrottleEvents.Id, "")] = 2;
        }

        host.Run(20);
        return (host.Verdict(vm), host.Verdict(vm).WhatHelps);
    }

    private static Func<MetricDefinition, IEnumerable<StackValue>> Of(params (MetricDefinition Metric, string Instance, double Value)[] values) =>
        metric => values.Where(v => v.Metric == metric).Select(v => new StackValue(v.Instance, v.Value, ""));
}
