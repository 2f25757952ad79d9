namespace HvIntegration.Simulation;

/// <summary>Loads within capacity: nobody has to wait, so every episode of such a case is a false one.</summary>
internal static class Healthy
{
    // Load that a host carries without making anybody wait.
    private const double Room = 0.75;

    public static Plan Quiet() => new(() => { }, () => { }, "quiet");

    /// <summary>A backup reads a lot, in large operations, and the store keeps up.</summary>
    public static Plan Backup(Machine machine, Vm victim, Noise noise)
    {
        double share = noise.Between(0.2, 0.45);
        var (start, stop) = Reading(victim, share);
        return new Plan(start, stop, $"backup of one VM of {machine.Vms.Count} at {share:0.00} of the store");
    }

    public static Plan BackupOfAll(Machine machine, Noise noise)
    {
        double share = noise.Between(0.25, 0.5);
        var readers = machine.Vms.ConvertAll(v => Reading(v, share / machine.Vms.Count(o => o.Disks[0].Store == v.Disks[0].Store)));
        return new Plan(() => readers.ForEach(r => r.Start()), () => readers.ForEach(r => r.Stop()), $"backup of all at {share:0.00} of each store");
    }

    public static Plan Busy(Machine machine, Vm victim)
    {
        double[] before = [.. victim.Demand];
        double level = Level(machine, victim, 0.7);
        return new Plan(() => Faults.Fill(victim, level), () => before.CopyTo(victim.Demand, 0), "busy within capacity");
    }

    public static Plan BusyNetwork(Vm victim, Noise noise)
    {
        double quiet = victim.NetworkDemandBytes;
        double rate = noise.Between(2e7, 2e8);
        return new Plan(() => victim.NetworkDemandBytes = rate, () => victim.NetworkDemandBytes = quiet, "busy network");
    }

    public static Plan AntivirusInRoot(Machine machine)
    {
        double quiet = machine.RootDemand;
        double sweep = Math.Max(quiet, Math.Min(2, (Room * machine.LogicalProcessors) - machine.Vms.Sum(v => v.Demand.Sum())));
        return new Plan(() => machine.RootDemand = sweep, () => machine.RootDemand = quiet, "antivirus sweep in the root");
    }

    /// <summary>Every guest is scanned at once: one scanner each that reads file after file.</summary>
    public static Plan AntivirusInGuests(Machine machine, Noise noise)
    {
        double spare = Math.Max(0, (Room * machine.LogicalProcessors) - machine.Vms.Sum(v => v.Demand.Sum()) - machine.RootDemand);
        double each = Math.Min(noise.Between(0.3, 0.6), spare / machine.Vms.Count);
        var scans = machine.Vms.ConvertAll(vm =>
        {
            var scanner = new Program { Pid = 2100, Name = "scanner", CpuWeight = 0, DiskWeight = 0 };
            vm.Programs.Add(scanner);
            double[] before = [.. vm.Demand];
            double quiet = vm.Disks[0].DemandIops;
            double reads = Math.Min(400, 0.3 * vm.Disks[0].Store.Parallelism / vm.Disks[0].Store.ServiceSeconds / machine.Vms.Count);
            return (Start: (Action)(() =>
            {
                for (int i = 0; i < vm.VirtualProcessors; i++)
                {
                    vm.Demand[i] = Math.Min(0.8, vm.Demand[i] + (each / vm.VirtualProcessors));
                }

                scanner.CpuWeight = each / Math.Max(0.05, vm.Demand.Sum() - each);
                vm.Disks[0].DemandIops = quiet + reads;
            }), Stop: (Action)(() => { before.CopyTo(vm.Demand, 0); scanner.CpuWeight = 0; vm.Disks[0].DemandIops = quiet; }));
        });
        return new Plan(() => scans.ForEach(s => s.Start()), () => scans.ForEach(s => s.Stop()), "antivirus sweep in all guests");
    }

    /// <summary>A VM is started: it loads its system, starts its services, then is quiet; its agent speaks some seconds after the start.</summary>
    public static Plan Boot(Machine machine, Vm victim, Noise noise)
    {
        victim.Off = true;
        victim.HasAgent = false;
        double level = Level(machine, victim, 0.95);
        double[] quiet = [.. victim.Demand];
        var disk = victim.Disks[0];
        double iops = disk.DemandIops;
        double reads = Math.Min(1500, 0.4 * disk.Store.Parallelism / disk.Store.ServiceSeconds);
        int loading = noise.Whole(6, 12);
        int services = loading + noise.Whole(8, 25);
        return new Plan(() => (victim.Off, victim.Boots) = (false, victim.Boots + 1), () => { }, $"boot of {services} s")
        {
            Each = second =>
            {
                victim.HasAgent = second >= loading - 2;
                for (int i = 0; i < victim.VirtualProcessors; i++)
                {
                    // Loading has one thread; services start several at once, in bursts.
                    victim.Demand[i] = second < loading ? (i == 0 ? level : 0.05)
                        : second < services ? Math.Min(level, noise.Between(0.1, 0.9))
                        : quiet[i];
                }

                disk.DemandIops = second < services ? reads * noise.Between(0.3, 1) : iops;
            },
        };
    }

