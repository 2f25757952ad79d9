using HvIntegration.Model;

namespace HvIntegration.CounterSources.PerformanceCounters;

/// <summary>What the instance of a column is about.</summary>
/// <param name="Partition">VM; <see cref="Guid.Empty"/> for the host.</param>
/// <param name="Label">First attribute value of its series, as a disk; null for none.</param>
/// <param name="IsGroup">Several VMs have the name: they are shown as one.</param>
/// <param name="Quality">How sure it is that the instance is theirs.</param>
public readonly record struct SeriesOwner(Guid Partition, string? Label = null, bool IsGroup = false, SampleQuality Quality = SampleQuality.Measured)
{
    /// <summary>The host as a whole.</summary>
    public static SeriesOwner Host { get; } = new(Guid.Empty);
}
