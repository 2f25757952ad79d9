using HvIntegration.Ingest.Budgets;
using System.Collections.Concurrent;
using HvIntegration.Model;
using HvIntegration.Protocol.V1;
using HvIntegration.Transport.Abstractions;
using Microsoft.Extensions.Options;

namespace HvIntegration.Ingest.Streams;

/// <summary>Every agent stream of the host: one per VM, plus those held because no VM has their address.</summary>
internal sealed class AgentSessions(IOptions<AgentOptions> options, VmAccounts accounts, TimeProvider time)
{
    private readonly Lock _gate = new();
    private readonly Dictionary<Guid, AgentSession> _byVm = [];
    private readonly ConcurrentDictionary<long, HeldPeer> _held = new();
    private long _heldId;
    private long _newest;

    /// <summary>Connections waiting for their VM to appear in the inventory.</summary>
    public IReadOnlyCollection<HeldPeer> Held => [.. _held.Values];

    /// <summary><see cref="AgentSession.Order"/> of the stream that was admitted last; 0 before the first.</summary>
    public long Newest
    {
        get
        {
            lock (_gate)
            {
                return _newest;
            }
        }
    }

    /// <summary>Agent sessions that are open now.</summary>
    public IReadOnlyList<AgentSession> All
    {
        get
        {
            lock (_gate)
            {
                return [.. _byVm.Values];
            }
        }
    }

    /// <summary>The session of a VM, or null.</summary>
    public AgentSession? Find(Guid partition)
    {
        lock (_gate)
        {
            return _byVm.GetValueOrDefault(partition);
        }
    }

    /// <summary>Admits the one agent of a VM.</summary>
    /// <exception cref="RefusedException">Another agent of this VM is connected and alive.</exception>
    public AgentSession Admit(PartitionInfo partition, PeerIdentity peer, AgentFacts facts)
    {
        var account = accounts.Of(partition.Id);
        AgentSession session;
        AgentSession? dead = null;
        lock (_gate)
        {
            if (_byVm.TryGetValue(partition.Id, out var first))
            {
                if (first.Silence < TimeSpan.FromMilliseconds(options.Value.DeadAfterMs) && !first.Ended.IsCancellationRequested)
                {
                    throw new RefusedException(
                        RefuseReason.AnotherAgentConnected,
                        $"Another agent of VM '{partition.Name}' (version {first.Facts.AgentVersion}) is already connected and alive.",
                        "Run one hvi-agent in this guest; stop the other one.");
                }

                dead = first;
            }

            _byVm[partition.Id] = session = new AgentSession(partition, peer, facts, account, time) { Order = ++_newest };
        }

        if (dead is not null)
        {
            account.Ledger.Count(LedgerEntry.TakenOver);
            dead.End("A new agent of this VM replaced this silent one.");
        }

        account.Ledger.Count(LedgerEntry.Connections);
        return session;
    }

    /// <summary>Forgets a session that ended; a successor stays.</summary>
    public void Remove(AgentSession session)
    {
        lock (_gate)
        {
            if (_byVm.GetValueOrDefault(session.Partition.Id) == session)
            {
                _byVm.Remove(session.Partition.Id);
            }
        }
    }

    /// <summary>Notes a connection without a VM; dispose the result when it is held no longer.</summary>
    /// <exception cref="RefusedException">Too many are held.</exception>
    public IDisposable Hold(PeerIdentity peer, string claimedHostName)
    {
        if (_held.Count >= options.Value.HeldMax)
        {
            throw new RefusedException(
                RefuseReason.Limit, $"{options.Value.HeldMax} connections from unknown addresses are already waiting.", "Try again later.");
        }

        long id = Interlocked.Increment(ref _heldId);
        _held[id] = new HeldPeer(peer.Key, claimedHostName);
        return new Release(() => _held.TryRemove(id, out _));
    }

    private sealed class Release(Action release) : IDisposable
    {
        public void Dispose() => release();
    }
}

/// <summary>A connection from an address that no VM of the inventory has.</summary>
/// <param name="Address">Address of the peer.</param>
/// <param name="ClaimedHostName">What the agent calls its guest: a claim, shown as such.</param>
internal sealed record HeldPeer(string Address, string ClaimedHostName);
