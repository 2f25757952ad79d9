namespace HvIntegration.Engine.Timeline;

/// <summary>Steady growth over a long time.</summary>
/// <param name="Name">Process that grows; the guest as a whole where no process can be named.</param>
/// <param name="Process">True when a process is named.</param>
/// <param name="What">"private memory", "handles", "threads", "committed memory".</param>
/// <param name="Unit">UCUM unit of the growth: By, {handle}, {thread}.</param>
/// <param name="PerHour">Slope, units per hour.</param>
/// <param name="Growth">Growth since it began, units.</param>
/// <param name="FromSecond">Host second at which it began.</param>
/// <param name="ToSecond">Newest point.</param>
/// <param name="Source">Where it was read.</param>
internal sealed record LeakTrend(
    string Name, bool Process, string What, string Unit, double PerHour, double Growth, long FromSecond, long ToSecond, string Source);
