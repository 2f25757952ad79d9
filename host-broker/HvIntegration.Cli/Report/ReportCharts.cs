using HvIntegration.Model;

namespace HvIntegration.Cli.Report;

/// <summary>The charts of a report, in their order.</summary>
internal static class ReportCharts
{
    /// <summary>All of them; a chart without a value on either side is left out of the page by name.</summary>
    public static IReadOnlyList<ReportChart> All { get; } =
    [
        new("Processor", "1", [SignalIds.GuestBusy, SignalIds.PsiCpuSome], [SignalIds.HostRun, SignalIds.Ready]),
        new("Memory", "1", [SignalIds.GuestMemoryNeededShare, SignalIds.PsiMemorySome], [SignalIds.MemoryPressure, SignalIds.HostMemoryAvailable]),
        new("Disk latency", "s", [SignalIds.DiskGuestLatency], [SignalIds.DiskDeviceLatency, SignalIds.DiskLowerLatency]),
        new("Disk operations", "{operation}/s", [SignalIds.DiskGuestIops], [SignalIds.DiskHostIops]),
        new("Network", "By/s", [SignalIds.NetGuestReceive, SignalIds.NetGuestTransmit], [SignalIds.NetHostBytes]),
    ];
}
