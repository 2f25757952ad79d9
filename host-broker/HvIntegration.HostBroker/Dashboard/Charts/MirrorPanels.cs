using HvIntegration.Engine.Signals;

namespace HvIntegration.HostBroker.Dashboard.Charts;

/// <summary>The mirrored charts of one VM: what the guest felt above the axis, what the host gave below it.</summary>
public static class MirrorPanels
{
    /// <summary>In the order of the page.</summary>
    public static IReadOnlyList<PanelSpec> All { get; } =
    [
        new("cpu", "CPU", "% of all virtual processors", "1", true, 1,
        [
            new(SignalIds.GuestBusy, "busy", "guest", "area", "1", "guest", Meaning: "Not idle by the guest's own clock. Time the host took is in it: the guest cannot tell."),
            new(SignalIds.PsiCpuSome, "tasks waited", "guest", "line", "1", "guest-2", Meaning: "Share of time in which some task of the guest waited for a processor."),
            new(SignalIds.GuestRunQueue, "run queue / vCPU", "guest", "text", "{thread}", "text", Meaning: "Runnable threads per virtual processor."),
            new(SignalIds.Steal, "synthetic steal", "host", "text", "1", "text", Meaning: "Busy inside minus run outside: what neither side sees alone."),
            new(SignalIds.HostRun, "really ran", "host", "area", "1", "host", Meaning: "Time the virtual processors really ran on a logical processor."),
            new(SignalIds.Ready, "ready, waited", "host", "area", "1", "wait", true, "Ready to run, but no logical processor was given."),
            new(SignalIds.GuestBusy, "busy inside, mirrored", "host", "echo", "1", "guest", Meaning: "The guest's own number on the host's half: where it leaves the run time, the guest believes in work that was not done."),
            new(SignalIds.LpBusy, "host CPUs busy", "host", "line", "1", "host-2", Meaning: "Busy share of the host's logical processors, all VMs and the root together."),
        ]),
        new("memory", "Memory", "bytes", "By", true, null,
        [
            new(SignalIds.GuestMemoryNeeded, "needed", "guest", "area", "By", "guest", Meaning: "Usable memory less what is available beyond a reserve of 5 %."),
            new(SignalIds.GuestMemoryAvailable, "available", "guest", "text", "1", "text", Meaning: "What programs can still get without swapping."),
            new(SignalIds.MajorFaults, "major faults", "guest", "text", "{fault}/s", "text", Meaning: "Pages that had to come from disk."),
            new(SignalIds.SwapIn, "swapped in", "guest", "text", "{page}/s", "text"),
            new(SignalIds.PsiMemorySome, "tasks waited", "guest", "text", "1", "text", Meaning: "Share of time in which some task waited for memory."),
            new(SignalIds.MemoryAssigned, "assigned", "host", "area", "By", "host", Meaning: "Physical memory the host gave."),
            new(SignalIds.GuestMemoryNeeded, "needed, mirrored", "host", "echo", "By", "guest"),
            new(SignalIds.MemoryPressure, "pressure", "host", "text", "1", "text", Meaning: "Demand over assigned as the host believes it. Of a Linux guest it is commitment only."),
            new(SignalIds.MemoryRemoved, "taken away", "host", "text", "By/s", "text"),
            new(SignalIds.HostMemoryAvailable, "host has left", "host", "text", "1", "text"),
        ]),
        new("storage", "Storage ladder", "per operation", "s", true, null,
        [
            new(SignalIds.DiskGuestLatency, "felt inside", "guest", "area", "s", "guest", Meaning: "What programs in the guest wait for, mean of all operations."),
            new(SignalIds.DiskInside, "of it inside", "guest", "line", "s", "guest-2", Meaning: "Guest queue, driver and bus: felt minus virtual disk."),
            new(SignalIds.DiskGuestIops, "operations", "guest", "text", "{operation}/s", "text"),
            new(SignalIds.DiskGuestQueue, "outstanding", "guest", "text", "{operation}", "text"),
            new(SignalIds.PsiIoSome, "tasks waited", "guest", "text", "1", "text"),
            new(SignalIds.DiskLowerLatency, "store below", "host", "area", "s", "host", Meaning: "Below the virtual disk."),
            new(SignalIds.DiskStack, "host stack, quota", "host", "area", "s", "wait", true, "Virtual disk minus store: the host's own storage stack and quota."),
            new(SignalIds.DiskGuestLatency, "felt inside, mirrored", "host", "echo", "s", "guest"),
            new(SignalIds.DiskHostIops, "operations", "host", "text", "{operation}/s", "text"),
            new(SignalIds.DiskHostQueue, "outstanding", "host", "text", "{operation}", "text"),
            new(SignalIds.DiskQosUse, "of its quota", "host", "text", "1", "text"),
        ]),
        new("network", "Network", "bytes per second", "By/s", true, null,
        [
            new(SignalIds.NetGuestReceive, "received", "guest", "area", "By/s", "guest"),
            new(SignalIds.NetGuestTransmit, "sent", "guest", "area", "By/s", "guest-2", true),
            new(SignalIds.Retransmits, "sent again", "guest", "text", "1", "text", Meaning: "Share of TCP segments sent again."),
            new(SignalIds.NetGuestDropped, "dropped", "guest", "text", "{packet}/s", "text"),
            new(SignalIds.NetHostBytes, "both ways", "host", "area", "By/s", "host", Meaning: "All adapters of the VM as the host counts them."),
            new(SignalIds.NetHostDropped, "dropped", "host", "text", "{packet}/s", "text"),
        ]),
        new("bus", "Bus and clock", "time", "s", true, null,
        [
            new(SignalIds.WakeupLateness, "100 ms timer late", "guest", "area", "s", "guest", Meaning: "A guest that is not let run wakes late: mean lateness of the agent's timer."),
            new(SignalIds.WakeupLatenessMax, "at most", "guest", "line", "s", "guest-2"),
            new(SignalIds.AgentCost, "agent's own CPU", "guest", "text", "{cpu}", "text"),
            new(SignalIds.RoundTrip, "round trip", "host", "area", "s", "host", Meaning: "Smallest recent round trip of the clock exchange over the bus."),
            new(SignalIds.ClockError, "clock error", "host", "line", "s", "host-2", Meaning: "Bound of the error between the two clocks."),
        ]),
    ];

    /// <summary>Ids of everything drawn or written.</summary>
    public static IReadOnlyList<string> SignalIdsShown { get; } = [.. All.SelectMany(p => p.Series).Select(s => s.Id).Distinct(StringComparer.Ordinal)];
}
