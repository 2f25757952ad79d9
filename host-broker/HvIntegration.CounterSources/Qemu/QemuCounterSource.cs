using HvIntegration.Model;
using HvIntegration.CounterSources.LinuxHost;
using HvIntegration.Protocol.Metrics;

namespace HvIntegration.CounterSources.Qemu;

/// <summary>A Linux host with QEMU guests: monitors (QMP) for what a VM is, /proc and /sys for what it gets.</summary>
/// <remarks>Native names and their metrics: docs/counter-sources/qemu.md.</remarks>
internal sealed class QemuCounterSource : ICounterSource
{
    private readonly QemuOptions _options;
    private readonly TimeProvider _time;
    private readonly HostFiles _files;
    private readonly QemuProcessReader _processes;
    private readonly QemuHostReader _host;
    private readonly ManagedPartitions _managed;
    private readonly SemaphoreSlim _slots;
    private readonly CancellationTokenSource _stop = new();
    private readonly SortedDictionary<string, Watched> _watched = new(StringComparer.Ordinal);
    private long? _mountsStamp;

    /// <summary>Opens nothing yet: sockets are looked for in every read.</summary>
    /// <param name="options">Folder, deadlines, bounds.</param>
    /// <param name="time">Clock of deadlines and of the time between a read's start and each of its samples.</param>
    public QemuCounterSource(QemuOptions options, TimeProvider time)
    {
        _options = options;
        _time = time;
        _files = new HostFiles(options.ProcRoot, options.SysRoot);
        _processes = new QemuProcessReader(_files);
        _host = new QemuHostReader(_files, options);
        _managed = new ManagedPartitions(options, _files, _processes);
        _slots = new SemaphoreSlim(options.PollConcurrency);
    }

    /// <inheritdoc/>
    public string Name => "qemu";

    /// <inheritdoc/>
    public SourceOrigin Origin => SourceOrigin.Live;

    /// <inheritdoc/>
    public async ValueTask<CounterReading> ReadAsync(long nowNs, CancellationToken cancellation)
    {
        long started = _time.GetTimestamp();
        long At(long stamp) => nowNs + (long)((stamp - started) * (1e9 / _time.TimestampFrequency));
        long Clock() => At(_time.GetTimestamp());

        var samples = new HostSampleList();
        var faults = new List<string>();
        ReadMounts();
        await DiscoverAsync(faults);
        foreach (var watched in _watched.Values)
        {
            watched.Monitor.Start(_slots, _stop.Token);
        }

        await WaitForMonitorsAsync(cancellation);
        var reading = new QemuReading(samples, faults);
        foreach (var (path, watched) in _watched)
        {
            if (watched.Monitor.Take() is { } poll)
            {
                TakePoll(path, watched, poll, At(poll.Stamp), reading);
            }

            if (watched.Monitor.Fault is { } fault)
            {
                faults.Add(fault);
            }

            if (watched.Vm is { } vm)
            {
                ReadPartition(path, watched, vm, Clock, reading);
            }
        }

        _managed.Read(Clock, reading);
        _host.Read(Clock, reading.Processes, reading.VmSeconds, reading.Devices, samples, faults);
        return new CounterReading(reading.Partitions, samples.Samples, faults, Ended: false);
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync();
        foreach (var watched in _watched.Values)
        {
            await watched.Monitor.DisposeAsync();
        }

        _watched.Clear();
        _slots.Dispose();
        _stop.Dispose();
    }

    private void ReadMounts()
    {
        if (_mountsStamp is { } last && _time.GetElapsedTime(last) < TimeSpan.FromSeconds(_options.RefreshSeconds))
        {
            return;
        }

        _mountsStamp = _time.GetTimestamp();
        var mounts = MountTable.Parse(_files.TryRead("/proc/self/mountinfo", out string text) ? text : "");
        _processes.UseMounts(mounts);
        _managed.Refresh(mounts);
    }

