using System.Net;
using System.Net.Sockets;
using HvIntegration.Transport.Abstractions;
using HvIntegration.Transport.Sockets;

namespace HvIntegration.Transport.Tcp;

/// <summary>TCP for development and the lab: it listens on loopback only, because nothing on it proves who dials.</summary>
internal sealed class TcpFamily(TransportOptions options) : ISocketFamily
{
    public TransportKind Kind => TransportKind.Tcp;

    public void CheckDial(TransportAddress address)
    {
        if (!options.TcpDialBeyondLoopback)
        {
            CheckLoopback((TcpAddress)address);
        }
    }

    public void CheckListen(TransportAddress address) => CheckLoopback((TcpAddress)address);

    public Socket CreateSocket(TransportAddress address) =>
        new(((TcpAddress)address).EndPoint.AddressFamily, SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };

    public void PrepareDial(Socket socket, TransportAddress address)
    {
    }

    public void Bind(Socket socket, TransportAddress address) => socket.Bind(EndPointOf(address));

    public EndPoint EndPointOf(TransportAddress address) => ((TcpAddress)address).EndPoint;

    public Socket? CreateAcceptSocket(TransportAddress address) => null;

    public TransportAddress BoundAddress(Socket socket, TransportAddress asked) =>
        socket.LocalEndPoint is IPEndPoint bound ? new TcpAddress(bound) : asked;

    public PeerIdentity PeerOf(Socket socket, TransportAddress listener)
    {
        socket.NoDelay = true;
        return socket.RemoteEndPoint is IPEndPoint peer
            ? new PeerIdentity(TransportKind.Tcp, $"tcp:{peer.Address}", (uint)peer.Port)
            : throw new SocketException((int)SocketError.NotConnected);
    }

    public TransportException Explain(SocketException error, TransportAddress address, SocketStep step) => (step, error.SocketErrorCode) switch
    {
        (SocketStep.Listen, SocketError.AddressAlreadyInUse) => new(
            TransportFailure.AddressInUse,
            $"{address} is in use",
            "choose another port",
            error),
        (SocketStep.Listen, SocketError.AccessDenied) => new(
            TransportFailure.AddressNotAllowed,
            $"this account has no right to listen on {address}",
            "use a port of 1024 or above",
            error),
        (SocketStep.Connect, SocketError.ConnectionRefused or SocketError.ConnectionReset) => new(
            TransportFailure.NobodyListens,
            $"no process listens at {address}",
            "start the broker. The agent reconnects automatically",
            error),
        (SocketStep.Connect, SocketError.TimedOut) => new(
            TransportFailure.TimedOut,
            $"{address} did not answer in time",
            "check the address. The agent reconnects automatically",
            error),
        _ => new(TransportFailure.Other, $"{address}: {error.Message}", "check the address", error),
    };

    private static void CheckLoopback(TcpAddress address)
    {
        if (!IPAddress.IsLoopback(address.EndPoint.Address))
        {
            throw new TransportException(
                TransportFailure.AddressNotAllowed,
                $"{address} is not on loopback: TCP is for development and the lab on one machine",
                "use tcp://127.0.0.1:<port>, or hvsock, vsock or unix, which verify the identity of the peer");
        }
    }
}
