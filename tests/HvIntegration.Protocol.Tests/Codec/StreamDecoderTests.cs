using Google.Protobuf;
using HvIntegration.Protocol.Codec;
using HvIntegration.Protocol.Handshake;
using HvIntegration.Protocol.Metrics;
using HvIntegration.Protocol.V1;

namespace HvIntegration.Protocol.Tests.Codec;

public sealed class StreamDecoderTests
{
    [Fact]
    public void Apply_DeltasOfTwoBatches_GivesAbsoluteScaledValuesWithReadTimes()
    {
        // Arrange
        var decoder = new StreamDecoder(2);
        var into = new DecodedBatch();
        // Act
        decoder.Apply(SampleMessages.First(100), into);
        decoder.Apply(SampleMessages.Next(101), into);
        // Assert
        Assert.Equal(101UL, into.Sequence);
        DecodedReading reading = Assert.Single(into.Readings);
        Assert.Equal((2_000_000_000L + 5_000, 2_000_000_000L + 5_000 + 40_000), (reading.StartNs, reading.EndNs));
        Assert.Collection(
            into.Values,
            v => Assert.Equal((GuestMetrics.CpuTime.Name, 1.5), (v.Series.Metric!.Name, v.Value)),
            v => Assert.Equal((GuestMetrics.CpuTime.Name, 7.0), (v.Series.Metric!.Name, v.Value)));
        DecodedProcess process = Assert.Single(into.Processes);
        Assert.Equal((42, "init", 300L, 'S'), (process.Identity.Pid, process.Identity.Name, process.Values.CpuUserUs, process.Values.State));
    }

    [Fact]
    public void Apply_SnapshotOfAnotherDecoder_ContinuesTheChainWithTheSameValues()
    {
        // Arrange
        var first = new StreamDecoder(2);
        first.Apply(SampleMessages.First(100), null);
        var second = new StreamDecoder(2);
        var into = new DecodedBatch();
        // Act
        second.Apply(Snapshot.Parser.ParseFrom(first.ToSnapshot().ToByteArray()));
        second.Apply(SampleMessages.Next(101), into);
        // Assert
        Assert.Equal([1.5, 7.0], into.Values.Select(v => v.Value));
        Assert.Equal(300, Assert.Single(into.Processes).Values.CpuUserUs);
    }

    [Fact]
    public void Apply_UnknownMetric_IsCountedAndTheOthersKeepTheirValues()
    {
        // Arrange
        var decoder = new StreamDecoder(2);
        var into = new DecodedBatch();
        SampleBatch batch = SampleMessages.First(1);
        batch.Series.Add(new SeriesDefinition { Collector = 0, Slot = 2, MetricId = 999, Attributes = { "x", "y", "z" } });
        batch.Readings[0].Changed = ByteString.CopyFrom(0b111);
        batch.Readings[0].Deltas.Add(5);
        // Act
        decoder.Apply(batch, into);
        // Assert
        Assert.Equal([1.0, 7.0], into.Values.Select(v => v.Value));
        Assert.Equal(1, decoder.UnknownMetricValues);
    }

    [Fact]
    public void Apply_SameSeriesInTwoSlots_HandsOutOneAndCountsTheOther()
    {
        // Arrange
        var decoder = new StreamDecoder(2);
        var into = new DecodedBatch();
        SampleBatch batch = SampleMessages.First(1);
        batch.Series.Add(new SeriesDefinition { Collector = 0, Slot = 2, MetricId = GuestMetrics.CpuTime.Id, Attributes = { "user", "0" } });
        // Act
        decoder.Apply(batch, into);
        // Assert
        Assert.Equal(2, into.Values.Count);
        Assert.Equal(1, decoder.DuplicateSeriesValues);
    }

    [Fact]
    public void Apply_SeriesMovesToAnotherSlot_IsNoDuplicate()
    {
        // Arrange
        var decoder = new StreamDecoder(2);
        var into = new DecodedBatch();
        decoder.Apply(SampleMessages.First(1), null);
        var batch = new SampleBatch { Sequence = 2, MonotonicStartNs = 1 };
        batch.Series.Add(new SeriesDefinition { Collector = 0, Slot = 0, MetricId = GuestMetrics.CpuTime.Id, Attributes = { "system", "0" } });
        batch.Series.Add(new SeriesDefinition { Collector = 0, Slot = 1 });
        batch.Readings.Add(new Reading { Collector = 0 });
        // Act
        decoder.Apply(batch, into);
        // Assert
        Assert.Equal(["system", "0"], Assert.Single(into.Values).Series.Attributes);
        Assert.Equal(0, decoder.DuplicateSeriesValues);
    }

