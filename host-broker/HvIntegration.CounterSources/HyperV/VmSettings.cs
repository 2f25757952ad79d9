using HvIntegration.Model;
using HvIntegration.Protocol.Metrics;

namespace HvIntegration.CounterSources.HyperV;

/// <summary>Samples of what Hyper-V's management sets and knows of each VM that runs. Pure.</summary>
internal static class VmSettings
{
    /// <summary>True where caps, weights, reserves and the hypervisor's wait times of virtual processors mean anything.</summary>
    /// <remarks>Under the root scheduler a virtual processor is a thread of Windows: it queues there, and the hypervisor's controls have no effect.</remarks>
    public static bool HasProcessorControls(SchedulerType scheduler) => scheduler is not SchedulerType.Root;

    /// <summary>Limit of a VM in processors; null when it has none, or when it has no effect.</summary>
    public static double? Cap(HyperVVm vm, SchedulerType scheduler) =>
        HasProcessorControls(scheduler) && vm is { Processor: { LimitPercent: < 100 } cap, VirtualProcessors: > 0 } ? cap.LimitPercent / 100 * vm.VirtualProcessors : null;

    /// <summary>Adds the samples of all VMs.</summary>
    /// <param name="directory">VMs of the newest inventory.</param>
    /// <param name="scheduler">Scheduler of the hypervisor.</param>
    /// <param name="nowNs">Host time of the read.</param>
    /// <param name="samples">Takes the samples.</param>
    public static void Add(VmDirectory directory, SchedulerType scheduler, long nowNs, HostSampleList samples)
    {
        foreach (var vm in directory.Vms.Where(v => v.State is PartitionState.Running))
        {
            if (HasProcessorControls(scheduler) && vm.Processor is { } processor)
            {
                samples.Gauge(vm.Id, HostSeries.Of(HostMetrics.VpWeight), nowNs, processor.Weight, "Msvm_ProcessorSettingData.Weight");
                if (Cap(vm, scheduler) is { } cap)
                {
                    samples.Gauge(vm.Id, HostSeries.Of(HostMetrics.VpLimit), nowNs, cap, "Msvm_ProcessorSettingData.Limit");
                }
            }

            if (vm.Memory is { } memory)
            {
                double maximum = (memory.IsDynamic ? memory.MaximumMb : memory.StartupMb) * 1024 * 1024;
                samples.Gauge(vm.Id, HostSeries.Of(HostMetrics.MemoryMaximum), nowNs, maximum, "Msvm_MemorySettingData.Limit");
            }

            foreach (var service in vm.Services)
            {
                if (service.IsWell is { } well)
                {
                    samples.Gauge(vm.Id, HostSeries.Of(StackMetrics.IntegrationService, service.Name), nowNs, well ? 1 : 0, "Msvm component OperationalStatus");
                }
            }

            if (vm.Nics.Count > 0)
            {
                samples.Gauge(vm.Id, HostSeries.Of(StackMetrics.EmulatedAdapters), nowNs, vm.Nics.Count(n => n.IsLegacy), "Msvm_EmulatedEthernetPort");
            }

            // Rows of VMs with one name cannot be told apart; what management tells by GUID can.
            if (vm.AssignedMb is { } assigned && directory.SharedNames.ContainsKey(VmNames.Canonical(vm.Name)))
            {
                samples.Gauge(
                    vm.Id, HostSeries.Of(HostMetrics.MemoryAssigned), nowNs, assigned * 1024.0 * 1024, "Msvm_SummaryInformation.MemoryUsage", SampleQuality.Estimated);
            }
        }
    }
}
