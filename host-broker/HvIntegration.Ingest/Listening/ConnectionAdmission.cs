using HvIntegration.Transport.Abstractions;

namespace HvIntegration.Ingest.Listening;

/// <summary>Bounds connections per VM and in all.</summary>
/// <remarks>
/// A second connection of a VM is let in so that its agent can be told why it is refused; more are not. On Linux guests
/// any user can dial, so connections from ports of 1024 and above are counted apart: they cannot take the agent's place.
/// </remarks>
internal sealed class ConnectionAdmission(TransportListeningOptions options) : IConnectionAdmission
{
    private const uint PrivilegedPortEnd = 1024;

    private readonly Dictionary<(string Key, bool Privileged), int> _open = [];
    private readonly Lock _lock = new();
    private int _total;

    public IDisposable? TryAdmit(PeerIdentity peer, out string? refusal)
    {
        bool privileged = IsPrivileged(peer);
        if (!privileged && options.RefuseUnprivilegedPorts)
        {
            refusal = $"its port {peer.Port} is not below 1024, so any user of that guest can use it";
            return null;
        }

        var slot = (peer.Key, privileged);
        lock (_lock)
        {
            int open = _open.GetValueOrDefault(slot);
            if (_total >= options.ConnectionsMax)
            {
                refusal = $"the broker has {_total} connections, which is its limit";
                return null;
            }

            if (open >= options.ConnectionsPerPeerMax)
            {
                refusal = $"it has {open} connections already";
                return null;
            }

            _open[slot] = open + 1;
            _total++;
        }

        refusal = null;
        return new Lease(this, slot);
    }

    public void NoteBarren(PeerIdentity peer)
    {
        // Places are all that is counted here.
    }

    // TCP ports and socket paths say nothing about privilege; vsock ports do, also those inside a Hyper-V service GUID.
    private static bool IsPrivileged(PeerIdentity peer) =>
        peer.Kind is not (TransportKind.Vsock or TransportKind.HvSocket) || peer.Port is null or < PrivilegedPortEnd;

    private void Release((string Key, bool Privileged) slot)
    {
        lock (_lock)
        {
            _total--;
            int left = _open[slot] - 1;
            if (left == 0)
            {
                _open.Remove(slot);
            }
            else
            {
                _open[slot] = left;
            }
        }
    }

    private sealed class Lease(ConnectionAdmission owner, (string Key, bool Privileged) slot) : IDisposable
    {
        private int _released;

        public void Dispose()
        {
            if (Interlocked.Exchange(ref _released, 1) == 0)
            {
                owner.Release(slot);
            }
        }
    }
}
