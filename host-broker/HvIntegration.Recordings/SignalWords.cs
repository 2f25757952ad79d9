using HvIntegration.Model;

namespace HvIntegration.Recordings;

/// <summary>Words of the answer: stable, short, lower case.</summary>
internal static class SignalWords
{
    private static readonly Dictionary<string, string> Signals = new(StringComparer.Ordinal)
    {
        [SignalIds.Ready] = "ready",
        [SignalIds.Steal] = "steal",
        [SignalIds.ReadyStealAgree] = "ready-steal-agreement",
        [SignalIds.GuestBusy] = "guest-busy",
        [SignalIds.GuestBusyMax] = "guest-busiest-processor",
        [SignalIds.GuestBusyProcessors] = "guest-busy-processors",
        [SignalIds.GuestRunQueue] = "guest-run-queue",
        [SignalIds.GuestTopProcess] = "guest-top-process",
        [SignalIds.HostRun] = "host-run",
        [SignalIds.LpBusy] = "logical-processors-busy",
        [SignalIds.LpFull] = "logical-processors-full",
        [SignalIds.RootBusy] = "root-busy",
        [SignalIds.CapUse] = "cap-use",
        [SignalIds.Throttled] = "throttled",
        [SignalIds.PsiCpuSome] = "guest-cpu-stall",
        [SignalIds.PsiMemorySome] = "guest-memory-stall",
        [SignalIds.PsiIoFull] = "guest-io-stall",
        [SignalIds.GuestMemoryAvailable] = "guest-memory-available",
        [SignalIds.MajorFaults] = "guest-hard-faults",
        [SignalIds.SwapIn] = "guest-swap-in",
        [SignalIds.HostMemoryAvailable] = "host-memory-available",
        [SignalIds.MemoryPressure] = "memory-pressure",
        [SignalIds.MemoryMaximumUse] = "memory-maximum-use",
        [SignalIds.MemoryRemoved] = "memory-removed",
        [SignalIds.SmartPaging] = "smart-paging",
        [SignalIds.DiskGuestLatency] = "disk-guest-latency",
        [SignalIds.DiskDeviceLatency] = "disk-device-latency",
        [SignalIds.DiskLowerLatency] = "disk-lower-latency",
        [SignalIds.DiskInside] = "disk-inside-latency",
        [SignalIds.DiskStack] = "disk-stack-latency",
        [SignalIds.DiskGuestIops] = "disk-guest-iops",
        [SignalIds.DiskHostIops] = "disk-host-iops",
        [SignalIds.DiskGuestQueue] = "disk-guest-queue",
        [SignalIds.DiskHostQueue] = "disk-host-queue",
        [SignalIds.DiskQosUse] = "disk-quota-use",
        [SignalIds.NetHostDropped] = "network-host-dropped",
        [SignalIds.Retransmits] = "network-retransmits",
        [SignalIds.WakeupLateness] = "wakeup-lateness",
    };

    /// <summary>A signal's short name.</summary>
    public static string Of(string signalId) => Signals.TryGetValue(signalId, out string? word) ? word : signalId.Replace('.', '-').Replace('_', '-');

    /// <summary>The name of a side in text and JSON.</summary>
    public static string Of(Side side) => side switch
    {
        Side.Guest => "guest",
        Side.Host => "host",
        Side.Configuration => "configuration",
        Side.Both => "both",
        _ => "unknown",
    };

    /// <summary>The resource a hypothesis is about.</summary>
    public static string Resource(string hypothesis) => hypothesis switch
    {
        HypothesisIds.GuestCpuDemand or HypothesisIds.GuestCpuSingleThread or HypothesisIds.HostCpuContention or HypothesisIds.CpuCap => "cpu",
        HypothesisIds.HostStorageSlow or HypothesisIds.StorageQosCap or HypothesisIds.GuestDiskOverload => "storage",
        HypothesisIds.HostMemoryPressure or HypothesisIds.GuestMemoryMaximum or HypothesisIds.GuestLeak => "memory",
        HypothesisIds.HostNetworkCongestion => "network",
        HypothesisIds.VmbusPath => "bus",
        HypothesisIds.VmPaused => "vm",
        _ => "unknown",
    };

    /// <summary>Unit as shown, and the factor to it.</summary>
    public static (double Factor, string Unit) Shown(string unit) => unit switch
    {
        "1" => (100, "%"),
        "s" => (1000, "ms"),
        "By" => (1.0 / (1024 * 1024), "MiB"),
        "By/s" => (1.0 / (1024 * 1024), "MiB/s"),
        _ => (1, unit.Replace("{", "", StringComparison.Ordinal).Replace("}", "", StringComparison.Ordinal)),
    };
}
