using HvIntegration.CounterSources.PerformanceCounters;
using HvIntegration.Model;
using HvIntegration.Protocol.Metrics;

namespace HvIntegration.Recordings;

/// <summary>One row of <see cref="GuestCounterTable"/>.</summary>
/// <param name="Set">English name of the counter set.</param>
/// <param name="Counter">English name of the counter, as Windows spells it.</param>
/// <param name="Metric">Metric of the catalog.</param>
/// <param name="Form">How the value covers time.</param>
/// <param name="Factor">From the counter's unit to the metric's.</param>
internal sealed record GuestCounter(string Set, string Counter, MetricDefinition Metric, SampleForm Form, double Factor)
    : CounterRow(Set, Counter, Metric, Form, Factor)
{
    /// <summary>The one instance that is read of a counter of the guest as a whole; empty for a set without instances.</summary>
    public string Instance { get; init; } = "";
}
