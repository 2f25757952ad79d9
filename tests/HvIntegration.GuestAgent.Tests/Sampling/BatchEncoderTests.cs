using HvIntegration.GuestAgent.Collection;
using HvIntegration.Protocol.Codec;
using HvIntegration.Protocol.Handshake;
using HvIntegration.Protocol.Metrics;
using HvIntegration.Protocol.V1;

namespace HvIntegration.GuestAgent.Tests.Sampling;

public sealed class BatchEncoderTests
{
    [Fact]
    public void End_EveryKindOfContent_GeneratedParserReadsItBack()
    {
        // Arrange
        var encoder = new BatchEncoder(2);
        var series = new CollectorSeries(100);
        int user = series.Define(GuestMetrics.CpuTime, "user", "0");
        int empty = series.Define(GuestMetrics.CpuCount);
        series.Set(user, long.MinValue);
        series.Set(empty, 0);
        var slots = new ProcessSlots(ProtocolLimits.ProcessesMax);
        slots.Assign(9, new ProcessIdentity(77, 1234, "postgres", 0xDEADBEEFCAFEF00D, 999, 1, 12));
        slots.Set(9, ProcessColumn.State, 'D');
        slots.Set(9, ProcessColumn.Handles, 300);
        slots.ProcessesTotal = 400;
        // Act
        encoder.Begin(42, 1_000_000_000);
        encoder.Add(0, series, CollectorStatus.Ok, "", 1_000_005_000, 1_000_050_000);
        encoder.Add(1, series, CollectorStatus.Failed, "disk is on fire é", 999_000_000, 999_001_000);
        encoder.AddProcesses(slots, 1_000_100_000, 1_003_100_000);
        encoder.AddEvent(1_000_000_001, AgentEventKind.ClockStep, "stepped");
        encoder.AddWallClock(1, -5, 3);
        encoder.End(8);
        SampleBatch batch = AgentMessage.Parser.ParseFrom(encoder.Message).Samples;
        // Assert
        var expected = new SampleBatch
        {
            Sequence = 42,
            MonotonicStartNs = 1_000_000_000,
            DroppedTotal = 8,
            Series =
            {
                new SeriesDefinition { Collector = 0, Slot = 0, MetricId = GuestMetrics.CpuTime.Id, Attributes = { "user", "0" } },
                new SeriesDefinition { Collector = 0, Slot = 1, MetricId = GuestMetrics.CpuCount.Id },
            },
            Readings =
            {
                new Reading { Collector = 0, StartOffsetUs = 5, DurationUs = 45, Changed = Google.Protobuf.ByteString.CopyFrom(1), Deltas = { long.MinValue } },
                new Reading { Collector = 1, StartOffsetUs = -1000, DurationUs = 1, Status = CollectorStatus.Failed, Reason = "disk is on fire é" },
            },
            Processes =
            {
                new ProcessDefinition { Slot = 9, Pid = 77, StartTimeMs = 1234, Name = "postgres", CommandHash = 0xDEADBEEFCAFEF00D, UserId = 999, ParentPid = 1, SessionId = 12 },
            },
            ProcessRows = new ProcessRows
            {
                StartOffsetUs = 100, DurationUs = 3000, ProcessesTotal = 400, Present = Google.Protobuf.ByteString.CopyFrom(0, 2), State = { 'D' }, Handles = { 300 },
            },
            Events = { new AgentEvent { MonotonicNs = 1_000_000_001, Kind = AgentEventKind.ClockStep, Text = "stepped" } },
            WallClock = new WallClock { MonotonicNs = 1, UnixNs = -5, SinceBootNs = 3 },
        };
        Assert.Equal(expected, batch);
    }

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    public void Add_RandomChain_DecoderHoldsTheCollectorsValues(int seed)
    {
        // Arrange
        var random = new Random(seed);
        var encoder = new BatchEncoder(1);
        var series = new CollectorSeries(200);
        var decoder = new StreamDecoder(1);
        var into = new DecodedBatch();
        var live = new List<int>();
        for (ulong sequence = 1; sequence <= 300; sequence++)
        {
            // Act
            if (live.Count < 150 && random.Next(3) == 0)
            {
                live.Add(series.Define(GuestMetrics.DiskLimit, $"disk{sequence}"));
            }

            if (live.Count > 0 && random.Next(5) == 0)
            {
                int victim = random.Next(live.Count);
                series.Retire(live[victim]);
                live.RemoveAt(victim);
            }

            foreach (int slot in live)
            {
                if (random.Next(2) == 0)
                {
                    series.Set(slot, random.NextInt64(long.MinValue, long.MaxValue));
                }
            }

            encoder.Begin(sequence, (long)sequence * 1_000_000_000);
            encoder.Add(0, series, CollectorStatus.Ok, "", (long)sequence * 1_000_000_000, (long)sequence * 1_000_000_000);
            encoder.End(0);
            decoder.Apply(AgentMessage.Parser.ParseFrom(encoder.Message).Samples, into);
            // Assert
            var expected = live.Order().Select(s => (series.Identity(s)!.Attributes[0], series.Values[s]));
            Assert.Equal(expected, into.Values.Select(v => (v.Series.Attributes[0], v.Raw)));
        }
    }

    [Fact]
    public void End_LargestSetTheBudgetAllows_StaysWithinTheMessageBound()
    {
        // Arrange
        var budget = new SeriesBudget();
        var series = Enumerable.Range(0, 4).Select(_ => new CollectorSeries(2048, budget)).ToArray();
        foreach (CollectorSeries one in series)
        {
            for (int i = 0; i < 2048; i++)
            {
                one.Set(one.Define(GuestMetrics.DiskLimit, $"disk-{i:000000}-{new string('x', i % 200)}"), long.MinValue);
            }
        }

        var encoder = new BatchEncoder(4);
        var decoder = new StreamDecoder(4);
        // Act
        encoder.Begin(1, 1);
        for (int c = 0; c < 4; c++)
        {
            encoder.Add(c, series[c], CollectorStatus.Ok, "", 1, 2);
        }

        encoder.End(0);
        decoder.Apply(AgentMessage.Parser.ParseFrom(encoder.Message).Samples, null);
        // Assert
        Assert.InRange(encoder.Message.Length, 1, ProtocolLimits.MessageBytesMax);
        Assert.InRange(new AgentMessage { Snapshot = decoder.ToSnapshot() }.CalculateSize(), 1, ProtocolLimits.MessageBytesMax - (64 * 320));
        Assert.True(series.Sum(s => s.Refused) > 0);
    }

    [Fact]
    public void ProcessColumns_AgentAndDecoder_AreTheSame()
    {
        Assert.Equal(ProcessValues.Count, ProcessSlots.ColumnCount);
        Assert.Equal(
            Enum.GetNames<ProcessColumn>(),
            typeof(ProcessValues).GetProperties().Where(p => p.PropertyType != typeof(ProcessValues)).Select(p => p.Name));
    }
}
