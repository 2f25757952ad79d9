namespace HvIntegration.Simulation;

/// <summary>What goes wrong in a case: how it starts, how it ends, who is behind it.</summary>
internal static class Faults
{
    public static (Action Inject, Action Heal, string? Culprit, string Story) Prepare(string hypothesis, Machine machine, Vm victim, Noise noise)
    {
        var others = machine.Vms.Where(v => v != victim).ToList();
        return hypothesis switch
        {
            "none" => Healthy(machine, victim, noise),
            "guest-cpu-demand" => OwnDemand(machine, victim, noise),
            "guest-cpu-single-thread" => SingleThread(victim, noise),
            "host-cpu-contention" => Contention(machine, victim, others, noise),
            "cpu-cap" => Cap(machine, victim, noise),
            "host-storage-slow" => SlowStore(machine, victim, others, noise),
            "storage-qos-cap" => QosCap(victim, noise),
            "guest-disk-overload" => DiskOverload(victim, noise),
            "host-memory-pressure" => HostMemory(machine, victim, noise),
            "guest-memory-maximum" => MemoryMaximum(machine, victim, noise),
            "vmbus-path" => BusPath(machine, victim, noise),
            "host-network-congestion" => Network(victim, noise),
            "vm-paused" => (() => victim.Paused = true, () => victim.Paused = false, null, "pause"),
            _ => throw new ArgumentException($"no fault named {hypothesis}", nameof(hypothesis)),
        };
    }

    private static (Action, Action, string?, string) Healthy(Machine machine, Vm victim, Noise noise)
    {
        switch (noise.Whole(0, 5))
        {
            case 0:
                // A nightly backup reads a lot, and the store keeps up.
                var disk = victim.Disks[0];
                double quiet = disk.DemandIops;
                double room = disk.Store.Parallelism / disk.Store.ServiceSeconds;
                return (() => { disk.DemandIops = room * 0.4; disk.OutstandingMax = Math.Max(4, disk.Store.Parallelism * 0.6); disk.BytesPerOperation = 65536; },
                    () => disk.DemandIops = quiet, null, "backup within capacity");
            case 1:
                // A busy but not saturated guest on a host with room.
                double[] before = [.. victim.Demand];
                double level = Math.Min(0.7, Math.Max(0.1, ((0.8 * machine.LogicalProcessors) - machine.Vms.Where(v => v != victim).Sum(v => v.Demand.Sum())) / victim.VirtualProcessors));
                return (() => Fill(victim, level), () => before.CopyTo(victim.Demand, 0), null, "busy within capacity");
            case 2:
                return (() => victim.MemoryCommittedBytes = victim.MemoryAssignedBytes * 1.15, () => { }, null, "generous commitment without need");
            case 3:
                double network = victim.NetworkDemandBytes;
                return (() => victim.NetworkDemandBytes = 4e7, () => victim.NetworkDemandBytes = network, null, "busy network");
            case 4:
                double root = machine.RootDemand;
                double spare = machine.LogicalProcessors - machine.Vms.Sum(v => v.Demand.Sum());
                return (() => machine.RootDemand = Math.Min(2, 0.3 * spare), () => machine.RootDemand = root, null, "antivirus sweep in the root within capacity");
            default:
                return (() => { }, () => { }, null, "quiet");
        }
    }

    private static (Action, Action, string?, string) OwnDemand(Machine machine, Vm victim, Noise noise)
    {
        MakeRoom(machine, victim);
        double[] before = [.. victim.Demand];
        double extra = victim.VirtualProcessors * noise.Between(1.2, 4);
        var hog = new Program { Pid = 2000, Name = "report", CpuWeight = 0 };
        victim.Programs.Add(hog);
        return (() => { Fill(victim, 1); victim.ExtraThreads = extra; hog.CpuWeight = 4; },
            () => { before.CopyTo(victim.Demand, 0); victim.ExtraThreads = 0; hog.CpuWeight = 0; }, null, "own demand");
    }

