using HvIntegration.GuestAgent.Collection;
using HvIntegration.GuestAgent.Windows.Native;
using HvIntegration.GuestAgent.Windows.Reading;
using HvIntegration.Protocol.Metrics;

namespace HvIntegration.GuestAgent.Windows.Disk;

/// <summary>The series of one disk, whichever source its numbers come from.</summary>
internal sealed class DiskSeries
{
    private readonly CollectorSeries _series;
    private readonly int[] _slots;
    private Carried32 _readCount;
    private Carried32 _writeCount;
    private long _firstQuery;
    private long _firstIdle;
    private long _lastBusyUs;

    /// <summary>Defines the series of a disk.</summary>
    /// <param name="name">Name of the device, <c>PhysicalDrive0</c>.</param>
    /// <param name="series">Takes the values.</param>
    public DiskSeries(string name, CollectorSeries series)
    {
        _series = series;
        _slots =
        [
            series.Define(GuestMetrics.DiskLimit, name),
            series.Define(GuestMetrics.DiskOperations, name, "read"),
            series.Define(GuestMetrics.DiskOperations, name, "write"),
            series.Define(GuestMetrics.DiskIo, name, "read"),
            series.Define(GuestMetrics.DiskIo, name, "write"),
            series.Define(GuestMetrics.DiskOperationTime, name, "read"),
            series.Define(GuestMetrics.DiskOperationTime, name, "write"),
            series.Define(GuestMetrics.DiskIoTime, name),
            series.Define(GuestMetrics.DiskQueueTime, name),
            series.Define(GuestMetrics.DiskInFlight, name),
        ];
    }

    /// <summary>Sets the size of the disk, bytes; 0 when it is not known.</summary>
    public void SetSize(long bytes) => _series.Set(_slots[0], bytes);

    /// <summary>Sets the values; busy time since the last read, microseconds.</summary>
    public long Set(in DiskPerformance values)
    {
        if (_firstQuery == 0)
        {
            _firstQuery = values.QueryTime;
            _firstIdle = values.IdleTime;
        }

        // Query time is the system's wall clock: only its distance is of use.
        long busyUs = Math.Max(_lastBusyUs, FileTime.ToMicroseconds(values.QueryTime - _firstQuery - (values.IdleTime - _firstIdle)));
        long sinceLast = busyUs - _lastBusyUs;
        _lastBusyUs = busyUs;
        _series.Set(_slots[1], _readCount.Advance(values.ReadCount));
        _series.Set(_slots[2], _writeCount.Advance(values.WriteCount));
        _series.Set(_slots[3], values.BytesRead);
        _series.Set(_slots[4], values.BytesWritten);
        _series.Set(_slots[5], FileTime.ToMicroseconds(values.ReadTime));
        _series.Set(_slots[6], FileTime.ToMicroseconds(values.WriteTime));
        _series.Set(_slots[7], busyUs);
        // The operations' times added up are the time integral of operations in flight.
        _series.Set(_slots[8], FileTime.ToMicroseconds(values.ReadTime + values.WriteTime));
        _series.Set(_slots[9], values.QueueDepth);
        return sinceLast;
    }

    /// <summary>Gives the slots back because the disk is gone or its source changed.</summary>
    public void Retire()
    {
        foreach (int slot in _slots)
        {
            _series.Retire(slot);
        }
    }
}
