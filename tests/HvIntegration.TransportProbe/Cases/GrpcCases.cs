using HvIntegration.Ingest.Listening;
using Google.Protobuf;
using Grpc.Core;
using HvIntegration.Protocol.Handshake;
using HvIntegration.Protocol.V1;
using HvIntegration.Transport.Abstractions;
using HvIntegration.TransportProbe.Grpc;
using static HvIntegration.TransportProbe.Cases.CaseFailedException;

namespace HvIntegration.TransportProbe.Cases;

/// <summary>The contract with the product's wire, Kestrel and the gRPC client on top.</summary>
internal static class GrpcCases
{
    private const int Batches = 200;
    private const int LargeBatches = 20;
    private static readonly TimeSpan Deadline = TimeSpan.FromSeconds(45);

    public static IReadOnlyList<TransportCase> All { get; } =
    [
        new("grpc-duplex", DuplexAsync),
        new("grpc-messages-at-the-size-limit", LargeMessagesAsync),
        new("grpc-service-sees-the-peer", PeerAsync),
        new("grpc-idle-call-lives-on-keepalive", IdleAsync),
        new("grpc-same-channel-after-the-server-was-killed", ServerKilledAsync),
        new("grpc-cancelled-call-ends-and-the-next-works", CancelledCallAsync),
        new("grpc-address-in-use-stops-the-server", AddressInUseAsync),
        new("connections-over-the-limit-are-hung-up-on", AdmissionAsync),
    ];

    private static async Task<(ProbeServer Server, ProbeClient Client)> StartAsync(TransportPlace place, TransportListeningOptions? options = null)
    {
        var address = await place.NextFixedAddressAsync();
        var server = await ProbeServer.StartAsync(place.TransportFor(address), address, options);
        return (server, new ProbeClient(place.TransportFor(address), place.DialAddress(address)));
    }

    private static async Task DuplexAsync(TransportPlace place)
    {
        var (server, client) = await StartAsync(place);
        await using var _ = server;
        using var __ = client;
        using var call = await client.OpenAsync(Deadline);
        for (ulong i = 1; i <= Batches; i++)
        {
            RequireEqual(i, await ProbeClient.SendAsync(call, new SampleBatch { Sequence = i, MonotonicStartNs = i * 1_000_000_000 }), "acknowledged");
        }

        await call.RequestStream.CompleteAsync();
        Require(!await call.ResponseStream.MoveNext(CancellationToken.None), "the end of the stream");
    }

    private static async Task LargeMessagesAsync(TransportPlace place)
    {
        var (server, client) = await StartAsync(place);
        await using var _ = server;
        using var __ = client;
        using var call = await client.OpenAsync(Deadline);
        for (ulong i = 1; i <= LargeBatches; i++)
        {
            var batch = new SampleBatch { Sequence = i };
            batch.Readings.Add(new Reading { Changed = ByteString.CopyFrom(new byte[ProtocolLimits.MessageBytesMax - 1024]) });
            RequireEqual(i, await ProbeClient.SendAsync(call, batch), "acknowledged");
        }
    }

    private static async Task PeerAsync(TransportPlace place)
    {
        var (server, client) = await StartAsync(place);
        await using var _ = server;
        using var __ = client;
        using var call = await client.OpenAsync(Deadline);
        var headers = await call.ResponseHeadersAsync;
        RequireEqual(place.PeerKey(server.Address), headers.GetValue(ProbeTelemetryService.PeerHeader), "peer in HttpContext.Features");
    }

    private static async Task IdleAsync(TransportPlace place)
    {
        var (server, client) = await StartAsync(place);
        await using var _ = server;
        using var __ = client;
        using var call = await client.OpenAsync(Deadline);

        // Three of the one-second pings of both sides.
        await Task.Delay(TimeSpan.FromSeconds(3.5));
        RequireEqual(1UL, await ProbeClient.SendAsync(call, new SampleBatch { Sequence = 1 }), "acknowledged after the idle time");
        RequireEqual(1L, server.Services.GetRequiredService<ListeningCounters>().Accepted, "connections");
    }

