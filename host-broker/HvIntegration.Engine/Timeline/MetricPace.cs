using HvIntegration.Protocol.Metrics;

namespace HvIntegration.Engine.Timeline;

/// <summary>How single metrics differ in time from the rest.</summary>
internal static class MetricPace
{
    private static readonly HashSet<ushort> GreatestIds = [GuestMetrics.WakeupLatenessMax.Id, GuestMetrics.SessionInputDelay.Id];

    private static readonly HashSet<ushort> SettingIds =
    [
        HostMetrics.VpCount.Id, HostMetrics.VpLimit.Id, HostMetrics.VpWeight.Id, HostMetrics.LpCount.Id, HostMetrics.MemoryMaximum.Id,
        HostMetrics.HostMemoryTotal.Id, HostMetrics.DiskQosIops.Id, HostMetrics.DiskQosBandwidth.Id, HostMetrics.DiskStore.Id,
        GuestMetrics.CpuCount.Id, GuestMetrics.MemoryLimit.Id, GuestMetrics.DiskLimit.Id,
    ];

    private static readonly HashSet<ushort> BriefIds = [.. StackMetrics.All.Select(m => m.Id)];

    /// <summary>All that <see cref="IsSetting"/> names.</summary>
    public static IReadOnlyCollection<ushort> Settings => SettingIds;

    /// <summary>Looked at only in the second that is judged, never over time: not kept for longer.</summary>
    public static bool IsBrief(ushort metricId) => BriefIds.Contains(metricId);

    /// <summary>A maximum since the previous read: of several in one second the greatest counts.</summary>
    public static bool IsGreatest(ushort metricId) => GreatestIds.Contains(metricId);

    /// <summary>A setting, which stands long after it was last read.</summary>
    public static bool IsSetting(ushort metricId) => SettingIds.Contains(metricId);
}
