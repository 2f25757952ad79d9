namespace HvIntegration.Simulation;

/// <summary>
/// Moves a <see cref="Machine"/> through time in steps of 100 ms: demand meets capacity, and both sides' counters grow
/// from what happened. Knows nothing of limits, signals or hypotheses.
/// </summary>
internal sealed class World(Machine machine, Noise noise, double stepSeconds = 0.1)
{
    // The hypervisor's time slice: a completion that finds its processor descheduled waits up to so long.
    private const double SliceSeconds = 0.01;

    // Reserve that the balancer keeps above what a guest asks for.
    private const double BufferShare = 0.2;
    private const double LevelSpread = 0.15;
    private const double SecondSpread = 0.12;
    private const double GrantPerSecond = 0.05;

    private long _steps;

    public double StepSeconds => stepSeconds;

    public Machine Machine => machine;

    public void Step()
    {
        _steps++;
        ShareProcessors();
        ShareStores();
        ShareMemory();
        double uplink = machine.Vms.Where(v => !v.Stands).Sum(v => v.NetworkDemandBytes);
        double lost = Math.Max(0, 1 - (machine.UplinkBytesPerSecond / Math.Max(1, uplink)));
        machine.UplinkBytes += Math.Min(uplink, machine.UplinkBytesPerSecond) * StepSeconds;
        machine.UplinkDrops += uplink / 900 * lost * StepSeconds;
        foreach (var vm in machine.Vms)
        {
            if (vm.Stands)
            {
                vm.PausedSeconds += vm.Paused ? StepSeconds : 0;
                continue;
            }

            LiveInMemory(vm);
            FeelInside(vm, lost);
        }
    }

    /// <summary>Gives a VM with dynamic memory what it asks for and a reserve, as long as there is any.</summary>
    private void ShareMemory()
    {
        double free = machine.MemoryFreeBytes;
        foreach (var vm in machine.Vms.Where(v => v.DynamicMemory && !v.Stands))
        {
            double wanted = Math.Min(vm.MemoryMaximumBytes, vm.MemoryDemandBytes * (1 + BufferShare));
            double given = Math.Min(wanted - vm.MemoryAssignedBytes, Math.Min(free, vm.MemoryAssignedBytes * GrantPerSecond * StepSeconds));
            if (given > 0)
            {
                vm.MemoryAssignedBytes += given;
                vm.MemoryAddedBytes += given;
                free -= given;
            }
        }
    }

