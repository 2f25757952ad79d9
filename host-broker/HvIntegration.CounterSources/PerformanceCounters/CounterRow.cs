using HvIntegration.Model;
using HvIntegration.Protocol.Metrics;

namespace HvIntegration.CounterSources.PerformanceCounters;

/// <summary>One row of a counter table: what a Windows performance counter becomes.</summary>
/// <param name="Set">English name of the counter set.</param>
/// <param name="Counter">English name of the counter, as Windows spells it.</param>
/// <param name="Metric">Metric of the catalog.</param>
/// <param name="Form">How the value covers time.</param>
/// <param name="Factor">From the counter's unit to the metric's.</param>
/// <remarks>A counter may have several rows. Companions are other counters of the same set and instance.</remarks>
public record CounterRow(string Set, string Counter, MetricDefinition Metric, SampleForm Form, double Factor)
{
    /// <summary>Last attribute value of the series, as a direction; null when the metric has none beside what the instance gives.</summary>
    public string? Attribute { get; init; }

    /// <summary>Companions whose sum multiplies the value, as events multiply the time of one. Without all of them there is no series.</summary>
    public IReadOnlyList<string> Times { get; init; } = [];

    /// <summary>Companions that are added to the value. Without all of them there is no series.</summary>
    public IReadOnlyList<string> Plus { get; init; } = [];

    /// <summary>Companions that must be there too.</summary>
    public IReadOnlyList<string> With { get; init; } = [];

    /// <summary>Companions that tell it better: with any of them this row makes no series.</summary>
    public IReadOnlyList<string> UnlessAny { get; init; } = [];

    /// <summary>Companions that tell it better together: with all of them this row makes no series.</summary>
    public IReadOnlyList<string> UnlessAll { get; init; } = [];

    /// <summary>Added after the factor: 1 turns a share of idle time into one of busy time.</summary>
    public double Offset { get; init; }

    /// <summary>How far the value can be trusted.</summary>
    public SampleQuality Quality { get; init; } = SampleQuality.Measured;

    /// <summary>What becomes of a second column for the same series.</summary>
    public SameSeries Same { get; init; }

    /// <summary>Zero means that there is no limit: no sample.</summary>
    public bool ZeroIsNone { get; init; }

    /// <summary>A recorder that caps at 100 leaves nothing but 100 in this column.</summary>
    public bool MayBeCapped { get; init; }

    /// <summary>Only whether the value is above zero matters: 1 or 0.</summary>
    public bool AsPresence { get; init; }

    /// <summary>Evidence shows this text in place of the counter as recorded.</summary>
    public string? Native { get; init; }

    /// <summary>Evidence shows the counter, <c>x</c> and this word for <see cref="Times"/>; null: the counter alone.</summary>
    public string? TimesWord { get; init; }

    /// <summary>Evidence shows the set in place of the counter.</summary>
    public bool NamesSet { get; init; }
}