    private static (Action, Action, string?, string) SingleThread(Vm victim, Noise noise)
    {
        int at = noise.Whole(0, victim.VirtualProcessors - 1);
        var hog = new Program { Pid = 2000, Name = "parser", CpuWeight = 0 };
        victim.Programs.Add(hog);
        // A hot thread only is one where other processors stay mostly idle.
        for (int i = 0; i < victim.VirtualProcessors; i++)
        {
            victim.Demand[i] = Math.Min(victim.Demand[i], 0.35);
        }

        return (() => { victim.Demand[at] = 1; hog.CpuWeight = 3; }, () => { victim.Demand[at] = 0.1; hog.CpuWeight = 0; }, null, "hot thread");
    }

    private static (Action, Action, string?, string) Contention(Machine machine, Vm victim, List<Vm> others, Noise noise)
    {
        // Each wants at most one processor, so at 1.3 times the host nobody gets more than 0.77: the victim really waits.
        double victimLevel = noise.Between(0.9, 1);
        double multiple = noise.Between(1.3, 2);
        double[] before = [.. victim.Demand];
        if (noise.Chance(0.2))
        {
            double quiet = machine.RootDemand;
            return (() => { machine.RootDemand = machine.LogicalProcessors * 0.9; Fill(victim, victimLevel); Crowd(others, machine, multiple); },
                () => { machine.RootDemand = quiet; before.CopyTo(victim.Demand, 0); Calm(others); }, "root", "the root partition takes the processors");
        }

        var ranked = others.OrderByDescending(v => v.VirtualProcessors).ToList();
        var hog = ranked[0];

        // Where two neighbours are equally large the truth names neither.
        string? culprit = ranked.Count == 1 || ranked[1].VirtualProcessors < hog.VirtualProcessors ? hog.Name : null;

        // What the VMs cannot want together, the root partition takes: then it is the culprit, or as large as one.
        double root = (machine.LogicalProcessors * multiple) - (victimLevel * victim.VirtualProcessors) - others.Sum(o => o.VirtualProcessors);
        culprit = root > 1.5 * hog.VirtualProcessors ? "root" : root > 0.5 * hog.VirtualProcessors ? null : culprit;
        return (() => { Fill(victim, victimLevel); Fill(hog, 1); hog.ExtraThreads = hog.VirtualProcessors; Crowd([.. others.Where(o => o != hog)], machine, multiple); },
            () => { before.CopyTo(victim.Demand, 0); hog.ExtraThreads = 0; Calm(others); }, culprit, "more virtual than logical processors are busy");
    }

    /// <summary>Raises the others' demand until together with all else they want this multiple of the host.</summary>
    private static void Crowd(List<Vm> vms, Machine machine, double multiple)
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

    private static void Calm(List<Vm> vms)
    {
        foreach (var vm in vms)
        {
            Fill(vm, 0.1);
        }
    }

    private static (Action, Action, string?, string) Cap(Machine machine, Vm victim, Noise noise)
    {
        MakeRoom(machine, victim);
        victim.CpuCap = victim.VirtualProcessors * noise.Between(0.3, 0.7);
        double quiet = victim.CpuCap.Value * 0.3 / victim.VirtualProcessors;
        Fill(victim, quiet);
        return (() => { Fill(victim, 1); victim.ExtraThreads = victim.VirtualProcessors * noise.Between(0, 1.5); }, () => { Fill(victim, quiet); victim.ExtraThreads = 0; }, null, "cap");
    }

    private static (Action, Action, string?, string) SlowStore(Machine machine, Vm victim, List<Vm> others, Noise noise)
    {
        var store = victim.Disks[0].Store;
        foreach (var disk in machine.Vms.SelectMany(v => v.Disks).Where(d => d.Store == store))
        {
            disk.DemandIops = Math.Max(disk.DemandIops, 40);
        }

        double factor = noise.Between(20e-3, 120e-3) / store.ServiceSeconds;
        return (() => store.Slowdown = factor, () => store.Slowdown = 1, null, $"store slow, {others.Count(o => o.Disks[0].Store == store)} others on it");
    }

