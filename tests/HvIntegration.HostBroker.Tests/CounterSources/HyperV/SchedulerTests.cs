using HvIntegration.CounterSources;
using HvIntegration.CounterSources.HyperV;
using HvIntegration.Model;
using HvIntegration.Protocol.Metrics;

namespace HvIntegration.HostBroker.Tests.CounterSources.HyperV;

/// <summary>The scheduler of the hypervisor says what a cap, a weight and a wait may mean.</summary>
public sealed class SchedulerTests
{
    private static readonly HyperVVm Capped = new(Guid.NewGuid(), "web")
    {
        State = PartitionState.Running, VirtualProcessors = 4, Processor = new HyperVProcessor(50, 0, 100),
    };

    [Theory]
    [InlineData("<EventData><Data Name='SchedulerType'>0x1</Data></EventData>", SchedulerType.Classic)]
    [InlineData("<EventData><Data Name=\"SchedulerType\">2</Data></EventData>", SchedulerType.Classic)]
    [InlineData("<EventData><Data Name='SchedulerType'>0x3</Data></EventData>", SchedulerType.Core)]
    [InlineData("<EventData><Data Name='SchedulerType'>4</Data></EventData>", SchedulerType.Root)]
    [InlineData("<EventData><Data Name='SchedulerType'>0x9</Data></EventData>", SchedulerType.Unknown)]
    [InlineData("<EventData/>", SchedulerType.Unknown)]
    [InlineData("", SchedulerType.Unknown)]
    public void Parse_EventOfTheHypervisor_IsItsScheduler(string xml, SchedulerType expected) => Assert.Equal(expected, SchedulerEvent.Parse(xml));

    [Theory]
    [InlineData(SchedulerType.Classic, true)]
    [InlineData(SchedulerType.Core, true)]
    [InlineData(SchedulerType.Unknown, true)]
    [InlineData(SchedulerType.Root, false)]
    public void Settings_OfACappedVm_AreReportedOnlyWhereTheyHaveAnEffect(SchedulerType scheduler, bool expected)
    {
        // Arrange
        var samples = new HostSampleList();
        // Act
        VmSettings.Add(new VmDirectory([Capped]), scheduler, 1, samples);
        // Assert
        Assert.Equal(expected, samples.Samples.Any(s => s.Series.MetricId == HostMetrics.VpLimit.Id));
        Assert.Equal(expected, samples.Samples.Any(s => s.Series.MetricId == HostMetrics.VpWeight.Id));
        Assert.Equal(expected ? 2.0 : null, VmSettings.Cap(Capped, scheduler));
        Assert.Equal(expected, VmSettings.HasProcessorControls(scheduler));
    }
}
