using HvIntegration.Model;

namespace HvIntegration.Engine.Signals;

/// <summary>All derived signals. A new one is a line here, its id in <see cref="SignalIds"/>, its name in Presentation and its row in docs/signals.md.</summary>
public static class SignalCatalog
{
    private static readonly List<SignalDefinition> Registered = new(96);

    internal static readonly SignalDefinition GuestBusy = Register(SignalIds.GuestBusy, Side.Guest, "1");
    internal static readonly SignalDefinition GuestBusyMax = Register(SignalIds.GuestBusyMax, Side.Guest, "1");
    internal static readonly SignalDefinition GuestBusyProcessors = Register(SignalIds.GuestBusyProcessors, Side.Guest, "1");
    internal static readonly SignalDefinition GuestRunQueue = Register(SignalIds.GuestRunQueue, Side.Guest, "{thread}");
    internal static readonly SignalDefinition GuestTopProcess = Register(SignalIds.GuestTopProcess, Side.Guest, "{cpu}");
    internal static readonly SignalDefinition GuestReportedSteal = Register(SignalIds.GuestReportedSteal, Side.Guest, "1");
    internal static readonly SignalDefinition GuestUncounted = Register(SignalIds.GuestUncounted, Side.Guest, "1");
    internal static readonly SignalDefinition PsiCpuSome = Register(SignalIds.PsiCpuSome, Side.Guest, "1");
    internal static readonly SignalDefinition PsiMemorySome = Register(SignalIds.PsiMemorySome, Side.Guest, "1");
    internal static readonly SignalDefinition PsiMemoryFull = Register(SignalIds.PsiMemoryFull, Side.Guest, "1");
    internal static readonly SignalDefinition PsiIoSome = Register(SignalIds.PsiIoSome, Side.Guest, "1");
    internal static readonly SignalDefinition PsiIoFull = Register(SignalIds.PsiIoFull, Side.Guest, "1");
    internal static readonly SignalDefinition SlowedShare = Register(SignalIds.SlowedShare, Side.Guest, "1");
    internal static readonly SignalDefinition HostRun = Register(SignalIds.HostRun, Side.Host, "1");
    internal static readonly SignalDefinition HostRunMax = Register(SignalIds.HostRunMax, Side.Host, "1");
    internal static readonly SignalDefinition HostRunTotal = Register(SignalIds.HostRunTotal, Side.Host, "{cpu}");
    internal static readonly SignalDefinition HostOverhead = Register(SignalIds.HostOverhead, Side.Host, "{cpu}");
    internal static readonly SignalDefinition Ready = Register(SignalIds.Ready, Side.Host, "1");
    internal static readonly SignalDefinition ReadyMax = Register(SignalIds.ReadyMax, Side.Host, "1");
    internal static readonly SignalDefinition Steal = Register(SignalIds.Steal, Side.Both, "1");
    internal static readonly SignalDefinition StealSigned = Register(SignalIds.StealSigned, Side.Both, "1");
    internal static readonly SignalDefinition ReadyStealAgree = Register(SignalIds.ReadyStealAgree, Side.Both, "1");
    internal static readonly SignalDefinition CpuDemand = Register(SignalIds.CpuDemand, Side.Host, "1");
    internal static readonly SignalDefinition Contention1s = Register(SignalIds.Contention1s, Side.Host, "1");
    internal static readonly SignalDefinition Contention1m = Register(SignalIds.Contention1m, Side.Host, "1");
    internal static readonly SignalDefinition Contention5m = Register(SignalIds.Contention5m, Side.Host, "1");
    internal static readonly SignalDefinition CapUse = Register(SignalIds.CapUse, Side.Configuration, "1");
    internal static readonly SignalDefinition Throttled = Register(SignalIds.Throttled, Side.Configuration, "1");
    internal static readonly SignalDefinition LpBusy = Register(SignalIds.LpBusy, Side.Host, "1");
    internal static readonly SignalDefinition LpFull = Register(SignalIds.LpFull, Side.Host, "1");
    internal static readonly SignalDefinition RootBusy = Register(SignalIds.RootBusy, Side.Host, "1");
    internal static readonly SignalDefinition HostPsiCpu = Register(SignalIds.HostPsiCpu, Side.Host, "1");
    internal static readonly SignalDefinition HostPsiIo = Register(SignalIds.HostPsiIo, Side.Host, "1");
    internal static readonly SignalDefinition HostPsiMemory = Register(SignalIds.HostPsiMemory, Side.Host, "1");
    internal static readonly SignalDefinition HostMemoryAvailable = Register(SignalIds.HostMemoryAvailable, Side.Host, "1");
    internal static readonly SignalDefinition HostMemoryAvailableBytes = Register(SignalIds.HostMemoryAvailableBytes, Side.Host, "By");
    internal static readonly SignalDefinition GuestMemoryAvailable = Register(SignalIds.GuestMemoryAvailable, Side.Guest, "1");
    internal static readonly SignalDefinition GuestMemoryNeeded = Register(SignalIds.GuestMemoryNeeded, Side.Guest, "By");
    internal static readonly SignalDefinition GuestMemoryNeededShare = Register(SignalIds.GuestMemoryNeededShare, Side.Guest, "1");
    internal static readonly SignalDefinition GuestCommit = Register(SignalIds.GuestCommit, Side.Guest, "1");
    internal static readonly SignalDefinition MajorFaults = Register(SignalIds.MajorFaults, Side.Guest, "{fault}/s");
    internal static readonly SignalDefinition SwapIn = Register(SignalIds.SwapIn, Side.Guest, "{page}/s");
    internal static readonly SignalDefinition SwapOut = Register(SignalIds.SwapOut, Side.Guest, "{page}/s");
    internal static readonly SignalDefinition MemoryAssigned = Register(SignalIds.MemoryAssigned, Side.Host, "By");
    internal static readonly SignalDefinition MemoryPressure = Register(SignalIds.MemoryPressure, Side.Host, "1");
    internal static readonly SignalDefinition MemoryMaximumUse = Register(SignalIds.MemoryMaximumUse, Side.Configuration, "1");
    internal static readonly SignalDefinition MemoryRemoved = Register(SignalIds.MemoryRemoved, Side.Host, "By/s");
    internal static readonly SignalDefinition MemoryAdded = Register(SignalIds.MemoryAdded, Side.Host, "By/s");
    internal static readonly SignalDefinition SmartPaging = Register(SignalIds.SmartPaging, Side.Host, "By");
    internal static readonly SignalDefinition LeakGrowth = Register(SignalIds.LeakGrowth, Side.Guest, "By/h");
    internal static readonly SignalDefinition DiskGuestLatency = Register(SignalIds.DiskGuestLatency, Side.Guest, "s");
    internal static readonly SignalDefinition DiskDeviceLatency = Register(SignalIds.DiskDeviceLatency, Side.Host, "s");
    internal static readonly SignalDefinition DiskLowerLatency = Register(SignalIds.DiskLowerLatency, Side.Host, "s");
    internal static readonly SignalDefinition DiskInside = Register(SignalIds.DiskInside, Side.Both, "s");
    internal static readonly SignalDefinition DiskStack = Register(SignalIds.DiskStack, Side.Both, "s");
    internal static readonly SignalDefinition DiskGuestIops = Register(SignalIds.DiskGuestIops, Side.Guest, "{operation}/s");
    internal static readonly SignalDefinition DiskHostIops = Register(SignalIds.DiskHostIops, Side.Host, "{operation}/s");
    internal static readonly SignalDefinition DiskGuestQueue = Register(SignalIds.DiskGuestQueue, Side.Guest, "{operation}");
    internal static readonly SignalDefinition DiskHostQueue = Register(SignalIds.DiskHostQueue, Side.Host, "{operation}");
    internal static readonly SignalDefinition DiskGuestBusy = Register(SignalIds.DiskGuestBusy, Side.Guest, "1");
    internal static readonly SignalDefinition DiskGuestBytes = Register(SignalIds.DiskGuestBytes, Side.Guest, "By/s");
    internal static readonly SignalDefinition DiskHostBytes = Register(SignalIds.DiskHostBytes, Side.Host, "By/s");
    internal static readonly SignalDefinition DiskQosUse = Register(SignalIds.DiskQosUse, Side.Configuration, "1");
    internal static readonly SignalDefinition DiskConservation = Register(SignalIds.DiskConservation, Side.Both, "1");
    internal static readonly SignalDefinition DiskConservationBytes = Register(SignalIds.DiskConservationBytes, Side.Both, "1");
    internal static readonly SignalDefinition NetGuestReceive = Register(SignalIds.NetGuestReceive, Side.Guest, "By/s");
    internal static readonly SignalDefinition NetGuestTransmit = Register(SignalIds.NetGuestTransmit, Side.Guest, "By/s");
    internal static readonly SignalDefinition NetGuestDropped = Register(SignalIds.NetGuestDropped, Side.Guest, "{packet}/s");
    internal static readonly SignalDefinition NetHostBytes = Register(SignalIds.NetHostBytes, Side.Host, "By/s");
    internal static readonly SignalDefinition NetHostDropped = Register(SignalIds.NetHostDropped, Side.Host, "{packet}/s");
    internal static readonly SignalDefinition NetHostDropShare = Register(SignalIds.NetHostDropShare, Side.Host, "1");
    internal static readonly SignalDefinition NetConservation = Register(SignalIds.NetConservation, Side.Both, "1");
    internal static readonly SignalDefinition Retransmits = Register(SignalIds.Retransmits, Side.Guest, "1");
    internal static readonly SignalDefinition SwitchDropped = Register(SignalIds.SwitchDropped, Side.Host, "{packet}/s");
    internal static readonly SignalDefinition UplinkUse = Register(SignalIds.UplinkUse, Side.Host, "1");
    internal static readonly SignalDefinition UplinkDropped = Register(SignalIds.UplinkDropped, Side.Host, "{packet}/s");
    internal static readonly SignalDefinition WakeupLateness = Register(SignalIds.WakeupLateness, Side.Guest, "s");
    internal static readonly SignalDefinition WakeupLatenessMax = Register(SignalIds.WakeupLatenessMax, Side.Guest, "s");
    internal static readonly SignalDefinition RoundTrip = Register(SignalIds.RoundTrip, Side.Both, "s");
    internal static readonly SignalDefinition ClockError = Register(SignalIds.ClockError, Side.Both, "s");
    internal static readonly SignalDefinition RingFull = Register(SignalIds.RingFull, Side.Guest, "{write}/s");
    internal static readonly SignalDefinition BusThrottle = Register(SignalIds.BusThrottle, Side.Host, "{event}/s");
    internal static readonly SignalDefinition BusDelay = Register(SignalIds.BusDelay, Side.Host, "1");
    internal static readonly SignalDefinition Activity = Register(SignalIds.Activity, Side.Host, "1");
    internal static readonly SignalDefinition AgentCost = Register(SignalIds.AgentCost, Side.Guest, "{cpu}");

    /// <summary>Every signal, at the place of its index.</summary>
    internal static readonly SignalDefinition[] All = [.. Registered];

    private static readonly Dictionary<string, SignalDefinition> ById = All.ToDictionary(d => d.Id, StringComparer.Ordinal);

    /// <summary>Number of signals that are known.</summary>
    internal static int Count => All.Length;

    /// <summary>The signal of an id; null for one of a single instance or an unknown one.</summary>
    public static SignalDefinition? Find(string id) => ById.GetValueOrDefault(id);

    private static SignalDefinition Register(string id, Side side, string unit)
    {
        var definition = new SignalDefinition(Registered.Count, id, side, unit);
        Registered.Add(definition);
        return definition;
    }
}
