using HvIntegration.GuestAgent.Collection;
using HvIntegration.GuestAgent.Linux.Cpu;
using HvIntegration.GuestAgent.Linux.Handles;
using HvIntegration.GuestAgent.Linux.Memory;
using HvIntegration.GuestAgent.Linux.Paging;
using HvIntegration.GuestAgent.Linux.Pressure;
using HvIntegration.Protocol.Metrics;
using HvIntegration.Protocol.V1;

namespace HvIntegration.GuestAgent.Tests.Linux;

/// <summary>cpu, pressure, memory and paging on recorded guests.</summary>
public class CoreCollectorTests
{
    [Fact]
    public void Cpu_RecordedGuest_GivesEveryModeOfEveryProcessor()
    {
        // Arrange
        using var tree = GuestTree.Of("6.1-cloud-amd64");
        using var collector = new CpuCollector(tree.Root);
        var series = new CollectorSeries(1000);

        // Act
        var outcome = collector.Collect(series);

        // Assert: "cpu0 494 0 664 1111 2 0 41 0", ticks of 10 ms.
        Assert.Equal(CollectorStatus.Ok, outcome.Status);
        Assert.Equal(4_940_000, series.Value(GuestMetrics.CpuTime, "user", "0"));
        Assert.Equal(6_640_000, series.Value(GuestMetrics.CpuTime, "system", "0"));
        Assert.Equal(410_000, series.Value(GuestMetrics.CpuTime, "softirq", "0"));
        Assert.Equal(11_630_000, series.Value(GuestMetrics.CpuTime, "idle", "1"));
        Assert.Equal(2, series.Value(GuestMetrics.CpuCount));
        Assert.Equal(8147, series.Value(GuestMetrics.Interrupts));
        Assert.Equal(52, series.Value(GuestMetrics.Load1));
        Assert.Equal(4, series.Value(GuestMetrics.Load15));
    }

    [Fact]
    public void Cpu_OldKernelWithGapAndHugeValue_DropsTheHugeOneAndKeepsNumbers()
    {
        // Arrange
        using var tree = GuestTree.Of("handmade-3.10");
        using var collector = new CpuCollector(tree.Root);
        var series = new CollectorSeries(1000);

        // Act
        collector.Collect(series);

        // Assert
        Assert.Equal(2, series.Value(GuestMetrics.CpuCount));
        Assert.Null(series.Value(GuestMetrics.CpuTime, "user", "1"));
        Assert.Null(series.Value(GuestMetrics.CpuTime, "user", "2"));
        Assert.Equal(70_000, series.Value(GuestMetrics.CpuTime, "idle", "2"));
        Assert.Equal(0, series.Value(GuestMetrics.CpuTime, "steal", "2"));
        Assert.Equal(12_399, series.Value(GuestMetrics.Load15));
    }

    [Fact]
    public void Cpu_ImpossibleNumbers_AreMissingAndTheOthersStay()
    {
        // Arrange
        using var tree = GuestTree.Of("handmade-odd");
        using var collector = new CpuCollector(tree.Root);
        var series = new CollectorSeries(1000);

        // Act
        var outcome = collector.Collect(series);

        // Assert: -2,049,562,273 is a count of 32 bits printed with a sign.
        Assert.Equal((CollectorStatus.Ok, ""), (outcome.Status, outcome.Reason));
        Assert.Null(series.Value(GuestMetrics.CpuTime, "idle", "0"));
        Assert.Equal(100_000, series.Value(GuestMetrics.CpuTime, "user", "0"));
        Assert.Null(series.Value(GuestMetrics.CpuTime, "steal", "1"));
        Assert.Equal(7_000_000, series.Value(GuestMetrics.CpuTime, "idle", "1"));
        Assert.Equal(2_245_405_023, series.Value(GuestMetrics.ProcessesCreated));
        Assert.Null(series.Value(GuestMetrics.Interrupts));
        Assert.Null(series.Value(GuestMetrics.Blocked));
        Assert.Equal(1200, series.Value(GuestMetrics.ContextSwitches));
    }

    [Fact]
    public void Cpu_CounterBecomesPossibleAgain_IsSampledAgain()
    {
        // Arrange
        using var tree = GuestTree.Of("handmade-odd");
        using var collector = new CpuCollector(tree.Root);
        var series = new CollectorSeries(1000);
        collector.Collect(series);

        // Act
        tree.Write("proc/stat", "cpu0 10 0 5 900 0 0 0 0\n");
        collector.Collect(series);

        // Assert
        Assert.Equal(9_000_000, series.Value(GuestMetrics.CpuTime, "idle", "0"));
        Assert.Null(series.Value(GuestMetrics.CpuTime, "user", "1"));
        Assert.Null(series.Value(GuestMetrics.ProcessesCreated));
    }

