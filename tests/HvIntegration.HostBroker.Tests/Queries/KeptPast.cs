using HvIntegration.HostBroker.Tests.Ingest;
using HvIntegration.Broker.Live;
using HvIntegration.Engine.Options;
using HvIntegration.History;
using HvIntegration.History.Store;
using HvIntegration.Model;
using HvIntegration.Protocol.Metrics;
using Microsoft.Extensions.Logging.Abstractions;

namespace HvIntegration.HostBroker.Tests.Queries;

/// <summary>A broker that has just started over a history of an hour ago: its memory knows nothing of it.</summary>
/// <remarks>
/// From <see cref="From"/> on, in seconds: nothing wrong; 60 to 119 host CPU contention, of which 80 to 83 are weak and have no cause; nothing wrong;
/// 200 to 219 guest CPU demand, an episode of less harm whose verdicts are surer. The same happens to a VM that has left the host.
/// </remarks>
public sealed class KeptPast : IAsyncLifetime
{
    public const int Seconds = 300;

    private const long SecondNs = 1_000_000_000;
    private const long GuestBootNs = 5_000_000_000;
    private const int CommitSeconds = 30;

    private readonly string _folder = Directory.CreateTempSubdirectory("hvi-past-").FullName;
    private TestBroker? _broker;

    internal static PartitionInfo Gone { get; } = new(new Guid("11111111-0000-4000-8000-000000000009"), "old-09", PartitionState.Running, 2, null, null, null);

    internal TestBroker Broker => _broker ?? throw new InvalidOperationException("not started");

    /// <summary>First second that is kept.</summary>
    public long From { get; } = TimeProvider.System.GetUtcNow().ToUnixTimeSeconds() - 3_600;

    public long To => From + Seconds;

    public long Contention => From + 60;

    public async ValueTask InitializeAsync()
    {
        await using (var store = await HistoryStore.OpenAsync(
            new HistoryOptions { Folder = Path.Combine(_folder, "history"), BackgroundUpkeep = false }, new EngineOptions(), TimeProvider.System, NullLogger.Instance, CancellationToken.None))
        {
            PartitionInfo[] vms = [TestBroker.Web, Gone];
            for (int first = 0; first < Seconds; first += CommitSeconds)
            {
                var seen = Enumerable.Range(first, CommitSeconds).SelectMany(second => vms.Select(vm => (Vm: vm, Second: second))).ToList();
                await store.CommitAsync(
                    new HistoryCommit(
                        [.. seen.Select(s => Batch(s.Vm, s.Second))], [.. seen.Select(s => Exchange(s.Vm, From, s.Second))], [.. seen.Select(s => HostRun(s.Vm, From, s.Second))],
                        [.. seen.Select(s => Report(s.Vm, From, s.Second))], first == 0 ? vms : []),
                    CancellationToken.None);
            }
        }

        _broker = await TestBroker.StartAsync(folder: _folder);
    }

    internal T Service<T>()
        where T : notnull => Broker.Service<T>();

    internal static string EpisodeId(PartitionInfo vm, long onset) => new EpisodeKey(vm.Id, onset).ToString();

    public async ValueTask DisposeAsync()
    {
        if (_broker is not null)
        {
            await _broker.DisposeAsync();
        }

        Directory.Delete(_folder, recursive: true);
    }

    private static Guid Boot(PartitionInfo vm) => new(vm.Id.ToByteArray().Reverse().ToArray());

    // The first process uses more from second to second: its mean depends on the seconds that are asked for.
    private static GuestBatch Batch(PartitionInfo vm, int second)
    {
        long guestNs = GuestBootNs + (second * SecondNs);
        return new GuestBatch(
            vm.Id, Boot(vm), (ulong)second + 1, guestNs, [new GuestSample(new SeriesKey(GuestMetrics.MemoryAvailable.Id, ""), guestNs, guestNs + 40_000, 1e9)], guestNs + 100_000,
            [Process(10, "rising", second * second / 600.0), Process(11, "steady", second * 0.25)], 2, null);
    }

    private static GuestProcess Process(int pid, string name, double cpuSeconds) => new(pid, 10, name, 77, 0, 0, 0, cpuSeconds, 0, 0, 4e6, 2e6, 3, 0, 0, 1, 'S', 0);

    private static (Guid, Guid, ClockExchange) Exchange(PartitionInfo vm, long from, int second)
    {
        long hostNs = (from + second) * SecondNs;
        long guestNs = GuestBootNs + (second * SecondNs);
        return (vm.Id, Boot(vm), new ClockExchange(hostNs, guestNs + 100_000, guestNs + 120_000, hostNs + 220_000));
    }

    private static HostSample HostRun(PartitionInfo vm, long from, int second)
    {
        long ns = (from + second) * SecondNs;
        return new HostSample(vm.Id, new SeriesKey(HostMetrics.VpRunTime.Id, "0"), SampleForm.Cumulative, ns, ns, 50 + (0.5 * second), SampleQuality.Measured, "% Total Run Time");
    }

    private static PartitionReport Report(PartitionInfo vm, long from, int second)
    {
        var verdict = second switch
        {
            >= 80 and < 84 => Verdict(vm, HypothesisIds.Unknown, Side.None, 0.4, $"{vm.Name} is slow and no cause is likely enough"),
            >= 60 and < 120 => Verdict(vm, HypothesisIds.HostCpuContention, Side.Host, second == 100 ? 0.9 : 0.7, $"{vm.Name}: host CPU contention"),
            >= 200 and < 220 => Verdict(vm, HypothesisIds.GuestCpuDemand, Side.Guest, 0.95, $"{vm.Name}: guest CPU demand"),
            _ => Verdict(vm, HypothesisIds.None, Side.None, 0.99, $"{vm.Name}: healthy"),
        };
        var episode = second switch
        {
            >= 60 and < 120 => Episode(vm, HypothesisIds.HostCpuContention, from + 60, from + second, 0.72, verdict),
            >= 200 and < 220 => Episode(vm, HypothesisIds.GuestCpuDemand, from + 200, from + second, 0.31, verdict),
            _ => null,
        };
        return new PartitionReport(vm, from + second, true, true, [new Signal("cpu.steal", Side.Both, 0.1, "1", 0.01, SampleQuality.Measured, "both")], verdict, episode, null, []);
    }

    private static Verdict Verdict(PartitionInfo vm, string hypothesis, Side side, double probability, string sentence) =>
        new(VerdictStatement.OfRecord(hypothesis, side, vm.Id, vm.Name, null, new RecordedWords(CauseText.Title(hypothesis)!, sentence, "")), probability);

    private static Episode Episode(PartitionInfo vm, string hypothesis, long onset, long second, double severity, Verdict verdict) =>
        new(0, vm.Id, hypothesis, onset, second, null, severity, verdict);
}
