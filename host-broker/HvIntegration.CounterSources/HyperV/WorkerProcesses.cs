using System.ComponentModel;
using System.Diagnostics;
using HvIntegration.Protocol.Metrics;

namespace HvIntegration.CounterSources.HyperV;

/// <summary>Reads each VM's worker process (vmwp.exe), found by the process id of the inventory, and the management service (vmms.exe).</summary>
internal static class WorkerProcesses
{
    private const string Management = "vmms";

    /// <summary>Adds their samples. A process that is gone or may not be read gives none.</summary>
    /// <param name="directory">VMs and their process ids.</param>
    /// <param name="nowNs">Host time of the read.</param>
    /// <param name="samples">Takes the samples.</param>
    public static void Read(VmDirectory directory, long nowNs, HostSampleList samples)
    {
        foreach (var vm in directory.Vms)
        {
            if (vm.WorkerProcessId > 0)
            {
                ReadWorker(vm, nowNs, samples);
            }
        }

        if (directory.Vms.Count == 0)
        {
            return;
        }

        foreach (var process in Process.GetProcessesByName(Management))
        {
            using (process)
            {
                Read(process, p =>
                {
                    samples.Cumulative(Guid.Empty, HostSeries.Of(StackMetrics.VmmsCpuTime), nowNs, p.TotalProcessorTime.TotalSeconds, "vmms.exe CPU time");
                    samples.Gauge(Guid.Empty, HostSeries.Of(StackMetrics.VmmsMemory), nowNs, p.WorkingSet64, "vmms.exe working set");
                    samples.Gauge(Guid.Empty, HostSeries.Of(StackMetrics.VmmsHandles), nowNs, p.HandleCount, "vmms.exe handles");
                });
            }
        }
    }

    private static void ReadWorker(HyperVVm vm, long nowNs, HostSampleList samples)
    {
        Process process;
        try
        {
            process = Process.GetProcessById(vm.WorkerProcessId);
        }
        catch (ArgumentException)
        {
            return;
        }

        using (process)
        {
            Read(process, p =>
            {
                string name = $"worker process {vm.WorkerProcessId}";
                samples.Cumulative(vm.Id, HostSeries.Of(HostMetrics.VmOverheadTime), nowNs, p.TotalProcessorTime.TotalSeconds, name + " CPU time");
                samples.Gauge(vm.Id, HostSeries.Of(StackMetrics.VmwpMemory), nowNs, p.WorkingSet64, name + " working set");
                samples.Gauge(vm.Id, HostSeries.Of(StackMetrics.VmwpHandles), nowNs, p.HandleCount, name + " handles");
                samples.Gauge(vm.Id, HostSeries.Of(StackMetrics.VmwpThreads), nowNs, p.Threads.Count, name + " threads");
            });
        }
    }

    private static void Read(Process process, Action<Process> read)
    {
        try
        {
            read(process);
        }
        catch (Exception e) when (e is InvalidOperationException or Win32Exception or NotSupportedException)
        {
            // It ended meanwhile, or another account owns it: hvi check tells the rights.
        }
    }
}
