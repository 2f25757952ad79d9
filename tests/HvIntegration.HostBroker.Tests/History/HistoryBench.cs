using HvIntegration.Engine.Options;
using HvIntegration.Model;
using HvIntegration.History;
using HvIntegration.History.Database;
using HvIntegration.History.Store;
using HvIntegration.Protocol.Metrics;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Time.Testing;

namespace HvIntegration.HostBroker.Tests.History;

/// <summary>A history folder with a clock the test turns, and commits of a made-up guest.</summary>
internal sealed class HistoryBench : IAsyncDisposable
{
    /// <summary>A guest's monotonic clock reads 0 this long before <see cref="Start"/>.</summary>
    public const long GuestBootNs = 5_000_000_000;

    public const long SecondNs = 1_000_000_000;

    public static readonly DateTimeOffset Start = new(2026, 3, 4, 10, 15, 0, TimeSpan.Zero);

    private static int s_folders;

    private HistoryBench(string? folder)
    {
        Folder = folder ?? Path.Combine(Path.GetTempPath(), $"hvi-history-{Environment.ProcessId}-{Interlocked.Increment(ref s_folders)}");
        Options = new HistoryOptions { Folder = Folder, BackgroundUpkeep = false, MemoryMaxMiB = 128 };
        Time = new FakeTimeProvider(Start);
    }

    public string Folder { get; }

    public HistoryOptions Options { get; }

    /// <summary>Settings of the engine that history follows.</summary>
    public EngineOptions Engine { get; } = new();

    /// <summary>True where the folder cannot be deleted: its mount goes with it.</summary>
    public bool KeepFolder { get; set; }

    public FakeTimeProvider Time { get; }

    /// <summary>Told of each call of the store to the outside.</summary>
    public Action<StoreCall>? Before { get; set; }

    public HistoryStore Store { get; private set; } = null!;

    public Guid Vm { get; } = Guid.Parse("11111111-0000-0000-0000-000000000001");

    public Guid Boot { get; } = Guid.Parse("22222222-0000-0000-0000-000000000001");

    /// <summary>Host second at which the bench begins.</summary>
    public static long StartSecond => Start.ToUnixTimeSeconds();

    public static async Task<HistoryBench> OpenAsync(string? folder = null)
    {
        var bench = new HistoryBench(folder);
        await bench.ReopenAsync();
        return bench;
    }

    /// <summary>A bench whose store the test opens itself.</summary>
    public static HistoryBench Closed(string? folder = null) => new(folder);

    public async Task ReopenAsync()
    {
        if (Store is not null)
        {
            await Store.DisposeAsync();
        }

        Store = await HistoryStore.OpenAsync(Options, Engine, new StoreCalls(call => Before?.Invoke(call)), Time, NullLogger.Instance, TestContext.Current.CancellationToken);
    }

    /// <summary>One batch a second: user time of CPU 0 rises by <paramref name="cpuShare"/> seconds a second, memory is a level.</summary>
    public GuestBatch Batch(ulong sequence, double second, double cpuShare = 0.25, Guid? vm = null, Guid? boot = null)
    {
        var guestNs = GuestBootNs + (long)(second * SecondNs);
        return new GuestBatch(vm ?? Vm, boot ?? Boot, sequence, guestNs,
            [
                new GuestSample(new SeriesKey(GuestMetrics.CpuTime.Id, "user|0"), guestNs, guestNs + 40_000, 100 + (cpuShare * second)),
                new GuestSample(new SeriesKey(GuestMetrics.CpuTime.Id, "idle|0"), guestNs, guestNs + 40_000, 200 + ((1 - cpuShare) * second)),
                new GuestSample(new SeriesKey(GuestMetrics.MemoryAvailable.Id, ""), guestNs + 50_000, guestNs + 90_000, 1e9 + second),
            ],
            guestNs + 100_000,
            [new GuestProcess(1, 10, "init", 77, 0, 0, 0, second, second / 2, 0, 4e6, 2e6, 3, 0, 0, 1, 'S', 0)],
            42, null);
    }

    /// <summary>An exchange at a second of the bench.</summary>
    public (Guid, Guid, ClockExchange) Exchange(double second, Guid? vm = null, Guid? boot = null)
    {
        var hostNs = HostNs(second);
        var guestNs = GuestBootNs + (long)(second * SecondNs);
        return (vm ?? Vm, boot ?? Boot, new ClockExchange(hostNs, guestNs + 100_000, guestNs + 120_000, hostNs + 220_000));
    }

    public static long HostNs(double second) => (StartSecond * SecondNs) + (long)(second * SecondNs);

    /// <summary>Run time of a VM's virtual processors, cumulative.</summary>
    public HostSample HostRun(double second, double share = 0.5) => new(
        Vm, new SeriesKey(HostMetrics.VpRunTime.Id, "0"), SampleForm.Cumulative, HostNs(second), HostNs(second), 50 + (share * second), SampleQuality.Measured, "% Total Run Time");

    public PartitionInfo Info(string name = "web-1") => new(Vm, name, PartitionState.Running, 2, null, 4e9, "/run/web-1.sock");

    public PartitionReport Report(long second, string hypothesis = "none", double steal = 0.1, double probability = 0.8) => new(
        Info(), StartSecond + second, true, true,
        [new Signal("cpu.steal", Side.Both, steal, "1", 0.01, SampleQuality.Measured, "both"), new Signal("cpu.ready", Side.Host, double.NaN, "1", double.NaN, SampleQuality.Missing, "absent")],
        new Verdict(VerdictStatement.OfRecord(hypothesis, Side.Host, Vm, "web-1", null, new RecordedWords(hypothesis, $"web-1: {hypothesis}", "")), probability),
        null, null, []);

    /// <summary>Commits seconds [from, to) one by one, turning the clock with them.</summary>
    public async Task RunAsync(int from, int to, double cpuShare = 0.25, string hypothesis = "none")
    {
        for (var second = from; second < to; second++)
        {
            Time.SetUtcNow(Start.AddSeconds(second + 0.5));
            await Store.CommitAsync(Commit(second, cpuShare, hypothesis), TestContext.Current.CancellationToken);
        }
    }

    public HistoryCommit Commit(int second, double cpuShare = 0.25, string hypothesis = "none") => new(
        [Batch((ulong)second + 1, second, cpuShare)], second % 2 == 0 ? [Exchange(second)] : [], [HostRun(second)], [Report(second, hypothesis)], second == 0 ? [Info()] : []);

    public async Task<IReadOnlyList<HistorySeries>> CpuAsync(long from, long to, int pointsMax = 10_000) =>
        await Store.QueryAsync(Vm, GuestMetrics.CpuTime.Id, StartSecond + from, StartSecond + to, pointsMax, TestContext.Current.CancellationToken);

    public async ValueTask DisposeAsync()
    {
        if (Store is not null)
        {
            await Store.DisposeAsync();
        }

        if (!KeepFolder && Directory.Exists(Folder))
        {
            Directory.Delete(Folder, recursive: true);
        }
    }
}
