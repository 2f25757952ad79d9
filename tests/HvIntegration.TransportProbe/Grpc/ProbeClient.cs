using Grpc.Core;
using Grpc.Net.Client;
using HvIntegration.Protocol.Handshake;
using HvIntegration.Protocol.V1;
using HvIntegration.Transport.Abstractions;

namespace HvIntegration.TransportProbe.Grpc;

/// <summary>The agent's channel: one handler, one connection.</summary>
internal sealed class ProbeClient : IDisposable
{
    private readonly GrpcChannel _channel;

    public ProbeClient(ITransport transport, TransportAddress address)
        : this(TransportConnector.CreateHandler(
            transport,
            address,
            new TransportConnectorOptions { KeepAlivePingDelay = TimeSpan.FromSeconds(1), KeepAlivePingTimeout = TimeSpan.FromSeconds(20) }))
    {
    }

    public ProbeClient(HttpMessageHandler handler)
    {
        _channel = GrpcChannel.ForAddress(TransportConnector.BaseAddress, new GrpcChannelOptions { HttpHandler = handler, DisposeHttpClient = true });
        Stub = new Telemetry.TelemetryClient(_channel);
    }

    public Telemetry.TelemetryClient Stub { get; }

    /// <summary>Opens a stream and waits for the Welcome.</summary>
    public async Task<AsyncDuplexStreamingCall<AgentMessage, BrokerMessage>> OpenAsync(TimeSpan deadline)
    {
        using var limit = new CancellationTokenSource(deadline);
        var call = Stub.Connect();
        try
        {
            await call.RequestStream.WriteAsync(new AgentMessage { Hello = new Hello { ProtocolMajor = ProtocolVersion.Major } }, limit.Token);
            if (!await call.ResponseStream.MoveNext(limit.Token) || call.ResponseStream.Current.Welcome is null)
            {
                throw new IOException("the stream did not begin with a Welcome");
            }

            return call;
        }
        catch
        {
            call.Dispose();
            throw;
        }
    }

    /// <summary>Sends one batch and returns the sequence that was acknowledged.</summary>
    public static async Task<ulong> SendAsync(AsyncDuplexStreamingCall<AgentMessage, BrokerMessage> call, SampleBatch batch)
    {
        await call.RequestStream.WriteAsync(new AgentMessage { Samples = batch });
        return await call.ResponseStream.MoveNext(CancellationToken.None)
            ? call.ResponseStream.Current.Ack.Sequence
            : throw new IOException("the stream ended instead of an Ack");
    }

    public void Dispose() => _channel.Dispose();
}
