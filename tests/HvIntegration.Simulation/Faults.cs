namespace HvIntegration.Simulation;

/// <summary>What goes wrong in a case: how it starts, how it ends, who is behind it.</summary>
internal static class Faults
{
    public static Plan OwnDemand(Machine machine, Vm victim, Noise noise)
    {
        MakeRoom(machine, victim);
        double[] before = [.. victim.Demand];
        double extra = victim.VirtualProcessors * noise.Between(1.2, 4);
        var hog = new Program { Pid = 2000, Name = "report", CpuWeight = 0 };
        victim.Programs.Add(hog);
        return new Plan(
            () => { Fill(victim, 1); victim.ExtraThreads = extra; hog.CpuWeight = 4; },
            () => { before.CopyTo(victim.Demand, 0); victim.ExtraThreads = 0; hog.CpuWeight = 0; }, "own demand");
    }

    public static Plan SingleThread(Machine machine, Vm victim, Noise noise)
    {
        int at = noise.Whole(0, victim.VirtualProcessors - 1);
        var hog = new Program { Pid = 2000, Name = "parser", CpuWeight = 0 };
        victim.Programs.Add(hog);
        // A hot thread only is one where other processors stay mostly idle.
        for (int i = 0; i < victim.VirtualProcessors; i++)
        {
            victim.Demand[i] = Math.Min(victim.Demand[i], 0.35);
        }

        return new Plan(
            () => { victim.Demand[at] = 1; hog.Cores = 1; },
            () => { victim.Demand[at] = 0.1; hog.Cores = null; }, $"hot thread beside {machine.Vms.Count - 1} other VMs");
    }

    public static Plan Contention(Machine machine, Vm victim, Noise noise)
    {
        var others = Others(machine, victim);
        // Each wants at most one processor, so at 1.3 times the host nobody gets more than 0.77: the victim really waits.
        double victimLevel = noise.Between(0.9, 1);
        double multiple = noise.Between(1.3, 2);
        double[] before = [.. victim.Demand];
        if (noise.Chance(0.2))
        {
            double quiet = machine.RootDemand;
            return new Plan(
                () => { machine.RootDemand = machine.LogicalProcessors * 0.9; Fill(victim, victimLevel); Crowd(others, machine, multiple); },
                () => { machine.RootDemand = quiet; before.CopyTo(victim.Demand, 0); Calm(others); }, "the root partition takes the processors") { Culprit = "root" };
        }

        var hog = others.MaxBy(v => v.VirtualProcessors)!;
        string? culprit = WhoRises(machine, others, () => { Fill(victim, victimLevel); Fill(hog, 1); Crowd([.. others.Where(o => o != hog)], machine, multiple); });
        double calm = machine.RootDemand;
        return new Plan(
            () => { Fill(victim, victimLevel); Fill(hog, 1); hog.ExtraThreads = hog.VirtualProcessors; Crowd([.. others.Where(o => o != hog)], machine, multiple); },
            () => { before.CopyTo(victim.Demand, 0); hog.ExtraThreads = 0; machine.RootDemand = calm; Calm(others); }, "more virtual than logical processors are busy") { Culprit = culprit };
    }

    /// <summary>Who takes most of what is taken more; null where the next one takes nearly as much.</summary>
    private static string? WhoRises(Machine machine, List<Vm> others, Action inject)
    {
        var before = machine.Vms.ConvertAll(v => v.Demand.ToArray());
        double root = machine.RootDemand;
        inject();
        // On a full host all are cut to the same level, however much they want.
        var (low, high) = (0.0, 1.0);
        for (int i = 0; i < 40; i++)
        {
            double level = (low + high) / 2;
            (low, high) = machine.Vms.Sum(v => v.Demand.Sum(d => Math.Min(d, level))) + machine.RootDemand < machine.LogicalProcessors ? (level, high) : (low, level);
        }

        var rises = others.ConvertAll(o => (o.Name, Rise: o.Demand.Sum(d => Math.Min(d, high)) - before[machine.Vms.IndexOf(o)].Sum()));
        rises.Add(("root", machine.RootDemand - root));
        machine.RootDemand = root;
        for (int i = 0; i < before.Count; i++)
        {
            before[i].CopyTo(machine.Vms[i].Demand, 0);
        }

        var ranked = rises.OrderByDescending(r => r.Rise).ToList();
        return ranked[0].Rise > 1.5 * ranked[1].Rise ? ranked[0].Name : null;
    }