    [Fact]
    public void Cpu_MoreProcessorsThanSeries_HasLoadAndWholeProcessorsAndSaysTheRest()
    {
        // Arrange
        using var tree = GuestTree.Empty();
        tree.Write("proc/stat", string.Concat(Enumerable.Range(1, 300).Select(n => $"cpu{n} 1 0 0 5 0 0 0 0\n")) + "procs_running 3\n");
        tree.Write("proc/loadavg", "9.00 8.00 7.00 1/90 1234\n");
        using var collector = new CpuCollector(tree.Root);
        var series = new CollectorSeries(2048);

        // Act
        var outcome = collector.Collect(series);

        // Assert: 5 series of the whole guest, then 8 of each processor.
        Assert.Equal(CollectorStatus.Ok, outcome.Status);
        Assert.Equal("times of 255 of 300 processors: the other 45 exceed the limit on series", outcome.Reason);
        Assert.Equal(300, series.Value(GuestMetrics.CpuCount));
        Assert.Equal(900, series.Value(GuestMetrics.Load1));
        Assert.NotNull(series.Value(GuestMetrics.CpuTime, "steal", "255"));
        Assert.Null(series.Value(GuestMetrics.CpuTime, "user", "256"));
    }

    [Fact]
    public void Handles_RecordedGuestThenAnotherKernel_GivesTheFirstNumberOrTheReason()
    {
        // Arrange
        using var tree = GuestTree.Of("6.1-cloud-amd64");
        using var collector = new HandlesCollector(tree.Root);
        var series = new CollectorSeries(1000);

        // Act and assert: "0 0 46244", the kernel's per-processor count is not summed up before it is large.
        Assert.Equal(CollectorStatus.Ok, collector.Collect(series).Status);
        Assert.Equal(0, series.Value(GuestMetrics.HandleCount));
        tree.Write("proc/sys/fs/file-nr", "1472\t0\t9223372036854775807\n");
        Assert.Equal(CollectorStatus.Ok, collector.Collect(series).Status);
        Assert.Equal(1472, series.Value(GuestMetrics.HandleCount));
        tree.Write("proc/sys/fs/file-nr", "none\n");
        var outcome = collector.Collect(series);
        Assert.Equal((CollectorStatus.Failed, "/proc/sys/fs/file-nr does not begin with a number"), (outcome.Status, outcome.Reason));
    }

    [Fact]
    public void Cpu_ProcessorGoesOffline_ItsSeriesAreRetired()
    {
        // Arrange
        using var tree = GuestTree.Empty();
        tree.Write("proc/stat", "cpu0 1 0 0 0 0 0 0 0\ncpu1 2 0 0 0 0 0 0 0\n");
        using var collector = new CpuCollector(tree.Root);
        var series = new CollectorSeries(1000);
        collector.Collect(series);

        // Act
        tree.Write("proc/stat", "cpu0 3 0 0 0 0 0 0 0\n");
        collector.Collect(series);

        // Assert
        Assert.Equal(30_000, series.Value(GuestMetrics.CpuTime, "user", "0"));
        Assert.Null(series.Value(GuestMetrics.CpuTime, "user", "1"));
    }

    [Theory]
    [InlineData("cpu0 0 0 0 900 0 0 0 0\n", 10_000_000)]
    [InlineData("cpu0 0 0 0 100 0 0 0 0\n", 1_000_000)]
    public void Cpu_IdleRunsBack_SmallFallIsHeldLargeFallIsReset(string later, long expected)
    {
        // Arrange
        using var tree = GuestTree.Empty();
        tree.Write("proc/stat", "cpu0 0 0 0 1000 0 0 0 0\n");
        using var collector = new CpuCollector(tree.Root);
        var series = new CollectorSeries(1000);
        collector.Collect(series);

        // Act
        tree.Write("proc/stat", later);
        collector.Collect(series);

        // Assert
        Assert.Equal(expected, series.Value(GuestMetrics.CpuTime, "idle", "0"));
    }

    [Fact]
    public void Cpu_NoProc_IsUnavailableWithThePath()
    {
        // Arrange
        using var tree = GuestTree.Empty();
        using var collector = new CpuCollector(tree.Root);

        // Act
        var outcome = collector.Collect(new CollectorSeries(10));

        // Assert
        Assert.Equal(CollectorStatus.Unavailable, outcome.Status);
        Assert.Contains("/proc/stat", outcome.Reason, StringComparison.Ordinal);
    }

