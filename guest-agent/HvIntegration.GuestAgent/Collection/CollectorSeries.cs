using HvIntegration.Protocol.Codec;
using HvIntegration.Protocol.Handshake;
using HvIntegration.Protocol.Metrics;

namespace HvIntegration.GuestAgent.Collection;

/// <summary>The slots of one collector: what each series is, and its newest raw value.</summary>
/// <remarks>
/// Slots are dense and used again after <see cref="Retire"/>. Not thread-safe: one collector, one thread at a time.
/// </remarks>
/// <param name="capacityMax">Most slots of this collector.</param>
/// <param name="budget">What all collectors of the agent share; null in a test of one collector.</param>
internal sealed class CollectorSeries(int capacityMax, SeriesBudget? budget = null) : ISeriesSlots
{
    private readonly List<int> _free = [];
    private SeriesIdentity?[] _identities = new SeriesIdentity?[16];
    private long[] _values = new long[16];
    private bool[] _redefined = new bool[16];

    /// <summary>One more than the highest slot ever used.</summary>
    public int SlotCount { get; private set; }

    /// <summary>Series that were not defined because <c>capacityMax</c> slots are in use or the agent's budget is spent.</summary>
    public long Refused { get; private set; }

    /// <summary>True when a definition changed since <see cref="ClearRedefined"/>.</summary>
    public bool AnyRedefined { get; private set; }

    /// <summary>Newest raw values, by slot.</summary>
    public ReadOnlySpan<long> Values => _values.AsSpan(0, SlotCount);

    /// <summary>Takes a slot for a series; its value starts at 0.</summary>
    /// <param name="metric">A guest metric of the catalog.</param>
    /// <param name="attributes">Attribute values in the order of the metric's keys.</param>
    /// <returns>The slot, or -1 (which <see cref="Set"/> ignores) when the bound is reached.</returns>
    public int Define(MetricDefinition metric, params string[] attributes)
    {
        if (attributes.Length != metric.Attributes.Length)
        {
            throw new ArgumentException($"{metric.Name} has {metric.Attributes.Length} attributes, {attributes.Length} given", nameof(attributes));
        }

        if (_free.Count == 0 && SlotCount >= capacityMax)
        {
            Refused++;
            return -1;
        }

        var identity = new SeriesIdentity(metric, Array.ConvertAll(attributes, a => LabelText.Cut(a, ProtocolLimits.LabelBytesMax)));
        if (budget is not null && !budget.TryTake(identity, _free.Count == 0))
        {
            Refused++;
            return -1;
        }

        int slot;
        if (_free.Count > 0)
        {
            slot = _free[^1];
            _free.RemoveAt(_free.Count - 1);
        }
        else
        {
            slot = SlotCount++;
            if (slot == _values.Length)
            {
                Array.Resize(ref _identities, slot * 2);
                Array.Resize(ref _values, slot * 2);
                Array.Resize(ref _redefined, slot * 2);
            }
        }

        _identities[slot] = identity;
        _values[slot] = 0;
        _redefined[slot] = true;
        AnyRedefined = true;
        return slot;
    }

    /// <summary>Sets the newest raw value (catalog scale not applied) of a slot.</summary>
    public void Set(int slot, long raw)
    {
        if (slot >= 0)
        {
            _values[slot] = raw;
        }
    }

    /// <summary>Gives a slot back because its device or interface is gone.</summary>
    public void Retire(int slot)
    {
        if (slot >= 0 && _identities[slot] is { } identity)
        {
            budget?.GiveBack(identity);
            _identities[slot] = null;
            _values[slot] = 0;
            _redefined[slot] = true;
            AnyRedefined = true;
            _free.Add(slot);
        }
    }

    /// <summary>What sits in a slot; null when it is empty.</summary>
    public SeriesIdentity? Identity(int slot) => _identities[slot];

    /// <summary>True when the slot was defined or retired since <see cref="ClearRedefined"/>.</summary>
    public bool IsRedefined(int slot) => _redefined[slot];

    /// <summary>Called by the encoder after the definitions were written.</summary>
    public void ClearRedefined()
    {
        Array.Clear(_redefined, 0, SlotCount);
        AnyRedefined = false;
    }
}
