using HvIntegration.Model;
using HvIntegration.Protocol.Metrics;

namespace HvIntegration.Engine.Tests;

/// <summary>A guest may send anything: nothing may throw, and no other VM's verdict may change.</summary>
public sealed class HostileGuestTests
{
    private static readonly double[] Values =
        [double.NaN, double.PositiveInfinity, double.NegativeInfinity, double.MaxValue, -1, -1e300, 0, 1, 1e18, 4e-320, 0.5];

    private static readonly long[] Times = [long.MinValue, -1, 0, 1, 1_000_000_000, 10_000_000_000_000, long.MaxValue / 2, long.MaxValue - 1, long.MaxValue];

    public static TheoryData<int> Seeds => [.. Enumerable.Range(1, 12)];

    [Theory]
    [MemberData(nameof(Seeds))]
    public void Model_HostileGuest_NeverThrowsAndHarmsNoOther(int seed)
    {
        var clean = Play(seed, hostile: false);
        var attacked = Play(seed, hostile: true);

        Assert.Equal(clean, attacked);
    }

    [Fact]
    public void Signals_GuestClaimsMoreThanAProcessorCanDo_IsMissingWithTheReason()
    {
        var host = new TestHost();
        var vm = host.Add("vm1");
        vm.Busy = _ => 40;
        vm.Run = _ => 0.1;

        host.Run(10);

        var busy = host.Last(vm).Signals.Single(s => s.Id == SignalIds.GuestBusy);
        Assert.Equal(SampleQuality.Missing, busy.Quality);
        Assert.Contains("not possible", busy.Source, StringComparison.Ordinal);
    }

    private static List<string> Play(int seed, bool hostile)
    {
        var random = new Random(seed);
        var host = new TestHost(seed);
        var good = host.Add("good");
        var evil = host.Add("evil");
        evil.GuestOn = false;
        for (var second = 0; second < 60; second++)
        {
            if (second == 30)
            {
                good.Busy = _ => 0.99;
                good.RunQueue = 4;
                good.PsiCpu = 0.5;
            }

            host.Run(1);
            if (hostile)
            {
                Attack(host, evil, random);
            }
        }

        // A late guest may hold a second open for the grace, no longer; the good VM's clock is then known a little better.
        return [.. host.Reports.Where(r => r.Partition.Id == good.Id && r.Second < host.Now - 6).Select(r => $"{r.Second} {r.Verdict.Hypothesis} {r.Verdict.Probability} {string.Join(' ', r.Signals.Where(s => s.Id is not (SignalIds.RoundTrip or SignalIds.ClockError)).Select(s => s.Value))}")];
    }

    private static void Attack(TestHost host, TestVm evil, Random random)
    {
        var boot = random.Next(4) == 0 ? new Guid(random.Next(6), 1, 1, new byte[8]) : evil.Boot;
        for (var i = 0; i < 4; i++)
        {
            host.Model.AddClockExchange(evil.Id, boot, new ClockExchange(
                random.Next(2) == 0 ? Pick(Times, random) : (host.Now * 1_000_000_000) + i, Pick(Times, random), Pick(Times, random),
                random.Next(2) == 0 ? Pick(Times, random) : (host.Now * 1_000_000_000) + 1000 + i));
        }

        if (random.Next(2) == 0)
        {
            // A clock that holds, so that the values themselves get in.
            var t1 = (host.Now * 1_000_000_000) + 7_000_000;
            var t2 = TestHost.GuestTime(evil, t1 + 100_000);
            host.Model.AddClockExchange(evil.Id, evil.Boot, new ClockExchange(t1, t2, t2 + 1, t1 + 200_001));
            boot = evil.Boot;
        }

        var mono = TestHost.GuestTime(evil, host.Now * 1_000_000_000);
        var samples = new List<GuestSample>();
        for (var i = 0; i < 60; i++)
        {
            var metric = GuestMetrics.All[random.Next(GuestMetrics.All.Count)];
            var time = random.Next(4) == 0 ? Pick(Times, random) : mono;
            samples.Add(new GuestSample(
                new SeriesKey(random.Next(10) == 0 ? (ushort)random.Next(65536) : metric.Id, Instance(random)), time,
                random.Next(4) == 0 ? Pick(Times, random) : time, Pick(Values, random)));
        }

        var rows = Enumerable.Range(0, 30).Select(_ => new GuestProcess(
            random.Next(-5, 20), (ulong)random.Next(3), Instance(random), 0, 0, 0, 0, Pick(Values, random), Pick(Values, random), Pick(Values, random),
            Pick(Values, random), 0, Pick(Values, random), Pick(Values, random), Pick(Values, random), random.Next(), 'R', -1)).ToList();
        host.Model.AddGuestBatch(new GuestBatch(evil.Id, boot, (ulong)random.NextInt64(), Pick(Times, random), samples, random.Next(2) == 0 ? mono : Pick(Times, random), rows, -1, Pick(Times, random)));
        _ = host.Model.TakeRevised();
    }

    private static string Instance(Random random) => random.Next(6) switch
    {
        0 => string.Empty,
        1 => "user|0",
        2 => "|||",
        3 => "cpu|some",
        4 => $"user|{random.Next(-3, int.MaxValue)}",
        _ => new string('x', random.Next(300)) + "|read",
    };

    private static T Pick<T>(T[] from, Random random) => from[random.Next(from.Length)];
}