    /// <summary>Raises the others' demand until together with all else they want this multiple of the host.</summary>
    public static void Crowd(List<Vm> vms, Machine machine, double multiple)
    {
        for (int round = 0; round < 20 && machine.Vms.Sum(v => v.Demand.Sum()) + machine.RootDemand < machine.LogicalProcessors * multiple; round++)
        {
            foreach (var vm in vms)
            {
                for (int i = 0; i < vm.VirtualProcessors; i++)
                {
                    vm.Demand[i] = Math.Min(1, vm.Demand[i] + 0.1);
                }
            }
        }

        double missing = (machine.LogicalProcessors * multiple) - machine.Vms.Sum(v => v.Demand.Sum()) - machine.RootDemand;
        if (missing > 0)
        {
            machine.RootDemand += missing;
        }
    }

    public static void Calm(List<Vm> vms)
    {
        foreach (var vm in vms)
        {
            Fill(vm, 0.1);
        }
    }

    public static Plan Cap(Machine machine, Vm victim, Noise noise)
    {
        MakeRoom(machine, victim);
        victim.CpuCap = victim.VirtualProcessors * noise.Between(0.3, 0.7);
        double quiet = victim.CpuCap.Value * 0.3 / victim.VirtualProcessors;
        Fill(victim, quiet);
        double extra = victim.VirtualProcessors * noise.Between(0, 1.5);
        return new Plan(() => { Fill(victim, 1); victim.ExtraThreads = extra; }, () => { Fill(victim, quiet); victim.ExtraThreads = 0; }, "cap");
    }

    public static Plan SlowStore(Machine machine, Vm victim, Noise noise)
    {
        var store = victim.Disks[0].Store;
        foreach (var disk in machine.Vms.SelectMany(v => v.Disks).Where(d => d.Store == store))
        {
            disk.DemandIops = Math.Max(disk.DemandIops, 40);
        }

        double factor = noise.Between(20e-3, 120e-3) / store.ServiceSeconds;
        return new Plan(() => store.Slowdown = factor, () => store.Slowdown = 1, $"store slow, {Others(machine, victim).Count(o => o.Disks[0].Store == store)} others on it");
    }

    public static Plan QosCap(Machine machine, Vm victim, Noise noise)
    {
        var disk = victim.Disks[0];
        disk.QosIops = noise.Between(150, 600);
        double quiet = Math.Min(disk.DemandIops, disk.QosIops * 0.2);
        disk.DemandIops = quiet;
        double wanted = disk.QosIops * noise.Between(2, 5);
        return new Plan(
            () => { disk.DemandIops = wanted; disk.OutstandingMax = Math.Max(16, disk.QosIops * 0.06); },
            () => { disk.DemandIops = quiet; disk.OutstandingMax = 4; }, $"storage cap among {machine.Vms.Count} VMs");
    }

    public static Plan DiskOverload(Machine machine, Vm victim, Noise noise)
    {
        var disk = victim.Disks[0];
        double quiet = disk.DemandIops;
        double capacity = disk.Store.Parallelism / disk.Store.ServiceSeconds;
        double wanted = capacity * noise.Between(1.3, 3);
        double outstanding = Math.Max(64, capacity * noise.Between(0.02, 0.05));
        return new Plan(
            () => { disk.DemandIops = wanted; disk.OutstandingMax = outstanding; },
            () => { disk.DemandIops = quiet; disk.OutstandingMax = 4; }, $"own disk load, {Others(machine, victim).Count(o => o.Disks[0].Store == disk.Store)} others on the store");
    }

