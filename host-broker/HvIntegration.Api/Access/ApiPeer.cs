namespace HvIntegration.Api.Access;

/// <summary>Who is at the other end of a connection to the API, as far as the system tells.</summary>
/// <param name="Key">Stable key: <c>uid:1000</c> for an account of this machine, <c>addr:192.0.2.7</c> for another machine, <c>local</c> for this machine where it tells no more, <c>console</c> for those of it who may open the console's place.</param>
/// <param name="Words">The same for an administrator.</param>
/// <param name="IsPrivileged">Root, or the account of the broker itself.</param>
/// <param name="IsAdmitted">It came in where only those with the right to can connect: no token is asked for.</param>
/// <param name="Account">Account of this machine; null where the system does not tell, and for other machines.</param>
internal sealed record ApiPeer(string Key, string Words, bool IsPrivileged, bool IsAdmitted, uint? Account = null);

/// <summary>Carries the peer of a connection to each of its requests.</summary>
internal interface IApiPeerFeature
{
    /// <summary>Who is at the other end.</summary>
    ApiPeer Peer { get; }
}

/// <inheritdoc cref="IApiPeerFeature"/>
internal sealed record ApiPeerFeature(ApiPeer Peer) : IApiPeerFeature;
