using System.Diagnostics;
using HvIntegration.GuestAgent.Collection;
using HvIntegration.GuestAgent.Windows.Reading;
using HvIntegration.Protocol.Metrics;

namespace HvIntegration.GuestAgent.Windows.Pressure;

/// <summary>Estimate of the time in which threads waited for a processor, for memory or for I/O; Windows itself does not count it.</summary>
/// <remarks>
/// <para>From what other collectors read: thread states (process), busy share (cpu), busy time of the busiest disk (disk).</para>
/// <para>cpu: when a thread stood ready at the moment of the process read, the interval counts with the busy share of the processors
/// (threads that the clock's tick wakes all at once stand ready for a moment on an idle guest too). memory: when a
/// thread of a program waited for a page or for memory at that moment, the interval counts. io: the busiest disk's
/// busy time, an upper bound: work that nobody waits for keeps a disk busy too. One look a second: over a minute the share is
/// good to some percent, over one second it is 0 or all. <c>hvi.guest.pressure.estimated</c> says so beside the numbers.</para>
/// </remarks>
internal sealed class PressureCollector(GuestLoad load, Func<long> timestamp) : WindowsCollector("pressure", CollectorSchedule.EachInterval)
{
    private static readonly string[] Resources = ["cpu", "memory", "io"];
    private readonly int[] _slots = [-1, -1, -1];
    private readonly long[] _stalledUs = new long[3];
    private long _last;
    private long _lastDiskUs = -1;

    /// <summary>On the running system.</summary>
    public PressureCollector(GuestLoad load)
        : this(load, Stopwatch.GetTimestamp)
    {
    }

    /// <inheritdoc/>
    public override void Dispose()
    {
        // Nothing is kept open.
    }

    /// <inheritdoc/>
    protected override CollectOutcome Read(CollectorSeries series)
    {
        long now = timestamp();
        long passedUs = _last == 0 ? 0 : (long)((now - _last) * (1e6 / Stopwatch.Frequency));
        _last = now;
        bool threadsKnown = load.TryGetThreads(out ThreadCounts threads);
        long diskUs = load.DiskBusyUs;
        if (!threadsKnown && diskUs < 0)
        {
            return CollectOutcome.Unavailable("estimated from the collectors process, cpu and disk, which have no values yet");
        }

        if (threadsKnown)
        {
            Add(series, 0, threads.Ready > 0 && load.BusyShare is var busy and >= 0 ? (long)(passedUs * busy) : 0);
            Add(series, 1, threads.PageWaits > 0 ? passedUs : 0);
        }

        if (diskUs >= 0)
        {
            // Never more than the time that passed, whatever the disk's driver says.
            Add(series, 2, _lastDiskUs < 0 ? 0 : Math.Min(passedUs, diskUs - _lastDiskUs));
            _lastDiskUs = diskUs;
        }

        return CollectOutcome.Ok;
    }

    private void Add(CollectorSeries series, int resource, long microseconds)
    {
        if (_slots[resource] < 0)
        {
            _slots[resource] = series.Define(GuestMetrics.PressureStalled, Resources[resource], "some");
            series.Set(series.Define(GuestMetrics.PressureEstimated, Resources[resource]), 1);
        }

        _stalledUs[resource] += microseconds;
        series.Set(_slots[resource], _stalledUs[resource]);
    }
}