    private async ValueTask DiscoverAsync(List<string> faults)
    {
        var found = new HashSet<string>(StringComparer.Ordinal);
        int beyond = 0;
        try
        {
            foreach (string path in Directory.EnumerateFileSystemEntries(_options.SocketFolder, "*" + QemuSocketNames.MonitorEnding).Order(StringComparer.Ordinal))
            {
                if (found.Count < _options.PartitionsMax)
                {
                    found.Add(path);
                }
                else
                {
                    beyond++;
                }
            }
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            // Where a manager starts the VMs, none of them needs a monitor for hvi.
            if (_managed.Count == 0 || e is not DirectoryNotFoundException)
            {
                faults.Add($"{_options.SocketFolder}: {e.Message} Start each VM with -qmp unix:{_options.SocketFolder}/NAME.qmp,server=on,wait=off");
            }
        }

        if (beyond > 0)
        {
            faults.Add($"{_options.SocketFolder}: {beyond} VMs above the limit of {_options.PartitionsMax} are not monitored; raise PartitionsMax");
        }

        foreach (string path in found)
        {
            if (!_watched.ContainsKey(path))
            {
                _watched.Add(path, new Watched(new QemuMonitor(path, _options, _time)));
            }
        }

        foreach (var (path, watched) in _watched.ToList())
        {
            // A monitor whose file was removed may still be connected to a VM that runs.
            if (!found.Contains(path) && (watched.Vm is not { Process: > 0 } vm || !_processes.IsAlive(vm)))
            {
                if (watched.Monitor.Running is { IsCompleted: false })
                {
                    continue;
                }

                _watched.Remove(path);
                await watched.Monitor.DisposeAsync();
            }
        }
    }

    private async Task WaitForMonitorsAsync(CancellationToken cancellation)
    {
        var open = _watched.Values.Select(w => w.Monitor.Running).OfType<Task>().Where(t => !t.IsCompleted).ToList();
        if (open.Count == 0)
        {
            return;
        }

        using var enough = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        var patience = Task.Delay(TimeSpan.FromMilliseconds(_options.PatienceMs), _time, enough.Token);
        await Task.WhenAny(Task.WhenAll(open), patience);
        await enough.CancelAsync();
        cancellation.ThrowIfCancellationRequested();
    }

    private void TakePoll(string path, Watched watched, QemuPoll poll, long ns, QemuReading reading)
    {
        if (poll.Identity is { } identity)
        {
            var id = IdOf(path, identity, reading.Faults);
            if (watched.Vm is not { } known || known.Id != id)
            {
                watched.Vm = new QemuPartition { Id = id, Identity = identity };
            }

            watched.Vm.Identity = identity;
            watched.LocateFault = _processes.Locate(watched.Vm);
        }

        if (watched.Vm is not { } vm)
        {
            return;
        }

        (vm.State, vm.Activity, vm.StopReason) = (poll.State, poll.Activity, poll.StopReason);
        vm.BalloonBytes = poll.BalloonBytes;
        vm.AnswerStamp = poll.Stamp;
        foreach (var disk in poll.Statistics)
        {
            if (disk.HasTraffic || vm.Identity.Disks.Any(d => d.Name == disk.Name))
            {
                AddDisk(vm, disk, ns, reading.Samples);
            }
        }
    }

    private static void AddDisk(QemuPartition vm, QemuDiskStatistics disk, long ns, HostSampleList samples)
    {
        const string native = "query-blockstats ";
        samples.Cumulative(vm.Id, HostSeries.Of(HostMetrics.DiskOperations, disk.Name, IoDirection.Read), ns, disk.Reads, native + "rd_operations");
        samples.Cumulative(vm.Id, HostSeries.Of(HostMetrics.DiskOperations, disk.Name, IoDirection.Write), ns, disk.Writes, native + "wr_operations");
        samples.Cumulative(vm.Id, HostSeries.Of(HostMetrics.DiskIo, disk.Name, IoDirection.Read), ns, disk.ReadBytes, native + "rd_bytes");
        samples.Cumulative(vm.Id, HostSeries.Of(HostMetrics.DiskIo, disk.Name, IoDirection.Write), ns, disk.WriteBytes, native + "wr_bytes");
        samples.Cumulative(vm.Id, HostSeries.Of(HostMetrics.DiskOperationTime, disk.Name, IoDirection.Read), ns, disk.ReadSeconds, native + "rd_total_time_ns");
        samples.Cumulative(vm.Id, HostSeries.Of(HostMetrics.DiskOperationTime, disk.Name, IoDirection.Write), ns, disk.WriteSeconds, native + "wr_total_time_ns");
        samples.Cumulative(vm.Id, HostSeries.Of(HostMetrics.DiskErrors, disk.Name), ns, disk.Errors, native + "failed_*_operations");
    }

