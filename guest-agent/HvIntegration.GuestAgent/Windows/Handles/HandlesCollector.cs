using HvIntegration.GuestAgent.Collection;
using HvIntegration.GuestAgent.Windows.Native;
using HvIntegration.GuestAgent.Windows.Reading;
using HvIntegration.Protocol.Metrics;

namespace HvIntegration.GuestAgent.Windows.Handles;

/// <summary>Open handles of all processes.</summary>
/// <remarks>Source: <c>K32GetPerformanceInfo</c>.</remarks>
internal sealed class HandlesCollector() : WindowsCollector("handles", CollectorSchedule.EachInterval)
{
    private int _slot = -1;

    /// <inheritdoc/>
    public override void Dispose()
    {
        // Nothing is kept open.
    }

    /// <inheritdoc/>
    protected override CollectOutcome Read(CollectorSeries series)
    {
        if (Kernel32.ReadPerformance(out PerformanceInfo info) is var error && error != 0)
        {
            return OfError("GetPerformanceInfo", error);
        }

        _slot = _slot < 0 ? series.Define(GuestMetrics.HandleCount) : _slot;
        series.Set(_slot, info.HandleCount);
        return CollectOutcome.Ok;
    }
}
