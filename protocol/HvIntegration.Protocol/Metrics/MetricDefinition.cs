namespace HvIntegration.Protocol.Metrics;

/// <summary>How the values of a metric are read over time.</summary>
public enum MetricForm
{
    /// <summary>Rises from an arbitrary start; a fall is a reset. Only differences have meaning.</summary>
    Counter = 1,

    /// <summary>A level at the moment of the read.</summary>
    Gauge = 2,
}

/// <summary>Which side of the VMBus a metric is measured on.</summary>
public enum MetricSide
{
    /// <summary>Claimed by the guest.</summary>
    Guest = 1,

    /// <summary>Measured by the host.</summary>
    Host = 2,
}

/// <summary>One metric, named once for wire, store, API and exporters.</summary>
/// <param name="Id">Number on the wire and in the store. Never used again for another meaning.</param>
/// <param name="Name">Dotted name; an OpenTelemetry semantic-convention name where one exists.</param>
/// <param name="Unit">UCUM unit of the scaled value.</param>
/// <param name="Form">Counter or gauge.</param>
/// <param name="Scale">Scaled value = raw integer × scale. Host metrics are doubles in base units, scale 1.</param>
/// <param name="Attributes">Attribute keys, in the order in which a series gives their values.</param>
/// <param name="Description">What it means, one sentence.</param>
public sealed record MetricDefinition(
    ushort Id, string Name, string Unit, MetricForm Form, double Scale, string[] Attributes, string Description)
{
    /// <summary>Guest metrics have ids below 1000, host metrics from 1000 on.</summary>
    public MetricSide Side => Id < 1000 ? MetricSide.Guest : MetricSide.Host;
}
