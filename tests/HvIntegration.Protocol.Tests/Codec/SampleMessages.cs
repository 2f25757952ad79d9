using Google.Protobuf;
using HvIntegration.Protocol.Codec;
using HvIntegration.Protocol.Metrics;
using HvIntegration.Protocol.V1;

namespace HvIntegration.Protocol.Tests.Codec;

/// <summary>Two batches of one small chain: two CPU series of collector 0 (of two), one process.</summary>
internal static class SampleMessages
{
    public static SampleBatch First(ulong sequence) => new()
    {
        Sequence = sequence,
        MonotonicStartNs = 1_000_000_000,
        Series =
        {
            new SeriesDefinition { Collector = 0, Slot = 0, MetricId = GuestMetrics.CpuTime.Id, Attributes = { "user", "0" } },
            new SeriesDefinition { Collector = 0, Slot = 1, MetricId = GuestMetrics.CpuTime.Id, Attributes = { "system", "0" } },
        },
        Readings = { new Reading { Collector = 0, Changed = ByteString.CopyFrom(0b11), Deltas = { 1_000_000, 7_000_000 } } },
        Processes = { new ProcessDefinition { Slot = 0, Pid = 42, StartTimeMs = 9, Name = "init", CommandHash = 5 } },
        ProcessRows = new ProcessRows { ProcessesTotal = 3, Present = ByteString.CopyFrom(1), CpuUserUs = { 100 }, State = { 'S' } },
    };

    public static SampleBatch Next(ulong sequence) => new()
    {
        Sequence = sequence,
        MonotonicStartNs = 2_000_000_000,
        Readings = { new Reading { Collector = 0, StartOffsetUs = 5, DurationUs = 40, Changed = ByteString.CopyFrom(0b01), Deltas = { 500_000 } } },
        ProcessRows = new ProcessRows { ProcessesTotal = 3, Present = ByteString.CopyFrom(1), CpuUserUs = { 200 } },
    };

    public static Snapshot Snapshot()
    {
        var decoder = new StreamDecoder(2);
        decoder.Apply(First(100), null);
        return decoder.ToSnapshot();
    }
}