    private void ReadPartition(string path, Watched watched, QemuPartition vm, Func<long> clock, QemuReading reading)
    {
        if (vm.Process > 0)
        {
            double seconds = _processes.Read(vm, clock, reading.Samples);
            if (double.IsNaN(seconds))
            {
                // The process has ended; a new one with the same socket brings a new identity.
                watched.Vm = null;
                return;
            }

            reading.Count(vm, seconds);
        }
        else if (watched.Monitor.Fault is not null)
        {
            watched.Vm = null;
            return;
        }

        if (watched.LocateFault is { } fault)
        {
            reading.Faults.Add(fault);
        }

        long ns = clock();
        bool stale = _time.GetElapsedTime(vm.AnswerStamp) > TimeSpan.FromSeconds(2);
        var quality = stale ? SampleQuality.Stale : SampleQuality.Measured;
        if (vm.Identity.MemoryBytes is { } size)
        {
            reading.Samples.Gauge(vm.Id, HostSeries.Of(HostMetrics.MemoryMaximum), ns, size, "query-memory-size-summary", quality);
        }

        if ((vm.BalloonBytes ?? vm.Identity.MemoryBytes) is { } assigned)
        {
            reading.Samples.Gauge(
                vm.Id, HostSeries.Of(HostMetrics.MemoryAssigned), ns, assigned,
                vm.BalloonBytes is null ? "query-memory-size-summary (no balloon)" : "query-balloon actual", quality);
        }

        foreach (var disk in vm.Identity.Disks)
        {
            if (disk.OperationsMax is { } operations)
            {
                reading.Samples.Gauge(vm.Id, HostSeries.Of(HostMetrics.DiskQosIops, disk.Name), ns, operations, "query-block iops", quality);
            }

            if (disk.BytesMax is { } bytes)
            {
                reading.Samples.Gauge(vm.Id, HostSeries.Of(HostMetrics.DiskQosBandwidth, disk.Name), ns, bytes, "query-block bps", quality);
            }

            if (vm.Stores.TryGetValue(disk.Name, out var store))
            {
                reading.Samples.Gauge(vm.Id, HostSeries.Of(HostMetrics.DiskStore, disk.Name, store.Name), ns, 1, "query-block file");
                if (store.BlockDevice is { } device)
                {
                    reading.Devices.Add(device);
                }
            }
        }

        reading.Partitions.Add(new PartitionInfo(
            vm.Id, vm.Identity.Name, stale ? PartitionState.Unknown : vm.State, vm.Identity.Processors.Count,
            vm.Quota?.Processors, vm.Identity.MemoryBytes, QemuSocketNames.AgentAddress(path))
        {
            Activity = stale ? PartitionActivity.None : vm.Activity,
            StopReason = stale ? null : vm.StopReason,
        });
    }

    private Guid IdOf(string path, QemuIdentity identity, List<string> faults)
    {
        if (identity.Uuid == Guid.Empty)
        {
            return PartitionGuid.FromName("qemu", QemuSocketNames.VmName(path));
        }

        var twin = _watched.FirstOrDefault(w => w.Key != path && w.Value.Vm?.Id == identity.Uuid);
        if (twin.Key is null)
        {
            return identity.Uuid;
        }

        faults.Add($"{identity.Name}: has the UUID {identity.Uuid} of {QemuSocketNames.VmName(twin.Key)} and is shown with a GUID made from the name of its socket. Start it with its own -uuid");
        return PartitionGuid.FromName("qemu", QemuSocketNames.VmName(path));
    }

    private sealed class Watched(QemuMonitor monitor)
    {
        public QemuMonitor Monitor { get; } = monitor;

        public QemuPartition? Vm { get; set; }

        public string? LocateFault { get; set; }
    }
}
