using HvIntegration.Protocol.Metrics;

namespace HvIntegration.Protocol.Codec;

/// <summary>Which series a slot holds: its metric, and of what.</summary>
/// <param name="Metric">Catalog entry.</param>
/// <param name="Attributes">Attribute values in the order of the metric's keys.</param>
public sealed record SeriesIdentity(MetricDefinition Metric, IReadOnlyList<string> Attributes);
