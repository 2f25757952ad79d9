using HvIntegration.Ingest.Budgets;
using HvIntegration.Ingest.Listening;
using Grpc.Core;
using HvIntegration.Protocol.V1;
using Microsoft.Extensions.Options;

namespace HvIntegration.Ingest.Streams;

/// <summary>The gRPC end of the wire: one call is one agent stream.</summary>
internal sealed partial class TelemetryService(
    AgentSessions sessions, VmAccounts accounts, InFlight inFlight, IPeerDirectory peers, IArrivals arrivals, HostClock clock, TimeProvider time,
    IOptions<AgentOptions> options, IHostApplicationLifetime lifetime, ILogger<TelemetryService> logger) : Telemetry.TelemetryBase
{
    /// <inheritdoc/>
    public override async Task Connect(
        IAsyncStreamReader<AgentMessage> requestStream, IServerStreamWriter<BrokerMessage> responseStream, ServerCallContext context)
    {
        // The only identity there is: the listener put the peer's address here; nothing the agent sends can.
        var connection = context.GetHttpContext().Features.Get<ITransportPeerFeature>()
            ?? throw new RpcException(new Status(StatusCode.PermissionDenied, "Agents connect through the socket of their VM, not through the API."));
        connection.CarriedStream = true;
        var peer = connection.Peer;

        using var ending = CancellationTokenSource.CreateLinkedTokenSource(context.CancellationToken, lifetime.ApplicationStopping);
        using var stream = new AgentStream(peer, requestStream, responseStream, sessions, accounts, inFlight, peers, arrivals, clock, time, options.Value);
        try
        {
            await stream.RunAsync(ending.Token);
        }
        catch (RefusedException refusal)
        {
            var account = stream.Account ?? accounts.UnknownPeers;
            account.Ledger.Refused(refusal);
            if (account.TryLog(out long suppressed))
            {
                LogRefused(logger, peer.Key, refusal.Reason, refusal.Message);
                TellLeftOut(peer.Key, suppressed);
            }

            await stream.RefuseAsync(refusal, ending.Token);
        }
        catch (Exception e) when (e is OperationCanceledException or IOException or ObjectDisposedException
            || (e is RpcException or InvalidOperationException && ending.IsCancellationRequested))
        {
            // The other end is gone, the broker stops, or the session was told to end: nothing to say to anybody.
            var account = stream.Account ?? accounts.UnknownPeers;
            if (account.TryLog(out long suppressed))
            {
                LogEnded(logger, peer.Key, stream.Session?.EndReason ?? e.Message);
                TellLeftOut(peer.Key, suppressed);
            }

            throw new RpcException(new Status(StatusCode.Unavailable, stream.Session?.EndReason ?? "The stream ended."));
        }
    }

    private void TellLeftOut(string peer, long lines)
    {
        if (lines > 0)
        {
            LogLeftOut(logger, lines, peer);
        }
    }

    [LoggerMessage(EventId = 2003, Level = LogLevel.Warning, Message = "{Lines} lines about {Peer} were omitted from this log")]
    private static partial void LogLeftOut(ILogger logger, long lines, string peer);

    [LoggerMessage(EventId = 2001, Level = LogLevel.Warning, Message = "Rejected the agent at {Peer}: {Reason}: {Text}")]
    private static partial void LogRefused(ILogger logger, string peer, RefuseReason reason, string text);

    [LoggerMessage(EventId = 2002, Level = LogLevel.Information, Message = "The stream of {Peer} ended: {Reason}")]
    private static partial void LogEnded(ILogger logger, string peer, string reason);
}