    public static Plan HostMemory(Machine machine, Vm victim, Noise noise)
    {
        victim.DynamicMemory = true;
        double before = victim.MemoryAssignedBytes;
        victim.MemoryMaximumBytes = Math.Max(victim.MemoryMaximumBytes, before * 1.5);
        double left = victim.MemoryNeededBytes * noise.Between(0.8, 0.95);
        return new Plan(
            () =>
            {
                machine.MemoryReservedBytes += machine.MemoryBytes;
                before = victim.MemoryAssignedBytes;
                victim.MemoryRemovedBytes += before - left;
                victim.MemoryAssignedBytes = left;
                victim.MemoryCommittedBytes = Math.Max(victim.MemoryCommittedBytes, victim.MemoryNeededBytes * 1.1);
            },
            () =>
            {
                machine.MemoryReservedBytes -= machine.MemoryBytes;
                victim.MemoryAssignedBytes = before;
                victim.MemoryAddedBytes += before - left;
            }, "memory taken away");
    }

    /// <summary>A neighbour grows until the host has nothing left; then this VM needs more and gets none.</summary>
    public static Plan MemoryNeighbour(Machine machine, Vm victim, Noise noise)
    {
        var hog = Others(machine, victim).MaxBy(v => v.MemoryAssignedBytes)!;
        foreach (var vm in machine.Vms)
        {
            vm.DynamicMemory = vm == hog || vm == victim;
            vm.MemoryMaximumBytes = vm.DynamicMemory ? vm.MemoryAssignedBytes * 6 : vm.MemoryAssignedBytes;
        }

        double needed = victim.MemoryNeededBytes;
        double committed = victim.MemoryCommittedBytes;
        double ratio = noise.Between(1.03, 1.25);
        return new Plan(
            () => { victim.MemoryNeededBytes = victim.MemoryAssignedBytes * ratio; victim.MemoryCommittedBytes = victim.MemoryNeededBytes * 1.1; },
            () =>
            {
                (victim.MemoryNeededBytes, victim.MemoryCommittedBytes) = (needed, committed);
                machine.MemoryReservedBytes = 2e9;
            }, "a neighbour has all memory")
        {
            Culprit = hog.Name,
            Also = (-20, () =>
            {
                // What is free now, and nothing more, is there for the neighbour's growth of 1.8 times.
                machine.MemoryReservedBytes += machine.MemoryFreeBytes - (0.6 * hog.MemoryAssignedBytes);
                hog.MemoryNeededBytes = 1.55 * hog.MemoryAssignedBytes;
                hog.MemoryCommittedBytes = 1.6 * hog.MemoryAssignedBytes;
            }),
        };
    }

    public static Plan MemoryMaximum(Machine machine, Vm victim, Noise noise)
    {
        victim.MemoryMaximumBytes = victim.MemoryAssignedBytes;
        double needed = victim.MemoryNeededBytes;
        double committed = victim.MemoryCommittedBytes;
        double ratio = noise.Between(1.03, 1.25);
        return new Plan(
            () => { victim.MemoryNeededBytes = victim.MemoryAssignedBytes * ratio; victim.MemoryCommittedBytes = victim.MemoryNeededBytes * 1.15; },
            () => { victim.MemoryNeededBytes = needed; victim.MemoryCommittedBytes = committed; }, $"maximum too low on a host with {machine.MemoryFreeBytes / 1e9:0} GB left");
    }

    public static Plan BusPath(Machine machine, Vm victim, Noise noise)
    {
        var disk = victim.Disks[0];
        double quiet = disk.BusSeconds;
        bool throttled = noise.Chance(0.5);
        disk.DemandIops = Math.Max(disk.DemandIops, 80);
        disk.OutstandingMax = Math.Max(disk.OutstandingMax, 8);
        double delay = noise.Between(8e-3, 40e-3);
        double full = noise.Between(20, 400);
        return new Plan(
            () => { disk.BusSeconds = delay; victim.RingFullPerSecond = full; machine.ThrottleEvents += throttled ? 20 : 0; },
            () => { disk.BusSeconds = quiet; victim.RingFullPerSecond = 0; }, throttled ? "bus throttled" : "bus ring full");
    }

