using HvIntegration.Model;

namespace HvIntegration.History.Committing;

/// <summary>The newest inventory entry of each VM that was ever listed, the newest few thousand of them. Thread-safe.</summary>
/// <remarks>Each new file begins with them. Desktops that are made anew every day would otherwise fill it for ever.</remarks>
internal sealed class KnownPartitions
{
    // Four times the most VMs of a host.
    private const int PartitionsMax = 4096;

    private readonly Lock _gate = new();
    private readonly Dictionary<Guid, (PartitionInfo Info, long Number)> _known = [];
    private long _number;

    /// <summary>The newest inventory entry of each VM, by its id.</summary>
    public Dictionary<Guid, PartitionInfo> All
    {
        get
        {
            lock (_gate)
            {
                return _known.ToDictionary(k => k.Key, k => k.Value.Info);
            }
        }
    }

    /// <summary>Notes entries; beyond the bound those that were noted longest ago are forgotten.</summary>
    public void Note(IEnumerable<PartitionInfo> partitions)
    {
        lock (_gate)
        {
            foreach (var info in partitions)
            {
                _known[info.Id] = (info, ++_number);
            }

            if (_known.Count > PartitionsMax)
            {
                foreach (var oldest in _known.OrderBy(k => k.Value.Number).Take(_known.Count - PartitionsMax).Select(k => k.Key).ToList())
                {
                    _known.Remove(oldest);
                }
            }
        }
    }
}
