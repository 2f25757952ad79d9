using Google.Protobuf;
using Grpc.Core;
using Grpc.Net.Client;
using HvIntegration.Protocol.Handshake;
using HvIntegration.Protocol.Metrics;
using HvIntegration.Protocol.V1;
using HvIntegration.Transport;
using HvIntegration.Transport.Abstractions;

namespace HvIntegration.HostBroker.Tests.Ingest;

/// <summary>An agent that sends just what a test says; it answers clock probes by itself.</summary>
internal sealed class ScriptedAgent : IAsyncDisposable
{
    private readonly GrpcChannel _channel;
    private readonly AsyncDuplexStreamingCall<AgentMessage, BrokerMessage> _call;
    private readonly SemaphoreSlim _writing = new(1);
    private readonly Guid _boot;

    private ScriptedAgent(GrpcChannel channel, Guid boot)
    {
        _channel = channel;
        _boot = boot;
        _call = new Telemetry.TelemetryClient(channel).Connect(cancellationToken: TestContext.Current.CancellationToken);
    }

    /// <summary>How far this guest's monotonic clock is ahead of the machine's: a guest that was started long ago.</summary>
    public long AheadNs { get; set; }

    public static long MonotonicNs => (long)(TimeProvider.System.GetTimestamp() * (1e9 / TimeProvider.System.TimestampFrequency));

    public static async Task<ScriptedAgent> DialAsync(string path, Guid boot)
    {
        await TestBroker.EventuallyAsync(() => File.Exists(path), $"the broker listens at {path}");
        var address = new UnixAddress(path);
        var channel = GrpcChannel.ForAddress(TransportConnector.BaseAddress, new GrpcChannelOptions
        {
            HttpHandler = TransportConnector.CreateHandler(Transports.For(address), address),
            DisposeHttpClient = true,
        });
        return new ScriptedAgent(channel, boot);
    }

    public Hello Hello() => new()
    {
        ProtocolMajor = ProtocolVersion.Major,
        ProtocolMinor = ProtocolVersion.Minor,
        AgentVersion = "0.1.0",
        OsFamily = OsFamily.Linux,
        OsDescription = "Debian GNU/Linux 12",
        HostName = "guest",
        BootId = ByteString.CopyFrom(_boot.ToByteArray(bigEndian: true)),
        Collectors = { "cpu" },
        LogicalProcessors = 1,
        MonotonicNs = (ulong)MonotonicNs,
    };

    /// <summary>One second of one processor that is always busy; the first of a chain defines its series.</summary>
    public static SampleBatch Sample(ulong sequence, bool first, long? monotonicNs = null) => new()
    {
        Sequence = sequence,
        MonotonicStartNs = (ulong)(monotonicNs ?? MonotonicNs),
        Series =
        {
            first
                ?
                [
                    new SeriesDefinition { Collector = 0, Slot = 0, MetricId = GuestMetrics.CpuTime.Id, Attributes = { "user", "0" } },
                    new SeriesDefinition { Collector = 0, Slot = 1, MetricId = GuestMetrics.CpuTime.Id, Attributes = { "idle", "0" } },
                ]
                : Array.Empty<SeriesDefinition>(),
        },
        Readings = { new Reading { Collector = 0, DurationUs = 40, Changed = ByteString.CopyFrom(0b11), Deltas = { 500_000, 500_000 } } },
    };

    public Task SendAsync(Hello hello) => SendAsync(new AgentMessage { Hello = hello });

    public Task SendAsync(SampleBatch batch) => SendAsync(new AgentMessage { Samples = batch });

    public async Task SendAsync(AgentMessage message)
    {
        // Clock replies are written by whoever reads.
        await _writing.WaitAsync(TestBroker.WaitMax);
        try
        {
            await _call.RequestStream.WriteAsync(message).WaitAsync(TestBroker.WaitMax);
        }
        finally
        {
            _writing.Release();
        }
    }

    /// <summary>Says Hello and waits for Welcome.</summary>
    public async Task<Welcome> EnterAsync()
    {
        await SendAsync(Hello());
        return (await NextAsync()).Welcome ?? throw new InvalidOperationException("no Welcome");
    }

    /// <summary>The next message that is no clock probe.</summary>
    /// <exception cref="RpcException">The broker ended the stream.</exception>
    public Task<BrokerMessage> NextAsync() => NextUntilAsync(TestContext.Current.CancellationToken);

    /// <summary>The next message that is no clock probe, until somebody no longer wants it: probes alone come for ever.</summary>
    public async Task<BrokerMessage> NextUntilAsync(CancellationToken cancellation)
    {
        while (await _call.ResponseStream.MoveNext(cancellation).WaitAsync(TestBroker.WaitMax, cancellation))
        {
            if (_call.ResponseStream.Current is not { ClockProbe: { } probe })
            {
                return _call.ResponseStream.Current;
            }

            ulong now = (ulong)(MonotonicNs + AheadNs);
            await SendAsync(new AgentMessage
            {
                ClockReply = new ClockReply { ProbeId = probe.ProbeId, T1HostNs = probe.T1HostNs, T2GuestMonotonicNs = now, T3GuestMonotonicNs = now },
            });
        }

        throw new EndOfStreamException("the broker ended the stream");
    }

    /// <summary>Reads until everything up to a sequence is acknowledged.</summary>
    public async Task AcknowledgedAsync(ulong sequence)
    {
        while ((await NextAsync()).Ack is not { } ack || ack.Sequence < sequence)
        {
        }
    }

    public ValueTask DisposeAsync()
    {
        _call.Dispose();
        _channel.Dispose();
        _writing.Dispose();
        return ValueTask.CompletedTask;
    }
}
