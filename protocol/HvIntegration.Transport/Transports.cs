using HvIntegration.Transport.Abstractions;
using HvIntegration.Transport.HvSocket;
using HvIntegration.Transport.Memory;
using HvIntegration.Transport.Sockets;
using HvIntegration.Transport.Tcp;
using HvIntegration.Transport.UnixSocket;
using HvIntegration.Transport.Vsock;

namespace HvIntegration.Transport;

/// <summary>The one place where an address becomes a transport.</summary>
public static class Transports
{
    /// <summary>The transport that carries <paramref name="address"/>.</summary>
    /// <param name="address">Dialled or listened on later; only its family is looked at here.</param>
    /// <param name="options">Defaults when null.</param>
    /// <remarks>Keep the transport over reconnects: it remembers the local ports it used last.</remarks>
    public static ITransport For(TransportAddress address, TransportOptions? options = null)
    {
        ArgumentNullException.ThrowIfNull(address);
        options ??= new TransportOptions();
        return address switch
        {
            HvSocketAddress => new SocketTransport(new HvSocketFamily(options), options),
            VsockAddress => new SocketTransport(new VsockFamily(options), options),
            UnixAddress => new SocketTransport(new UnixSocketFamily(), options),
            TcpAddress => new SocketTransport(new TcpFamily(options), options),
            MemoryAddress => new MemoryTransport(options),
            _ => throw new ArgumentException($"{address.GetType().Name} has no transport", nameof(address)),
        };
    }
}
