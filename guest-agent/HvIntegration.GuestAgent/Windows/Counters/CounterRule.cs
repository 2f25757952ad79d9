using HvIntegration.Protocol.Metrics;

namespace HvIntegration.GuestAgent.Windows.Counters;

/// <summary>How the instances of one counter become series of one metric.</summary>
/// <param name="Path">English path, as <c>\Set(*)\Counter</c>.</param>
/// <param name="Metric">Where the values go.</param>
/// <param name="Factor">Raw value of the metric for a counter's value of 1.</param>
/// <param name="Attributes">Attribute values of an instance; null leaves the instance out. Instances with the same attributes are added up.</param>
/// <param name="IsPerSecond">The counter is a rate and the metric a counter: values are added up over time.</param>
internal sealed record CounterRule(string Path, MetricDefinition Metric, double Factor, Func<string, string[]?> Attributes, bool IsPerSecond = false);
