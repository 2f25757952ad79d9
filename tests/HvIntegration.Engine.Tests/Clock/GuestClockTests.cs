using HvIntegration.Engine.Clock;
using HvIntegration.Model;
using HvIntegration.Engine.Options;

namespace HvIntegration.Engine.Tests.Clock;

public sealed class GuestClockTests
{
    private const long Second = 1_000_000_000L;
    private const long HostStart = 1_790_000_000L * Second;

    public static TheoryData<int> Seeds => [.. Enumerable.Range(1, 40)];

    // Offset, drift and delays unknown to the clock: the true time must lie within the bound that it states.
    [Theory]
    [MemberData(nameof(Seeds))]
    public void TryMapToHost_SimulatedOffsetDriftJitter_ErrorBoundHolds(int seed)
    {
        var world = new World(seed);
        var clock = new GuestClock(new ClockOptions());
        var misses = 0;
        var checks = 0;
        for (var i = 0; i < 450; i++)
        {
            var at = HostStart + (i * 2 * Second);
            Assert.Equal(ClockOutcome.Used, clock.Add(world.Exchange(at)));
            Assert.True(clock.TryMapToHost(world.Guest(at + Second), out var host, out var error));
            checks++;
            misses += Math.Abs(host - (at + Second)) > error ? 1 : 0;
        }

        Assert.True(misses <= checks / 100, $"{misses} of {checks} outside the bound");
        Assert.Empty(clock.Breaks);
        var quality = clock.Quality!;
        Assert.InRange(quality.DriftPpm, world.DriftPpm - 5, world.DriftPpm + 5);
        Assert.InRange(quality.ErrorMs, 0, 3);
        Assert.Equal("boot", quality.EpochCause);
    }

    [Fact]
    public void TryMapToHost_BeforeFirstExchange_IsFalse()
        => Assert.False(new GuestClock(new ClockOptions()).TryMapToHost(5, out _, out _));

    [Fact]
    public void Add_GuestLostFiveSeconds_IsPauseEpochAtOnce()
    {
        var world = new World(3);
        var clock = Warm(world, 100);

        world.OffsetNs -= 5 * Second;
        var outcome = clock.Add(world.Exchange(HostStart + (210 * Second)));

        Assert.Equal(ClockOutcome.NewEpoch, outcome);
        var broken = Assert.Single(clock.Breaks);
        Assert.Equal("pause", broken.Cause);
        Assert.InRange(broken.LostNs / 1e9, 4.99, 5.01);
        Assert.True(clock.TryMapToHost(world.Guest(HostStart + (211 * Second)), out var host, out _));
        Assert.InRange(host - (HostStart + (211 * Second)), -2_000_000, 2_000_000);
    }

    [Fact]
    public void Add_SmallBreak_NeedsThreeRunning()
    {
        var world = new World(4);
        var clock = Warm(world, 100);

        world.OffsetNs += 40_000_000;
        var outcomes = Enumerable.Range(0, 3).Select(i => clock.Add(world.Exchange(HostStart + ((200 + (2 * i)) * Second)))).ToArray();

        Assert.Equal(new[] { ClockOutcome.Suspect, ClockOutcome.Suspect, ClockOutcome.NewEpoch }, outcomes);
        Assert.Equal("step", clock.Breaks[^1].Cause);
    }

    [Fact]
    public void Add_OneLateExchange_ChangesNothing()
    {
        var world = new World(5);
        var clock = Warm(world, 100);
        var before = clock.Quality!;

        var slow = world.Exchange(HostStart + (200 * Second));
        var outcome = clock.Add(slow with { T4HostNs = slow.T4HostNs + 300_000_000 });

        Assert.NotEqual(ClockOutcome.NewEpoch, outcome);
        Assert.Empty(clock.Breaks);
        Assert.InRange(clock.Quality!.DriftPpm, before.DriftPpm - 1, before.DriftPpm + 1);
    }

    [Fact]
    public void TryMapToHost_TimesAroundABreak_OldEpochNewEpochAndNeither()
    {
        var world = new World(6);
        var clock = Warm(world, 100);
        var oldGuest = world.Guest(HostStart + (150 * Second));
        var inside = world.Guest(HostStart + (199 * Second));

        world.OffsetNs -= 5 * Second;
        clock.Add(world.Exchange(HostStart + (210 * Second)));

        Assert.True(clock.TryMapToHost(oldGuest, out var old, out _));
        Assert.InRange(old - (HostStart + (150 * Second)), -2_000_000, 2_000_000);
        Assert.False(clock.TryMapToHost(inside, out _, out _));
    }

    [Theory]
    [InlineData(10, 5, 4, 20)]
    [InlineData(20, 5, 6, 10)]
    [InlineData(-1, 5, 6, 10)]
    [InlineData(10, -5, -4, 20)]
    [InlineData(10, 0, long.MaxValue, 20)]
    [InlineData(0, 0, 0, long.MaxValue)]
    public void Add_ImpossibleStamps_AreRejectedAndCounted(long t1, long t2, long t3, long t4)
    {
        var clock = new GuestClock(new ClockOptions());

        Assert.Equal(ClockOutcome.Rejected, clock.Add(new ClockExchange(t1, t2, t3, t4)));

        Assert.Equal(1, clock.Rejected);
        Assert.False(clock.IsKnown);
    }

    private static GuestClock Warm(World world, int exchanges)
    {
        var clock = new GuestClock(new ClockOptions());
        for (var i = 0; i < exchanges; i++)
        {
            clock.Add(world.Exchange(HostStart + (i * 2 * Second)));
        }

        return clock;
    }

    private sealed class World
    {
        private readonly Random _random;
        private readonly double _base;

        public World(int seed)
        {
            _random = new Random(seed);
            OffsetNs = -HostStart + (long)(_random.NextDouble() * 1e14) + (10_000 * Second);
            DriftPpm = (_random.NextDouble() * 160) - 80;
            _base = 50_000 + (_random.NextDouble() * 150_000);
        }

        public long OffsetNs { get; set; }

        public double DriftPpm { get; }

        public long Guest(long host) => host + OffsetNs + (long)((host - HostStart) * DriftPpm * 1e-6);

        // Each way has its own heavy-tailed delay, so a single exchange may be badly lopsided.
        public ClockExchange Exchange(long t1)
        {
            var t2 = t1 + Delay();
            var t3 = t2 + 30_000;
            return new ClockExchange(t1, Guest(t2), Guest(t3), t3 + Delay());
        }

        private long Delay() => (long)(_base * (1 - (0.5 * Math.Log(1 - _random.NextDouble()))) * (_random.NextDouble() < 0.05 ? 20 : 1));
    }
}
