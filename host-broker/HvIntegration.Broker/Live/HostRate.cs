using HvIntegration.Model;

namespace HvIntegration.Broker.Live;

/// <summary>A host value in the form people read: a counter per second, a level as it is.</summary>
/// <param name="Series">Id of the series.</param>
/// <param name="AtNs">Time of the read, host time.</param>
/// <param name="Value">Per second for counters, else as read.</param>
/// <param name="Quality">How far it can be trusted.</param>
/// <param name="NativeName">The counter's own name.</param>
internal sealed record HostRate(SeriesKey Series, long AtNs, double Value, SampleQuality Quality, string NativeName);
