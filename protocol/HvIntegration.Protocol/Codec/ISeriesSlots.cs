namespace HvIntegration.Protocol.Codec;

/// <summary>The slots of one collector as the encoder reads them: what each series is, and its newest raw value.</summary>
/// <remarks>Slots count from 0 without a break. A slot that became free may later hold another series; it is then redefined.</remarks>
public interface ISeriesSlots
{
    /// <summary>One more than the highest slot ever used.</summary>
    int SlotCount { get; }

    /// <summary>Newest raw values, by slot.</summary>
    ReadOnlySpan<long> Values { get; }

    /// <summary>True when a definition changed since <see cref="ClearRedefined"/>.</summary>
    bool AnyRedefined { get; }

    /// <summary>What a slot holds; null when it is empty.</summary>
    SeriesIdentity? Identity(int slot);

    /// <summary>True when the slot was defined or became free since <see cref="ClearRedefined"/>.</summary>
    bool IsRedefined(int slot);

    /// <summary>Called by the encoder after the definitions were written.</summary>
    void ClearRedefined();
}
