using HvIntegration.Protocol.Metrics;

namespace HvIntegration.CounterSources.HyperV;

/// <summary>Reads each VM's worker process (vmwp.exe), found by the process id of the inventory, and the management service (vmms.exe).</summary>
internal static class WorkerProcesses
{
    private const string Management = "vmms.exe";

    /// <summary>Adds their samples, all from one snapshot. A process that is gone has none.</summary>
    /// <param name="directory">VMs and their process ids.</param>
    /// <param name="snapshot">The processes of the host.</param>
    /// <param name="nowNs">Host time of the read.</param>
    /// <param name="samples">Takes the samples.</param>
    public static void Read(VmDirectory directory, IProcessSnapshot snapshot, long nowNs, HostSampleList samples)
    {
        if (directory.Vms.Count == 0)
        {
            return;
        }

        var (workers, management) = snapshot.Take(directory.Vms.Select(v => v.WorkerProcessId).Where(id => id > 0).ToHashSet(), Management);
        foreach (var vm in directory.Vms)
        {
            if (workers.TryGetValue(vm.WorkerProcessId, out var use))
            {
                string name = $"worker process {vm.WorkerProcessId}";
                samples.Cumulative(vm.Id, HostSeries.Of(HostMetrics.VmOverheadTime), nowNs, use.CpuSeconds, name + " CPU time");
                samples.Gauge(vm.Id, HostSeries.Of(StackMetrics.VmwpMemory), nowNs, use.WorkingSetBytes, name + " working set");
                samples.Gauge(vm.Id, HostSeries.Of(StackMetrics.VmwpHandles), nowNs, use.Handles, name + " handles");
                samples.Gauge(vm.Id, HostSeries.Of(StackMetrics.VmwpThreads), nowNs, use.Threads, name + " threads");
            }
        }

        foreach (var use in management)
        {
            samples.Cumulative(Guid.Empty, HostSeries.Of(StackMetrics.VmmsCpuTime), nowNs, use.CpuSeconds, "vmms.exe CPU time");
            samples.Gauge(Guid.Empty, HostSeries.Of(StackMetrics.VmmsMemory), nowNs, use.WorkingSetBytes, "vmms.exe working set");
            samples.Gauge(Guid.Empty, HostSeries.Of(StackMetrics.VmmsHandles), nowNs, use.Handles, "vmms.exe handles");
        }
    }
}
