using HvIntegration.GuestAgent.Collection;
using HvIntegration.GuestAgent.Linux.Native;
using HvIntegration.GuestAgent.Linux.Parsing;
using HvIntegration.Protocol.Metrics;

namespace HvIntegration.GuestAgent.Linux.Handles;

/// <summary>Open files of the whole guest.</summary>
/// <remarks>Source: <c>/proc/sys/fs/file-nr</c>, first number (file objects the kernel has handed out).</remarks>
internal sealed class HandlesCollector(GuestRoot root) : ICollector
{
    private readonly KernelFile _file = new(root.Of("/proc/sys/fs/file-nr"), 256);
    private int _slot;
    private bool _defined;

    /// <inheritdoc/>
    public string Name => "handles";

    /// <inheritdoc/>
    public CollectorSchedule Schedule => CollectorSchedule.EachInterval;

    /// <inheritdoc/>
    public CollectOutcome Collect(CollectorSeries series)
    {
        if (!_file.TryReadOnce(out var text))
        {
            return _file.FailureOutcome;
        }

        if (!new ByteCursor(text).TryReadNumber(out var open))
        {
            return CollectOutcome.Failed("/proc/sys/fs/file-nr does not begin with a number");
        }

        if (!_defined)
        {
            _defined = true;
            _slot = series.Define(GuestMetrics.HandleCount);
        }

        series.Set(_slot, open);
        return CollectOutcome.Ok;
    }

    /// <inheritdoc/>
    public void Dispose() => _file.Dispose();
}
