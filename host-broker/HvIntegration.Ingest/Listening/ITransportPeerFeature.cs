using HvIntegration.Transport.Abstractions;

namespace HvIntegration.Ingest.Listening;

/// <summary>Who is at the other end of this connection; in <c>HttpContext.Features</c> of every request over a transport.</summary>
internal interface ITransportPeerFeature
{
    /// <summary>Identity by the peer's address: the only one there is.</summary>
    PeerIdentity Peer { get; }

    /// <summary>True once the connection carried a stream of the service it is there for.</summary>
    bool CarriedStream { get; set; }
}

/// <inheritdoc cref="ITransportPeerFeature"/>
internal sealed class TransportPeerFeature(PeerIdentity peer) : ITransportPeerFeature
{
    private volatile bool _carriedStream;

    /// <inheritdoc/>
    public PeerIdentity Peer { get; } = peer;

    /// <inheritdoc/>
    public bool CarriedStream
    {
        get => _carriedStream;
        set => _carriedStream = value;
    }
}
