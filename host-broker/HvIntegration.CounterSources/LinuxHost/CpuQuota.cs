namespace HvIntegration.CounterSources.LinuxHost;

/// <summary>CPU cap of a control group.</summary>
/// <param name="Processors">Cap in logical processors.</param>
/// <param name="ThrottledSeconds">Time the controller held the group at its cap since it was made; NaN when not told.</param>
/// <param name="Shared">The cap lies on a group that may hold other processes too.</param>
/// <param name="Native">Files the numbers came from.</param>
internal readonly record struct CpuQuota(double Processors, double ThrottledSeconds, bool Shared, string Native);
