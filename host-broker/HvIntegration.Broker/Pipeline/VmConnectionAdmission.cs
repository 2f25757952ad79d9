using HvIntegration.Ingest.Budgets;
using HvIntegration.Ingest.Listening;
using HvIntegration.Ingest.Streams;
using HvIntegration.Transport.Abstractions;

namespace HvIntegration.Broker.Pipeline;

/// <summary>The admission of connections, with what it refuses and what comes to nothing counted to the VM that dialled.</summary>
internal sealed class VmConnectionAdmission(TransportListeningOptions options, IPeerDirectory peers, VmAccounts accounts) : IConnectionAdmission
{
    private readonly ConnectionAdmission _places = new(options);

    /// <inheritdoc/>
    public IDisposable? TryAdmit(PeerIdentity peer, out string? refusal)
    {
        var account = AccountOf(peer);

        // Many new VMs may dial before the next read of the inventory: those share no rate, the places bound them.
        if (account != accounts.UnknownPeers && !account.Connections.TryTake())
        {
            account.Ledger.Count(LedgerEntry.ConnectionsRefused);
            refusal = "it connects more often than the limit of one VM";
            return null;
        }

        var lease = _places.TryAdmit(peer, out refusal);
        if (lease is null)
        {
            account.Ledger.Count(LedgerEntry.ConnectionsRefused);
        }

        return lease;
    }

    /// <inheritdoc/>
    public void NoteBarren(PeerIdentity peer) => AccountOf(peer).Ledger.Count(LedgerEntry.ConnectionsWithoutStream);

    private VmAccount AccountOf(PeerIdentity peer) => peers.Find(peer) is { } vm ? accounts.Of(vm.Id) : accounts.UnknownPeers;
}
