using HvIntegration.Transport;

namespace HvIntegration.HostBroker.Listening;

/// <summary>Who is at the other end of this connection; in <c>HttpContext.Features</c> of every request over a transport.</summary>
internal interface ITransportPeerFeature
{
    /// <summary>Identity by the peer's address: the only one there is.</summary>
    PeerIdentity Peer { get; }
}

/// <inheritdoc cref="ITransportPeerFeature"/>
internal sealed record TransportPeerFeature(PeerIdentity Peer) : ITransportPeerFeature;
