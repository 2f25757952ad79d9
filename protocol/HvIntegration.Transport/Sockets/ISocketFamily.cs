using System.Net;
using System.Net.Sockets;
using HvIntegration.Transport.Abstractions;

namespace HvIntegration.Transport.Sockets;

/// <summary>What differs between the socket families; dialling and accepting are the same for all.</summary>
internal interface ISocketFamily
{
    TransportKind Kind { get; }

    /// <summary>Refuses what must not be dialled, before a socket exists.</summary>
    /// <exception cref="TransportException">With its own sentence.</exception>
    void CheckDial(TransportAddress address);

    /// <summary>Refuses what must not be bound, and clears what stands in the way.</summary>
    /// <exception cref="TransportException">With its own sentence.</exception>
    void CheckListen(TransportAddress address);

    /// <summary>A new socket with the family's options set.</summary>
    Socket CreateSocket(TransportAddress address);

    /// <summary>What has to happen to a socket before it dials, as a bind.</summary>
    void PrepareDial(Socket socket, TransportAddress address);

    /// <summary>Binds the listening socket.</summary>
    void Bind(Socket socket, TransportAddress address);

    EndPoint EndPointOf(TransportAddress address);

    /// <summary>A socket made ahead for the next accept where the family needs one, else null.</summary>
    Socket? CreateAcceptSocket(TransportAddress address);

    /// <summary>The address after the bind, with the port that was chosen.</summary>
    TransportAddress BoundAddress(Socket socket, TransportAddress asked);

    /// <summary>Who is at the other end.</summary>
    PeerIdentity PeerOf(Socket socket, TransportAddress listener);

    /// <summary>What a socket error means in this family.</summary>
    TransportException Explain(SocketException error, TransportAddress address, SocketStep step);
}

/// <summary>Where a socket error came up.</summary>
internal enum SocketStep
{
    Create,
    BindLocal,
    Connect,
    Listen,
}
