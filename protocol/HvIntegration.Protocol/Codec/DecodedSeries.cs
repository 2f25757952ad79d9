using HvIntegration.Protocol.Metrics;

namespace HvIntegration.Protocol.Codec;

/// <summary>One series of a stream. The same instance comes with every value until its slot is defined anew.</summary>
public sealed class DecodedSeries
{
    internal DecodedSeries(uint metricId, MetricDefinition? metric, string[] attributes)
    {
        MetricId = metricId;
        Metric = metric;
        Attributes = attributes;
    }

    /// <summary>Id as the agent sent it.</summary>
    public uint MetricId { get; }

    /// <summary>Catalog entry; null for a metric this build does not know, whose values are never handed out.</summary>
    public MetricDefinition? Metric { get; }

    /// <summary>Attribute values in the order of the metric's keys, each within <see cref="Handshake.ProtocolLimits.LabelBytesMax"/>.</summary>
    public IReadOnlyList<string> Attributes { get; }

    /// <summary>Free for the reader: what it looked up for this series once.</summary>
    public object? Tag { get; set; }

    /// <summary>Newest raw integer, before the catalog's scale.</summary>
    internal long Raw { get; set; }

    /// <summary>True while another slot holds the same metric and attributes: values are counted, not handed out.</summary>
    internal bool IsDuplicate { get; set; }

    internal string[] AttributeArray => (string[])Attributes;
}
