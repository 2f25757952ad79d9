namespace HvIntegration.HostBroker.Dashboard;

/// <summary>Columns of the fleet table.</summary>
public static class FleetColumns
{
    private static readonly FleetColumn Harm = new("harm", "", "Side", "", "Who is to blame; sorted by harm to users", r => r.Harm) { Sorted = "Harm to users" };

    /// <summary>In the order of the page.</summary>
    public static IReadOnlyList<FleetColumn> All { get; } =
    [
        new("name", "", "VM", "w-name", "Name of the VM", r => r.Name),
        Harm,
        new("verdict", "", "Verdict", "w-verdict", "What the VM suffers from, and how sure that is", r => r.Title),
        new("since", "", "Since", "num", "How long the episode lasts", r => -r.Since),
        new("cpu-in", "CPU", "inside", "num in", "Busy by the guest's own clock", r => r.GuestCpu.Value),
        new("cpu-out", "CPU", "outside", "num out", "Time its virtual processors really ran", r => r.HostCpu.Value),
        new("ready", "CPU", "waited", "num", "Time its virtual processors were ready but waited", r => r.Ready.Value),
        new("mem-in", "Memory", "needed", "num in", "Memory the guest needs, of what it has", r => r.GuestMemory.Value),
        new("mem-out", "Memory", "assigned", "num out", "Memory the host gave", r => r.HostMemory.Value),
        new("pressure", "Memory", "pressure", "num", "Demand over assigned, as the host believes", r => r.MemoryPressure.Value),
        new("disk-in", "Disk latency", "inside", "num in", "Disk latency the guest feels", r => r.GuestLatency.Value),
        new("disk-out", "Disk latency", "outside", "num out", "Disk latency at the virtual device", r => r.HostLatency.Value),
        new("agent", "", "Agent", "", "State of the agent in the VM", r => r.Agent),
    ];

    /// <summary>The column of an address; harm when it names none.</summary>
    public static FleetColumn Of(string? id) => All.FirstOrDefault(c => c.Id == id) ?? Harm;
}
