namespace HvIntegration.Simulation;

/// <summary>
/// Moves a <see cref="Machine"/> through time in steps of 100 ms: demand meets capacity, and both sides' counters grow
/// from what happened. Knows nothing of limits, signals or hypotheses.
/// </summary>
internal sealed class World(Machine machine, Noise noise)
{
    public const double StepSeconds = 0.1;

    public Machine Machine => machine;

    public void Step()
    {
        ShareProcessors();
        ShareStores();
        foreach (var vm in machine.Vms)
        {
            if (vm.Paused)
            {
                vm.PausedSeconds += StepSeconds;
                continue;
            }

            LiveInMemory(vm);
            FeelInside(vm);
        }
    }

    /// <summary>Proportional share among all who want to run, nobody above one logical processor, caps kept.</summary>
    private void ShareProcessors()
    {
        var wants = new List<(Vm? Vm, int Vp, double Want, double Weight)> { (null, 0, machine.RootDemand * noise.Factor(0.1), 100 * machine.LogicalProcessors) };
        foreach (var vm in machine.Vms)
        {
            if (vm.Paused)
            {
                Array.Clear(vm.Run);
                Array.Clear(vm.Wait);
                continue;
            }

            double capLeft = vm.CpuCap ?? double.PositiveInfinity;
            double wanted = 0;
            var want = new double[vm.VirtualProcessors];
            for (int i = 0; i < want.Length; i++)
            {
                want[i] = Math.Clamp((vm.Demand[i] * noise.Factor(0.05)) + (vm.Backlog[i] / StepSeconds), 0, 1);
                wanted += want[i];
            }

            double squeeze = wanted > capLeft ? capLeft / wanted : 1;
            for (int i = 0; i < want.Length; i++)
            {
                vm.Wait[i] = want[i] * (1 - squeeze);
                wants.Add((vm, i, want[i] * squeeze, vm.Weight));
            }
        }

        double capacity = machine.LogicalProcessors;
        double total = wants.Sum(w => w.Want);
        double load = Math.Min(1, total / capacity);
        double[] given = Fill(wants.ConvertAll(w => (w.Want, w.Weight)), capacity);
        for (int k = 0; k < wants.Count; k++)
        {
            var (vm, i, want, _) = wants[k];
            double got = given[k];

            // Short collisions exist below saturation: they grow steeply with load.
            double collision = total <= capacity ? want * 0.025 * Math.Pow(load, 8) * noise.Factor(0.4) : 0;
            got = Math.Max(0, got - (collision * 0.2));
            if (vm is null)
            {
                machine.RootRun += got * StepSeconds;
                continue;
            }

            double wait = vm.Wait[i] + Math.Max(0, want - got) + collision;
            vm.Run[i] = got;
            vm.Wait[i] = Math.Min(wait, 1 - got);
            double unmet = Math.Max(0, vm.Demand[i] - got) * StepSeconds;
            vm.Backlog[i] = Math.Min(unmet, StepSeconds) * (vm.ExtraThreads > 0 ? 1 : 0.6);
            double dispatches = got <= 0 ? 0 : 40 + (200 * got * noise.Factor(0.2));
            vm.RunSeconds[i] += got * StepSeconds;

            // A wake-up costs some microseconds even on an idle host: the wait counter has that too.
            vm.WaitSeconds[i] += (vm.Wait[i] * StepSeconds) + (dispatches * StepSeconds * 8e-6 * noise.Factor(0.3));
            vm.Dispatches[i] += dispatches * StepSeconds;
            double busy = Math.Min(1, got + vm.Wait[i]);
            vm.GuestBusySeconds[i] += busy * StepSeconds;
            vm.GuestIdleSeconds[i] += (1 - busy) * StepSeconds;
        }
    }

    /// <summary>Weighted water filling: nobody gets more than he wants, what is left over is shared again.</summary>
    private static double[] Fill(List<(double Want, double Weight)> wants, double capacity)
    {
        var given = new double[wants.Count];
        var open = Enumerable.Range(0, wants.Count).ToHashSet();
        while (open.Count > 0 && capacity > 1e-9)
        {
            double weights = open.Sum(k => wants[k].Weight);
            var full = open.Where(k => wants[k].Want - given[k] <= (capacity * wants[k].Weight / weights) + 1e-12).ToList();
            if (full.Count == 0)
            {
                foreach (int k in open)
                {
                    given[k] += capacity * wants[k].Weight / weights;
                }

                break;
            }

            foreach (int k in full)
            {
                capacity -= wants[k].Want - given[k];
                given[k] = wants[k].Want;
                open.Remove(k);
            }
        }

        return given;
    }

