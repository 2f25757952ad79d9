using System.Globalization;
using HvIntegration.Model;
using HvIntegration.CounterSources.LinuxHost;
using HvIntegration.Protocol.Metrics;

namespace HvIntegration.CounterSources.Qemu;

/// <summary>Reads the host itself: processors, memory, pressure, backing devices and the processes that belong to no VM.</summary>
/// <param name="files">Where /proc and /sys are.</param>
/// <param name="options">Bounds.</param>
internal sealed class QemuHostReader(HostFiles files, QemuOptions options)
{
    private static readonly string[] Pressures = ["cpu", "memory", "io"];
    private readonly HostProcessTable _processes = new(files, options.HostProcessesMax);
    private double _busy = double.NaN;
    private double _rootExact;
    private double _rootShown;

    /// <summary>Reads all of it.</summary>
    /// <param name="clock">Host time of this moment.</param>
    /// <param name="vmProcesses">Processes of VMs.</param>
    /// <param name="vmSeconds">CPU seconds the VMs used since the previous read.</param>
    /// <param name="devices">Devices below VM disks.</param>
    /// <param name="samples">Where to put them.</param>
    /// <param name="faults">Where to put what is missing.</param>
    public void Read(
        Func<long> clock, IReadOnlySet<int> vmProcesses, double vmSeconds, IReadOnlySet<string> devices,
        HostSampleList samples, List<string> faults)
    {
        ReadProcessors(clock, vmSeconds, samples, faults);
        ReadMemory(clock(), samples);
        ReadStores(clock, devices, samples);
        if (options.HostProcessesMax > 0)
        {
            foreach (var process in _processes.Read(clock(), vmProcesses))
            {
                foreach (var (ns, seconds) in process.Readings)
                {
                    samples.Cumulative(Guid.Empty, HostSeries.Of(HostMetrics.HostProcessTime, process.Label), ns, seconds, "/proc/PID/stat");
                }
            }
        }
    }

    private void ReadProcessors(Func<long> clock, double vmSeconds, HostSampleList samples, List<string> faults)
    {
        if (!files.TryRead("/proc/stat", out string text))
        {
            faults.Add("/proc/stat cannot be read, so the host processors are not measured");
            return;
        }

        long ns = clock();
        double busy = 0;
        var processors = ProcessorTimes.Parse(text);
        foreach (var (number, seconds) in processors)
        {
            busy += seconds;
            samples.Cumulative(
                Guid.Empty, HostSeries.Of(HostMetrics.LpRunTime, number.ToString(CultureInfo.InvariantCulture)), ns, seconds, "/proc/stat");
        }

        samples.Gauge(Guid.Empty, HostSeries.Of(HostMetrics.LpCount), ns, processors.Count, "/proc/stat");
        if (!double.IsNaN(_busy))
        {
            // The two sums are read a moment apart; the exact one may step back a little, the shown one must not.
            _rootExact += busy - _busy - vmSeconds;
            _rootShown = Math.Max(_rootShown, _rootExact);
        }

        _busy = busy;
        samples.Cumulative(
            Guid.Empty, HostSeries.Of(HostMetrics.RootRunTime, "all"), ns, _rootShown, "/proc/stat minus VM processes", SampleQuality.Estimated);
    }

    private void ReadMemory(long ns, HostSampleList samples)
    {
        if (files.TryRead("/proc/meminfo", out string text))
        {
            var memory = MemoryInfo.Parse(text);
            samples.Gauge(Guid.Empty, HostSeries.Of(HostMetrics.HostMemoryTotal), ns, memory.TotalBytes, "MemTotal");
            samples.Gauge(Guid.Empty, HostSeries.Of(HostMetrics.HostMemoryAvailable), ns, memory.AvailableBytes, "MemAvailable");
        }

        foreach (string resource in Pressures)
        {
            if (files.TryRead("/proc/pressure/" + resource, out text))
            {
                foreach (var (stall, seconds) in PressureFile.Parse(text))
                {
                    samples.Cumulative(
                        Guid.Empty, HostSeries.Of(HostMetrics.HostStalled, resource, stall), ns, seconds, "/proc/pressure/" + resource);
                }
            }
        }
    }

    private void ReadStores(Func<long> clock, IReadOnlySet<string> devices, HostSampleList samples)
    {
        if (devices.Count == 0 || !files.TryRead("/proc/diskstats", out string text))
        {
            return;
        }

        const string native = "/proc/diskstats";
        long ns = clock();
        var all = DiskStatistics.Parse(text);
        foreach (string device in devices)
        {
            if (!all.TryGetValue(device, out var disk))
            {
                continue;
            }

            samples.Cumulative(Guid.Empty, HostSeries.Of(HostMetrics.StoreOperations, device, IoDirection.Read), ns, disk.Reads, native);
            samples.Cumulative(Guid.Empty, HostSeries.Of(HostMetrics.StoreOperations, device, IoDirection.Write), ns, disk.Writes, native);
            samples.Cumulative(Guid.Empty, HostSeries.Of(HostMetrics.StoreIo, device, IoDirection.Read), ns, disk.ReadBytes, native);
            samples.Cumulative(Guid.Empty, HostSeries.Of(HostMetrics.StoreIo, device, IoDirection.Write), ns, disk.WriteBytes, native);
            samples.Cumulative(Guid.Empty, HostSeries.Of(HostMetrics.StoreOperationTime, device, IoDirection.Read), ns, disk.ReadSeconds, native);
            samples.Cumulative(Guid.Empty, HostSeries.Of(HostMetrics.StoreOperationTime, device, IoDirection.Write), ns, disk.WriteSeconds, native);
            samples.Cumulative(Guid.Empty, HostSeries.Of(HostMetrics.StoreQueueTime, device), ns, disk.QueueSeconds, native);
        }
    }
}
