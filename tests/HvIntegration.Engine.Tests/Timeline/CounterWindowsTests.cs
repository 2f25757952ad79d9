using HvIntegration.Model;
using HvIntegration.Engine.Options;
using HvIntegration.Engine.Timeline;
using HvIntegration.Protocol.Metrics;

namespace HvIntegration.Engine.Tests.Timeline;

public sealed class CounterWindowsTests
{
    private const long Second = 1_000_000_000L;

    private static readonly SeriesKey Series = new(HostMetrics.VpRunTime.Id, "0");
    private static readonly TimelineOptions Options = new();

    [Fact]
    public void PerSecond_SteadyCounterReadOffTheEdge_GivesTheRate()
    {
        var reads = Enumerable.Range(0, 10).Select(i => At((i * Second) + 370_000_000, 5.0 * (i + 0.37))).ToList();

        var seconds = CounterWindows.PerSecond(reads, Series, SampleForm.Cumulative, 0, 9, Options);

        Assert.True(double.IsNaN(seconds[0]));
        Assert.All(seconds[1..9], v => Assert.Equal(5.0, v, 5));
        Assert.True(double.IsNaN(seconds[9]));
    }

    // Whatever the read times, the seconds add up to the counter's difference over the same edges.
    [Fact]
    public void PerSecond_RandomReadTimes_NothingLostOrMade()
    {
        for (var seed = 0; seed < 50; seed++)
        {
            var random = new Random(seed);
            var reads = new List<(long, long, double)> { At(0, 0) };
            var (ns, value) = (0L, 0.0);
            while (ns < 60 * Second)
            {
                ns += 100_000_000 + (long)(random.NextDouble() * 2.5e9);
                value += random.NextDouble() * 10;
                reads.Add(At(ns, value));
            }

            var seconds = CounterWindows.PerSecond(reads, Series, SampleForm.Cumulative, 0, (ns / Second) - 1, Options);
            var after = reads.First(r => r.Item2 >= (ns / Second) * Second);
            var before = reads.Last(r => r.Item2 <= (ns / Second) * Second);
            var share = after.Item2 == before.Item2 ? 0 : (double)(((ns / Second) * Second) - before.Item2) / (after.Item2 - before.Item2);

            Assert.Equal(before.Item3 + ((after.Item3 - before.Item3) * share), seconds.Sum(), 2);
        }
    }

    [Fact]
    public void PerSecond_CounterReset_PairIsDropped()
    {
        List<(long, long, double)> reads = [At(0, 100), At(Second, 110), At(2 * Second, 120), At(3 * Second, 2), At(4 * Second, 12), At(5 * Second, 22)];

        var seconds = CounterWindows.PerSecond(reads, Series, SampleForm.Cumulative, 0, 4, Options);

        Assert.Equal(new double[] { 10, 10, double.NaN, 10, 10 }, seconds);
    }

    [Fact]
    public void PerSecond_GapLongerThanAllowed_IsNotBridged()
    {
        List<(long, long, double)> reads = [At(0, 0), At(Second, 1), At(2 * Second, 2), At(12 * Second, 100), At(13 * Second, 101)];

        var seconds = CounterWindows.PerSecond(reads, Series, SampleForm.Cumulative, 0, 12, Options);

        Assert.Equal(1, seconds[1]);
        Assert.All(seconds[2..12], v => Assert.True(double.IsNaN(v)));
        Assert.Equal(1, seconds[12]);
    }

    [Fact]
    public void PerSecond_SeriesReadEveryTenSeconds_SetsItsOwnPace()
    {
        var reads = Enumerable.Range(0, 6).Select(i => At(i * 10 * Second, i * 30.0)).ToList();

        var seconds = CounterWindows.PerSecond(reads, Series, SampleForm.Cumulative, 10, 49, Options);

        Assert.All(seconds, v => Assert.Equal(3, v, 5));
    }

    [Fact]
    public void PerSecond_ARateBelowZero_IsAReset_AndItsIntervalHoldsNothing()
    {
        var reads = Enumerable.Range(0, 5).Select(i => (i * Second, (i + 1) * Second, i == 2 ? -414.6 : 0.3)).ToList();

        double[] seconds = CounterWindows.PerSecond(reads, Series, SampleForm.IntervalRate, 0, 4, Options);

        Assert.Equal([0.3, 0.3, double.NaN, 0.3, 0.3], seconds.Select(v => Math.Round(v, 6)));
    }

    [Fact]
    public void PerSecond_IntervalRates_AreSpreadOverTheirInterval()
    {
        List<(long, long, double)> reads = [(0, 5 * Second, 2), (5 * Second, 10 * Second, 4)];

        var seconds = CounterWindows.PerSecond(reads, Series, SampleForm.IntervalRate, 0, 9, Options);

        Assert.Equal(new double[] { 2, 2, 2, 2, 2, 4, 4, 4, 4, 4 }, seconds);
    }

    [Fact]
    public void PerSecond_Gauge_StandsUntilTheNextAndThenIsMissing()
    {
        List<(long, long, double)> reads = [At(500_000_000, 7), At(3_500_000_000, 9)];

        var seconds = CounterWindows.PerSecond(reads, Series, SampleForm.Gauge, 0, 9, new TimelineOptions { HoldSeconds = 4 });

        Assert.Equal(new double[] { 7, 7, 7, 9, 9, 9, 9, double.NaN, double.NaN, double.NaN }, seconds);
    }

    [Fact]
    public void PerSecond_ValuesThatAreNoNumbers_AreSkipped()
    {
        List<(long, long, double)> reads = [At(0, 0), At(Second, double.NaN), At(2 * Second, 2), At(3 * Second, double.PositiveInfinity), At(4 * Second, 4)];

        Assert.Equal(new double[] { 1, 1, 1, 1 }, CounterWindows.PerSecond(reads, Series, SampleForm.Cumulative, 0, 3, Options));
    }

    [Fact]
    public void EdgeError_RateTimesBothEdges()
        => Assert.Equal(0.2, CounterWindows.EdgeError(100, 1_000_000), 9);

    private static (long StartNs, long EndNs, double Value) At(long ns, double value) => (ns, ns, value);
}