    public static Plan Network(Machine machine, Vm victim, Noise noise)
    {
        double loss = noise.Between(0.02, 0.1);
        double quiet = victim.NetworkDemandBytes;
        return new Plan(
            () => { victim.NetworkDemandBytes = 6e7; victim.NetworkLoss = loss; },
            () => { victim.NetworkDemandBytes = quiet; victim.NetworkLoss = 0; }, $"switch drops, {machine.Vms.Count} VMs");
    }

    /// <summary>A neighbour fills the physical adapter; this VM only does what it always does.</summary>
    public static Plan UplinkNeighbour(Machine machine, Vm victim, Noise noise)
    {
        var hog = Others(machine, victim)[0];
        victim.NetworkDemandBytes = noise.Between(2e6, 3e7);
        double flood = machine.UplinkBytesPerSecond * noise.Between(1.05, 1.4);
        return new Plan(
            () => hog.NetworkDemandBytes = flood,
            () => hog.NetworkDemandBytes = 2e5, "a neighbour fills the uplink") { Culprit = hog.Name };
    }

    public static Plan Pause(Vm victim, bool told)
    {
        victim.PauseTold = told;
        return new Plan(() => victim.Paused = true, () => victim.Paused = false, told ? "pause" : "pause that the inventory does not tell");
    }

    /// <summary>One program takes more and more, for hours.</summary>
    public static Plan Leak(Machine machine, Vm victim, Noise noise)
    {
        var leak = new Program { Pid = 2000, Name = "collector", CpuWeight = 0.05, ResidentBytes = noise.Between(8e7, 4e8), Handles = noise.Between(200, 900), Threads = noise.Between(8, 30) };
        victim.Programs.Add(leak);
        double choice = noise.Between(0, 1);
        double bytes = choice < 0.7 ? victim.MemoryAssignedBytes * noise.Between(0.2, 0.6) / 3600 : 0;
        double handles = choice is >= 0.7 and < 0.88 ? noise.Between(600, 5000) / 3600 : 0;
        double threads = choice >= 0.88 ? noise.Between(200, 900) / 3600 : 0;
        return new Plan(() => { }, () => { }, bytes > 0 ? $"memory leak, {bytes * 3600 / 1e6:0} MB an hour among {machine.Vms.Count} VMs" : handles > 0 ? "handle leak" : "thread leak")
        {
            Each = _ =>
            {
                double grown = bytes * noise.Factor(0.4);
                Grow(victim, leak, grown);
                leak.Handles += handles * noise.Factor(0.4);
                leak.Threads += threads * noise.Factor(0.4);
            },
        };
    }

    public static void Grow(Vm vm, Program program, double bytes)
    {
        program.ResidentBytes += bytes;
        vm.MemoryNeededBytes += bytes;
        vm.MemoryCommittedBytes += bytes;
    }

    public static List<Vm> Others(Machine machine, Vm victim) => [.. machine.Vms.Where(v => v != victim)];

    /// <summary>Quiets the others until this VM at full demand fits well.</summary>
    public static void MakeRoom(Machine machine, Vm victim)
    {
        double room = (machine.LogicalProcessors * 0.72) - victim.VirtualProcessors - machine.RootDemand;
        double others = machine.Vms.Where(v => v != victim).Sum(v => v.Demand.Sum());
        if (others > room)
        {
            double scale = Math.Max(0.01, room / others);
            foreach (var vm in machine.Vms.Where(v => v != victim))
            {
                for (int i = 0; i < vm.VirtualProcessors; i++)
                {
                    vm.Demand[i] *= scale;
                }
            }
        }
    }

    public static void Fill(Vm vm, double level) => Array.Fill(vm.Demand, level);
}
