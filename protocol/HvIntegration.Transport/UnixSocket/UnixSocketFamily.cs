using System.Net;
using System.Net.Sockets;
using System.Text;
using HvIntegration.Transport.Abstractions;
using HvIntegration.Transport.Sockets;

namespace HvIntegration.Transport.UnixSocket;

/// <summary>Unix-domain sockets: one path per VM, as hybrid-vsock monitors do it.</summary>
internal sealed class UnixSocketFamily : ISocketFamily
{
    // sockaddr_un.sun_path is 108 bytes on Linux with its closing zero, 104 on others.
    private const int PathBytesMax = 103;

    public TransportKind Kind => TransportKind.Unix;

    public void CheckDial(TransportAddress address) => CheckLength((UnixAddress)address);

    public void CheckListen(TransportAddress address)
    {
        CheckLength((UnixAddress)address);
        UnixSocketFile.RemoveStale((UnixAddress)address);
    }

    public Socket CreateSocket(TransportAddress address) => new(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);

    public void PrepareDial(Socket socket, TransportAddress address)
    {
    }

    // .NET removes the file again when the listening socket is disposed.
    public void Bind(Socket socket, TransportAddress address)
    {
        socket.Bind(EndPointOf(address));
        UnixSocketFile.Protect(((UnixAddress)address).Path);
    }

    public EndPoint EndPointOf(TransportAddress address) => new UnixDomainSocketEndPoint(((UnixAddress)address).Path);

    public Socket? CreateAcceptSocket(TransportAddress address) => null;

    public TransportAddress BoundAddress(Socket socket, TransportAddress asked) => asked;

    // The dialler's own socket has no name: the path it came in by is the VM.
    public PeerIdentity PeerOf(Socket socket, TransportAddress listener) =>
        new(TransportKind.Unix, $"unix:{((UnixAddress)listener).Path}", null);

    public TransportException Explain(SocketException error, TransportAddress address, SocketStep step) =>
        UnixSocketFaults.Explain(error, (UnixAddress)address, step);

    private static void CheckLength(UnixAddress address)
    {
        int length = Encoding.UTF8.GetByteCount(address.Path);
        if (length > PathBytesMax)
        {
            throw new TransportException(
                TransportFailure.AddressNotAllowed,
                $"{address.Path} has {length} bytes; the maximum for a socket path is {PathBytesMax}",
                "use a shorter path, such as /run/hvi/vm1.sock");
        }
    }
}
