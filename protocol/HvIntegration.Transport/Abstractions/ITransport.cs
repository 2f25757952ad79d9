using System.Net.Sockets;

namespace HvIntegration.Transport.Abstractions;

/// <summary>One family of sockets between guest and host.</summary>
public interface ITransport
{
    /// <summary>The family of addresses that it dials and listens at.</summary>
    TransportKind Kind { get; }

    /// <summary>Opens one connection on a socket of its own.</summary>
    /// <returns>A stream whose zero-length read returns at once (see docs/decisions/0003-zero-byte-reads.md).</returns>
    /// <exception cref="TransportException">The peer or the transport is not there; the sentence says which.</exception>
    Task<Stream> DialAsync(TransportAddress address, CancellationToken cancellation);

    /// <summary>Binds an address and listens at it.</summary>
    /// <exception cref="TransportException">The address cannot be bound; the sentence says why.</exception>
    Task<ITransportListener> ListenAsync(TransportAddress address, CancellationToken cancellation);
}

/// <summary>A listener that holds its address and takes connections.</summary>
public interface ITransportListener : IAsyncDisposable
{
    /// <summary>Where it listens, with the port that was chosen.</summary>
    TransportAddress Address { get; }

    /// <summary>Next connection; null after <see cref="UnbindAsync"/>.</summary>
    ValueTask<AcceptedConnection?> AcceptAsync(CancellationToken cancellation);

    /// <summary>Stops accepting; connections already accepted live on.</summary>
    ValueTask UnbindAsync();
}

/// <summary>An accepted connection and who is at the other end, by the peer address.</summary>
/// <param name="Socket">The socket, or null where the transport has none (in-memory).</param>
/// <param name="Stream">The stream over it.</param>
/// <param name="Peer">Identity given by the hypervisor or the kernel, never by the peer itself.</param>
public sealed record AcceptedConnection(Socket? Socket, Stream Stream, PeerIdentity Peer);

/// <summary>The families of addresses; a folder of this project serves each.</summary>
public enum TransportKind
{
    /// <summary>In-memory pipe, tests only.</summary>
    Memory,

    /// <summary>Unix-domain socket: one path per VM gives the identity.</summary>
    Unix,

    /// <summary>TCP on loopback: development and lab only.</summary>
    Tcp,

    /// <summary>Sockets between a VM and its Linux host, AF_VSOCK.</summary>
    Vsock,

    /// <summary>Sockets between a VM and its Hyper-V host, AF_HYPERV.</summary>
    HvSocket,
}

/// <summary>Who is at the other end of a connection, by its address.</summary>
/// <param name="Kind">Family.</param>
/// <param name="Key">Stable key for the inventory join: VM GUID, "cid:3", "unix:/run/hvi/vm1.sock", "tcp:127.0.0.1".</param>
/// <param name="Port">Peer's port where the family has one; a Linux guest's agent uses one below 1024.</param>
public sealed record PeerIdentity(TransportKind Kind, string Key, uint? Port);
