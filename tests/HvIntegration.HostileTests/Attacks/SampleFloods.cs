using System.Globalization;
using Google.Protobuf;
using Grpc.Core;
using HvIntegration.Protocol.Metrics;
using HvIntegration.Protocol.V1;
using HvIntegration.TestKit.Wire;

namespace HvIntegration.HostileTests.Attacks;

/// <summary>Streams that keep to the letter of the wire and ask too much: batches, series, boots, processes, times.</summary>
internal static class SampleFloods
{
    private const int SeriesMax = 4_096;
    private static readonly TimeSpan RedialAfter = TimeSpan.FromMilliseconds(50);

    /// <summary>Few bytes that read out 4,096 series each, and a Hello that says all of them were made before it.</summary>
    public static Task FalseHelloTimeAsync(Attacker attacker) => StreamsAsync(attacker, h => h.MonotonicNs = ulong.MaxValue, WideChain, buffered: true);

    /// <summary>The same with an honest Hello, as fast as the broker reads.</summary>
    public static Task WideBatchesAsync(Attacker attacker) => StreamsAsync(attacker, _ => { }, WideChain, buffered: true);

    /// <summary>Series that never were before, in every batch, as fast as the broker reads.</summary>
    public static Func<Attacker, Task> UniqueSeries(int perBatch) => attacker => StreamsAsync(attacker, _ => { }, (run, n) => UniqueBatch(run, n, perBatch), buffered: false);

    /// <summary>64 processes that never were before, in every batch.</summary>
    public static Task UniqueProcessesAsync(Attacker attacker) => StreamsAsync(attacker, _ => { }, UniqueProcesses, buffered: false);

    /// <summary>One process whose times are as large as a number can be.</summary>
    public static Task ExtremeProcessAsync(Attacker attacker) => StreamsAsync(attacker, _ => { }, ExtremeProcess, buffered: false);

    /// <summary>Batches that claim minutes over the centuries to come, each another one.</summary>
    public static Task FutureTimesAsync(Attacker attacker) => StreamsAsync(attacker, h => h.MonotonicNs = ulong.MaxValue, FutureBatch, buffered: true);

    /// <summary>Guest clocks and batch times at every end of their range.</summary>
    public static async Task ExtremeTimesAsync(Attacker attacker)
    {
        ulong[] times = [0, 1, 1UL << 31, 1UL << 32, 1UL << 53, 1UL << 62, long.MaxValue, (ulong)long.MaxValue + 1, ulong.MaxValue];
        for (int run = 0; !attacker.Stop.IsCancellationRequested; run++)
        {
            ulong clock = times[run % times.Length];
            await StreamAsync(
                attacker, run, h => (h.MonotonicNs, h.SinceBootNs) = (clock, clock),
                (_, n) =>
                {
                    var batch = Small(n);
                    batch.MonotonicStartNs = times[(run + (int)n) % times.Length];
                    batch.Readings[0].DurationUs = n % 2 == 0 ? uint.MaxValue : 0;
                    batch.Readings[0].StartOffsetUs = n % 3 == 0 ? int.MinValue : int.MaxValue;
                    batch.WallClock = new WallClock { MonotonicNs = clock, UnixNs = n % 2 == 0 ? long.MinValue : long.MaxValue, SinceBootNs = clock };
                    return batch;
                },
                buffered: false, batchesMax: 24,
                probe => new ClockReply { ProbeId = probe.ProbeId, T1HostNs = clock, T2GuestMonotonicNs = clock, T3GuestMonotonicNs = clock });
        }
    }

    /// <summary>A batch with the two series of the processor.</summary>
    public static SampleBatch Small(ulong n) => new()
    {
        Sequence = n,
        MonotonicStartNs = (ulong)WireClient.MonotonicNs,
        Series =
        {
            n == 1
                ?
                [
                    new SeriesDefinition { Slot = 0, MetricId = GuestMetrics.CpuTime.Id, Attributes = { "user", "0" } },
                    new SeriesDefinition { Slot = 1, MetricId = GuestMetrics.CpuTime.Id, Attributes = { "idle", "0" } },
                ]
                : Array.Empty<SeriesDefinition>(),
        },
        Readings = { new Reading { Changed = ByteString.CopyFrom(0b11), Deltas = { 500_000, 500_000 } } },
    };

    private static async Task StreamsAsync(Attacker attacker, Action<Hello> lie, Func<int, ulong, SampleBatch> batch, bool buffered)
    {
        for (int run = 0; !attacker.Stop.IsCancellationRequested; run++)
        {
            await StreamAsync(attacker, run, lie, batch, buffered, ulong.MaxValue);
        }
    }

