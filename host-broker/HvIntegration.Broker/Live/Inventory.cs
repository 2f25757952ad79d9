using HvIntegration.Ingest.Streams;
using System.Collections.Frozen;
using HvIntegration.Model;
using HvIntegration.Transport.Abstractions;

namespace HvIntegration.Broker.Live;

/// <summary>The VMs of the host as of the newest read, and the join from peer address to VM. Thread-safe.</summary>
internal sealed class Inventory : IPeerDirectory
{
    private volatile State _state = new([], FrozenDictionary<string, PartitionInfo>.Empty);

    /// <summary>VMs as of the newest read, by name.</summary>
    public IReadOnlyList<PartitionInfo> Partitions => _state.Partitions;

    /// <summary>Addresses that more than one VM has: those agents are refused, because the address names nobody.</summary>
    public IReadOnlyList<string> AmbiguousAddresses { get; private set; } = [];

    /// <summary>Takes a new inventory.</summary>
    /// <returns>True when it differs from the one before.</returns>
    public bool Update(IReadOnlyList<PartitionInfo> partitions)
    {
        var before = _state;
        if (partitions.SequenceEqual(before.Partitions))
        {
            return false;
        }

        var byAddress = new Dictionary<string, PartitionInfo>(StringComparer.Ordinal);
        var ambiguous = new HashSet<string>(StringComparer.Ordinal);
        foreach (var partition in partitions)
        {
            foreach (string key in Keys(partition))
            {
                if (!byAddress.TryAdd(key, partition))
                {
                    ambiguous.Add(key);
                }
            }
        }

        foreach (string key in ambiguous)
        {
            byAddress.Remove(key);
        }

        AmbiguousAddresses = [.. ambiguous];
        _state = new State([.. partitions.OrderBy(p => p.Name, StringComparer.Ordinal)], byAddress.ToFrozenDictionary(StringComparer.Ordinal));
        return true;
    }

    /// <inheritdoc/>
    public PartitionInfo? Find(PeerIdentity peer) => _state.ByAddress.GetValueOrDefault(Normalise(peer.Key));

    private static IEnumerable<string> Keys(PartitionInfo partition)
    {
        yield return partition.Id.ToString();
        if (partition.AgentAddress is { Length: > 0 } address)
        {
            yield return Normalise(address);
        }
    }

    /// <summary>One spelling for an address, whether a counter source or a listener wrote it.</summary>
    private static string Normalise(string address) =>
        Guid.TryParse(address, out var id) ? id.ToString()
        : address.StartsWith("unix://", StringComparison.Ordinal) ? "unix:" + address["unix://".Length..]
        : address.StartsWith('/') ? "unix:" + address
        : uint.TryParse(address, out uint cid) ? $"cid:{cid}"
        : address;

    private sealed record State(IReadOnlyList<PartitionInfo> Partitions, FrozenDictionary<string, PartitionInfo> ByAddress);
}
