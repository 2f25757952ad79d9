using HvIntegration.GuestAgent.Collection;
using HvIntegration.GuestAgent.Windows.Native;
using HvIntegration.GuestAgent.Windows.Reading;
using HvIntegration.Protocol.Metrics;

namespace HvIntegration.GuestAgent.Windows.Memory;

/// <summary>Physical memory, available, committed, cache, pools.</summary>
/// <remarks>Sources: <c>GlobalMemoryStatusEx</c>, <c>K32GetPerformanceInfo</c>.</remarks>
internal sealed class MemoryCollector() : WindowsCollector("memory", CollectorSchedule.EachInterval)
{
    private int[]? _slots;

    /// <inheritdoc/>
    public override void Dispose()
    {
        // Nothing is kept open.
    }

    /// <inheritdoc/>
    protected override CollectOutcome Read(CollectorSeries series)
    {
        if (Kernel32.ReadMemory(out MemoryStatus memory) is var error && error != 0)
        {
            return OfError("GlobalMemoryStatusEx", error);
        }

        if (Kernel32.ReadPerformance(out PerformanceInfo info) is var second && second != 0)
        {
            return OfError("GetPerformanceInfo", second);
        }

        _slots ??=
        [
            series.Define(GuestMetrics.MemoryLimit),
            series.Define(GuestMetrics.MemoryAvailable),
            series.Define(GuestMetrics.MemoryUsage, "used"),
            series.Define(GuestMetrics.MemoryUsage, "system_cache"),
            series.Define(GuestMetrics.MemoryUsage, "paged_pool"),
            series.Define(GuestMetrics.MemoryUsage, "nonpaged_pool"),
            series.Define(GuestMetrics.MemoryCommitted),
            series.Define(GuestMetrics.MemoryCommitLimit),
            series.Define(GuestMetrics.MemoryNeeded),
        ];
        long total = (long)(memory.TotalPhysical / 1024);
        long available = (long)(memory.AvailablePhysical / 1024);
        ulong kibPerPage = info.PageSize / 1024;
        series.Set(_slots[0], total);
        series.Set(_slots[1], available);
        series.Set(_slots[2], Math.Max(0, total - available));
        series.Set(_slots[3], (long)(info.SystemCache * kibPerPage));
        series.Set(_slots[4], (long)(info.KernelPaged * kibPerPage));
        series.Set(_slots[5], (long)(info.KernelNonpaged * kibPerPage));
        series.Set(_slots[6], (long)(info.CommitTotal * kibPerPage));
        series.Set(_slots[7], (long)(info.CommitLimit * kibPerPage));
        series.Set(_slots[8], NeededMemory.Of(total, available));
        return CollectOutcome.Ok;
    }
}
