namespace HvIntegration.CounterSources.Pdh;

/// <summary>What a provider counted for one instance at one read.</summary>
/// <param name="First">N: the counter itself.</param>
/// <param name="Second">D or B: time stamp, or base of timers and averages.</param>
internal readonly record struct RawValue(long First, long Second);
