using HvIntegration.Engine.Timeline;
using HvIntegration.History;
using HvIntegration.Model;
using HvIntegration.Protocol.Metrics;

namespace HvIntegration.HostBroker.Tests.History;

/// <summary>History makes seconds of raw reads with the settings and the rules of the live engine, not with some of its own.</summary>
public sealed class EngineSettingsTests
{
    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Setting_ReadOnceInMinutes_IsHeldAsLongAsTheEngineHoldsIt()
    {
        // Arrange: read at 10 s only, while minutes go by; history keeps seconds and rolls minutes up.
        await using var bench = await HistoryBench.OpenAsync();
        await bench.Store.CommitAsync(new HistoryCommit([], [], [Level(bench, HostMetrics.VpLimit, 10.5, 2)], [], [bench.Info()]), Cancellation);
        await bench.RunAsync(11, 420);
        await bench.Store.UpkeepAsync(Cancellation);

        // Act: seconds whose only read is minutes before them, and the same as minutes.
        var seconds = await PointsAsync(bench, HostMetrics.VpLimit, 200, 400, 1_000);
        var minutes = await PointsAsync(bench, HostMetrics.VpLimit, 0, 360, 6);

        // Assert: 10.5 s and 300 s make 310.5 s.
        Assert.Equal(Enumerable.Range(200, 110), seconds.Select(p => (int)(p.Second - HistoryBench.StartSecond)));
        Assert.Equal([0, 60, 120, 180, 240, 300], minutes.Select(p => (int)(p.Second - HistoryBench.StartSecond)));
        Assert.All(seconds.Concat(minutes), p => Assert.Equal(2, p.Value));
    }

    [Fact]
    public async Task Level_HoldSecondsOfTheEngine_IsHeldThatLong()
    {
        await using var bench = HistoryBench.Closed();
        bench.Engine.Timeline.HoldSeconds = 40;
        await bench.ReopenAsync();
        await bench.Store.CommitAsync(new HistoryCommit([], [], [Level(bench, HostMetrics.MemoryAssigned, 10.5, 4e9)], [], [bench.Info()]), Cancellation);
        await bench.RunAsync(11, 80);

        var points = await PointsAsync(bench, HostMetrics.MemoryAssigned, 35, 80, 1_000);

        Assert.Equal(Enumerable.Range(35, 15), points.Select(p => (int)(p.Second - HistoryBench.StartSecond)));
    }

    [Theory]
    [InlineData(5, 0)]
    [InlineData(20, 10)]
    public async Task Counter_GapSecondsOfTheEngine_JoinsReadsThatFarApart(int gapSeconds, int expected)
    {
        await using var bench = HistoryBench.Closed();
        bench.Engine.Timeline.GapSeconds = gapSeconds;
        await bench.ReopenAsync();
        await bench.Store.CommitAsync(new HistoryCommit([], [], [bench.HostRun(10), bench.HostRun(20)], [], [bench.Info()]), Cancellation);

        var points = await PointsAsync(bench, HostMetrics.VpRunTime, 5, 25, 1_000);

        Assert.Equal(expected, points.Count);
        Assert.All(points, p => Assert.Equal(0.5, p.Value, 6));
    }

    [Fact]
    public async Task Maximum_ReadTwiceInASecond_IsTheGreatest()
    {
        await using var bench = await HistoryBench.OpenAsync();
        await bench.RunAsync(0, 20);
        await bench.Store.CommitAsync(
            new HistoryCommit([Lateness(bench, 21, 10.2, 0.5), Lateness(bench, 22, 10.7, 0.1)], [], [], [], []), Cancellation);

        var points = await PointsAsync(bench, GuestMetrics.WakeupLatenessMax, 10, 11, 1_000);

        Assert.Equal(0.5, Assert.Single(points).Value, 6);
    }

    [Fact]
    public void PerSecond_LevelReadOverATime_IsOfTheSecondInWhichTheReadEnded()
    {
        (long, long, double)[] reads = [(900_000_000, 2_100_000_000, 7)];

        double[] seconds = CounterWindows.PerSecond(reads, new SeriesKey(HostMetrics.MemoryAssigned.Id, ""), SampleForm.Gauge, 0, 2, new());

        Assert.Equal([double.NaN, double.NaN, 7], seconds);
    }

    private static HostSample Level(HistoryBench bench, MetricDefinition metric, double second, double value) => new(
        bench.Vm, new SeriesKey(metric.Id, ""), SampleForm.Gauge, HistoryBench.HostNs(second), HistoryBench.HostNs(second), value, SampleQuality.Measured, metric.Name);

    private static GuestBatch Lateness(HistoryBench bench, ulong sequence, double second, double value)
    {
        long guestNs = HistoryBench.GuestBootNs + (long)(second * HistoryBench.SecondNs);
        return new GuestBatch(bench.Vm, bench.Boot, sequence, guestNs, [new GuestSample(new SeriesKey(GuestMetrics.WakeupLatenessMax.Id, ""), guestNs, guestNs, value)], 0, [], 0, null);
    }

    private static async Task<IReadOnlyList<HistoryPoint>> PointsAsync(HistoryBench bench, MetricDefinition metric, long from, long to, int pointsMax) =>
        Assert.Single(await bench.Store.QueryAsync(bench.Vm, metric.Id, HistoryBench.StartSecond + from, HistoryBench.StartSecond + to, pointsMax, Cancellation)).Points;
}
