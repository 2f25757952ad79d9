using HvIntegration.Ingest;
using HvIntegration.Ingest.Streams;
using System.Text;
using Google.Protobuf;
using HvIntegration.Protocol.Codec;
using HvIntegration.Protocol.Handshake;
using HvIntegration.Protocol.Metrics;
using HvIntegration.Protocol.Text;
using HvIntegration.Protocol.V1;

namespace HvIntegration.Fuzz.Targets;

/// <summary>A whole agent stream: messages with their length before each, as the wire's decoder takes them one after another.</summary>
internal sealed class StreamTarget : IFuzzTarget
{
    private const int MessagesMax = 256;
    private const int MessageBytesMax = 256 * 1024;

    public string Name => "stream";

    public IReadOnlyList<byte[]> Words { get; } =
    [
        Message(new AgentMessage { Hello = Hello() }), Message(new AgentMessage { Samples = First(7) }), Message(new AgentMessage { Samples = Next(8) }),
        Message(new AgentMessage { Snapshot = Snapshot() }), [0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0x01], [0x80, 0x80, 0x80, 0x80, 0x10],
        Encoding.UTF8.GetBytes("\u202e\u200b\u001b[31m"),
    ];

    public IEnumerable<byte[]> Seeds()
    {
        yield return [.. Words[0], .. Words[1], .. Words[2]];
        yield return [.. Words[0], .. Words[3], .. Message(new AgentMessage { Samples = Next(101) }), .. Message(new AgentMessage { ClockReply = new ClockReply { ProbeId = 1 } })];
    }

    public Task RunAsync(ReadOnlyMemory<byte> input, CancellationToken cancellation)
    {
        try
        {
            Read(new CodedInputStream(input.ToArray()));
        }
        catch (Exception e) when (e is MalformedBatchException or InvalidProtocolBufferException or RefusedException)
        {
            // Documented: the stream is refused.
        }

        return Task.CompletedTask;
    }

    public ValueTask DisposeAsync() => ValueTask.CompletedTask;

    private static void Read(CodedInputStream input)
    {
        StreamDecoder? decoder = null;
        var batch = new DecodedBatch();
        for (int i = 0; i < MessagesMax && !input.IsAtEnd; i++)
        {
            var bytes = input.ReadBytes();
            if (bytes.Length > MessageBytesMax)
            {
                return;
            }

            var message = AgentMessage.Parser.ParseFrom(bytes);
            switch (message.BodyCase)
            {
                case AgentMessage.BodyOneofCase.Hello:
                    var facts = HelloRules.Check(message.Hello, "0.1.0");
                    Check(facts.HostName, ProtocolLimits.LabelBytesMax);
                    decoder ??= new StreamDecoder(message.Hello.Collectors.Count);
                    break;
                case AgentMessage.BodyOneofCase.Snapshot when decoder is not null:
                    decoder.Apply(message.Snapshot);
                    break;
                case AgentMessage.BodyOneofCase.Samples when decoder is not null:
                    decoder.Apply(message.Samples, batch);
                    Check(batch);
                    break;
            }
        }

        // What was taken can be handed on: a reconnect is made of it.
        if (decoder?.Sequence is not null)
        {
            new StreamDecoder(ProtocolLimits.CollectorsMax).Apply(decoder.ToSnapshot());
        }
    }

    private static void Check(DecodedBatch batch)
    {
        foreach (var value in batch.Values)
        {
            foreach (string attribute in value.Series.Attributes)
            {
                Check(attribute, ProtocolLimits.LabelBytesMax);
            }
        }

        foreach (var process in batch.Processes)
        {
            Check(process.Identity.Name, ProtocolLimits.LabelBytesMax);
        }
    }

    private static void Check(string text, int bytesMax)
    {
        if (!SafeText.IsClean(text) || Encoding.UTF8.GetByteCount(text) > bytesMax)
        {
            throw new InvalidOperationException($"a text of {text.Length} characters got through that is not clean or too long");
        }
    }

    private static byte[] Message(AgentMessage message)
    {
        using var stream = new MemoryStream();
        message.WriteDelimitedTo(stream);
        return stream.ToArray();
    }

    private static Hello Hello() => new()
    {
        ProtocolMajor = ProtocolVersion.Major, AgentVersion = "0.1.0", OsFamily = OsFamily.Linux, HostName = "guest", BootId = ByteString.CopyFrom(new byte[16]),
        Collectors = { "cpu", "memory" }, LogicalProcessors = 2, MonotonicNs = 5,
    };

    private static SampleBatch First(ulong sequence) => new()
    {
        Sequence = sequence,
        MonotonicStartNs = 1_000_000_000,
        Series =
        {
            new SeriesDefinition { Collector = 0, Slot = 0, MetricId = GuestMetrics.CpuTime.Id, Attributes = { "user", "0" } },
            new SeriesDefinition { Collector = 1, Slot = 1, MetricId = GuestMetrics.CpuTime.Id, Attributes = { "system", "0" } },
        },
        Readings = { new Reading { Collector = 0, Changed = ByteString.CopyFrom(0b01), Deltas = { 1_000_000 } } },
        Processes = { new ProcessDefinition { Slot = 0, Pid = 42, StartTimeMs = 9, Name = "init", CommandHash = 5 } },
        ProcessRows = new ProcessRows { ProcessesTotal = 3, Present = ByteString.CopyFrom(1), CpuUserUs = { 100 }, State = { 'S' } },
        Events = { new AgentEvent { Text = "started" } },
        WallClock = new WallClock { UnixNs = 1_700_000_000_000_000_000, MonotonicNs = 5 },
    };

    private static SampleBatch Next(ulong sequence) => new()
    {
        Sequence = sequence,
        MonotonicStartNs = 2_000_000_000,
        Readings = { new Reading { Collector = 0, StartOffsetUs = 5, DurationUs = 40, Changed = ByteString.CopyFrom(0b01), Deltas = { 500_000 }, Reason = "late" } },
        ProcessRows = new ProcessRows { ProcessesTotal = 3, Present = ByteString.CopyFrom(1), CpuUserUs = { 200 } },
    };

    private static Snapshot Snapshot()
    {
        var decoder = new StreamDecoder(2);
        decoder.Apply(First(100), null);
        return decoder.ToSnapshot();
    }
}
