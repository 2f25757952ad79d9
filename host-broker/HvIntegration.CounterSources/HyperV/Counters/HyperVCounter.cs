using HvIntegration.CounterSources.PerformanceCounters;
using HvIntegration.Model;
using HvIntegration.Protocol.Metrics;

namespace HvIntegration.CounterSources.HyperV.Counters;

/// <summary>One row of <see cref="HyperVCounterTable"/>: a counter of a Hyper-V host and the series that it becomes.</summary>
/// <param name="Set">English name of the counter set.</param>
/// <param name="Counter">English name of the counter, as Windows spells it.</param>
/// <param name="Metric">Metric of the catalog.</param>
/// <param name="Form">How the value covers time.</param>
/// <param name="Factor">From the counter's unit to the metric's.</param>
internal sealed record HyperVCounter(string Set, string Counter, MetricDefinition Metric, SampleForm Form, double Factor)
    : CounterRow(Set, Counter, Metric, Form, Factor)
{
    /// <summary>Oldest Windows that is known to have it.</summary>
    public WindowsRelease Oldest { get; init; }

    /// <summary>How its instances name what they are about.</summary>
    public InstanceKind Instances { get; init; }

    /// <summary>The set has instances: the live source reads all of them with one wildcard.</summary>
    public bool HasInstances { get; init; } = true;

    /// <summary>Whether the live source reads it.</summary>
    public LiveReading Live { get; init; }

    /// <summary><c>_Total</c> makes no series, although it does for other counters of the set.</summary>
    public bool NotOfTotal { get; init; }

    /// <summary>Counters of the set with this text in their name do as well; null: only <see cref="CounterRow.Counter"/>.</summary>
    public string? AnyWith { get; init; }

    /// <summary>A counter elsewhere that tells it better: where it is recorded, this row makes no series.</summary>
    public BetterCounter? Unless { get; init; }

    /// <summary>A recording without a companion is told so: the counter says nothing alone, and a reader would look for it.</summary>
    public bool MissingIsTold { get; init; }
}
