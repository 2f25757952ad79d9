using System.Globalization;
using HvIntegration.Protocol.Metrics;

namespace HvIntegration.CounterSources.Simulated;

/// <summary>What the simulated host's counters say.</summary>
internal static class SimulatedHostSampler
{
    private const string Native = "simulated";
    private const double HostMemoryBytes = 64.0 * 1024 * 1024 * 1024;

    /// <summary>Reads every counter of the world at its newest step.</summary>
    public static void Read(SimulatedWorld world, HostSampleList samples)
    {
        long ns = world.NowNs;
        foreach (var vm in world.Vms)
        {
            ReadVm(world, vm, samples, ns);
        }

        for (int lp = 0; lp < SimulatedWorld.LogicalProcessors; lp++)
        {
            string number = lp.ToString(CultureInfo.InvariantCulture);
            samples.Cumulative(Guid.Empty, HostSeries.Of(HostMetrics.LpRunTime, number), ns, world.BusySeconds / SimulatedWorld.LogicalProcessors, Native);
            samples.Cumulative(Guid.Empty, HostSeries.Of(HostMetrics.RootRunTime, number), ns, world.RootSeconds / SimulatedWorld.LogicalProcessors, Native);
        }

        samples.Gauge(Guid.Empty, HostSeries.Of(HostMetrics.LpCount), ns, SimulatedWorld.LogicalProcessors, Native);
        samples.Gauge(Guid.Empty, HostSeries.Of(HostMetrics.HostMemoryTotal), ns, HostMemoryBytes, Native);
        samples.Gauge(Guid.Empty, HostSeries.Of(HostMetrics.HostMemoryAvailable), ns, HostMemoryBytes - world.Vms.Sum(v => v.Plan.MemoryBytes), Native);
        foreach (var store in world.Stores)
        {
            samples.Cumulative(Guid.Empty, HostSeries.Of(HostMetrics.StoreOperations, store.Name, IoDirection.Read), ns, store.Reads, Native);
            samples.Cumulative(Guid.Empty, HostSeries.Of(HostMetrics.StoreOperations, store.Name, IoDirection.Write), ns, store.Writes, Native);
            samples.Cumulative(Guid.Empty, HostSeries.Of(HostMetrics.StoreIo, store.Name, IoDirection.Read), ns, store.ReadBytes, Native);
            samples.Cumulative(Guid.Empty, HostSeries.Of(HostMetrics.StoreIo, store.Name, IoDirection.Write), ns, store.WriteBytes, Native);
            samples.Cumulative(Guid.Empty, HostSeries.Of(HostMetrics.StoreOperationTime, store.Name, IoDirection.Read), ns, store.ReadSeconds, Native);
            samples.Cumulative(Guid.Empty, HostSeries.Of(HostMetrics.StoreOperationTime, store.Name, IoDirection.Write), ns, store.WriteSeconds, Native);
            samples.Cumulative(Guid.Empty, HostSeries.Of(HostMetrics.StoreQueueTime, store.Name), ns, store.ReadSeconds + store.WriteSeconds, Native);
        }
    }

    private static void ReadVm(SimulatedWorld world, SimulatedVm vm, HostSampleList samples, long ns)
    {
        const string disk = "disk0";
        for (int i = 0; i < vm.Plan.Processors; i++)
        {
            string vp = i.ToString(CultureInfo.InvariantCulture);
            samples.Cumulative(vm.Id, HostSeries.Of(HostMetrics.VpRunTime, vp), ns, vm.Run[i], Native);
            samples.Cumulative(vm.Id, HostSeries.Of(HostMetrics.VpWaitTime, vp), ns, vm.Wait[i], Native);
            samples.Cumulative(vm.Id, HostSeries.Of(HostMetrics.VpDispatches, vp), ns, vm.Dispatches[i], Native);
        }

        samples.Gauge(vm.Id, HostSeries.Of(HostMetrics.VpCount), ns, vm.Plan.Processors, Native);
        if (vm.Plan.Cap is { } cap)
        {
            samples.Gauge(vm.Id, HostSeries.Of(HostMetrics.VpLimit), ns, cap, Native);
            samples.Cumulative(vm.Id, HostSeries.Of(HostMetrics.VmThrottledTime), ns, vm.Throttled, Native);
        }

        double demand = vm.Plan.MemoryBytes * (vm.Plan.MemoryUsed + 0.1);
        samples.Gauge(vm.Id, HostSeries.Of(HostMetrics.MemoryAssigned), ns, vm.Plan.MemoryBytes, Native);
        samples.Gauge(vm.Id, HostSeries.Of(HostMetrics.MemoryMaximum), ns, vm.Plan.MemoryBytes * 2, Native);
        samples.Gauge(vm.Id, HostSeries.Of(HostMetrics.MemoryDemand), ns, demand, Native);
        samples.Gauge(vm.Id, HostSeries.Of(HostMetrics.MemoryPressure), ns, demand / vm.Plan.MemoryBytes, Native);
        samples.Cumulative(vm.Id, HostSeries.Of(HostMetrics.DiskOperations, disk, IoDirection.Read), ns, vm.Reads, Native);
        samples.Cumulative(vm.Id, HostSeries.Of(HostMetrics.DiskOperations, disk, IoDirection.Write), ns, vm.Writes, Native);
        samples.Cumulative(vm.Id, HostSeries.Of(HostMetrics.DiskIo, disk, IoDirection.Read), ns, vm.ReadBytes, Native);
        samples.Cumulative(vm.Id, HostSeries.Of(HostMetrics.DiskIo, disk, IoDirection.Write), ns, vm.WriteBytes, Native);
        samples.Cumulative(vm.Id, HostSeries.Of(HostMetrics.DiskOperationTime, disk, IoDirection.Read), ns, vm.DeviceReadSeconds, Native);
        samples.Cumulative(vm.Id, HostSeries.Of(HostMetrics.DiskOperationTime, disk, IoDirection.Write), ns, vm.DeviceWriteSeconds, Native);
        samples.Cumulative(vm.Id, HostSeries.Of(HostMetrics.DiskLowerOperationTime, disk), ns, vm.LowerSeconds, Native);
        samples.Gauge(vm.Id, HostSeries.Of(HostMetrics.DiskQueueLength, disk), ns, vm.Blocked, Native);
        samples.Cumulative(vm.Id, HostSeries.Of(HostMetrics.DiskErrors, disk), ns, 0, Native);
        samples.Gauge(vm.Id, HostSeries.Of(HostMetrics.DiskStore, disk, world.Stores[vm.Plan.Store].Name), ns, 1, Native);
        samples.Cumulative(vm.Id, HostSeries.Of(HostMetrics.NicIo, "nic0", IoDirection.Receive), ns, vm.ReceivedBytes, Native);
        samples.Cumulative(vm.Id, HostSeries.Of(HostMetrics.NicIo, "nic0", IoDirection.Transmit), ns, vm.SentBytes, Native);
    }
}
