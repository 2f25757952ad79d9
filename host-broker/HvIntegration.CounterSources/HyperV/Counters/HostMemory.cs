using HvIntegration.CounterSources.PerformanceCounters;
using HvIntegration.Model;
using HvIntegration.Protocol.Metrics;

namespace HvIntegration.CounterSources.HyperV.Counters;

/// <summary>Memory of the host as a whole, which no single counter of Hyper-V tells.</summary>
/// <remarks>Planned after all rows: it is made of what they left. What the host can still give and what its VMs have makes nearly all of it.</remarks>
internal static class HostMemory
{
    /// <summary>The one counter that tells the total; a recording rarely has it.</summary>
    public static HyperVCounter Total { get; } =
        new CounterSet(HostSets.NumaMemory, InstanceKind.HostTotal, LiveReading.Optional).Gauge("Total MBytes", HostMetrics.HostMemoryTotal, factor: Units.Mebi) with
        {
            Native = "Total MBytes",
        };

    /// <summary>Adds what is missing: available memory from the root's own counter, the total from its counter or from available memory and all VMs.</summary>
    /// <param name="plan">Holds all other series.</param>
    /// <param name="columns">Columns of the recording or of the live read.</param>
    public static void Add(SeriesPlan plan, ColumnIndex columns)
    {
        if (plan.Find(Guid.Empty, HostSeries.Of(HostMetrics.HostMemoryAvailable)) is null && Column(columns, HostSets.Memory, "Available MBytes") is >= 0 and var left)
        {
            plan.Put(new HostTarget(
                Guid.Empty, HostSeries.Of(HostMetrics.HostMemoryAvailable), SampleForm.Gauge, Units.Mebi, @"Memory\Available MBytes of the root", [left])
            { Quality = SampleQuality.Estimated });
        }

        if (Column(columns, Total.Set, Total.Counter) is >= 0 and var total)
        {
            plan.Add(Total, total, SeriesOwner.Host);
        }
        else if (plan.Find(Guid.Empty, HostSeries.Of(HostMetrics.HostMemoryAvailable)) is { } available)
        {
            AddEstimate(plan, available);
        }
    }

    private static void AddEstimate(SeriesPlan plan, HostTarget available)
    {
        int[] assigned = [.. plan.Targets.Where(t => t.Series.MetricId == HostMetrics.MemoryAssigned.Id && t.Factor == Units.Mebi).SelectMany(t => t.Columns)];
        if (assigned.Length > 0)
        {
            plan.Put(new HostTarget(
                Guid.Empty, HostSeries.Of(HostMetrics.HostMemoryTotal), SampleForm.Gauge, Units.Mebi, "Available Memory + Physical Memory of all VMs",
                [.. available.Columns, .. assigned])
            { Quality = SampleQuality.Estimated, SkipMissing = true });
        }
    }

    private static int Column(ColumnIndex columns, string set, string counter) =>
        columns.Find(set, "", counter) is >= 0 and var plain ? plain : columns.Find(set, CounterPath.Total, counter);
}
