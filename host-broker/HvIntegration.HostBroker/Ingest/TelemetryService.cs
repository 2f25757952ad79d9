using Grpc.Core;
using HvIntegration.HostBroker.Hosting;
using HvIntegration.HostBroker.Listening;
using HvIntegration.Protocol.V1;
using Microsoft.Extensions.Options;

namespace HvIntegration.HostBroker.Ingest;

/// <summary>The gRPC end of the wire: one call is one agent stream.</summary>
internal sealed partial class TelemetryService(
    AgentSessions sessions, IPeerDirectory peers, IArrivals arrivals, HostClock clock, TimeProvider time,
    IOptions<AgentOptions> options, IHostApplicationLifetime lifetime, ILogger<TelemetryService> logger) : Telemetry.TelemetryBase
{
    /// <inheritdoc/>
    public override async Task Connect(
        IAsyncStreamReader<AgentMessage> requestStream, IServerStreamWriter<BrokerMessage> responseStream, ServerCallContext context)
    {
        // The only identity there is: the listener put the peer's address here; nothing the agent sends can.
        var peer = context.GetHttpContext().Features.Get<ITransportPeerFeature>()?.Peer
            ?? throw new RpcException(new Status(StatusCode.PermissionDenied, "Agents connect by their VM's socket, not by the API."));

        using var ending = CancellationTokenSource.CreateLinkedTokenSource(context.CancellationToken, lifetime.ApplicationStopping);
        using var stream = new AgentStream(peer, requestStream, responseStream, sessions, peers, arrivals, clock, time, options.Value);
        try
        {
            await stream.RunAsync(ending.Token);
        }
        catch (RefusedException refusal)
        {
            (stream.Session?.Ledger ?? stream.Ledger ?? sessions.Strangers).Refused(refusal);
            LogRefused(logger, peer.Key, refusal.Reason, refusal.Message);
            await stream.RefuseAsync(refusal, ending.Token);
        }
        catch (Exception e) when (e is OperationCanceledException or IOException or ObjectDisposedException
            || (e is RpcException or InvalidOperationException && ending.IsCancellationRequested))
        {
            // The other end is gone, the broker stops, or the session was told to end: nothing to say to anybody.
            LogEnded(logger, peer.Key, stream.Session?.EndReason ?? e.Message);
            throw new RpcException(new Status(StatusCode.Unavailable, stream.Session?.EndReason ?? "The stream ended."));
        }
    }

    [LoggerMessage(EventId = 2001, Level = LogLevel.Warning, Message = "Refused the agent at {Peer}: {Reason}: {Text}")]
    private static partial void LogRefused(ILogger logger, string peer, RefuseReason reason, string text);

    [LoggerMessage(EventId = 2002, Level = LogLevel.Information, Message = "The stream of {Peer} ended: {Reason}")]
    private static partial void LogEnded(ILogger logger, string peer, string reason);
}