    [Fact]
    public void Apply_LongAttribute_IsCutBetweenCharacters()
    {
        // Arrange
        var decoder = new StreamDecoder(1);
        var into = new DecodedBatch();
        var batch = new SampleBatch { Sequence = 1 };
        batch.Series.Add(new SeriesDefinition { MetricId = GuestMetrics.DiskLimit.Id, Attributes = { "a" + new string('é', 200) } });
        batch.Readings.Add(new Reading());
        // Act
        decoder.Apply(batch, into);
        // Assert
        Assert.Equal("a" + new string('é', 63), into.Values[0].Series.Attributes[0]);
        Assert.Equal(1, decoder.LabelsCut);
    }

    [Fact]
    public void Apply_ReasonGivenOnce_HoldsUntilTheCollectorIsOk()
    {
        // Arrange
        var decoder = new StreamDecoder(1);
        var into = new DecodedBatch();
        SampleBatch Batch(ulong sequence, CollectorStatus status, string reason) =>
            new() { Sequence = sequence, Readings = { new Reading { Status = status, Reason = reason } } };
        // Act and assert
        decoder.Apply(Batch(1, CollectorStatus.Unavailable, "psi=0"), into);
        Assert.Equal("psi=0", into.Readings[0].Reason);
        decoder.Apply(Batch(2, CollectorStatus.Unavailable, ""), into);
        Assert.Equal("psi=0", into.Readings[0].Reason);
        var resumed = new StreamDecoder(1);
        resumed.Apply(decoder.ToSnapshot());
        resumed.Apply(Batch(3, CollectorStatus.Unavailable, ""), into);
        Assert.Equal("psi=0", into.Readings[0].Reason);
        resumed.Apply(Batch(4, CollectorStatus.Ok, ""), into);
        Assert.Equal("", into.Readings[0].Reason);
    }

    public static TheoryData<string, Action<SampleBatch>> Violations => new()
    {
        { "the next of it", b => b.Sequence = 500 },
        { "not a valid time since boot", b => b.MonotonicStartNs = ulong.MaxValue },
        { "collector 7 is not one of the 2", b => b.Readings[0].Collector = 7 },
        { "two readings", b => b.Readings.Add(new Reading { Collector = 0 }) },
        { "readings: 3 is above", b => b.Readings.AddRange([new Reading { Collector = 1 }, new Reading { Collector = 1 }]) },
        { "2 deltas were sent", b => b.Readings[0].Deltas.Add(1) },
        { "bytes of a changed bitmap: 2", b => b.Readings[0].Changed = ByteString.CopyFrom(1, 1) },
        { "slot 2 has a delta but no definition", b => b.Readings[0].Changed = ByteString.CopyFrom(4) },
        { "series slots", b => b.Series.Add(new SeriesDefinition { Slot = 4096, MetricId = 1 }) },
        { "series slots", b => b.Series.Add(new SeriesDefinition { Slot = uint.MaxValue, MetricId = 1 }) },
        { "has 2 attributes, 0 were sent", b => b.Series.Add(new SeriesDefinition { Slot = 5, MetricId = 1 }) },
        { "measured by the host", b => b.Series.Add(new SeriesDefinition { Slot = 5, MetricId = HostMetrics.All[0].Id }) },
        { "attributes of a series: 9", b => b.Series.Add(new SeriesDefinition { Slot = 5, MetricId = 999, Attributes = { Enumerable.Repeat("", 9) } }) },
        { "process slot: 64", b => b.Processes.Add(new ProcessDefinition { Slot = 64, Pid = 1 }) },
        { "pid: 4294967295", b => b.Processes.Add(new ProcessDefinition { Slot = 4, Pid = uint.MaxValue }) },
        { "process slot 1 has a row but no definition", b => b.ProcessRows = new ProcessRows { Present = ByteString.CopyFrom(2) } },
        { "bytes of the process bitmap: 9", b => b.ProcessRows = new ProcessRows { Present = ByteString.CopyFrom(new byte[9]) } },
        { "process column 8 has 2 rows, 1 processes", b => b.ProcessRows.Threads.AddRange([1, 2]) },
        { "events: 33", b => b.Events.AddRange(Enumerable.Range(0, 33).Select(_ => new AgentEvent())) },
    };

