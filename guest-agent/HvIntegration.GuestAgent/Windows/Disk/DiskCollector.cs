using System.Globalization;
using HvIntegration.GuestAgent.Collection;
using HvIntegration.GuestAgent.Windows.Native;
using HvIntegration.GuestAgent.Windows.Reading;
using HvIntegration.Protocol.Metrics;

namespace HvIntegration.GuestAgent.Windows.Disk;

/// <summary>Operations, bytes, times and queue of every physical disk.</summary>
/// <remarks>
/// Sources: <c>IOCTL_DISK_PERFORMANCE</c> and <c>IOCTL_DISK_GET_DRIVE_GEOMETRY_EX</c> on <c>\\.\PhysicalDrive0</c> to
/// <c>63</c>, opened without an access right. The first question switches the disk's counting on; it stays on, as it is on servers anyway.
/// </remarks>
internal sealed class DiskCollector(GuestLoad load) : WindowsCollector("disk", new CollectorSchedule(1, 1000, true))
{
    private const int DisksMax = 64;

    /// <summary>Disks come and go, and grow: all numbers are tried again now and then.</summary>
    private const int LookEvery = 30;

    private readonly Disk?[] _disks = new Disk?[DisksMax];
    private int _reads;
    private int _lastError = Kernel32.ErrorFileNotFound;

    /// <inheritdoc/>
    public override void Dispose()
    {
        foreach (Disk? disk in _disks)
        {
            disk?.Close();
        }
    }

    /// <inheritdoc/>
    protected override CollectOutcome Read(CollectorSeries series)
    {
        if (_reads++ % LookEvery == 0)
        {
            Look(series);
        }

        var measured = 0;
        long busiest = -1;
        for (var number = 0; number < DisksMax; number++)
        {
            if (_disks[number] is not { } disk)
            {
                continue;
            }

            int error = Kernel32.ReadDisk(disk.Handle, out DiskPerformance values);
            if (error != 0)
            {
                _lastError = error;
                disk.Close();
                disk.Retire(series);
                _disks[number] = null;
                continue;
            }

            measured++;
            busiest = Math.Max(busiest, disk.Set(series, values));
        }

        if (busiest >= 0)
        {
            load.AddDiskBusy(busiest);
        }

        return measured > 0 ? CollectOutcome.Ok
            : _lastError == Kernel32.ErrorFileNotFound ? CollectOutcome.Unavailable("no physical disk: \\\\.\\PhysicalDrive0 to 63 return no counters")
            : OfError("IOCTL_DISK_PERFORMANCE", _lastError);
    }

    private void Look(CollectorSeries series)
    {
        for (var number = 0; number < DisksMax; number++)
        {
            if (_disks[number] is { } known)
            {
                known.SetSize(series);
                continue;
            }

            string name = "PhysicalDrive" + number.ToString(CultureInfo.InvariantCulture);
            if (Kernel32.OpenDevice(@"\\.\" + name, out nint handle) != 0)
            {
                continue;
            }

            int error = Kernel32.ReadDisk(handle, out _);
            if (error != 0)
            {
                _lastError = error;
                _ = Kernel32.CloseHandle(handle);
                continue;
            }

            _disks[number] = new Disk(handle, name, series);
        }
    }

    private sealed class Disk
    {
        private readonly int[] _slots;
        private Carried32 _readCount;
        private Carried32 _writeCount;
        private long _firstQuery;
        private long _firstIdle;
        private long _lastBusyUs;

        public Disk(nint handle, string name, CollectorSeries series)
        {
            Handle = handle;
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
            SetSize(series);
        }

        public nint Handle { get; private set; }

        public void SetSize(CollectorSeries series) => series.Set(_slots[0], Kernel32.ReadDiskSize(Handle));

        /// <summary>Sets the values; busy time since the last read, microseconds.</summary>
        public long Set(CollectorSeries series, in DiskPerformance values)
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
            series.Set(_slots[1], _readCount.Advance(values.ReadCount));
            series.Set(_slots[2], _writeCount.Advance(values.WriteCount));
            series.Set(_slots[3], values.BytesRead);
            series.Set(_slots[4], values.BytesWritten);
            series.Set(_slots[5], FileTime.ToMicroseconds(values.ReadTime));
            series.Set(_slots[6], FileTime.ToMicroseconds(values.WriteTime));
            series.Set(_slots[7], busyUs);
            // The operations' times added up are the time integral of operations in flight.
            series.Set(_slots[8], FileTime.ToMicroseconds(values.ReadTime + values.WriteTime));
            series.Set(_slots[9], values.QueueDepth);
            return sinceLast;
        }

        public void Retire(CollectorSeries series)
        {
            foreach (int slot in _slots)
            {
                series.Retire(slot);
            }
        }

        public void Close()
        {
            _ = Kernel32.CloseHandle(Handle);
            Handle = 0;
        }
    }
}