    private static async Task ServerKilledAsync(TransportPlace place)
    {
        var (server, client) = await StartAsync(place);
        using var __ = client;
        using (var call = await client.OpenAsync(Deadline))
        {
            await server.KillAsync();

            // A write sees the lost connection as an I/O error, a read as a status; where the server's farewell (GOAWAY) came through before the end, as that.
            var lost = await RequireThrowsAsync<Exception>(() => ProbeClient.SendAsync(call, new SampleBatch { Sequence = 1 }), "open stream");
            Require(
                lost is IOException or RpcException { StatusCode: StatusCode.Unavailable }
                    or RpcException { StatusCode: StatusCode.Internal, Status.DebugException: System.Net.Http.HttpProtocolException },
                $"a lost connection, found {lost}");
        }

        var down = await RequireThrowsAsync<RpcException>(() => client.OpenAsync(Deadline), "call while the server is down");
        RequireEqual(StatusCode.Unavailable, down.StatusCode, "status");
        RequireEqual(TransportFailure.NobodyListens, TransportException.Find(down)?.Failure, "failure inside");

        await using var again = await ProbeServer.StartAsync(place.TransportFor(server.Address), server.Address);
        using var second = await client.OpenAsync(Deadline);
        RequireEqual(2UL, await ProbeClient.SendAsync(second, new SampleBatch { Sequence = 2 }), "acknowledged after the restart");
    }

    private static async Task CancelledCallAsync(TransportPlace place)
    {
        var (server, client) = await StartAsync(place);
        await using var _ = server;
        using var __ = client;
        using (var call = await client.OpenAsync(Deadline))
        {
            call.Dispose();
        }

        using var next = await client.OpenAsync(Deadline);
        RequireEqual(1UL, await ProbeClient.SendAsync(next, new SampleBatch { Sequence = 1 }), "acknowledged");
        RequireEqual(1L, server.Services.GetRequiredService<ListeningCounters>().Accepted, "connections");
    }

    private static async Task AddressInUseAsync(TransportPlace place)
    {
        var (server, client) = await StartAsync(place);
        await using var _ = server;
        using var __ = client;
        var refusal = await RequireThrowsAsync<IOException>(
            async () => await (await ProbeServer.StartAsync(place.TransportFor(server.Address), server.Address)).DisposeAsync(), "second server");
        RequireEqual(TransportFailure.AddressInUse, TransportException.Find(refusal)?.Failure, "failure inside");
    }

    private static async Task AdmissionAsync(TransportPlace place)
    {
        var (server, client) = await StartAsync(place, new TransportListeningOptions { ConnectionsPerPeerMax = 2 });
        await using var _ = server;
        using var __ = client;
        await using var first = await place.DialAsync(server.Address);
        await using var second = await place.DialAsync(server.Address);
        var counters = server.Services.GetRequiredService<ListeningCounters>();
        await UntilAsync(() => counters.Accepted == 2, "two connections accepted");

        await using (var third = await place.DialAsync(server.Address))
        {
            await RequireEndAsync(third);
        }

        RequireEqual(1L, counters.Refused, "refused");

        // A slot that is free again is usable again.
        await first.DisposeAsync();
        await second.DisposeAsync();
        for (int attempt = 0; ; attempt++)
        {
            try
            {
                using var call = await client.OpenAsync(Deadline);
                break;
            }
            catch (Exception e) when (e is RpcException or IOException && attempt < 50)
            {
                // Hung up on: a read sees a status, a write an I/O error.
                await Task.Delay(20);
            }
        }
    }

    private static async Task RequireEndAsync(TransportStream stream)
    {
        try
        {
            RequireEqual(0, await stream.ReadAsync(new byte[1]), "read on a refused connection");
        }
        catch (IOException)
        {
            // A reset says the same.
        }
    }

    private static async Task UntilAsync(Func<bool> holds, string what)
    {
        for (int i = 0; i < 500; i++)
        {
            if (holds())
            {
                return;
            }

            await Task.Delay(10);
        }

        throw new CaseFailedException(what);
    }
}
