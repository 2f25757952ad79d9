using HvIntegration.GuestAgent.Collection;
using HvIntegration.GuestAgent.Linux;
using HvIntegration.Protocol.V1;

namespace HvIntegration.GuestAgent.Tests.Linux;

/// <summary>The sampling path against this machine's own /proc.</summary>
public class SteadyStateTests
{
    [Fact]
    public void Collect_LiveMachineAfterWarmUp_AllocatesNothing()
    {
        if (!OperatingSystem.IsLinux())
        {
            Assert.Skip("reads /proc of a Linux machine");
        }

        // Arrange
        var platform = new LinuxPlatform();
        var collectors = platform.CreateCollectors().Where(collector => !collector.Schedule.MayBlock).ToArray();
        var series = collectors.Select(_ => new CollectorSeries(4096)).ToArray();
        for (var warm = 0; warm < 3; warm++)
        {
            ReadAll(collectors, series);
        }

        var allocated = new Dictionary<string, long>();

        // Act
        for (var index = 0; index < collectors.Length; index++)
        {
            var least = long.MaxValue;
            // A device can come or go while the test runs, so the least of some reads counts.
            for (var repeat = 0; repeat < 5; repeat++)
            {
                var before = GC.GetAllocatedBytesForCurrentThread();
                collectors[index].Collect(series[index]);
                least = Math.Min(least, GC.GetAllocatedBytesForCurrentThread() - before);
            }

            allocated[collectors[index].Name] = least;
        }

        // Assert
        Assert.All(allocated, pair => Assert.True(pair.Value == 0, $"{pair.Key} allocated {pair.Value} bytes"));
        foreach (var collector in collectors)
        {
            collector.Dispose();
        }
    }

    [Fact]
    public void Collect_LiveProcessesAfterWarmUp_AllocatesNothing()
    {
        if (!OperatingSystem.IsLinux())
        {
            Assert.Skip("reads /proc of a Linux machine");
        }

        // Arrange
        using var collector = new LinuxPlatform().CreateProcessCollector();
        var slots = new ProcessSlots(64);
        for (var warm = 0; warm < 5; warm++)
        {
            collector.Collect(slots, 20);
        }

        // Act: a newly selected process may allocate its identity, so the least of some reads counts.
        var least = long.MaxValue;
        var outcome = CollectOutcome.Ok;
        for (var repeat = 0; repeat < 20; repeat++)
        {
            var before = GC.GetAllocatedBytesForCurrentThread();
            outcome = collector.Collect(slots, 20);
            least = Math.Min(least, GC.GetAllocatedBytesForCurrentThread() - before);
        }

        // Assert
        Assert.Equal(CollectorStatus.Ok, outcome.Status);
        Assert.Equal(0, least);
        Assert.True(slots.ProcessesTotal > 0);
    }

    [Fact]
    public void Collect_LiveMachine_EveryCollectorTellsValuesOrAReason()
    {
        if (!OperatingSystem.IsLinux())
        {
            Assert.Skip("reads /proc of a Linux machine");
        }

        foreach (var collector in new LinuxPlatform().CreateCollectors())
        {
            // Arrange
            var series = new CollectorSeries(4096);

            // Act
            var outcome = collector.Collect(series);

            // Assert
            if (outcome.Status == CollectorStatus.Ok)
            {
                Assert.True(series.SlotCount > 0, collector.Name);
            }
            else
            {
                Assert.NotEmpty(outcome.Reason);
            }

            collector.Dispose();
        }
    }

    private static void ReadAll(ICollector[] collectors, CollectorSeries[] series)
    {
        for (var index = 0; index < collectors.Length; index++)
        {
            collectors[index].Collect(series[index]);
        }
    }
}