    private static async Task StreamAsync(
        Attacker attacker, int run, Action<Hello> lie, Func<int, ulong, SampleBatch> batch, bool buffered, ulong batchesMax, Func<ClockProbe, ClockReply?>? answer = null)
    {
        try
        {
            await using var stream = WireClient.Dial(attacker.Socket, attacker.Stop);
            stream.Answer = answer ?? stream.Answer;
            var hello = new SteadyPlan("hostile", new Guid(run + 1, 13, 0, new byte[8]), 1).Hello();
            lie(hello);
            await stream.EnterAsync(hello, attacker.Stop);
            attacker.Count("streams");
            if (buffered)
            {
                stream.Buffer();
            }

            var draining = Task.Run(() => stream.DrainAsync(attacker.Stop));
            for (ulong n = 1; n <= batchesMax && !attacker.Stop.IsCancellationRequested && !draining.IsCompleted; n++)
            {
                await stream.SendAsync(new AgentMessage { Samples = batch(run, n) }).WaitAsync(attacker.Stop);
                attacker.Count("batches");
            }
        }
        catch (Exception e) when (e is RpcException or IOException or OperationCanceledException or InvalidOperationException or RefusedByBrokerException)
        {
            attacker.Count("streams that the broker ended");
            await PauseAsync(attacker);
        }
    }

    private static async Task PauseAsync(Attacker attacker)
    {
        try
        {
            await Task.Delay(RedialAfter, attacker.Stop);
        }
        catch (OperationCanceledException)
        {
            // Its time is over.
        }
    }

    private static SampleBatch WideChain(int run, ulong n) => new()
    {
        Sequence = n,
        MonotonicStartNs = (ulong)WireClient.MonotonicNs,
        Series = { n == 1 ? Series(SeriesMax, _ => "") : [] },
        Readings = { new Reading { DurationUs = 1 } },
    };

    private static SampleBatch UniqueBatch(int run, ulong n, int perBatch) => new()
    {
        Sequence = n,
        MonotonicStartNs = (ulong)WireClient.MonotonicNs,
        Series = { Series(perBatch, _ => string.Create(CultureInfo.InvariantCulture, $"{run}-{n}-")) },
        Readings = { new Reading { DurationUs = 1 } },
    };

    private static SampleBatch FutureBatch(int run, ulong n)
    {
        var batch = Small(n);
        batch.MonotonicStartNs = (ulong)WireClient.MonotonicNs + (n * 60_000_000_000);
        return batch;
    }

    private static SampleBatch UniqueProcesses(int run, ulong n)
    {
        var batch = Small(n);
        batch.Processes.AddRange(Enumerable.Range(0, 64).Select(slot => new ProcessDefinition
        {
            Slot = (uint)slot, Pid = (uint)(((n * 64) + (ulong)slot) % int.MaxValue) + 1, StartTimeMs = n, Name = string.Create(CultureInfo.InvariantCulture, $"p{run}-{n}-{slot}"),
        }));
        batch.ProcessRows = new ProcessRows { ProcessesTotal = 64, Present = ByteString.CopyFrom(Enumerable.Repeat((byte)0xff, 8).ToArray()), CpuUserUs = { Enumerable.Repeat(1_000L, 64) } };
        return batch;
    }

    private static SampleBatch ExtremeProcess(int run, ulong n)
    {
        var batch = Small(n);
        if (n == 1)
        {
            batch.Processes.Add(new ProcessDefinition { Slot = 0, Pid = 1, Name = "extreme" });
        }

        // The first row jumps to the greatest number, each further one wraps around it.
        batch.ProcessRows = new ProcessRows
        {
            ProcessesTotal = uint.MaxValue,
            Present = ByteString.CopyFrom(1),
            CpuUserUs = { n % 2 == 1 ? long.MaxValue : 0 },
            CpuSystemUs = { n % 2 == 1 ? long.MaxValue : 0 },
            RunWaitUs = { n % 2 == 1 ? long.MaxValue : long.MinValue },
            ResidentBytes = { long.MinValue },
            ReadBytes = { long.MaxValue },
            WriteBytes = { long.MaxValue },
            Threads = { long.MaxValue },
            State = { long.MaxValue },
        };
        return batch;
    }

    private static IEnumerable<SeriesDefinition> Series(int count, Func<int, string> prefix) => Enumerable.Range(0, count).Select(slot => new SeriesDefinition
    {
        Slot = (uint)slot,
        MetricId = GuestMetrics.FilesystemInodes.Id,
        Attributes = { string.Create(CultureInfo.InvariantCulture, $"{prefix(slot)}{slot}"), "used" },
    });
}
