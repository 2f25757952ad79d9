using HvIntegration.Model;
using HvIntegration.Engine.Options;
using HvIntegration.Engine.Signals;
using HvIntegration.Engine.Timeline;
using HvIntegration.Protocol.Metrics;

namespace HvIntegration.Engine.Tests;

/// <summary>Names come and go for ever; what is remembered of them does not grow, and new ones are always taken.</summary>
public sealed class ForgettingTests
{
    private const long Second = 1_000_000_000;
    private const long Start = 1_780_000_000;

    private static readonly PartitionInfo Web = new(new Guid("11111111-0000-4000-8000-000000000001"), "web", PartitionState.Running, 1, null, null, null);
    private static readonly PartitionInfo Batch = new(new Guid("11111111-0000-4000-8000-000000000002"), "batch", PartitionState.Running, 1, null, null, null);

    [Fact]
    public void HostSeries_OfProcessesThatComeAndGo_NeverFillTheBound()
    {
        var model = new HostModel();
        model.UpdateInventory([Web]);

        for (long second = 0; second < 600; second++)
        {
            for (int i = 0; i < 40; i++)
            {
                Host(model, Guid.Empty, HostMetrics.HostProcessTime.Id, $"job({(second * 40) + i})", second);
            }

            Host(model, Web.Id, HostMetrics.HostProcessTime.Id, $"thread-{second}", second);
            model.AdvanceTo(Start + second);
        }

        Assert.Equal(0, model.Counters.SeriesRefused);
    }

    [Fact]
    public void GuestSeries_AllTogetherAreMany_EachGuestHasItsShareAndTheSmallOneLosesNothing()
    {
        var model = new HostModel(new EngineOptions { Timeline = { GuestSeriesTotalMax = 4_096 } });
        model.UpdateInventory([Web, Batch]);
        for (long second = 0; second < 30; second++)
        {
            Guest(model, Web.Id, second, 3_900);
            Guest(model, Batch.Id, second, 400);
            model.AdvanceTo(Start + second);
        }

        long before = model.Counters.SeriesRefused;
        Guest(model, Web.Id, 31, 3_910);
        long greedy = model.Counters.SeriesRefused - before;
        Guest(model, Batch.Id, 31, 500);

        Assert.Equal(0, before);
        Assert.Equal(10, greedy);
        Assert.Equal(10, model.Counters.SeriesRefused);
    }

    [Fact]
    public void Partition_ThatLeftForGood_IsForgottenThoughTheInventoryNeverChangesAgain()
    {
        var model = new HostModel(new EngineOptions { Timeline = { KeptSeconds = 120 }, Diagnosis = { BaselineSeconds = 60 } });
        model.UpdateInventory([Web, Batch]);
        Live(10, 0);
        model.UpdateInventory([Web]);

        Live(200, 10);

        Assert.NotNull(model.Latest(Web.Id));
        Assert.Null(model.Latest(Batch.Id));

        void Live(long seconds, long from)
        {
            for (long second = from; second < from + seconds; second++)
            {
                Host(model, Web.Id, HostMetrics.MemoryAssigned.Id, "", second);
                if (from == 0)
                {
                    Host(model, Batch.Id, HostMetrics.MemoryAssigned.Id, "", second);
                }

                model.AdvanceTo(Start + second);
            }
        }
    }

    [Fact]
    public void Signals_OfDisksThatComeAndGo_LeaveRoomForTheNewestDisk()
    {
        var model = new HostModel(new EngineOptions { Timeline = { KeptSeconds = 120 }, Diagnosis = { BaselineSeconds = 60 } });
        model.UpdateInventory([Web]);
        string disk = "";

        for (long second = 0; second < 12_600; second++)
        {
            // Each disk is there for a minute: some are known at one time, hundreds over an afternoon.
            disk = $"disk-{second / 60}.vhdx";
            Disk(model, HostMetrics.DiskOperations.Id, disk + "|read", second, second * 50.0);
            Disk(model, HostMetrics.DiskOperationTime.Id, disk + "|read", second, second * 0.05);
            model.AdvanceTo(Start + second);
        }

        Assert.NotEmpty(model.RecentSignals(Web.Id, SignalIds.Of(SignalIds.DiskHostIops, disk)));
        Assert.Empty(model.RecentSignals(Web.Id, SignalIds.Of(SignalIds.DiskHostIops, "disk-0.vhdx")));

        static void Disk(HostModel model, ushort metric, string instance, long second, double value) => model.AddHostSample(new HostSample(
            Web.Id, new SeriesKey(metric, instance), SampleForm.Cumulative, (Start + second) * Second, (Start + second) * Second, value, SampleQuality.Measured, ""));
    }

    [Fact]
    public void DevicePairs_OfDisksThatComeAndGo_EndWithTheDisks()
    {
        var options = new TimelineOptions();
        var (guest, host, pairs) = (new SideTimeline(options), new SideTimeline(options), new DevicePairs());

        for (long second = 0; second < 2_000; second++)
        {
            long disk = second / 100;
            Add(guest, GuestMetrics.DiskOperations.Id, $"sd{disk}|read", second);
            Add(host, HostMetrics.DiskOperations.Id, $"disk-{disk}.vhdx|read", second);
            guest.ForgetBefore((Start + second - 150) * Second);
            host.ForgetBefore((Start + second - 150) * Second);
            pairs.Refresh(guest, host, Start + second);
        }

        Assert.Contains("sd19", pairs.Disks.Keys);
        Assert.InRange(pairs.Disks.Count, 1, 3);

        static void Add(SideTimeline side, ushort metric, string instance, long second) => side.Add(
            new SeriesKey(metric, instance), SampleForm.Cumulative, (Start + second) * Second, (Start + second) * Second, second * 50.0, SampleQuality.Measured, "", 1e6);
    }

    private static void Host(HostModel model, Guid partition, ushort metric, string instance, long second) => model.AddHostSample(new HostSample(
        partition, new SeriesKey(metric, instance), SampleForm.Gauge, (Start + second) * Second, (Start + second) * Second, 0.1, SampleQuality.Measured, ""));

    private static void Guest(HostModel model, Guid partition, long second, int series)
    {
        for (int i = 0; i < series; i++)
        {
            model.AddGuestSample(
                partition, new SeriesKey(GuestMetrics.CpuTime.Id, $"user|{i}"), SampleForm.Gauge, (Start + second) * Second, (Start + second) * Second, 0.1, SampleQuality.Measured, "", 1e6);
        }
    }
}