    /// <summary>Proportional share among all who want to run, nobody above one logical processor, caps kept.</summary>
    private void ShareProcessors()
    {
        var wants = new List<(Vm? Vm, int Vp, double Want, double Weight)> { (null, 0, machine.RootDemand * noise.Factor(0.1), 100 * machine.LogicalProcessors) };
        foreach (var vm in machine.Vms)
        {
            if (vm.Stands)
            {
                Array.Clear(vm.Run);
                Array.Clear(vm.Wait);
                continue;
            }

            if (vm.Wanders && vm.VirtualProcessors > 1)
            {
                double moved = vm.Demand[^1];
                Array.Copy(vm.Demand, 0, vm.Demand, 1, vm.VirtualProcessors - 1);
                vm.Demand[0] = moved;
            }

            // A load comes and goes: over some seconds, by some tenths.
            double keep = Math.Exp(-StepSeconds / 4);
            vm.Level = Math.Clamp(1 + ((vm.Level - 1) * keep) + (LevelSpread * Math.Sqrt(1 - (keep * keep)) * noise.Normal()), 0.4, 1.8);
            vm.SecondLevel = Math.Abs((_steps * StepSeconds) - Math.Round(_steps * StepSeconds)) < StepSeconds / 4 ? noise.Factor(SecondSpread) : vm.SecondLevel;
            double capLeft = vm.CpuCap ?? double.PositiveInfinity;
            double wanted = 0;
            var want = new double[vm.VirtualProcessors];
            for (int i = 0; i < want.Length; i++)
            {
                want[i] = Math.Clamp((Load(vm, i) * noise.Factor(0.05)) + (vm.Backlog[i] / StepSeconds), 0, 1);
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
            double unmet = Math.Max(0, Load(vm, i) - got) * StepSeconds;
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

    /// <summary>What a virtual processor wants now: its demand as the load comes and goes.</summary>
    private static double Load(Vm vm, int i)
        => vm.Demand[i] < 0.85 ? Math.Min(vm.Demand[i] * vm.Level * vm.SecondLevel, Math.Max(vm.Demand[i], 0.8)) : vm.Demand[i];

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
            var disks = machine.Vms.Where(v => !v.Stands).SelectMany(v => v.Disks.Select(d => (Vm: v, Disk: d))).Where(p => p.Disk.Store == store).ToList();
            double service = store.ServiceSeconds * store.Slowdown;
            double capacity = store.Parallelism / service;
            var asked = disks.ConvertAll(p => Ask(p.Vm, p.Disk, service) * noise.Factor(0.08));
            double total = asked.Sum();
            double use = Math.Min(total / capacity, 0.97);
            double outstanding = disks.Sum(p => Math.Min(p.Disk.OutstandingMax, p.Disk.DemandIops * service * 4));
            double open = service * (1 + (0.25 * use * use / (1 - use)));
            double lower = total > capacity * 0.97 ? Math.Max(open, Overfull(disks, capacity * 0.97)) : Math.Min(open, Math.Max(service, outstanding / capacity));
            for (int k = 0; k < disks.Count; k++)
            {
                var disk = disks[k].Disk;
                disk.LowerSeconds = lower * noise.Factor(0.06);
                double iops = Math.Min(asked[k], disk.OutstandingMax / (lower + disk.BusSeconds)) * (total > capacity * 0.97 ? noise.Factor(0.03) : 1);
                double device = disk.LowerSeconds + (30e-6 * noise.Factor(0.2));
                if (disk.QosIops > 0 && iops >= disk.QosIops)
                {
                    iops = disk.QosIops * noise.Factor(0.004);
                    device = Math.Max(device, disk.OutstandingMax / disk.QosIops);
                }

                double queued = 0;
                if (disk.DriverDepth > 0 && disk.DriverDepth / (device + disk.BusSeconds) is var most && iops > most)
                {
                    iops = most * noise.Factor(0.02);
                    queued = Math.Max(0, (disk.OutstandingMax / iops) - device - disk.BusSeconds);
                }

                disk.Iops = iops;
                disk.DeviceSeconds = device;
                disk.GuestSeconds = queued + device + (disk.BusSeconds * noise.Factor(0.15)) + (20e-6 * noise.Factor(0.3)) + (SliceSeconds * Descheduled(disks[k].Vm) * noise.Factor(0.2));
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

    /// <summary>Latency at which a store that is asked for more than it can do is exactly full: those who ask too much keep all their operations outstanding.</summary>
    private static double Overfull(List<(Vm Vm, VirtualDisk Disk)> disks, double capacity)
    {
        var (low, high) = (0.0, 60.0);
        for (int i = 0; i < 50; i++)
        {
            double latency = (low + high) / 2;
            double served = disks.Sum(p => Math.Min(p.Disk.DemandIops, p.Disk.OutstandingMax / (latency + p.Disk.BusSeconds)));
            (low, high) = served > capacity ? (latency, high) : (low, latency);
        }

        return high;
    }

    private static double Descheduled(Vm vm) => vm.Wait.Sum() / vm.VirtualProcessors;

    /// <summary>A program that waits for each answer asks less of a slow disk.</summary>
    private static double Ask(Vm vm, VirtualDisk disk, double service)
    {
        double running = vm.Run.Length == 0 ? 1 : Math.Max(0.3, 1 - Descheduled(vm));
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

    private void FeelInside(Vm vm, double uplinkLost)
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
        double loss = 1 - ((1 - vm.NetworkLoss) * (1 - uplinkLost));
        vm.NetworkBytes += vm.NetworkDemandBytes * (1 - loss) * noise.Factor(0.1) * StepSeconds;
        double packets = vm.NetworkDemandBytes / 900 * StepSeconds;
        vm.NetworkPackets += packets;
        vm.NetworkDrops += packets * loss;
        vm.Retransmits += packets * ((loss * 0.9) + 0.0002);
        vm.RingFull += vm.RingFullPerSecond * StepSeconds;

        // One wake-up of the 100 ms probe a step. It waits for a dispatch, seldom long on a quiet host.
        double late = noise.Exponential(60e-6) + (noise.Chance(Math.Min(0.95, share * 1.5)) ? noise.Exponential(0.03 * share) + 0.002 : 0);
        vm.LatenessSum += late;
        vm.LatenessMax = Math.Max(vm.LatenessMax, late);
        vm.Wakeups++;
        double weights = vm.Programs.Where(p => p.Cores is null).Sum(p => p.CpuWeight);
        double shared = Math.Max(0, run + wait - vm.Programs.Sum(p => p.Cores ?? 0));
        double bytes = vm.Disks.Sum(d => d.Iops * d.BytesPerOperation);
        foreach (var program in vm.Programs)
        {
            program.CpuSeconds += (program.Cores * noise.Factor(0.01) ?? (shared * program.CpuWeight / weights)) * StepSeconds;
            program.RunWaitSeconds += vm.ExtraThreads * (program.Cores is null ? program.CpuWeight / weights : 0) * StepSeconds;
            program.ReadBytes += bytes * program.DiskWeight * StepSeconds;
        }
    }
}
