using System.Globalization;
using HvIntegration.Engine.Options;
using HvIntegration.Model;
using HvIntegration.History;
using HvIntegration.History.Store;
using HvIntegration.Protocol.Metrics;
using Microsoft.Extensions.Logging.Abstractions;

namespace HvIntegration.HistoryKillChild;

/// <summary>Commits batches as fast as it can and prints each sequence once it was acknowledged, until somebody kills it.</summary>
internal static class KillChild
{
    private const int VirtualMachines = 3;
    private const long SecondNs = 1_000_000_000;

    // A commit is this much of the made-up time, so that hours turn and windows are made while the killer waits.
    private const int SecondsPerCommit = 20;

    public static async Task<int> Main(string[] args)
    {
        var folder = args[0];
        var sequence = ulong.Parse(args[1], CultureInfo.InvariantCulture);
        var last = ulong.Parse(args[2], CultureInfo.InvariantCulture);
        var time = new MadeUpTime(DateTimeOffset.UnixEpoch.AddSeconds(1_770_000_000 + (double)(sequence * SecondsPerCommit)));
        await using var store = await HistoryStore.OpenAsync(
            new HistoryOptions { Folder = folder, BackgroundUpkeep = false, MemoryMaxMiB = 128, SecondHours = 8760, MinuteDays = 3660 }, new EngineOptions(), time, NullLogger.Instance, CancellationToken.None);
        await Console.Out.WriteLineAsync("open");
        var upkeep = Task.CompletedTask;
        for (; sequence <= last; sequence++)
        {
            time.Set(DateTimeOffset.UnixEpoch.AddSeconds(1_770_000_000 + (double)(sequence * SecondsPerCommit)));
            await store.CommitAsync(Commit(sequence, time.GetUtcNow().ToUnixTimeSeconds()), CancellationToken.None);
            await Console.Out.WriteLineAsync(string.Create(CultureInfo.InvariantCulture, $"ack {sequence}"));
            await Console.Out.FlushAsync();
            if (upkeep.IsCompleted)
            {
                await upkeep;
                upkeep = store.UpkeepAsync(CancellationToken.None);
            }
        }

        await upkeep;
        return 0;
    }

    private static HistoryCommit Commit(ulong sequence, long second)
    {
        var batches = new List<GuestBatch>();
        var exchanges = new List<(Guid, Guid, ClockExchange)>();
        for (var vm = 1; vm <= VirtualMachines; vm++)
        {
            var (partition, boot) = (new Guid(vm, 0, 0, new byte[8]), new Guid(vm, 1, 0, new byte[8]));
            var guestNs = second * SecondNs;
            batches.Add(new GuestBatch(partition, boot, sequence, guestNs,
                [new GuestSample(new SeriesKey(GuestMetrics.ContextSwitches.Id, ""), guestNs, guestNs + 1000, sequence), new GuestSample(new SeriesKey(GuestMetrics.RunQueue.Id, ""), guestNs, guestNs + 1000, vm)],
                guestNs, [], 0, null));
            exchanges.Add((partition, boot, new ClockExchange(guestNs, guestNs, guestNs, guestNs)));
        }

        return new HistoryCommit(batches, exchanges, [], [], []);
    }

    private sealed class MadeUpTime(DateTimeOffset start) : TimeProvider
    {
        private long _ticks = start.UtcTicks;

        public void Set(DateTimeOffset now) => Volatile.Write(ref _ticks, now.UtcTicks);

        public override DateTimeOffset GetUtcNow() => new(Volatile.Read(ref _ticks), TimeSpan.Zero);
    }
}
