using HvIntegration.CounterSources.HyperV.Counters;

namespace HvIntegration.CounterSources.Pdh;

/// <summary>The counters that are read live: those of <see cref="HyperVCounterTable"/> that recordings alone do not need.</summary>
internal static class LiveCounters
{
    /// <summary>All of them, each once, sets that matter most first.</summary>
    public static IReadOnlyList<LiveCounter> All { get; } =
    [
        .. HyperVCounterTable.Rows.Where(r => r.Live != LiveReading.Never)
            .Select(r => new LiveCounter(r.Set, r.Counter, r.HasInstances, IsOptional: r.Live != LiveReading.Needed, IsCost: r.Live == LiveReading.Cost))
            .Distinct(),
    ];
}