    /// <summary>Open-loop demand below a store's capacity queues a little, above it the programs' outstanding operations queue fully.</summary>
    private void ShareStores()
    {
        foreach (var store in machine.Stores)
        {
            var disks = machine.Vms.Where(v => !v.Paused).SelectMany(v => v.Disks.Select(d => (Vm: v, Disk: d))).Where(p => p.Disk.Store == store).ToList();
            double service = store.ServiceSeconds * store.Slowdown;
            double capacity = store.Parallelism / service;
            var asked = disks.ConvertAll(p => Ask(p.Vm, p.Disk, service) * noise.Factor(0.08));
            double total = asked.Sum();
            double use = Math.Min(total / capacity, 0.97);
            double scale = total > capacity * 0.97 ? capacity * 0.97 / total : 1;
            double outstanding = disks.Sum(p => Math.Min(p.Disk.OutstandingMax, p.Disk.DemandIops * service * 4));
            double saturated = outstanding / capacity;
            double open = service * (1 + (0.25 * use * use / (1 - use)));
            double lower = scale < 1 ? Math.Max(open, saturated) : Math.Min(open, Math.Max(service, saturated));
            for (int k = 0; k < disks.Count; k++)
            {
                var disk = disks[k].Disk;
                disk.LowerSeconds = lower * noise.Factor(0.06);
                double iops = asked[k] * scale;
                double device = disk.LowerSeconds + (30e-6 * noise.Factor(0.2));
                if (disk.QosIops > 0 && iops >= disk.QosIops)
                {
                    iops = disk.QosIops * noise.Factor(0.004);
                    device = Math.Max(device, disk.OutstandingMax / disk.QosIops);
                }

                disk.Iops = iops;
                disk.DeviceSeconds = device;
                disk.GuestSeconds = device + (disk.BusSeconds * noise.Factor(0.15)) + (20e-6 * noise.Factor(0.3));
                double operations = iops * StepSeconds;
                disk.Operations += operations;
                disk.Bytes += operations * disk.BytesPerOperation;
                disk.LowerOperationSeconds += operations * disk.LowerSeconds;
                disk.DeviceOperationSeconds += operations * disk.DeviceSeconds;
                disk.GuestOperationSeconds += operations * disk.GuestSeconds;
                disk.BusySeconds += Math.Min(1, iops * disk.GuestSeconds) * StepSeconds;
                store.Operations += operations;
                store.OperationSeconds += operations * disk.LowerSeconds;
                store.Bytes += operations * disk.BytesPerOperation;
            }
        }
    }

    /// <summary>A program that waits for each answer asks less of a slow disk.</summary>
    private static double Ask(Vm vm, VirtualDisk disk, double service)
    {
        double running = vm.Run.Length == 0 ? 1 : Math.Max(0.3, 1 - (vm.Wait.Sum() / vm.VirtualProcessors));
        return Math.Min(disk.DemandIops * running, disk.OutstandingMax / (service + disk.BusSeconds));
    }

    private void LiveInMemory(Vm vm)
    {
        double shortage = Math.Clamp((vm.MemoryNeededBytes - (0.93 * vm.MemoryAssignedBytes)) / vm.MemoryAssignedBytes, 0, 0.5);
        double faults = shortage <= 0 ? noise.Exponential(0.5) : (150 + (6000 * shortage)) * noise.Factor(0.2);
        vm.MajorFaults += faults * StepSeconds;
        vm.SwapIn += shortage <= 0 ? 0 : faults * 1.5 * StepSeconds;
        vm.SwapOut += shortage <= 0 ? 0 : faults * 1.2 * StepSeconds;
        double stalled = shortage <= 0 ? 0 : Math.Min(0.9, 0.06 + (2.5 * shortage)) * noise.Factor(0.15);
        vm.MemoryStalledSeconds += Math.Min(1, stalled) * StepSeconds;
        vm.MemoryFullSeconds += Math.Min(1, stalled * 0.6) * StepSeconds;
        foreach (var program in vm.Programs)
        {
            program.MajorFaults += faults * StepSeconds / vm.Programs.Count;
        }
    }

    private void FeelInside(Vm vm)
    {
        double run = vm.Run.Sum();
        double wait = vm.Wait.Sum();
        double share = wait / vm.VirtualProcessors;
        double crowded = Math.Min(1, vm.ExtraThreads / vm.VirtualProcessors);
        vm.CpuStalledSeconds += Math.Min(1, (0.9 * crowded) + (share * 0.8) + (0.01 * noise.Factor(0.5))) * StepSeconds;
        double inFlight = vm.Disks.Sum(d => d.Iops * d.GuestSeconds);
        double ioStall = Math.Min(0.98, inFlight / (1 + inFlight) * vm.Disks.Max(d => Math.Min(1, d.GuestSeconds / 0.004)));
        vm.IoStalledSeconds += ioStall * StepSeconds;
        vm.IoFullSeconds += ioStall * 0.7 * (1 - Math.Min(0.9, run / vm.VirtualProcessors)) * StepSeconds;
        vm.NetworkBytes += vm.NetworkDemandBytes * (1 - vm.NetworkLoss) * noise.Factor(0.1) * StepSeconds;
        double packets = vm.NetworkDemandBytes / 900 * StepSeconds;
        vm.NetworkPackets += packets;
        vm.NetworkDrops += packets * vm.NetworkLoss;
        vm.Retransmits += packets * ((vm.NetworkLoss * 0.9) + 0.0002);
        vm.RingFull += vm.RingFullPerSecond * StepSeconds;

        // One wake-up of the 100 ms probe a step. It waits for a dispatch, seldom long on a quiet host.
        double late = noise.Exponential(60e-6) + (noise.Chance(Math.Min(0.95, share * 1.5)) ? noise.Exponential(0.03 * share) + 0.002 : 0);
        vm.LatenessSum += late;
        vm.LatenessMax = Math.Max(vm.LatenessMax, late);
        vm.Wakeups++;
        double weights = vm.Programs.Sum(p => p.CpuWeight);
        double bytes = vm.Disks.Sum(d => d.Iops * d.BytesPerOperation);
        foreach (var program in vm.Programs)
        {
            program.CpuSeconds += (run + wait) * program.CpuWeight / weights * StepSeconds;
            program.RunWaitSeconds += vm.ExtraThreads * program.CpuWeight / weights * StepSeconds;
            program.ReadBytes += bytes * program.DiskWeight * StepSeconds;
        }
    }
}
