using System.Net.Sockets;
using Grpc.Core;
using HvIntegration.Transport.Abstractions;
using HvIntegration.TransportProbe.Cases;
using HvIntegration.TransportProbe.Grpc;
using static HvIntegration.TransportProbe.Cases.CaseFailedException;

namespace HvIntegration.TransportProbe.PeekGuard;

/// <summary>Proves that the filter bites: what is stock fails under it, so what passes under it does not peek.</summary>
internal static class PeekGuardCases
{
    public static IReadOnlyList<TransportCase> All { get; } =
    [
        new("guard-bites-network-stream", NetworkStreamFailsAsync),
        new("guard-bites-stock-grpc-client", StockClientFailsAsync),
    ];

    private static async Task NetworkStreamFailsAsync(TransportPlace place)
    {
        await using var listener = await place.ListenAsync();
        using var near = await DialStockAsync(listener.Address);
        var accepted = await listener.AcceptAsync(CancellationToken.None) ?? throw new CaseFailedException("accept gave null");
        await using var far = accepted.Stream;
        await far.WriteAsync(new byte[] { 1 });
        await using var stock = new NetworkStream(near, ownsSocket: false);
        var refused = await RequireThrowsAsync<IOException>(() => stock.ReadAsync(Memory<byte>.Empty).AsTask(), "zero-length read of a stock stream");
        RequireEqual(SocketError.OperationNotSupported, (refused.InnerException as SocketException)?.SocketErrorCode, "its error");
    }

    private static async Task StockClientFailsAsync(TransportPlace place)
    {
        var address = place.NextAddress();
        await using var server = await ProbeServer.StartAsync(place.TransportFor(address), address);
        using var client = new ProbeClient(new SocketsHttpHandler
        {
            UseProxy = false,
            ConnectCallback = async (_, _) => new NetworkStream(await DialStockAsync(address), ownsSocket: true),
        });
        await RequireThrowsAsync<RpcException>(() => client.OpenAsync(TimeSpan.FromSeconds(10)), "call of a stock client");
    }

    private static async Task<Socket> DialStockAsync(TransportAddress address)
    {
        var socket = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
        try
        {
            await socket.ConnectAsync(new UnixDomainSocketEndPoint(((UnixAddress)address).Path));
            return socket;
        }
        catch
        {
            socket.Dispose();
            throw;
        }
    }
}