    private static (Action, Action, string?, string) QosCap(Vm victim, Noise noise)
    {
        var disk = victim.Disks[0];
        disk.QosIops = noise.Between(150, 600);
        double quiet = Math.Min(disk.DemandIops, disk.QosIops * 0.2);
        disk.DemandIops = quiet;
        return (() => { disk.DemandIops = disk.QosIops * noise.Between(2, 5); disk.OutstandingMax = Math.Max(16, disk.QosIops * 0.06); },
            () => { disk.DemandIops = quiet; disk.OutstandingMax = 4; }, null, "storage cap");
    }

    private static (Action, Action, string?, string) DiskOverload(Vm victim, Noise noise)
    {
        var disk = victim.Disks[0];
        double quiet = disk.DemandIops;
        double capacity = disk.Store.Parallelism / disk.Store.ServiceSeconds;
        return (() => { disk.DemandIops = capacity * noise.Between(1.3, 3); disk.OutstandingMax = Math.Max(64, capacity * noise.Between(0.02, 0.05)); },
            () => { disk.DemandIops = quiet; disk.OutstandingMax = 4; }, null, "own disk load");
    }

    private static (Action, Action, string?, string) HostMemory(Machine machine, Vm victim, Noise noise)
    {
        victim.DynamicMemory = true;
        double before = victim.MemoryAssignedBytes;
        victim.MemoryMaximumBytes = Math.Max(victim.MemoryMaximumBytes, before * 1.5);
        double taken = before - (victim.MemoryNeededBytes * noise.Between(0.8, 0.95));
        return (() =>
            {
                machine.MemoryReservedBytes += machine.MemoryBytes;
                victim.MemoryAssignedBytes = before - taken;
                victim.MemoryRemovedBytes += taken;
                victim.MemoryCommittedBytes = Math.Max(victim.MemoryCommittedBytes, victim.MemoryNeededBytes * 1.1);
            },
            () =>
            {
                machine.MemoryReservedBytes = 2e9;
                victim.MemoryAssignedBytes = before;
                victim.MemoryAddedBytes += taken;
            }, null, "memory taken away");
    }

    private static (Action, Action, string?, string) MemoryMaximum(Machine machine, Vm victim, Noise noise)
    {
        victim.MemoryMaximumBytes = victim.MemoryAssignedBytes;
        double needed = victim.MemoryNeededBytes;
        double committed = victim.MemoryCommittedBytes;
        return (() => { victim.MemoryNeededBytes = victim.MemoryAssignedBytes * noise.Between(1.03, 1.25); victim.MemoryCommittedBytes = victim.MemoryNeededBytes * 1.15; },
            () => { victim.MemoryNeededBytes = needed; victim.MemoryCommittedBytes = committed; }, null, machine.MemoryBytes > 0 ? "maximum too low" : "");
    }

    private static (Action, Action, string?, string) BusPath(Machine machine, Vm victim, Noise noise)
    {
        var disk = victim.Disks[0];
        double quiet = disk.BusSeconds;
        bool throttled = noise.Chance(0.5);
        disk.DemandIops = Math.Max(disk.DemandIops, 80);
        disk.OutstandingMax = Math.Max(disk.OutstandingMax, 8);
        return (() => { disk.BusSeconds = noise.Between(8e-3, 40e-3); victim.RingFullPerSecond = noise.Between(20, 400); machine.ThrottleEvents += throttled ? 20 : 0; },
            () => { disk.BusSeconds = quiet; victim.RingFullPerSecond = 0; }, null, throttled ? "bus throttled" : "bus ring full");
    }

    private static (Action, Action, string?, string) Network(Vm victim, Noise noise) =>
        (() => { victim.NetworkDemandBytes = 6e7; victim.NetworkLoss = noise.Between(0.02, 0.1); },
            () => { victim.NetworkDemandBytes = 2e5; victim.NetworkLoss = 0; }, null, "switch drops");

    /// <summary>Quiets the others until this VM at full demand fits well.</summary>
    private static void MakeRoom(Machine machine, Vm victim)
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

    private static void Fill(Vm vm, double level) => Array.Fill(vm.Demand, level);
}
