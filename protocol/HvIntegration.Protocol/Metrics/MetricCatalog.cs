using System.Collections.Frozen;

namespace HvIntegration.Protocol.Metrics;

/// <summary>Every metric of both sides, by id and by name.</summary>
public static class MetricCatalog
{
    private static readonly FrozenDictionary<ushort, MetricDefinition> ById =
        GuestMetrics.All.Concat(HostMetrics.All).ToFrozenDictionary(m => m.Id);

    private static readonly FrozenDictionary<string, MetricDefinition> ByName =
        ById.Values.ToFrozenDictionary(m => m.Name, StringComparer.OrdinalIgnoreCase);

    /// <summary>The metric with this id, or null when this build does not know it.</summary>
    public static MetricDefinition? Find(uint id) => id <= ushort.MaxValue ? ById.GetValueOrDefault((ushort)id) : null;

    /// <summary>The metric with this dotted name (any case), or null when this build does not know it.</summary>
    public static MetricDefinition? Find(string name) => ByName.GetValueOrDefault(name);
}
