using HvIntegration.Ingest.Listening;
using Grpc.Core;
using HvIntegration.Protocol.Handshake;
using HvIntegration.Protocol.V1;

namespace HvIntegration.TransportProbe.Grpc;

/// <summary>The product's wire with the least behind it: Hello gets a Welcome, each batch an Ack.</summary>
internal sealed class ProbeTelemetryService : Telemetry.TelemetryBase
{
    /// <summary>Response header with the peer key the listener saw.</summary>
    public const string PeerHeader = "hvi-peer";

    public override async Task Connect(
        IAsyncStreamReader<AgentMessage> requestStream, IServerStreamWriter<BrokerMessage> responseStream, ServerCallContext context)
    {
        var peer = context.GetHttpContext().Features.Get<ITransportPeerFeature>()?.Peer;
        await context.WriteResponseHeadersAsync(new Metadata { { PeerHeader, peer?.Key ?? "none" } });
        await foreach (var message in requestStream.ReadAllAsync(context.CancellationToken))
        {
            var answer = message.BodyCase switch
            {
                AgentMessage.BodyOneofCase.Hello => new BrokerMessage { Welcome = new Welcome { ProtocolMajor = ProtocolVersion.Major } },
                AgentMessage.BodyOneofCase.Samples => new BrokerMessage { Ack = new Ack { Sequence = message.Samples.Sequence } },
                _ => null,
            };
            if (answer is not null)
            {
                await responseStream.WriteAsync(answer, context.CancellationToken);
            }
        }
    }
}
