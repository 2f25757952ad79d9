using System.Globalization;
using Google.Protobuf;
using HvIntegration.Protocol.Handshake;
using HvIntegration.Protocol.Metrics;
using HvIntegration.Protocol.V1;
using HvIntegration.TestKit.Wire;

namespace HvIntegration.HostileTests.Attacks;

/// <summary>Makes the messages of one stream: mostly right, so that they come far, and each field now and then at an end of its range.</summary>
/// <param name="random">All randomness.</param>
internal sealed class StreamGenerator(Random random)
{
    private static readonly ulong[] Unsigned = [0, 1, 2, 63, 64, 4_095, 4_096, int.MaxValue, uint.MaxValue, 1UL << 53, long.MaxValue, 1UL << 63, ulong.MaxValue];
    private static readonly long[] Signed = [0, 1, -1, 1_000_000, int.MaxValue, int.MinValue, 1L << 53, long.MaxValue, long.MinValue, long.MaxValue - 1];
    private static readonly List<MetricDefinition> Metrics = [.. Enumerable.Range(1, 999).Select(id => MetricCatalog.Find((uint)id)).OfType<MetricDefinition>().Where(m => m.Side == MetricSide.Guest)];
    private readonly List<int> _defined = [];
    private readonly HashSet<int> _processes = [];
    private ulong _sequence = (ulong)random.Next(1, 1_000);

    /// <summary>A Hello that is let in.</summary>
    public Hello Hello()
    {
        byte[] boot = new byte[16];
        random.NextBytes(boot);
        boot[0] = (byte)random.Next(4);
        var hello = new SteadyPlan(HostileTexts.Any(random), new Guid(1, 2, 3, [boot[0], 0, 0, 0, 0, 0, 0, 0]), 1).Hello();
        hello.Collectors.Clear();
        hello.Collectors.AddRange(Enumerable.Range(0, random.Next(1, 4)).Select(_ => HostileTexts.Any(random)));
        (hello.OsDescription, hello.KernelVersion, hello.AgentVersion) = (HostileTexts.Any(random), HostileTexts.Any(random), HostileTexts.Any(random));
        hello.OsFamily = (OsFamily)random.Next(-1, 5);
        hello.ProtocolMinor = (uint)Any(Unsigned);
        hello.LogicalProcessors = (uint)Any(Unsigned);
        hello.MemoryTotalBytes = Any(Unsigned);
        hello.FirstSequence = Any(Unsigned);
        hello.MonotonicNs = Sometimes() ? Any(Unsigned) : hello.MonotonicNs;
        hello.SinceBootNs = Any(Unsigned);
        hello.Capabilities.Add(HostileTexts.Any(random));
        hello.IdentityHints.Add(new IdentityHint { Key = HostileTexts.Any(random), Value = HostileTexts.Any(random) });
        return hello;
    }

    /// <summary>Any message.</summary>
    public AgentMessage Next() => random.Next(20) switch
    {
        0 => new AgentMessage { Hello = Hello() },
        1 => new AgentMessage { Snapshot = Snapshot() },
        2 => new AgentMessage { ClockReply = new ClockReply { ProbeId = (uint)random.Next(8), T1HostNs = Any(Unsigned), T2GuestMonotonicNs = Any(Unsigned), T3GuestMonotonicNs = Any(Unsigned) } },
        3 => new AgentMessage { ProcessTable = new ProcessTable { RequestId = (uint)random.Next(4), Processes = { new ProcessEntry { Definition = Process(0), Values = { Signed } } } } },
        4 => new AgentMessage(),
        _ => new AgentMessage { Samples = Batch() },
    };

    private SampleBatch Batch()
    {
        _sequence = Sometimes() ? Any(Unsigned) : _sequence + 1;
        var batch = new SampleBatch
        {
            Sequence = _sequence,
            MonotonicStartNs = Sometimes() ? Any(Unsigned) : (ulong)WireClient.MonotonicNs,
            DroppedTotal = Any(Unsigned),
        };
        for (int i = random.Next(6); i > 0; i--)
        {
            int slot = random.Next(64);
            batch.Series.Add(Series(slot));
            _defined.Add(slot);
        }

        batch.Readings.Add(Reading());
        if (random.Next(2) == 0)
        {
            for (int i = random.Next(4); i > 0; i--)
            {
                int slot = random.Next(ProtocolLimits.ProcessesMax);
                batch.Processes.Add(Process(slot));
                _processes.Add(slot);
            }

            batch.ProcessRows = Rows();
        }

        if (Sometimes())
        {
            batch.WallClock = new WallClock { MonotonicNs = Any(Unsigned), UnixNs = Any(Signed), SinceBootNs = Any(Unsigned) };
            batch.Events.Add(new AgentEvent { MonotonicNs = Any(Unsigned), Kind = (AgentEventKind)random.Next(-1, 9), Text = HostileTexts.Any(random) });
        }

        return batch;
    }

