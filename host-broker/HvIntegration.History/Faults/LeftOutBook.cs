namespace HvIntegration.History.Faults;

/// <summary>What was left out of history, by VM. Thread-safe.</summary>
/// <param name="first">Told of a VM the first time something of it is left out, with a word for what.</param>
internal sealed class LeftOutBook(Action<Guid, string> first)
{
    // Far more VMs than a host has; of those beyond it nothing is counted.
    private const int PartitionsMax = 4096;

    private readonly Lock _gate = new();
    private readonly Dictionary<Guid, LeftOutCounts> _counts = [];

    /// <summary>Counts by VM; a VM of which nothing was left out is not in it.</summary>
    public IReadOnlyDictionary<Guid, LeftOutCounts> All
    {
        get
        {
            lock (_gate)
            {
                return new Dictionary<Guid, LeftOutCounts>(_counts);
            }
        }
    }

    /// <summary>Counts values that were left out because the VM has too many series.</summary>
    public void Values(Guid partition, long count) => Add(partition, count, "series above its share", c => c with { Values = c.Values + count });

    /// <summary>Counts process rows that were left out because the VM sends too many.</summary>
    public void Processes(Guid partition, long count) => Add(partition, count, "processes above its share", c => c with { Processes = c.Processes + count });

    /// <summary>Counts batches that were left out because the VM has too many boots.</summary>
    public void Batches(Guid partition, long count) => Add(partition, count, "boots above its share", c => c with { Batches = c.Batches + count });

    /// <summary>Counts values that were left out because their time cannot be true.</summary>
    public void Times(Guid partition, long count) => Add(partition, count, "impossible times", c => c with { Times = c.Times + count });

    /// <summary>Counts minutes and hours that could not be made.</summary>
    public void Windows(Guid partition, long count) => Add(partition, count, "a minute or hour that cannot be created", c => c with { Windows = c.Windows + count });

    /// <summary>Counts series of windows.</summary>
    public void WindowSeries(Guid partition, long count) => Add(partition, count, "series above its share of a minute or hour", c => c with { WindowSeries = c.WindowSeries + count });

    private void Add(Guid partition, long count, string what, Func<LeftOutCounts, LeftOutCounts> add)
    {
        if (count == 0)
        {
            return;
        }

        bool isFirst;
        lock (_gate)
        {
            isFirst = !_counts.TryGetValue(partition, out var counts);
            if (isFirst && _counts.Count >= PartitionsMax)
            {
                return;
            }

            _counts[partition] = add(counts);
        }

        if (isFirst)
        {
            first(partition, what);
        }
    }
}
