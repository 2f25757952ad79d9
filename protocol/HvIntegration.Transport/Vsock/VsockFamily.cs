using System.Buffers.Binary;
using System.Net;
using System.Net.Sockets;
using HvIntegration.Transport.Abstractions;
using HvIntegration.Transport.Sockets;

namespace HvIntegration.Transport.Vsock;

/// <summary>AF_VSOCK: Linux guests, and Linux hosts of QEMU/KVM guests.</summary>
internal sealed class VsockFamily(TransportOptions options) : ISocketFamily
{
    public const int PrivilegedPortMin = 512;
    public const int PrivilegedPortEnd = 1024;
    private const int BindAttemptsMax = 64;
    private const int RecentPortsMax = 32;
    private const int LevelVsock = 40;
    private const int OptionConnectTimeout = 6;

    // hv_sock keeps a closed socket up to 8 s, and a connection from a port just used looked connected and then ended.
    private readonly Queue<int> _recentPorts = new(RecentPortsMax);
    private readonly Lock _lock = new();

    public TransportKind Kind => TransportKind.Vsock;

    public void CheckDial(TransportAddress address)
    {
        CheckSystem();
        if (((VsockAddress)address).Cid == TransportAddress.VsockHost && GuestSocketTransport.Find(options.SysfsRoot) is null)
        {
            throw VsockFaults.NoGuestTransport(options.SysfsRoot);
        }
    }

    public void CheckListen(TransportAddress address) => CheckSystem();

    public Socket CreateSocket(TransportAddress address) => VsockNative.Open();

    public void PrepareDial(Socket socket, TransportAddress address)
    {
        if (options.ConnectTimeout is { } timeout)
        {
            socket.SetRawSocketOption(LevelVsock, OptionConnectTimeout, ConnectTimeval(timeout));
        }

        if (options.PrivilegedLocalPort)
        {
            BindPrivileged(socket);
        }
    }

    public void Bind(Socket socket, TransportAddress address) => socket.Bind(EndPointOf(address));

    public EndPoint EndPointOf(TransportAddress address) => new VsockEndPoint(((VsockAddress)address).Cid, ((VsockAddress)address).Port);

    public Socket? CreateAcceptSocket(TransportAddress address) => null;

    public TransportAddress BoundAddress(Socket socket, TransportAddress asked) =>
        socket.LocalEndPoint is VsockEndPoint bound ? new VsockAddress(((VsockAddress)asked).Cid, bound.Port) : asked;

    public PeerIdentity PeerOf(Socket socket, TransportAddress listener) =>
        socket.RemoteEndPoint is VsockEndPoint peer
            ? new PeerIdentity(TransportKind.Vsock, $"cid:{peer.Cid}", peer.Port)
            : throw new SocketException((int)SocketError.NotConnected);

    public TransportException Explain(SocketException error, TransportAddress address, SocketStep step) =>
        VsockFaults.Explain(error, (VsockAddress)address, step);

    /// <summary>struct timeval of a 64-bit Linux: seconds and microseconds, 8 bytes each.</summary>
    public static byte[] ConnectTimeval(TimeSpan timeout)
    {
        var bytes = new byte[16];
        BinaryPrimitives.WriteInt64LittleEndian(bytes, (long)timeout.TotalSeconds);
        BinaryPrimitives.WriteInt64LittleEndian(bytes.AsSpan(8), timeout.Ticks % TimeSpan.TicksPerSecond / TimeSpan.TicksPerMicrosecond);
        return bytes;
    }

    private static void CheckSystem()
    {
        if (!OperatingSystem.IsLinux())
        {
            throw new TransportException(
                TransportFailure.NotSupported,
                "vsock addresses exist on Linux only",
                "on Windows, use hvsock://parent in the guest and hvsock://children on the host");
        }
    }

    private void BindPrivileged(Socket socket)
    {
        for (int attempt = 1; ; attempt++)
        {
            int port = NextPort();
            try
            {
                socket.Bind(new VsockEndPoint(TransportAddress.VsockAny, (uint)port));
                return;
            }
            catch (SocketException e) when (e.SocketErrorCode == SocketError.AddressAlreadyInUse && attempt < BindAttemptsMax)
            {
                // Another connection of this guest has it; the next draw is another port.
            }
        }
    }

    private int NextPort()
    {
        lock (_lock)
        {
            int port;
            do
            {
                port = options.Random.Next(PrivilegedPortMin, PrivilegedPortEnd);
            }
            while (_recentPorts.Contains(port));

            if (_recentPorts.Count == RecentPortsMax)
            {
                _recentPorts.Dequeue();
            }

            _recentPorts.Enqueue(port);
            return port;
        }
    }
}
