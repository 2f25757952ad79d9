using System.Diagnostics.CodeAnalysis;
using HvIntegration.Model;

namespace HvIntegration.History.Committing;

/// <summary>Something known of each boot of each VM.</summary>
/// <remarks>
/// Of one VM the <see cref="BootsMax"/> boots set last are kept, of all the <see cref="PartitionsMax"/> VMs set last. So a guest that claims
/// a new boot every second forgets its own only. Not thread-safe.
/// </remarks>
internal sealed class BootBook<T>
{
    /// <summary>Boots kept of one VM: an agent sends again what belongs to its newest one, or to one shortly before.</summary>
    public const int BootsMax = 8;

    /// <summary>VMs whose boots are kept at most.</summary>
    public const int PartitionsMax = 16_384;

    private readonly Dictionary<Guid, LinkedListNode<Entry>> _partitions = [];
    private readonly LinkedList<Entry> _order = new();

    /// <summary>Everything in it, by VM.</summary>
    public IEnumerable<(BootKey Boot, T Value)> All => _order.SelectMany(e => e.Boots.Select(b => (new BootKey(e.Partition, b.Boot), b.Value)));

    /// <summary>What is known of a boot.</summary>
    public bool TryGet(BootKey boot, [MaybeNullWhen(false)] out T value)
    {
        if (_partitions.TryGetValue(boot.Partition, out var node))
        {
            foreach (var entry in node.Value.Boots)
            {
                if (entry.Boot == boot.Boot)
                {
                    value = entry.Value;
                    return true;
                }
            }
        }

        value = default;
        return false;
    }

    /// <summary>Notes something of a boot, which is then its VM's newest.</summary>
    public void Set(BootKey boot, T value)
    {
        if (!_partitions.TryGetValue(boot.Partition, out var node))
        {
            if (_partitions.Count >= PartitionsMax)
            {
                _partitions.Remove(_order.First!.Value.Partition);
                _order.RemoveFirst();
            }

            _partitions[boot.Partition] = node = new LinkedListNode<Entry>(new Entry(boot.Partition));
        }
        else
        {
            _order.Remove(node);
        }

        _order.AddLast(node);
        var boots = node.Value.Boots;
        var index = boots.FindIndex(b => b.Boot == boot.Boot);
        if (index >= 0)
        {
            boots.RemoveAt(index);
        }
        else if (boots.Count >= BootsMax)
        {
            boots.RemoveAt(0);
        }

        boots.Add((boot.Boot, value));
    }

    /// <summary>Forgets what does not hold.</summary>
    public void Keep(Func<T, bool> holds)
    {
        foreach (var node in _partitions.Values.ToList())
        {
            node.Value.Boots.RemoveAll(b => !holds(b.Value));
            if (node.Value.Boots.Count == 0)
            {
                _partitions.Remove(node.Value.Partition);
                _order.Remove(node);
            }
        }
    }

    private sealed record Entry(Guid Partition)
    {
        public List<(Guid Boot, T Value)> Boots { get; } = [];
    }
}