    [Fact]
    public void Pressure_RecordedGuest_GivesTotals()
    {
        // Arrange
        using var tree = GuestTree.Of("6.1-cloud-amd64");
        using var collector = new PressureCollector(tree.Root);
        var series = new CollectorSeries(100);

        // Act
        var outcome = collector.Collect(series);

        // Assert
        Assert.Equal(CollectorStatus.Ok, outcome.Status);
        Assert.Equal(44_631, series.Value(GuestMetrics.PressureStalled, "io", "some"));
        Assert.Equal(34_441, series.Value(GuestMetrics.PressureStalled, "io", "full"));
        Assert.NotNull(series.Value(GuestMetrics.PressureStalled, "cpu", "some"));
        Assert.Null(series.Value(GuestMetrics.PressureStalled, "cpu", "full"));
    }

    [Fact]
    public void Pressure_FilesAbsent_IsUnavailableAndDefinesNothing()
    {
        // Arrange
        using var tree = GuestTree.Of("handmade-3.10");
        using var collector = new PressureCollector(tree.Root);
        var series = new CollectorSeries(100);

        // Act
        var outcome = collector.Collect(series);

        // Assert
        Assert.Equal(CollectorStatus.Unavailable, outcome.Status);
        Assert.Contains("psi=1", outcome.Reason, StringComparison.Ordinal);
        Assert.Equal(0, series.SlotCount);
    }

    [Fact]
    public void Pressure_FilesOddOrMissing_ReadsTheOthersAndNamesThem()
    {
        // Arrange: cpu is empty, io is missing.
        using var tree = GuestTree.Of("handmade-odd");
        using var collector = new PressureCollector(tree.Root);
        var series = new CollectorSeries(100);

        // Act
        var outcome = collector.Collect(series);

        // Assert
        Assert.Equal(CollectorStatus.Ok, outcome.Status);
        Assert.Contains("/proc/pressure/cpu has no line", outcome.Reason, StringComparison.Ordinal);
        Assert.Contains("/proc/pressure/io: ", outcome.Reason, StringComparison.Ordinal);
        Assert.Equal(7, series.Value(GuestMetrics.PressureStalled, "memory", "some"));
        Assert.Equal(5, series.Value(GuestMetrics.PressureStalled, "memory", "full"));
        Assert.Null(series.Value(GuestMetrics.PressureStalled, "cpu", "some"));
        Assert.Null(series.Value(GuestMetrics.PressureStalled, "io", "some"));
    }

    [Fact]
    public void Memory_PartsGreaterThanTheWhole_AreMissing()
    {
        // Arrange: a container that sees numbers of its host.
        using var tree = GuestTree.Of("handmade-odd");
        using var collector = new MemoryCollector(tree.Root);
        var series = new CollectorSeries(100);

        // Act
        var outcome = collector.Collect(series);

        // Assert
        Assert.Equal(CollectorStatus.Ok, outcome.Status);
        Assert.Equal(1_000_000, series.Value(GuestMetrics.MemoryLimit));
        Assert.Equal(100_000, series.Value(GuestMetrics.MemoryUsage, "free"));
        Assert.Equal(4, series.Value(GuestMetrics.MemoryUsage, "dirty"));
        Assert.Null(series.Value(GuestMetrics.MemoryAvailable));
        Assert.Null(series.Value(GuestMetrics.MemoryNeeded));
        Assert.Null(series.Value(GuestMetrics.MemoryUsage, "cached"));
        Assert.Null(series.Value(GuestMetrics.MemoryUsage, "used"));
        Assert.Null(series.Value(GuestMetrics.PagingUsage, "free"));
        Assert.Null(series.Value(GuestMetrics.MemoryCommitted));
    }

    [Fact]
    public void Memory_RecordedMachine_KindsAddUpAndNeededFollowsTheRule()
    {
        // Arrange
        using var tree = GuestTree.Of("6.18");
        using var collector = new MemoryCollector(tree.Root);
        var series = new CollectorSeries(100);

        // Act
        var outcome = collector.Collect(series);

        // Assert
        Assert.Equal(CollectorStatus.Ok, outcome.Status);
        var total = series.Value(GuestMetrics.MemoryLimit)!.Value;
        string[] parts = ["used", "free", "buffers", "cached", "slab_reclaimable"];
        Assert.Equal(total, parts.Sum(kind => series.Value(GuestMetrics.MemoryUsage, kind)!.Value));
        var available = series.Value(GuestMetrics.MemoryAvailable)!.Value;
        Assert.Equal(total - (available - (total / 20)), series.Value(GuestMetrics.MemoryNeeded));
        Assert.Equal(0, series.Value(GuestMetrics.MemoryBalloon));
        Assert.Equal(0, series.Value(GuestMetrics.PagingUsage, "used"));
    }

