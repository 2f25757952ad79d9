using HvIntegration.Model;
using HvIntegration.Protocol.Metrics;

namespace HvIntegration.Engine.Stack;

/// <summary>How the series of one metric become one number.</summary>
internal enum StackSum
{
    /// <summary>The sum of all series.</summary>
    Total,

    /// <summary>Mean over the series, as of virtual processors.</summary>
    Mean,

    /// <summary>The greatest value of any series.</summary>
    Greatest,

    /// <summary>The smallest value of any series.</summary>
    Least,

    /// <summary>Each series by itself, named by its instance.</summary>
    Each,
}

/// <summary>One thing that is watched of a part of the stack.</summary>
/// <param name="Part">Part of the stack that it belongs to.</param>
/// <param name="What">Its name as users read it.</param>
/// <param name="Metric">What it is read from.</param>
/// <param name="Sum">How its series become one number.</param>
internal sealed record StackRule(StackPart Part, string What, MetricDefinition Metric, StackSum Sum)
{
    /// <summary>From where on it deserves attention; null where no limit is known.</summary>
    public double? Limit { get; init; }

    /// <summary>Below the limit is what deserves attention, as of free memory.</summary>
    public bool IsFloor { get; init; }

    /// <summary>Only series whose last attribute value is this; null for all.</summary>
    public string? Last { get; init; }

    /// <summary>Harm of this kind may come from it; null where it explains none.</summary>
    public ResourceFamily[] Explains { get; init; } = [];

    /// <summary>What to do when the limit is passed.</summary>
    public string Advice { get; init; } = string.Empty;

    /// <summary>Unit of the number: that of the metric, a counter's per second; seconds per second are processors when added up, else a share.</summary>
    public string Unit => (Metric.Form, Metric.Unit) switch
    {
        _ when Sum == StackSum.Each => StackUse.YesOrNo,
        (MetricForm.Counter, "s") => Sum == StackSum.Total ? "{cpu}" : "1",
        (MetricForm.Counter, var unit) => unit + "/s",
        (_, var unit) => unit,
    };
}
