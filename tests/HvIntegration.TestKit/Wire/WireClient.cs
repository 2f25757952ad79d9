using Google.Protobuf;
using Grpc.Core;
using Grpc.Net.Client;
using HvIntegration.Protocol.V1;
using HvIntegration.Transport;
using HvIntegration.Transport.Abstractions;

namespace HvIntegration.TestKit.Wire;

/// <summary>One stream to a broker over a VM's Unix socket, message by message or byte by byte. It answers clock probes while it reads.</summary>
/// <remarks>One reader; any number of writers.</remarks>
public sealed class WireClient : IAsyncDisposable
{
    private static readonly Method<byte[], byte[]> Connect = new(
        MethodType.DuplexStreaming, "hvintegration.v1.Telemetry", "Connect", Marshallers.Create(b => b, b => b), Marshallers.Create(b => b, b => b));

    private readonly GrpcChannel _channel;
    private readonly CancellationToken _cancellation;
    private readonly bool _ownsChannel;
    private readonly AsyncDuplexStreamingCall<byte[], byte[]> _call;
    private readonly SemaphoreSlim _writing = new(1);

    private WireClient(GrpcChannel channel, bool ownsChannel, CancellationToken cancellation)
    {
        (_channel, _ownsChannel, _cancellation) = (channel, ownsChannel, cancellation);
        _call = channel.CreateCallInvoker().AsyncDuplexStreamingCall(Connect, null, new CallOptions(cancellationToken: cancellation));
    }

    /// <summary>What is answered to a clock probe; null keeps silent. By default this process's monotonic time.</summary>
    public Func<ClockProbe, ClockReply?> Answer { get; set; } = AnswerNow;

    /// <summary>Monotonic time of this process, nanoseconds.</summary>
    public static long MonotonicNs => (long)(TimeProvider.System.GetTimestamp() * (1e9 / TimeProvider.System.TimestampFrequency));

    /// <summary>Opens a connection and a stream of its own; nothing is sent before the first message.</summary>
    /// <param name="socketPath">Socket of the VM.</param>
    /// <param name="cancellation">Ends the stream.</param>
    public static WireClient Dial(string socketPath, CancellationToken cancellation)
    {
        var address = new UnixAddress(socketPath);
        var channel = GrpcChannel.ForAddress(TransportConnector.BaseAddress, new GrpcChannelOptions
        {
            HttpHandler = TransportConnector.CreateHandler(Transports.For(address), address),
            DisposeHttpClient = true,
            MaxSendMessageSize = null,
        });
        return new WireClient(channel, ownsChannel: true, cancellation);
    }

    /// <summary>Another stream on the same connection, which ends with the first.</summary>
    public WireClient Again() => new(_channel, ownsChannel: false, _cancellation);

    /// <summary>Lets messages wait for each other instead of sending each at once: the greatest rate.</summary>
    public void Buffer() => _call.RequestStream.WriteOptions = new WriteOptions(WriteFlags.BufferHint);

    /// <summary>Sends a message.</summary>
    /// <exception cref="RpcException">The broker ended the stream.</exception>
    public Task SendAsync(AgentMessage message) => SendAsync(message.ToByteArray());

    /// <summary>Sends the bytes of a message, of whatever they are.</summary>
    /// <exception cref="RpcException">The broker ended the stream.</exception>
    public async Task SendAsync(byte[] message)
    {
        await _writing.WaitAsync();
        try
        {
            await _call.RequestStream.WriteAsync(message);
        }
        finally
        {
            _writing.Release();
        }
    }

    /// <summary>The next message that is no clock probe; null at the end of the stream.</summary>
    /// <exception cref="RpcException">The broker ended the stream with a status.</exception>
    public async Task<BrokerMessage?> NextAsync(CancellationToken cancellation)
    {
        while (await _call.ResponseStream.MoveNext(cancellation))
        {
            var message = BrokerMessage.Parser.ParseFrom(_call.ResponseStream.Current);
            if (message.ClockProbe is not { } probe)
            {
                return message;
            }

            if (Answer(probe) is { } reply)
            {
                await SendAsync(new AgentMessage { ClockReply = reply });
            }
        }

        return null;
    }

    /// <summary>Says Hello and waits for Welcome.</summary>
    /// <exception cref="RefusedByBrokerException">The broker refused.</exception>
    public async Task<Welcome> EnterAsync(Hello hello, CancellationToken cancellation)
    {
        await SendAsync(new AgentMessage { Hello = hello });
        return await NextAsync(cancellation) switch
        {
            { Welcome: { } welcome } => welcome,
            { Refuse: { } refuse } => throw new RefusedByBrokerException(refuse),
            var other => throw new IOException($"the broker said {other?.BodyCase.ToString() ?? "nothing"} instead of Welcome"),
        };
    }

    /// <summary>Reads and forgets everything until the stream ends; a Refuse or a status is the end.</summary>
    /// <returns>What ended it.</returns>
    public async Task<string> DrainAsync(CancellationToken cancellation)
    {
        try
        {
            while (await NextAsync(cancellation) is { } message)
            {
                if (message.Refuse is { } refuse)
                {
                    return $"Refuse {refuse.Reason}: {refuse.Text}";
                }
            }

            return "end";
        }
        catch (RpcException e)
        {
            return e.StatusCode.ToString();
        }
        catch (Exception e) when (e is OperationCanceledException or IOException or InvalidOperationException or ObjectDisposedException)
        {
            return e.GetType().Name;
        }
    }

    /// <inheritdoc/>
    public ValueTask DisposeAsync()
    {
        // A writer may still be inside: the semaphore holds nothing that must be given back.
        _call.Dispose();
        if (_ownsChannel)
        {
            _channel.Dispose();
        }

        return ValueTask.CompletedTask;
    }

    private static ClockReply AnswerNow(ClockProbe probe)
    {
        ulong now = (ulong)MonotonicNs;
        return new ClockReply { ProbeId = probe.ProbeId, T1HostNs = probe.T1HostNs, T2GuestMonotonicNs = now, T3GuestMonotonicNs = now };
    }
}
