namespace HvIntegration.CounterSources.Simulated;

/// <summary>A guest's monotonic clock: starts at its boot and runs a little fast or slow.</summary>
/// <param name="BootNs">Host time of the boot.</param>
/// <param name="DriftPpm">Parts per million it runs fast.</param>
internal sealed record SimulatedClock(long BootNs, double DriftPpm)
{
    /// <summary>Guest monotonic time at a host time.</summary>
    public long At(long hostNs) => (long)((hostNs - BootNs) * (decimal)(1 + (DriftPpm * 1e-6)));
}
