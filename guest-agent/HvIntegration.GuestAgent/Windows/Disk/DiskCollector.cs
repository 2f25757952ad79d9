using System.Globalization;
using HvIntegration.GuestAgent.Collection;
using HvIntegration.GuestAgent.Windows.Native;
using HvIntegration.GuestAgent.Windows.Reading;

namespace HvIntegration.GuestAgent.Windows.Disk;

/// <summary>Operations, bytes, times and queue of every physical disk.</summary>
/// <remarks>
/// First source: <c>IOCTL_DISK_PERFORMANCE</c>. The partition manager of Windows Server refuses it with error 1 unless the value
/// <c>EnableCounterForIoctl</c> or <c>diskperf -Y</c> switched counting on. Then the counter set PhysicalDisk returns the same numbers, at a higher cost.
/// </remarks>
/// <param name="load">Takes the busy time of the busiest disk.</param>
/// <param name="devices">The disks as devices.</param>
/// <param name="counters">The disks as counters; disposed with the collector.</param>
internal sealed class DiskCollector(GuestLoad load, IDiskDevices devices, IDiskCounters counters) : WindowsCollector("disk", new CollectorSchedule(1, 1000, true)), ISourcedCollector
{
    private const string Refusal =
        @"IOCTL_DISK_PERFORMANCE is switched off on this Windows (error 1): run diskperf -Y as administrator, or set EnableCounterForIoctl (DWORD) to 1 in HKLM\SYSTEM\CurrentControlSet\Services\Partmgr";

    private const int DisksMax = 64;

    /// <summary>Disks come and go, and grow: all numbers are tried again now and then.</summary>
    private const int LookEvery = 30;

    private readonly (nint Handle, DiskSeries Series)?[] _disks = new (nint, DiskSeries)?[DisksMax];
    private readonly DiskSeries?[] _counted = new DiskSeries?[DisksMax];
    private readonly Dictionary<int, DiskPerformance> _values = [];
    private int _reads;
    private int _lastError = Kernel32.ErrorFileNotFound;
    private bool _countersHoldDisks;

    /// <inheritdoc/>
    public string Source { get; private set; } = "";

    /// <inheritdoc/>
    public override void Dispose()
    {
        foreach (var disk in _disks)
        {
            if (disk is { } open)
            {
                devices.Close(open.Handle);
            }
        }

        counters.Dispose();
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

            int error = devices.Read(disk.Handle, out DiskPerformance values);
            if (error != 0)
            {
                _lastError = error;
                devices.Close(disk.Handle);
                disk.Series.Retire();
                _disks[number] = null;
                continue;
            }

            measured++;
            busiest = Math.Max(busiest, disk.Series.Set(values));
        }

        if (measured == 0 && _lastError == Kernel32.ErrorInvalidFunction)
        {
            return ReadCounters(series);
        }

        Source = measured > 0 ? "IOCTL_DISK_PERFORMANCE" : "";
        Note(busiest);
        return measured > 0 ? CollectOutcome.Ok
            : _lastError == Kernel32.ErrorFileNotFound ? CollectOutcome.Unavailable("no physical disk: \\\\.\\PhysicalDrive0 to 63 return no counters")
            : OfError("IOCTL_DISK_PERFORMANCE", _lastError);
    }

    private CollectOutcome ReadCounters(CollectorSeries series)
    {
        uint status = counters.Read(_values);
        long busiest = -1;
        for (var number = 0; number < DisksMax; number++)
        {
            if (!_values.TryGetValue(number, out DiskPerformance values))
            {
                _counted[number]?.Retire();
                _counted[number] = null;
                continue;
            }

            DiskSeries disk = _counted[number] ??= Counted(number, series);
            busiest = Math.Max(busiest, disk.Set(values));
        }

        _countersHoldDisks = _values.Count > 0;
        Note(busiest);
        Source = _countersHoldDisks ? $"PDH PhysicalDisk, because {Refusal}" : "";
        return _countersHoldDisks
            ? CollectOutcome.Ok
            : CollectOutcome.Failed(string.Create(CultureInfo.InvariantCulture, $"{Refusal}. The counter set PhysicalDisk is not available either (0x{status:X8})"));
    }

    private DiskSeries Counted(int number, CollectorSeries series)
    {
        var disk = new DiskSeries(DeviceName(number), series);
        if (devices.Open(number, out nint handle) == 0)
        {
            disk.SetSize(devices.Size(handle));
            devices.Close(handle);
        }

        return disk;
    }

    private void Note(long busiest)
    {
        if (busiest >= 0)
        {
            load.AddDiskBusy(busiest);
        }
    }

    private void Look(CollectorSeries series)
    {
        for (var number = 0; number < DisksMax; number++)
        {
            if (_disks[number] is { } known)
            {
                known.Series.SetSize(devices.Size(known.Handle));
                continue;
            }

            if (devices.Open(number, out nint handle) != 0)
            {
                continue;
            }

            int error = devices.Read(handle, out _);
            if (error != 0)
            {
                _lastError = error;
                devices.Close(handle);
                continue;
            }

            Add(number, handle, series);
        }
    }

    // Counting may be switched on while the agent runs: the device then takes the disks over from the counters.
    private void Add(int number, nint handle, CollectorSeries series)
    {
        if (_countersHoldDisks)
        {
            for (var counted = 0; counted < DisksMax; counted++)
            {
                _counted[counted]?.Retire();
                _counted[counted] = null;
            }

            _countersHoldDisks = false;
        }

        var disk = new DiskSeries(DeviceName(number), series);
        disk.SetSize(devices.Size(handle));
        _disks[number] = (handle, disk);
    }

    private static string DeviceName(int number) => "PhysicalDrive" + number.ToString(CultureInfo.InvariantCulture);
}
