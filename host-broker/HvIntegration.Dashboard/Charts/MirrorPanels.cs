using HvIntegration.Model;

namespace HvIntegration.Dashboard.Charts;

/// <summary>The mirrored charts of one VM: what the guest felt above the axis, what the host gave below it.</summary>
public static class MirrorPanels
{
    /// <summary>In the order of the page.</summary>
    public static IReadOnlyList<PanelSpec> All { get; } =
    [
        new("cpu", "CPU", "% of all virtual processors", "1", true, 1,
        [
            new(SignalIds.GuestBusy, "busy", "guest", "area", "1", "guest", Meaning: "Not idle, measured by the clock of the guest. It includes time taken by the host."),
            new(SignalIds.PsiCpuSome, "tasks waited", "guest", "line", "1", "guest-2", Meaning: "Share of time in which some task of the guest waited for a processor."),
            new(SignalIds.GuestRunQueue, "run queue / vCPU", "guest", "text", "{thread}", "text", Meaning: "Runnable threads per virtual processor."),
            new(SignalIds.Steal, "synthetic steal", "host", "text", "1", "text", Meaning: "Guest busy minus host run time. Neither side can measure it alone."),
            new(SignalIds.HostRun, "run time", "host", "area", "1", "host", Meaning: "Time the virtual processors ran on a logical processor."),
            new(SignalIds.Ready, "ready, waited", "host", "area", "1", "wait", true, "Runnable, but waiting for a logical processor."),
            new(SignalIds.GuestBusy, "guest busy, mirrored", "host", "echo", "1", "guest", Meaning: "The guest value on the host half. The distance to the run time is CPU time that the guest counted but did not receive."),
            new(SignalIds.LpBusy, "host CPUs busy", "host", "line", "1", "host-2", Meaning: "Busy share of the logical processors of the host: all VMs and the root partition."),
        ]),
        new("memory", "Memory", "bytes", "By", true, null,
        [
            new(SignalIds.GuestMemoryNeeded, "needed", "guest", "area", "By", "guest", Meaning: "Usable memory minus the available memory above a reserve of 5 %."),
            new(SignalIds.GuestMemoryAvailable, "available", "guest", "text", "1", "text", Meaning: "Memory that programs can allocate without swapping."),
            new(SignalIds.MajorFaults, "major faults", "guest", "text", "{fault}/s", "text", Meaning: "Pages read from disk."),
            new(SignalIds.SwapIn, "swapped in", "guest", "text", "{page}/s", "text"),
            new(SignalIds.PsiMemorySome, "tasks waited", "guest", "text", "1", "text", Meaning: "Share of time in which some task waited for memory."),
            new(SignalIds.MemoryAssigned, "assigned", "host", "area", "By", "host", Meaning: "Physical memory assigned by the host."),
            new(SignalIds.GuestMemoryNeeded, "needed, mirrored", "host", "echo", "By", "guest"),
            new(SignalIds.MemoryPressure, "pressure", "host", "text", "1", "text", Meaning: "Demand divided by assigned memory, estimated by the host. For a Linux guest it includes committed memory only."),
            new(SignalIds.MemoryRemoved, "removed", "host", "text", "By/s", "text"),
            new(SignalIds.HostMemoryAvailable, "host available", "host", "text", "1", "text"),
        ]),
        new("storage", "Storage ladder", "per operation", "s", true, null,
        [
            new(SignalIds.DiskGuestLatency, "in the guest", "guest", "area", "s", "guest", Meaning: "What programs in the guest wait for, mean of all operations."),
            new(SignalIds.DiskInside, "guest to device", "guest", "line", "s", "guest-2", Meaning: "Guest queue, driver and VMBus: guest latency minus virtual disk latency."),
            new(SignalIds.DiskGuestIops, "operations", "guest", "text", "{operation}/s", "text"),
            new(SignalIds.DiskGuestQueue, "outstanding", "guest", "text", "{operation}", "text"),
            new(SignalIds.PsiIoSome, "tasks waited", "guest", "text", "1", "text"),
            new(SignalIds.DiskLowerLatency, "store", "host", "area", "s", "host", Meaning: "Latency below the virtual disk."),
            new(SignalIds.DiskStack, "host stack, quota", "host", "area", "s", "wait", true, "Virtual disk minus store: storage stack of the host and quota."),
            new(SignalIds.DiskGuestLatency, "guest latency, mirrored", "host", "echo", "s", "guest"),
            new(SignalIds.DiskHostIops, "operations", "host", "text", "{operation}/s", "text"),
            new(SignalIds.DiskHostQueue, "outstanding", "host", "text", "{operation}", "text"),
            new(SignalIds.DiskQosUse, "of its quota", "host", "text", "1", "text"),
        ]),
        new("network", "Network", "bytes per second", "By/s", true, null,
        [
            new(SignalIds.NetGuestReceive, "received", "guest", "area", "By/s", "guest"),
            new(SignalIds.NetGuestTransmit, "sent", "guest", "area", "By/s", "guest-2", true),
            new(SignalIds.Retransmits, "retransmitted", "guest", "text", "1", "text", Meaning: "Share of TCP segments retransmitted."),
            new(SignalIds.NetGuestDropped, "dropped", "guest", "text", "{packet}/s", "text"),
            new(SignalIds.NetHostBytes, "in and out", "host", "area", "By/s", "host", Meaning: "All adapters of the VM, counted by the host."),
            new(SignalIds.NetHostDropped, "dropped", "host", "text", "{packet}/s", "text"),
        ]),
        new("bus", "Bus and clock", "time", "s", true, null,
        [
            new(SignalIds.WakeupLateness, "100 ms timer late", "guest", "area", "s", "guest", Meaning: "Mean lateness of the agent timer. A guest that waits for a processor wakes up late."),
            new(SignalIds.WakeupLatenessMax, "at most", "guest", "line", "s", "guest-2"),
            new(SignalIds.AgentCost, "CPU of the agent", "guest", "text", "{cpu}", "text"),
            new(SignalIds.RoundTrip, "round trip", "host", "area", "s", "host", Meaning: "Smallest recent round trip of the clock exchange over VMBus."),
            new(SignalIds.ClockError, "clock error", "host", "line", "s", "host-2", Meaning: "Maximum error between the two clocks."),
        ]),
    ];

    /// <summary>Ids of everything drawn or written.</summary>
    public static IReadOnlyList<string> SignalIdsShown { get; } = [.. All.SelectMany(p => p.Series).Select(s => s.Id).Distinct(StringComparer.Ordinal)];
}
