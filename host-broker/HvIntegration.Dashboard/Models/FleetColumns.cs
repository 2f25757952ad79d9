namespace HvIntegration.Dashboard.Models;

/// <summary>Columns of the fleet table.</summary>
public static class FleetColumns
{
    private static readonly FleetColumn Harm = new("harm", "", "Side", "", "Side of the cause; sorted by severity", r => r.Harm) { Sorted = "Severity" };

    /// <summary>In the order of the page.</summary>
    public static IReadOnlyList<FleetColumn> All { get; } =
    [
        new("name", "", "VM", "w-name", "Name of the VM", r => r.Name),
        Harm,
        new("verdict", "", "Verdict", "w-verdict", "Cause and its probability", r => r.Title),
        new("since", "", "Since", "num", "Duration of the episode", r => -r.Since),
        new("cpu-in", "CPU", "guest", "num in", "Busy, measured by the guest", r => r.GuestCpu.Value),
        new("cpu-out", "CPU", "host", "num out", "Time its virtual processors ran", r => r.HostCpu.Value),
        new("ready", "CPU", "waited", "num", "Time its virtual processors were ready but waited", r => r.Ready.Value),
        new("mem-in", "Memory", "needed", "num in", "Memory needed by the guest, share of its memory", r => r.GuestMemory.Value),
        new("mem-out", "Memory", "assigned", "num out", "Memory assigned by the host", r => r.HostMemory.Value),
        new("pressure", "Memory", "pressure", "num", "Demand divided by assigned memory, estimated by the host", r => r.MemoryPressure.Value),
        new("disk-in", "Disk latency", "guest", "num in", "Disk latency in the guest", r => r.GuestLatency.Value),
        new("disk-out", "Disk latency", "host", "num out", "Disk latency at the virtual device", r => r.HostLatency.Value),
        new("agent", "", "Agent", "", "State of the agent in the VM", r => r.Agent),
    ];

    /// <summary>The column of an address; harm when it names none.</summary>
    public static FleetColumn Of(string? id) => All.FirstOrDefault(c => c.Id == id) ?? Harm;
}
