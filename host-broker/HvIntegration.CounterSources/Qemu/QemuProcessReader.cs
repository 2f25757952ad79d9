using System.Globalization;
using HvIntegration.Model;
using HvIntegration.CounterSources.LinuxHost;
using HvIntegration.Protocol.Metrics;

namespace HvIntegration.CounterSources.Qemu;

/// <summary>Reads a VM's process on the host: needs no monitor, so it goes on while the monitor hangs.</summary>
/// <param name="files">Where /proc and /sys are.</param>
internal sealed class QemuProcessReader(HostFiles files)
{
    private readonly CgroupCpuReader _groups = new(files);
    private readonly BackingStoreFinder _stores = new(files);
    private readonly TapInterfaces _taps = new(files);

    /// <summary>Takes the mounts to look in.</summary>
    public void UseMounts(MountTable mounts)
    {
        _groups.UseMounts(mounts);
        _stores.UseMounts(mounts);
    }

    /// <summary>Finds process, threads, groups, taps and stores after the monitor told an identity.</summary>
    /// <returns>A sentence when the threads are not to be seen, else null.</returns>
    public string? Locate(QemuPartition vm)
    {
        var identity = vm.Identity;
        vm.ThreadStarts.Clear();
        vm.Process = ProcessOf(identity);
        vm.Stores.Clear();
        foreach (var disk in identity.Disks)
        {
            if (_stores.Find(disk.Image) is { } store)
            {
                vm.Stores[disk.Name] = store;
            }
        }

        if (vm.Process == 0 || !files.TryRead($"/proc/{vm.Process}/stat", out string text) || !TaskStat.TryParse(text, out var process))
        {
            vm.Process = 0;
            vm.Groups = [];
            vm.Taps = [];
            return identity.Processors.Count == 0 ? NoThreads(identity)
                : $"{identity.Name}: thread {identity.Processors[0].Thread} is not in /proc, so its run time is not known; run hvi in the process namespace of QEMU";
        }

        vm.ProcessStart = process.StartTicks;
        var groups = new List<string>();
        foreach (var (_, thread) in identity.Processors)
        {
            string folder = string.Create(CultureInfo.InvariantCulture, $"/proc/{vm.Process}/task/{thread}");
            if (files.TryRead(folder + "/stat", out text) && TaskStat.TryParse(text, out var task))
            {
                vm.ThreadStarts[thread] = task.StartTicks;
            }

            if (files.TryRead(folder + "/cgroup", out text) && CgroupCpuReader.GroupOf(text) is { } group && !groups.Contains(group))
            {
                groups.Add(group);
            }
        }

        vm.Groups = groups;
        vm.Taps = _taps.Of(vm.Process);
        return identity.Processors.Count == 0 ? NoThreads(identity) : null;
    }

    private static string NoThreads(QemuIdentity identity) => identity.ProcessorsFault is { } fault
        ? $"{identity.Name}: QEMU knows neither query-cpus-fast (2.12 and newer) nor query-cpus ({fault}), so the run time of its processors is not known"
        : $"{identity.Name}: QEMU returned no threads of its processors, so their run time is not known";

    /// <summary>True while the process that was located still runs.</summary>
    public bool IsAlive(QemuPartition vm) =>
        files.TryRead($"/proc/{vm.Process}/stat", out string text) && TaskStat.TryParse(text, out var stat) && stat.StartTicks == vm.ProcessStart;