    /// <summary>Users log on one after the other: each costs some seconds of processor and disk, and the VM carries them.</summary>
    public static Plan LogonStorm(Machine machine, Vm victim, Noise noise)
    {
        double level = Level(machine, victim, 0.75);
        double[] quiet = [.. victim.Demand];
        var disk = victim.Disks[0];
        double iops = disk.DemandIops;
        double reads = Math.Min(1200, 0.35 * disk.Store.Parallelism / disk.Store.ServiceSeconds);
        double network = victim.NetworkDemandBytes;
        double load = 0;
        return new Plan(() => { }, () => { quiet.CopyTo(victim.Demand, 0); disk.DemandIops = iops; victim.ExtraThreads = 0; victim.NetworkDemandBytes = network; }, $"logon storm up to {level:0.00}")
        {
            Each = _ =>
            {
                // A shot noise: logons come at random and fade within some seconds.
                load = Math.Min(1, (load * 0.75) + (noise.Chance(0.4) ? noise.Between(0.2, 0.5) : 0));
                for (int i = 0; i < victim.VirtualProcessors; i++)
                {
                    victim.Demand[i] = Math.Clamp(level * load * noise.Factor(0.2), 0.03, level);
                }

                victim.ExtraThreads = victim.VirtualProcessors * load * noise.Between(0, 0.6);
                disk.DemandIops = iops + (reads * load);
                victim.NetworkDemandBytes = network + (2e7 * load);
            },
        };
    }

    /// <summary>All memory of the host is assigned, and every VM has what it needs.</summary>
    public static Plan MemoryGivenAway(Machine machine, Noise noise)
    {
        foreach (var vm in machine.Vms)
        {
            vm.DynamicMemory = true;
            vm.MemoryCommittedBytes = vm.MemoryAssignedBytes * noise.Between(0.6, 0.8);
            vm.MemoryNeededBytes = vm.MemoryCommittedBytes * 0.85;
        }

        return new Plan(() => machine.MemoryReservedBytes += machine.MemoryFreeBytes - 5e8, () => machine.MemoryReservedBytes = 2e9, "all memory given away, nobody short");
    }

    /// <summary>An hour of ordinary life: every VM now and then works, reads, sends, or rests, and its programs' memory goes up and down.</summary>
    public static Plan Hour(Machine machine, Noise noise)
    {
        var quiet = machine.Vms.ToDictionary(v => v, v => (Demand: v.Demand.ToArray(), Iops: v.Disks[0].DemandIops, v.NetworkDemandBytes));
        var level = machine.Vms.ToDictionary(v => v, _ => 0.0);
        return new Plan(() => { }, () => { }, "an hour of ordinary life")
        {
            Each = second =>
            {
                foreach (var vm in machine.Vms)
                {
                    var usual = quiet[vm];
                    if (second % 60 == 1 && noise.Chance(0.25))
                    {
                        level[vm] = noise.Chance(0.5) ? 0 : noise.Between(0.1, 0.6);
                        double reads = noise.Chance(0.3) ? 0.15 * vm.Disks[0].Store.Parallelism / vm.Disks[0].Store.ServiceSeconds / machine.Vms.Count : 0;
                        vm.Disks[0].DemandIops = usual.Iops + reads;
                        vm.NetworkDemandBytes = usual.NetworkDemandBytes + (noise.Chance(0.2) ? noise.Between(1e6, 5e7) : 0);
                    }

                    double spare = Math.Max(0, (Room * machine.LogicalProcessors) - machine.RootDemand - quiet.Values.Sum(q => q.Demand.Sum())) / machine.Vms.Count;
                    for (int i = 0; i < vm.VirtualProcessors; i++)
                    {
                        double more = Math.Min(level[vm], spare / vm.VirtualProcessors);
                        vm.Demand[i] = Math.Clamp((usual.Demand[i] + more) * noise.Factor(0.2), 0.01, 0.65);
                    }

                    // A collector of garbage: memory grows for some minutes, then falls back.
                    var collected = vm.Programs[2];
                    double grown = collected.ResidentBytes < 4e8 ? 1e6 * noise.Between(0, 2) : -3e8;
                    Faults.Grow(vm, collected, grown);
                }
            },
        };
    }

    private static (Action Start, Action Stop) Reading(Vm vm, double share)
    {
        var disk = vm.Disks[0];
        var (iops, outstanding, bytes) = (disk.DemandIops, disk.OutstandingMax, disk.BytesPerOperation);
        double rate = share * disk.Store.Parallelism / disk.Store.ServiceSeconds;
        return (
            () => (disk.DemandIops, disk.OutstandingMax, disk.BytesPerOperation) = (iops + rate, Math.Max(4, disk.Store.Parallelism * 0.6), 65536),
            () => (disk.DemandIops, disk.OutstandingMax, disk.BytesPerOperation) = (iops, outstanding, bytes));
    }

    // What this VM can have of the host's room, on each of its processors.
    private static double Level(Machine machine, Vm vm, double most)
        => Math.Clamp(((Room * machine.LogicalProcessors) - machine.RootDemand - machine.Vms.Where(v => v != vm).Sum(v => v.Demand.Sum())) / vm.VirtualProcessors, 0.1, most);
}