    [Theory]
    [InlineData(1000, 900, 150)]
    [InlineData(1000, 50, 1000)]
    [InlineData(1000, 0, 1000)]
    [InlineData(1000, 5000, 0)]
    public void Needed_AvailableAroundTheReserve_NeverExceedsTotal(long total, long available, long expected) =>
        Assert.Equal(expected, NeededMemory.Of(total, available));

    [Fact]
    public void Memory_KernelWithoutMemAvailable_GivesNoGuess()
    {
        // Arrange
        using var tree = GuestTree.Of("handmade-3.10");
        using var collector = new MemoryCollector(tree.Root);
        var series = new CollectorSeries(100);

        // Act
        collector.Collect(series);

        // Assert
        Assert.Null(series.Value(GuestMetrics.MemoryAvailable));
        Assert.Null(series.Value(GuestMetrics.MemoryNeeded));
        Assert.Null(series.Value(GuestMetrics.MemoryBalloon));
        Assert.Equal(390_000, series.Value(GuestMetrics.MemoryUsage, "used"));
        Assert.Equal(97_148, series.Value(GuestMetrics.PagingUsage, "used"));
    }

    [Fact]
    public void Memory_BalloonSources_HyperVBeforeVmStat()
    {
        // Arrange
        using var tree = GuestTree.Of("6.1-cloud-amd64");
        tree.Write("proc/vmstat", "balloon_inflate 1000\nballoon_deflate 200\n");
        using var virtio = new MemoryCollector(tree.Root);
        var virtioSeries = new CollectorSeries(100);
        using var hyperV = new MemoryCollector(tree.Root);
        var hyperVSeries = new CollectorSeries(100);

        // Act
        virtio.Collect(virtioSeries);
        tree.Write("sys/kernel/debug/hv-balloon", "host_version         : 2.0\npages_ballooned      : 25600\n");
        hyperV.Collect(hyperVSeries);

        // Assert
        Assert.Equal(800 * (Environment.SystemPageSize / 1024), virtioSeries.Value(GuestMetrics.MemoryBalloon));
        Assert.Equal(102_400, hyperVSeries.Value(GuestMetrics.MemoryBalloon));
    }

    [Fact]
    public void Paging_RecordedGuest_GivesFaultsAndReclaim()
    {
        // Arrange
        using var tree = GuestTree.Of("6.1-cloud-amd64");
        using var collector = new PagingCollector(tree.Root);
        var series = new CollectorSeries(100);

        // Act
        var outcome = collector.Collect(series);

        // Assert
        Assert.Equal(CollectorStatus.Ok, outcome.Status);
        Assert.True(series.Value(GuestMetrics.PagingFaults, "minor") > 1000);
        Assert.True(series.Value(GuestMetrics.PagingIo, "out") > 1000);
        Assert.Equal(0, series.Value(GuestMetrics.OomKills));
        Assert.Equal(0, series.Value(GuestMetrics.ReclaimScanned, "direct"));
    }

    [Fact]
    public void Paging_LinesMissingOrImpossible_AreMissing()
    {
        // Arrange
        using var tree = GuestTree.Of("handmade-odd");
        using var collector = new PagingCollector(tree.Root);
        var series = new CollectorSeries(100);

        // Act
        collector.Collect(series);

        // Assert
        Assert.Equal(950, series.Value(GuestMetrics.PagingFaults, "minor"));
        Assert.Null(series.Value(GuestMetrics.PagingOperations, "in"));
        Assert.Null(series.Value(GuestMetrics.PagingOperations, "out"));
        Assert.Null(series.Value(GuestMetrics.ReclaimScanned, "direct"));
    }

    [Fact]
    public void Paging_OldKernel_SumsZonesAndGivesNoOomCount()
    {
        // Arrange
        using var tree = GuestTree.Of("handmade-3.10");
        using var collector = new PagingCollector(tree.Root);
        var series = new CollectorSeries(100);

        // Act
        collector.Collect(series);

        // Assert
        Assert.Equal(15, series.Value(GuestMetrics.ReclaimScanned, "kswapd"));
        Assert.Equal(3, series.Value(GuestMetrics.ReclaimScanned, "direct"));
        Assert.Equal(7, series.Value(GuestMetrics.AllocationStalls));
        Assert.Equal(950, series.Value(GuestMetrics.PagingFaults, "minor"));
        Assert.Null(series.Value(GuestMetrics.OomKills));
    }
}
