using System.Buffers.Text;
using HvIntegration.GuestAgent.Buffering;
using HvIntegration.GuestAgent.Collection;
using HvIntegration.Protocol.Metrics;
using Microsoft.Win32.SafeHandles;

namespace HvIntegration.GuestAgent.Sampling;

/// <summary>What the agent itself costs and loses.</summary>
/// <remarks>
/// Sources: the process's own CPU times; <c>/proc/self/statm</c> (Linux) for resident pages; the ring and the sampling
/// loop. Not under the settable root: it is about this process.
/// </remarks>
internal sealed class AgentCollector : ICollector
{
    private readonly AgentCounters _counters;
    private readonly Func<BatchRing?> _ring;
    private readonly Func<long> _seriesRefused;
    private readonly SafeFileHandle? _statm;
    private readonly byte[] _text = new byte[128];
    private readonly long _kibPerPage = Environment.SystemPageSize / 1024;
    private int[]? _slots;

    /// <summary>Opens what it reads.</summary>
    /// <param name="counters">Of the loop and the uplink.</param>
    /// <param name="ring">The ring, or null while there is none (one sample, no uplink).</param>
    /// <param name="seriesRefused">Series all collectors could not define.</param>
    public AgentCollector(AgentCounters counters, Func<BatchRing?> ring, Func<long> seriesRefused)
    {
        _counters = counters;
        _ring = ring;
        _seriesRefused = seriesRefused;
        _statm = File.Exists("/proc/self/statm") ? File.OpenHandle("/proc/self/statm") : null;
    }

    /// <inheritdoc/>
    public string Name => "agent";

    /// <inheritdoc/>
    public CollectorSchedule Schedule => new(5, 100, false);

    /// <inheritdoc/>
    public CollectOutcome Collect(CollectorSeries series)
    {
        _slots ??=
        [
            series.Define(GuestMetrics.AgentCpuTime),
            series.Define(GuestMetrics.AgentResident),
            series.Define(GuestMetrics.AgentRingBytes),
            series.Define(GuestMetrics.AgentDropped),
            series.Define(GuestMetrics.AgentLateSeconds),
            series.Define(GuestMetrics.AgentMissed),
            series.Define(GuestMetrics.AgentGcCollections),
            series.Define(GuestMetrics.AgentReconnects),
            series.Define(GuestMetrics.AgentSeriesRefused),
        ];
        series.Set(_slots[0], OperatingSystem.IsWindows() || OperatingSystem.IsLinux() ? Environment.CpuUsage.TotalTime.Ticks / 10 : 0);
        series.Set(_slots[1], ResidentKib());
        BatchRing? ring = _ring();
        series.Set(_slots[2], ring?.Bytes ?? 0);
        series.Set(_slots[3], ring?.Dropped ?? 0);
        series.Set(_slots[4], _counters.Late);
        series.Set(_slots[5], _counters.Missed);
        series.Set(_slots[6], GC.CollectionCount(0));
        series.Set(_slots[7], _counters.Reconnects);
        series.Set(_slots[8], _seriesRefused());
        return CollectOutcome.Ok;
    }

    /// <inheritdoc/>
    public void Dispose() => _statm?.Dispose();

    private long ResidentKib()
    {
        if (_statm is null)
        {
            return Environment.WorkingSet / 1024;
        }

        // "size resident shared ...", in pages.
        int length = RandomAccess.Read(_statm, _text, 0);
        ReadOnlySpan<byte> text = _text.AsSpan(0, length);
        int space = text.IndexOf((byte)' ');
        return space > 0 && Utf8Parser.TryParse(text[(space + 1)..], out long pages, out _) ? pages * _kibPerPage : 0;
    }
}
