using HvIntegration.Transport.Abstractions;

namespace HvIntegration.Ingest.Listening;

/// <summary>Decides about a connection before a byte of it is read.</summary>
internal interface IConnectionAdmission
{
    /// <summary>Admits a peer or says why not.</summary>
    /// <param name="peer">The peer with its address.</param>
    /// <param name="refusal">Why not, for the log; null when admitted.</param>
    /// <returns>Null when refused; else a lease to dispose when the connection ended.</returns>
    IDisposable? TryAdmit(PeerIdentity peer, out string? refusal);

    /// <summary>Notes a connection that ended without a stream: a peer that only dials, or sends what is no HTTP/2.</summary>
    void NoteBarren(PeerIdentity peer);
}