    [Theory]
    [MemberData(nameof(Violations), DisableDiscoveryEnumeration = true)]
    public void Apply_BatchBreaksARule_SaysWhichAndRefusesWhatFollows(string sentence, Action<SampleBatch> violate)
    {
        // Arrange
        var decoder = new StreamDecoder(2);
        decoder.Apply(SampleMessages.First(100), null);
        SampleBatch batch = SampleMessages.Next(101);
        violate(batch);
        // Act
        var error = Assert.Throws<MalformedBatchException>(() => decoder.Apply(batch, new DecodedBatch()));
        // Assert
        Assert.Contains(sentence, error.Message, StringComparison.Ordinal);
        Assert.Throws<MalformedBatchException>(() => decoder.Apply(SampleMessages.Next(101), new DecodedBatch()));
    }

    [Fact]
    public void Apply_ExtremeDeltas_WrapInsteadOfFailing()
    {
        // Arrange
        var decoder = new StreamDecoder(2);
        var into = new DecodedBatch();
        decoder.Apply(SampleMessages.First(1), null);
        SampleBatch batch = SampleMessages.Next(2);
        batch.Readings[0].Deltas[0] = long.MaxValue;
        batch.Readings[0].StartOffsetUs = int.MinValue;
        batch.Readings[0].DurationUs = uint.MaxValue;
        // Act
        decoder.Apply(batch, into);
        // Assert
        Assert.Equal(unchecked(1_000_000 + long.MaxValue), into.Values[0].Raw);
    }

    [Theory]
    [InlineData(11)]
    [InlineData(12)]
    [InlineData(13)]
    [InlineData(14)]
    public void Apply_MutatedFrames_FailWithNothingButTheTwoExpectedExceptions(int seed)
    {
        // Arrange
        var random = new Random(seed);
        byte[][] frames =
        [
            new AgentMessage { Samples = SampleMessages.First(100) }.ToByteArray(),
            new AgentMessage { Samples = SampleMessages.Next(101) }.ToByteArray(),
            new AgentMessage { Snapshot = SampleMessages.Snapshot() }.ToByteArray(),
        ];
        int refused = 0;
        // Act
        for (int round = 0; round < 5_000; round++)
        {
            var decoder = new StreamDecoder(2);
            var into = new DecodedBatch();
            try
            {
                for (int step = 0; step < 3; step++)
                {
                    byte[] frame = Mutate(frames[random.Next(frames.Length)], random);
                    AgentMessage message = AgentMessage.Parser.ParseFrom(frame);
                    if (message.Samples is { } samples)
                    {
                        decoder.Apply(samples, into);
                    }
                    else if (message.Snapshot is { } snapshot)
                    {
                        decoder.Apply(snapshot);
                    }
                }

                Assert.True(decoder.SeriesCount <= ProtocolLimits.SeriesMax);
            }
            catch (Exception e) when (e is MalformedBatchException or InvalidProtocolBufferException)
            {
                refused++;
            }
        }

        // Assert
        Assert.InRange(refused, 100, 5_000);
    }

    private static byte[] Mutate(byte[] frame, Random random)
    {
        byte[] copy = [.. frame];
        int changes = random.Next(4);
        for (int i = 0; i < changes; i++)
        {
            int at = random.Next(copy.Length);
            switch (random.Next(4))
            {
                case 0:
                    copy[at] ^= (byte)(1 << random.Next(8));
                    break;
                case 1:
                    copy[at] = (byte)random.Next(256);
                    break;
                case 2:
                    copy = copy[..at];
                    break;
                default:
                    copy = [.. copy[..at], (byte)random.Next(256), .. copy[at..]];
                    break;
            }

            if (copy.Length == 0)
            {
                break;
            }
        }

        return copy;
    }
}
