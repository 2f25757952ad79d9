using System.Collections.Concurrent;
using Microsoft.Extensions.Options;

namespace HvIntegration.Ingest.Budgets;

/// <summary>The account of each VM. Thread-safe.</summary>
/// <remarks>
/// Bounded by the inventory: only an address that a VM of this host has opens an account. A VM that left keeps its account
/// for an hour, so that going and coming again brings no budget back.
/// </remarks>
internal sealed class VmAccounts(IOptions<BudgetOptions> options, HistoryRoom history, TimeProvider time)
{
    private const int AccountsMax = 4096;
    private const double SecondsPerHour = 3600;
    private const double KiB = 1024;

    // Half of the store is left to the host's side, to signals and verdicts and to the windows.
    private const double GuestsShare = 0.5;
    private const int ShareVmsMin = 8;
    private const double HistoryBytesPerSecondMin = 4 * KiB;
    private static readonly TimeSpan KeptAfterLeaving = TimeSpan.FromHours(1);

    private readonly ConcurrentDictionary<Guid, VmAccount> _accounts = new();
    private readonly ConcurrentDictionary<Guid, long> _left = new();
    private int _listed;

    /// <summary>What is counted of peers that no VM of this host is.</summary>
    public VmAccount UnknownPeers { get; } = new(options.Value, time);

    /// <summary>Account of a VM.</summary>
    public VmAccount Of(Guid partition)
    {
        if (_accounts.TryGetValue(partition, out var known))
        {
            return known;
        }

        if (_accounts.Count >= AccountsMax)
        {
            return UnknownPeers;
        }

        return _accounts.GetOrAdd(partition, _ =>
        {
            var account = new VmAccount(options.Value, time);
            Share(account);
            return account;
        });
    }

    /// <summary>Takes the VMs of this host: shares are made anew, and VMs that left long ago are forgotten.</summary>
    public void Keep(IReadOnlySet<Guid> listed)
    {
        _listed = listed.Count;
        long now = time.GetTimestamp();
        foreach (var (id, account) in _accounts)
        {
            if (listed.Contains(id))
            {
                _left.TryRemove(id, out _);
                Share(account);
            }
            else if (time.GetElapsedTime(_left.GetOrAdd(id, now), now) >= KeptAfterLeaving)
            {
                _accounts.TryRemove(id, out _);
                _left.TryRemove(id, out _);
            }
        }
    }

    private void Share(VmAccount account)
    {
        double perSecond = options.Value.HistoryKiBPerHour > 0
            ? options.Value.HistoryKiBPerHour * KiB / SecondsPerHour
            : Math.Max(
                HistoryBytesPerSecondMin,
                history.Bytes * GuestsShare / Math.Max(_listed, ShareVmsMin) / (history.Hours * SecondsPerHour));
        account.History.SetRate(perSecond, perSecond * SecondsPerHour);
    }
}

/// <summary>What history may take in all, of which each VM has a share.</summary>
/// <param name="Bytes">Maximum size in bytes.</param>
/// <param name="Hours">For how long seconds are kept.</param>
internal sealed record HistoryRoom(long Bytes, int Hours);
