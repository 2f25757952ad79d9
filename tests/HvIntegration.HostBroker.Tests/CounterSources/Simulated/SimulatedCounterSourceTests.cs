using HvIntegration.CounterSources.Catalog;
using HvIntegration.Model;
using HvIntegration.CounterSources;
using HvIntegration.CounterSources.Simulated;
using HvIntegration.Protocol.Metrics;

namespace HvIntegration.HostBroker.Tests.CounterSources.Simulated;

public class SimulatedCounterSourceTests
{
    private const long Second = 1_000_000_000;
    private const long Start = 1_790_000_000 * Second;

    [Fact]
    public async Task Read_SameSeedAndTimes_GivesTheSameNumbersOnBothSides()
    {
        await using var one = new SimulatedCounterSource(new SimulatedOptions { Seed = 5 });
        await using var two = new SimulatedCounterSource(new SimulatedOptions { Seed = 5 });
        await using var other = new SimulatedCounterSource(new SimulatedOptions { Seed = 6 });

        for (int s = 0; s <= 30; s++)
        {
            long now = Start + (s * Second);
            var first = await one.ReadAsync(now, TestContext.Current.CancellationToken);
            var second = await two.ReadAsync(now, TestContext.Current.CancellationToken);
            var third = await other.ReadAsync(now, TestContext.Current.CancellationToken);

            Assert.Equal(first.Samples, second.Samples);
            Assert.Equal(one.DrainExchanges(now), two.DrainExchanges(now));
            Assert.Equal(one.DrainGuests(now).SelectMany(b => b.Samples), two.DrainGuests(now).SelectMany(b => b.Samples));
            Assert.True(s == 0 || !first.Samples.SequenceEqual(third.Samples));
        }
    }

    [Fact]
    public async Task Read_Always_IsMarkedSimulatedAndKnowsItsMetrics()
    {
        await using var source = CounterSourceCatalog.Create(new CounterSourceSettings { Source = "Simulated" }, TimeProvider.System);
        await source.ReadAsync(Start, TestContext.Current.CancellationToken);
        var reading = await source.ReadAsync(Start + (3 * Second), TestContext.Current.CancellationToken);
        var guests = ((ISimulatedGuests)source).DrainGuests(Start + (3 * Second));

        Assert.Equal(SourceOrigin.Simulated, source.Origin);
        Assert.Equal(5, reading.Partitions.Count);
        Assert.All(reading.Samples, s => Assert.Equal(MetricSide.Host, MetricCatalog.Find(s.Series.MetricId)?.Side));
        Assert.All(guests.SelectMany(b => b.Samples), s => Assert.Equal(MetricSide.Guest, MetricCatalog.Find(s.Series.MetricId)?.Side));
        Assert.All(
            reading.Samples.Select(s => s.Series).Concat(guests.SelectMany(b => b.Samples).Select(s => s.Series)),
            s => Assert.Equal(MetricCatalog.Find(s.MetricId)!.Attributes.Length, s.Instance.Length == 0 ? 0 : s.Instance.Split('|').Length));
    }

    [Fact]
    public async Task Story_HostContention_VictimWaitsAndItsGuestThinksItWorks()
    {
        var seen = await WatchAsync(StoryPhase.HostContention);

        double run = seen.Host("web-01", HostMetrics.VpRunTime);
        double wait = seen.Host("web-01", HostMetrics.VpWaitTime);
        double busy = seen.GuestBusy("web-01");
        Assert.True(wait > 0.2 * (run + wait), $"run {run:f2}, wait {wait:f2}");
        Assert.Equal(run + wait, busy, 0.1);
        Assert.True(seen.Host("batch-01", HostMetrics.VpRunTime) > 4);
        Assert.True(seen.HostBusyShare > 0.95);
    }

    [Fact]
    public async Task Story_OwnDemand_RunsAllItHasWithoutWaitingWhileTheHostHasRoom()
    {
        var seen = await WatchAsync(StoryPhase.OwnDemand);

        Assert.True(seen.Host("web-01", HostMetrics.VpRunTime) > 3.6);
        Assert.True(seen.Host("web-01", HostMetrics.VpWaitTime) < 0.08);
        Assert.True(seen.Guest("web-01", GuestMetrics.RunQueue, "") > 8);
        Assert.True(seen.HostBusyShare < 0.8);
    }

    [Fact]
    public async Task Story_SlowStore_EveryVmOnItIsSlowAndTheOthersAreNot()
    {
        var seen = await WatchAsync(StoryPhase.SlowStore);

        Assert.All(new[] { "sql-01", "file-01" }, vm => Assert.True(Latency(vm) > 0.02));
        Assert.True(Latency("web-01") < 0.005);
        double lower = seen.Host("sql-01", HostMetrics.DiskLowerOperationTime) / seen.Host("sql-01", HostMetrics.DiskOperations);
        Assert.InRange(Latency("sql-01") - lower, 0, 0.001);

        double Latency(string vm) => seen.Host(vm, HostMetrics.DiskOperationTime) / seen.Host(vm, HostMetrics.DiskOperations);
    }

    [Fact]
    public async Task Story_Cap_HoldsTheVmAtItsCapWhileTheHostHasRoom()
    {
        var seen = await WatchAsync(StoryPhase.Cap);

        Assert.Equal(0.8, seen.Host("desk-01", HostMetrics.VpRunTime), 0.02);
        Assert.True(seen.Host("desk-01", HostMetrics.VmThrottledTime) > 0.5);
        Assert.True(seen.GuestBusy("desk-01") > 1.5);
        Assert.True(seen.HostBusyShare < 0.5);
    }