    /// <summary>Reads run times, memory, cap and taps.</summary>
    /// <param name="vm">A located VM.</param>
    /// <param name="clock">Host time of this moment.</param>
    /// <param name="samples">Where to put them.</param>
    /// <returns>CPU seconds of the process since it started; NaN when it is gone.</returns>
    public double Read(QemuPartition vm, Func<long> clock, HostSampleList samples)
    {
        if (!files.TryRead($"/proc/{vm.Process}/stat", out string stat) || !TaskStat.TryParse(stat, out var process)
            || process.StartTicks != vm.ProcessStart)
        {
            return double.NaN;
        }

        long processNs = clock();
        double seconds = process.CpuTicks / TaskStat.TicksPerSecond;
        double virtualSeconds = 0;
        foreach (var (index, thread) in vm.Identity.Processors)
        {
            string folder = string.Create(CultureInfo.InvariantCulture, $"/proc/{vm.Process}/task/{thread}");
            if (!vm.ThreadStarts.TryGetValue(thread, out ulong start)
                || !files.TryRead(folder + "/schedstat", out string text) || !SchedStat.TryParse(text, out var sched))
            {
                continue;
            }

            long ns = clock();

            // A thread number may have gone to another thread since it was looked up.
            if (!files.TryRead(folder + "/stat", out text) || !TaskStat.TryParse(text, out var task) || task.StartTicks != start)
            {
                continue;
            }

            string vp = index.ToString(CultureInfo.InvariantCulture);
            virtualSeconds += sched.RunNs / 1e9;
            samples.Cumulative(vm.Id, HostSeries.Of(HostMetrics.VpRunTime, vp), ns, sched.RunNs / 1e9, "schedstat run");
            samples.Cumulative(vm.Id, HostSeries.Of(HostMetrics.VpWaitTime, vp), ns, sched.WaitNs / 1e9, "schedstat run_delay");
            samples.Cumulative(vm.Id, HostSeries.Of(HostMetrics.VpDispatches, vp), ns, sched.Slices, "schedstat pcount");
        }

        if (vm.Identity.Processors.Count > 0)
        {
            samples.Gauge(vm.Id, HostSeries.Of(HostMetrics.VpCount), clock(), vm.Identity.Processors.Count, "query-cpus-fast");
        }

        ReadQuota(vm, clock(), samples);
        ReadTaps(vm, clock(), samples);

        // The process total includes threads that ended; it is cut to ticks, so the difference may step back by one.
        vm.OverheadSeconds = Math.Max(vm.OverheadSeconds, seconds - virtualSeconds);
        samples.Cumulative(vm.Id, HostSeries.Of(HostMetrics.VmOverheadTime), processNs, vm.OverheadSeconds, "/proc/PID/stat minus vCPU threads");
        samples.Gauge(vm.Id, HostSeries.Of(HostMetrics.MemoryResident), processNs, process.ResidentPages * (double)Environment.SystemPageSize, "/proc/PID/stat rss");
        return seconds;
    }

    private void ReadQuota(QemuPartition vm, long ns, HostSampleList samples)
    {
        CpuQuota? total = null;
        foreach (string group in vm.Groups)
        {
            if (_groups.Read(group) is not { } one)
            {
                total = null;
                break;
            }

            // Groups of their own per virtual processor add up, unless one group above all of them is what caps.
            total = total is not { } sum ? one
                : one.Shared || sum.Shared ? (sum.Processors <= one.Processors ? sum : one)
                : new CpuQuota(sum.Processors + one.Processors, sum.ThrottledSeconds + one.ThrottledSeconds, false, sum.Native);
        }

        vm.Quota = total;
        if (total is { } quota)
        {
            var quality = quota.Shared ? SampleQuality.Estimated : SampleQuality.Measured;
            samples.Gauge(vm.Id, HostSeries.Of(HostMetrics.VpLimit), ns, quota.Processors, quota.Native, quality);
            samples.Cumulative(vm.Id, HostSeries.Of(HostMetrics.VmThrottledTime), ns, quota.ThrottledSeconds, "cgroup cpu.stat", quality);
        }
    }

    // The host's end of a tap is the other end of the VM's adapter: what the host receives, the VM sent.
    private void ReadTaps(QemuPartition vm, long ns, HostSampleList samples)
    {
        foreach (string tap in vm.Taps)
        {
            Add(HostMetrics.NicIo, IoDirection.Receive, "tx_bytes");
            Add(HostMetrics.NicIo, IoDirection.Transmit, "rx_bytes");
            Add(HostMetrics.NicPackets, IoDirection.Receive, "tx_packets");
            Add(HostMetrics.NicPackets, IoDirection.Transmit, "rx_packets");
            Add(HostMetrics.NicDropped, IoDirection.Receive, "tx_dropped");
            Add(HostMetrics.NicDropped, IoDirection.Transmit, "rx_dropped");

            void Add(MetricDefinition metric, string direction, string counter) => samples.Cumulative(
                vm.Id, HostSeries.Of(metric, tap, direction), ns, _taps.Counter(tap, counter), "tap " + counter);
        }
    }

    // The socket's owner is QEMU itself unless a manager opened the socket for it; a thread's group leader always is.
    private int ProcessOf(QemuIdentity identity)
    {
        if (identity.Processors.Count == 0)
        {
            return identity.PeerProcess;
        }

        int thread = identity.Processors[0].Thread;
        if (identity.PeerProcess > 0 && files.Exists($"/proc/{identity.PeerProcess}/task/{thread}"))
        {
            return identity.PeerProcess;
        }

        if (!files.TryRead($"/proc/{thread}/status", out string status))
        {
            return 0;
        }

        foreach (var line in status.AsSpan().EnumerateLines())
        {
            if (line.StartsWith("Tgid:", StringComparison.Ordinal)
                && int.TryParse(line[5..].Trim(), NumberStyles.None, CultureInfo.InvariantCulture, out int leader))
            {
                return leader;
            }
        }

        return 0;
    }
}
