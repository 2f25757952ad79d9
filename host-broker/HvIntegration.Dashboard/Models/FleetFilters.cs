namespace HvIntegration.Dashboard.Models;

/// <summary>Filters of the fleet page.</summary>
public static class FleetFilters
{
    /// <summary>In the order of the page.</summary>
    public static IReadOnlyList<FleetFilter> All { get; } =
    [
        new("all", "All", _ => true),
        new("suffering", "Affected", r => r.Harm >= 0.02),
        new("host", "▼ Host", r => r.Kind == VerdictKind.Host),
        new("guest", "▲ Guest", r => r.Kind == VerdictKind.Guest),
        new("limit", "■ Limit", r => r.Kind == VerdictKind.Limit),
        new("unclear", "? Unclear", r => r.Kind == VerdictKind.Unclear),
        new("no-agent", "No agent", r => r.Agent is "no-agent" or "silent" or "late"),
        new("off", "Off", r => r.State is "off" or "paused"),
    ];

    /// <summary>The filter of an address; all when it names none.</summary>
    public static FleetFilter Of(string? id) => All.FirstOrDefault(f => f.Id == id) ?? All[0];
}