    [Fact]
    public async Task Drain_Exchanges_TellTheGuestsClockWithinTheirDelay()
    {
        await using var source = new SimulatedCounterSource(new SimulatedOptions());
        source.DrainGuests(Start);
        long now = Start + (20 * Second);
        var exchanges = source.DrainExchanges(now);
        var batches = source.DrainGuests(now);

        Assert.Equal(5, exchanges.Select(e => e.Partition).Distinct().Count());
        foreach (var guest in batches.GroupBy(b => b.Partition))
        {
            Assert.Equal(guest.OrderBy(b => b.Sequence).Select(b => b.Sequence), guest.Select(b => b.Sequence));
            Assert.Equal(guest.Count(), guest.Select(b => b.Sequence).Distinct().Count());
            var newest = exchanges.Last(e => e.Partition == guest.Key).Exchange;
            long delay = newest.T4HostNs - newest.T1HostNs - (newest.T3GuestNs - newest.T2GuestNs);
            long offset = ((newest.T2GuestNs - newest.T1HostNs) + (newest.T3GuestNs - newest.T4HostNs)) / 2;
            long hostTime = guest.Last().StartMonotonicNs - offset;

            // Agents read at tenths of host seconds; drift over two seconds adds at most 60 ppm.
            long off = Math.Abs((hostTime - Start + 50_000_000) % 100_000_000 - 50_000_000);
            Assert.True(off <= (delay / 2) + 120_000, $"{off} ns with a delay of {delay} ns");
        }
    }

    [Fact]
    public async Task Read_AfterALongPause_IsBoundedAndSaysSo()
    {
        await using var source = new SimulatedCounterSource(new SimulatedOptions());
        await source.ReadAsync(Start, TestContext.Current.CancellationToken);

        var reading = await source.ReadAsync(Start + (86_400 * Second), TestContext.Current.CancellationToken);

        Assert.Contains(reading.Faults, f => f.StartsWith("86100 s were omitted", StringComparison.Ordinal));
        Assert.InRange(source.DrainGuests(Start + (86_400 * Second)).Count, 1000, 4096);
        Assert.True(reading.Samples.Count < 100_000);
    }

    [Fact]
    public void Grant_LessThanWanted_LevelsThoseWhoWantMoreThanTheLevel()
    {
        double[] granted = ProportionalShare.Grant([0.1, 1, 1, 1], 2.2);

        Assert.Equal([0.1, 0.7, 0.7, 0.7], granted.Select(g => Math.Round(g, 6)));
        Assert.Equal([1.0, 1.0], ProportionalShare.Grant([1, 1], 8));
        Assert.Equal([0.0], ProportionalShare.Grant([1], 0));
    }

    private static async Task<Seen> WatchAsync(StoryPhase phase)
    {
        const int phaseSeconds = 20;
        await using var source = new SimulatedCounterSource(new SimulatedOptions { PhaseSeconds = phaseSeconds });
        int from = (phaseSeconds / 4) + (((int)phase - 1) * phaseSeconds) + 5;
        const int lasts = 12;
        await source.ReadAsync(Start, TestContext.Current.CancellationToken);
        var first = await source.ReadAsync(Start + (from * Second), TestContext.Current.CancellationToken);
        var guestsFirst = source.DrainGuests(Start + (from * Second));
        var last = await source.ReadAsync(Start + ((from + lasts) * Second), TestContext.Current.CancellationToken);
        var guestsLast = source.DrainGuests(Start + ((from + lasts) * Second));
        return new Seen(first, last, guestsFirst, guestsLast, lasts);
    }

    private sealed record Seen(CounterReading First, CounterReading Last, IReadOnlyList<GuestBatch> GuestsFirst, IReadOnlyList<GuestBatch> GuestsLast, int Seconds)
    {
        public double HostBusyShare => Rate(Guid.Empty, HostMetrics.LpRunTime) / SimulatedWorld.LogicalProcessors;

        public double Host(string vm, MetricDefinition metric) => Rate(Id(vm), metric);

        public double Guest(string vm, MetricDefinition metric, string instance) =>
            GuestsLast.Last(b => b.Partition == Id(vm)).Samples.First(s => s.Series == new SeriesKey(metric.Id, instance)).Value;

        public double GuestBusy(string vm)
        {
            var first = GuestsFirst.Last(b => b.Partition == Id(vm));
            var last = GuestsLast.Last(b => b.Partition == Id(vm));
            return (Busy(last) - Busy(first)) / ((last.StartMonotonicNs - first.StartMonotonicNs) / 1e9);
        }

        private static double Busy(GuestBatch batch) => batch.Samples
            .Where(s => s.Series.MetricId == GuestMetrics.CpuTime.Id && (s.Series.Instance.StartsWith("user", StringComparison.Ordinal) || s.Series.Instance.StartsWith("system", StringComparison.Ordinal)))
            .Sum(s => s.Value);

        private Guid Id(string vm) => Last.Partitions.First(p => p.Name == vm).Id;

        private double Rate(Guid partition, MetricDefinition metric) => Last.Samples
            .Where(s => s.Partition == partition && s.Series.MetricId == metric.Id)
            .GroupBy(s => s.Series)
            .Sum(g => (g.Last().Value - First.Samples.Last(s => s.Partition == partition && s.Series == g.Key).Value) / Seconds);
    }
}
