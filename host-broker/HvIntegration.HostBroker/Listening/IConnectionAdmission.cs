using HvIntegration.Transport;

namespace HvIntegration.HostBroker.Listening;

/// <summary>Decides about a connection before a byte of it is read.</summary>
internal interface IConnectionAdmission
{
    /// <summary>Admits a peer or says why not.</summary>
    /// <param name="peer">By its address.</param>
    /// <param name="refusal">Why not, for the log; null when admitted.</param>
    /// <returns>Null when refused; else a lease to dispose when the connection ended.</returns>
    IDisposable? TryAdmit(PeerIdentity peer, out string? refusal);
}
