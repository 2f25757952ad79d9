namespace HvIntegration.Soak;

/// <summary>What a run is to be.</summary>
/// <param name="Hours">Simulated hours, more than <paramref name="WarmUpHours"/>.</param>
/// <param name="Vms">VMs at one time, 3 or more; the first two are hostile.</param>
/// <param name="StepSeconds">Seconds the clock is turned at a time, which is the interval of every sample: 2 to 30.</param>
/// <param name="WarmUpHours">Hours until everything that is kept for a time is full: what is measured before counts for nothing.</param>
/// <param name="MeasureMinutes">Simulated minutes between two measurements.</param>
/// <param name="SecondHours">How long raw counters are kept.</param>
/// <param name="SizeMaxMiB">Limit of the history.</param>
/// <param name="MemoryMaxMiB">Memory the database may use.</param>
/// <param name="Folder">Where history is written; made, and deleted at the end.</param>
/// <param name="GrowthMax">Most that memory may grow after the warm-up, as a share.</param>
/// <param name="RealMax">Real time after which the run ends where it is, and is judged.</param>
/// <param name="Seed">Seed of everything that happens.</param>
internal sealed record SoakPlan(
    double Hours, int Vms, int StepSeconds, double WarmUpHours, int MeasureMinutes, int SecondHours, int SizeMaxMiB, int MemoryMaxMiB, string Folder, double GrowthMax, TimeSpan RealMax, int Seed)
{
    /// <summary>
    /// Late on the day before the clocks of Europe go back, two days before a month ends: an hour and a half later a day changes,
    /// an hour after that daylight saving ends, and within two days a month does.
    /// </summary>
    public static DateTimeOffset Start { get; } = new(2027, 10, 30, 22, 30, 0, TimeSpan.Zero);
}