    private Reading Reading()
    {
        var slots = _defined.Distinct().Where(_ => random.Next(2) == 0).Order().ToList();
        return new Reading
        {
            Collector = Sometimes() ? (uint)random.Next(70) : 0,
            StartOffsetUs = Sometimes() ? (int)Any(Signed) : 0,
            DurationUs = Sometimes() ? (uint)Any(Unsigned) : 40,
            Status = Sometimes() ? (CollectorStatus)random.Next(-1, 6) : CollectorStatus.Ok,
            Reason = Sometimes() ? HostileTexts.Any(random) : "",
            Changed = Bits(slots, 8),
            Deltas = { slots.Select(_ => random.Next(3) == 0 ? Any(Signed) : random.Next(1_000_000)) },
        };
    }

    private SeriesDefinition Series(int slot)
    {
        var metric = Metrics[random.Next(Metrics.Count)];
        int attributes = Sometimes() ? random.Next(9) : metric.Attributes.Length;
        return new SeriesDefinition
        {
            Collector = Sometimes() ? (uint)random.Next(4) : 0,
            Slot = (uint)slot,
            MetricId = Sometimes() ? (uint)random.Next(1_000) : metric.Id,
            Attributes = { Enumerable.Range(0, attributes).Select(_ => random.Next(2) == 0 ? HostileTexts.Any(random) : random.Next(8).ToString(CultureInfo.InvariantCulture)) },
        };
    }

    private ProcessDefinition Process(int slot) => new()
    {
        Slot = (uint)slot,
        Pid = Sometimes() ? (uint)Any(Unsigned) : (uint)random.Next(1, 1_000),
        StartTimeMs = Any(Unsigned),
        Name = HostileTexts.Any(random),
        CommandHash = Any(Unsigned),
        UserId = (uint)Any(Unsigned),
        ParentPid = (uint)random.Next(1_000),
        SessionId = (uint)Any(Unsigned),
    };

    private ProcessRows Rows()
    {
        var slots = _processes.Where(_ => random.Next(2) == 0).Order().ToList();
        IEnumerable<long> Column() => random.Next(4) == 0 ? [] : slots.Select(_ => Any(Signed));
        return new ProcessRows
        {
            StartOffsetUs = (int)Any(Signed),
            DurationUs = (uint)Any(Unsigned),
            ProcessesTotal = (uint)Any(Unsigned),
            Present = Bits(slots, 8),
            CpuUserUs = { Column() }, CpuSystemUs = { Column() }, RunWaitUs = { Column() }, ResidentBytes = { Column() }, PrivateBytes = { Column() },
            MajorFaults = { Column() }, ReadBytes = { Column() }, WriteBytes = { Column() }, Threads = { Column() }, State = { Column() }, Handles = { Column() },
        };
    }

    private Snapshot Snapshot()
    {
        _sequence = Sometimes() ? Any(Unsigned) : _sequence;
        var snapshot = new Snapshot { Sequence = _sequence };
        _defined.Clear();
        for (int slot = 0; slot < random.Next(40); slot++)
        {
            snapshot.Series.Add(new SeriesState { Definition = Series(slot), Value = Any(Signed) });
            _defined.Add(slot);
        }

        _processes.Clear();
        for (int slot = 0; slot < random.Next(8); slot++)
        {
            snapshot.Processes.Add(new ProcessState { Definition = Process(slot), Values = { Enumerable.Range(0, Sometimes() ? random.Next(20) : 11).Select(_ => Any(Signed)) } });
            _processes.Add(slot);
        }

        return snapshot;
    }

    private static ByteString Bits(IEnumerable<int> slots, int bytes)
    {
        byte[] bits = new byte[bytes];
        foreach (int slot in slots)
        {
            bits[slot / 8] |= (byte)(1 << (slot % 8));
        }

        // As an agent sends it: no empty bytes at the end.
        return ByteString.CopyFrom(bits, 0, Array.FindLastIndex(bits, b => b != 0) + 1);
    }

    private bool Sometimes() => random.Next(12) == 0;

    private T Any<T>(T[] of) => of[random.Next(of.Length)];
}
