using System.Net;
using System.Net.Sockets;

namespace HvIntegration.HostileTests.Attacks;

/// <summary>A connection that sends any bytes, and blocks the thread it is on. What comes back is read and forgotten, or not read at all.</summary>
internal sealed class RawConnection : IDisposable
{
    private const int SendMsMax = 500;
    private readonly Socket _socket;
    private readonly byte[] _drain = new byte[16_384];

    private RawConnection(Socket socket) => _socket = socket;

    /// <summary>Dials an agent socket.</summary>
    /// <returns>Null when the broker does not take it.</returns>
    public static RawConnection? Unix(string path) =>
        Dial(new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified), new UnixDomainSocketEndPoint(path));

    /// <summary>Dials the API.</summary>
    /// <returns>Null when the broker does not take it.</returns>
    public static RawConnection? Loopback(int port) =>
        Dial(new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp), new IPEndPoint(IPAddress.Loopback, port));

    /// <summary>Sends.</summary>
    /// <returns>False when the other end is gone or does not read.</returns>
    public bool TrySend(ReadOnlySpan<byte> bytes)
    {
        try
        {
            while (bytes.Length > 0)
            {
                bytes = bytes[_socket.Send(bytes)..];
            }

            return true;
        }
        catch (SocketException)
        {
            return false;
        }
    }

    /// <summary>Takes what came back so far; does not wait.</summary>
    /// <returns>False at the end of the connection.</returns>
    public bool Drain()
    {
        try
        {
            while (_socket.Available > 0 || _socket.Poll(0, SelectMode.SelectRead))
            {
                if (_socket.Receive(_drain) == 0)
                {
                    return false;
                }
            }

            return true;
        }
        catch (SocketException)
        {
            return false;
        }
    }

    /// <inheritdoc/>
    public void Dispose() => _socket.Dispose();

    private static RawConnection? Dial(Socket socket, EndPoint to)
    {
        try
        {
            socket.SendTimeout = SendMsMax;
            socket.Connect(to);
            return new RawConnection(socket);
        }
        catch (SocketException)
        {
            socket.Dispose();
            return null;
        }
    }
}
