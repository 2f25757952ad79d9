using HvIntegration.GuestAgent.Collection;
using HvIntegration.GuestAgent.Windows.Disk;
using HvIntegration.GuestAgent.Windows.Native;
using HvIntegration.GuestAgent.Windows.Reading;
using HvIntegration.Protocol.Metrics;
using HvIntegration.Protocol.V1;

namespace HvIntegration.GuestAgent.Tests.Windows;

/// <summary>Disks of a Windows guest whose partition manager counts, or refuses as Windows Server does.</summary>
public sealed class DiskCollectorTests
{
    private const int SeriesOfADisk = 10;

    private static readonly DiskPerformance Counted = new() { BytesRead = 4096, ReadCount = 3, ReadTime = 50_000, QueryTime = 1_000_000, IdleTime = 10 };

    [Fact]
    public void Collect_IoctlIsSwitchedOff_CountersTakeItsPlaceAndTheRemedyIsNamed()
    {
        // Arrange
        var disks = new FakeDisks { Refusal = Kernel32.ErrorInvalidFunction, Values = Counted };
        using var collector = new DiskCollector(new GuestLoad(), disks, disks);
        var series = new CollectorSeries(64);
        // Act
        CollectOutcome outcome = collector.Collect(series);
        // Assert
        Assert.Equal(CollectorStatus.Ok, outcome.Status);
        Assert.Equal(4096, Value(series, GuestMetrics.DiskIo, "PhysicalDrive0", "read"));
        Assert.Equal(5_000, Value(series, GuestMetrics.DiskOperationTime, "PhysicalDrive0", "read"));
        Assert.StartsWith("PDH PhysicalDisk", collector.Source, StringComparison.Ordinal);
        Assert.Contains("diskperf -Y", collector.Source, StringComparison.Ordinal);
        Assert.Contains("EnableCounterForIoctl", collector.Source, StringComparison.Ordinal);
    }

    [Fact]
    public void Collect_NeitherSourceCounts_FailsWithTheRemedy()
    {
        // Arrange
        var disks = new FakeDisks { Refusal = Kernel32.ErrorInvalidFunction, CounterStatus = Pdh.NoObject };
        using var collector = new DiskCollector(new GuestLoad(), disks, disks);
        // Act
        CollectOutcome outcome = collector.Collect(new CollectorSeries(64));
        // Assert
        Assert.Equal(CollectorStatus.Failed, outcome.Status);
        Assert.Contains("switched off", outcome.Reason, StringComparison.Ordinal);
        Assert.Contains("diskperf -Y", outcome.Reason, StringComparison.Ordinal);
        Assert.Contains("0xC0000BB8", outcome.Reason, StringComparison.Ordinal);
        Assert.Equal("", collector.Source);
    }

    [Fact]
    public void Collect_CountingIsSwitchedOnLater_DeviceTakesTheDiskOverWithoutASecondSeries()
    {
        // Arrange
        var disks = new FakeDisks { Refusal = Kernel32.ErrorInvalidFunction, Values = Counted };
        using var collector = new DiskCollector(new GuestLoad(), disks, disks);
        var series = new CollectorSeries(64);
        collector.Collect(series);
        disks.Refusal = 0;
        // Act
        for (var read = 0; read < 31; read++)
        {
            collector.Collect(series);
        }

        // Assert
        Assert.Equal("IOCTL_DISK_PERFORMANCE", collector.Source);
        Assert.Equal(SeriesOfADisk, Enumerable.Range(0, series.SlotCount).Count(s => series.Identity(s) is not null));
    }

    [Theory]
    [InlineData("0 C:", 0)]
    [InlineData("12 D: E:", 12)]
    [InlineData("3", 3)]
    [InlineData("_Total", null)]
    [InlineData("-1 C:", null)]
    public void NumberOf_InstanceOfPhysicalDisk_IsTheNumberOfTheDevice(string instance, int? expected) => Assert.Equal(expected, DiskCounters.NumberOf(instance));

    private static long Value(CollectorSeries series, MetricDefinition metric, params string[] attributes)
    {
        int slot = Enumerable.Range(0, series.SlotCount).Single(s => series.Identity(s) is { } i && i.Metric == metric && i.Attributes.SequenceEqual(attributes));
        return series.Values[slot];
    }
}
