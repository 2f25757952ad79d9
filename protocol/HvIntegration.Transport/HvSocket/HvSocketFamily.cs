using System.Buffers.Binary;
using System.Net;
using System.Net.Sockets;
using HvIntegration.Transport.Abstractions;
using HvIntegration.Transport.Sockets;

namespace HvIntegration.Transport.HvSocket;

/// <summary>AF_HYPERV: Windows hosts and Windows guests.</summary>
internal sealed class HvSocketFamily(TransportOptions options) : ISocketFamily
{
    private const ProtocolType RawProtocol = (ProtocolType)1;
    private const int LevelRaw = 1;
    private const int OptionConnectTimeout = 1;
    private const int OptionConnectedSuspend = 4;
    private const int ConnectTimeoutMsMax = 300_000;

    public TransportKind Kind => TransportKind.HvSocket;

    public void CheckDial(TransportAddress address)
    {
        CheckSystem();
        if (((HvSocketAddress)address).VmId == HvSocketAddress.Wildcard || ((HvSocketAddress)address).VmId == HvSocketAddress.Children)
        {
            throw new TransportException(
                TransportFailure.AddressNotAllowed,
                $"{address} is a listen address, not an address to connect to",
                "in a guest, connect to hvsock://parent");
        }
    }

    public void CheckListen(TransportAddress address) => CheckSystem();

    public Socket CreateSocket(TransportAddress address)
    {
        var socket = new Socket(HvSocketEndPoint.Family, SocketType.Stream, RawProtocol);
        try
        {
            KeepWhilePaused(socket);
            return socket;
        }
        catch
        {
            socket.Dispose();
            throw;
        }
    }

    public void PrepareDial(Socket socket, TransportAddress address)
    {
        if (options.ConnectTimeout is { } timeout)
        {
            socket.SetRawSocketOption(LevelRaw, OptionConnectTimeout, UInt32((uint)Math.Clamp(timeout.TotalMilliseconds, 1, ConnectTimeoutMsMax)));
        }

        // .NET connects every stream socket with ConnectEx, which fails with WSAEINVAL on an unbound socket, and binds
        // only IPv4 and IPv6 by itself.
        socket.Bind(new HvSocketEndPoint(Guid.Empty, Guid.Empty));
    }

    public void Bind(Socket socket, TransportAddress address) => socket.Bind(EndPointOf(address));

    public EndPoint EndPointOf(TransportAddress address) =>
        new HvSocketEndPoint(((HvSocketAddress)address).VmId, ((HvSocketAddress)address).ServiceId);

    // Made ahead because the option has to stand before the connection exists.
    public Socket? CreateAcceptSocket(TransportAddress address) => CreateSocket(address);

    public TransportAddress BoundAddress(Socket socket, TransportAddress asked) => asked;

    public PeerIdentity PeerOf(Socket socket, TransportAddress listener) =>
        socket.RemoteEndPoint is HvSocketEndPoint peer
            ? PeerOf(peer)
            : throw new SocketException((int)SocketError.NotConnected);

    /// <summary>The VM by its GUID; a Linux guest's local vsock port is Data1 of the service GUID it connects from.</summary>
    public static PeerIdentity PeerOf(HvSocketEndPoint peer)
    {
        uint port = BitConverter.ToUInt32(peer.ServiceId.ToByteArray(), 0);
        return new PeerIdentity(
            TransportKind.HvSocket,
            peer.VmId.ToString("D").ToUpperInvariant(),
            HvSocketAddress.TemplateService(port) == peer.ServiceId ? port : null);
    }

    public TransportException Explain(SocketException error, TransportAddress address, SocketStep step) =>
        HvSocketFaults.Explain(error, (HvSocketAddress)address, step, HvSocketRegistration.IsRegistered);

    // Without it the connection ends whenever the VM is paused. Not offered before Windows 10 1709: then it ends.
    private static void KeepWhilePaused(Socket socket)
    {
        try
        {
            socket.SetRawSocketOption(LevelRaw, OptionConnectedSuspend, UInt32(1));
        }
        catch (SocketException e) when (e.SocketErrorCode is SocketError.ProtocolOption or SocketError.InvalidArgument or SocketError.OperationNotSupported)
        {
        }
    }

    private static byte[] UInt32(uint value)
    {
        var bytes = new byte[4];
        BinaryPrimitives.WriteUInt32LittleEndian(bytes, value);
        return bytes;
    }

    private static void CheckSystem()
    {
        if (!OperatingSystem.IsWindows())
        {
            throw new TransportException(
                TransportFailure.NotSupported,
                "hvsock addresses exist on Windows only",
                "in a Linux guest, use vsock://2, which is the same service on the same host");
        }
    }
}
