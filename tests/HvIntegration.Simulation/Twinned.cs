namespace HvIntegration.Simulation;

/// <summary>Near misses: two plans that look the same from one side and are something else on the other, and two that neither side can show.</summary>
internal static class Twinned
{
    public static Plan FullProcessors(Machine machine, Vm victim, Noise noise, bool crowded)
    {
        Faults.MakeRoom(machine, victim);
        double multiple = noise.Between(1.35, 2);
        double extra = victim.VirtualProcessors * noise.Between(1, 3);
        double root = machine.RootDemand;
        var others = Faults.Others(machine, victim);
        double[] before = [.. victim.Demand];
        return new Plan(
            () =>
            {
                Faults.Fill(victim, 1);
                victim.ExtraThreads = extra;
                if (crowded)
                {
                    Faults.Crowd(others, machine, multiple);
                }
            },
            () =>
            {
                before.CopyTo(victim.Demand, 0);
                victim.ExtraThreads = 0;
                machine.RootDemand = root;
                if (crowded)
                {
                    Faults.Calm(others);
                }
            }, crowded ? "full processors, host full" : "full processors, host roomy");
    }

    public static Plan WithCap(Machine machine, Vm victim, Noise noise, bool binds)
    {
        // Whoever wants 1.5 to 2 times the host gets 0.5 to 0.67 of what he wants: the cap takes as much.
        double multiple = noise.Between(1.5, 2);
        double extra = victim.VirtualProcessors * noise.Between(0, 1);
        double root = machine.RootDemand;
        double[] before = [.. victim.Demand];
        var others = Faults.Others(machine, victim);
        Faults.MakeRoom(machine, victim);
        victim.CpuCap = victim.VirtualProcessors * (binds ? 1 / multiple : 0.95);
        return new Plan(
            () =>
            {
                Faults.Fill(victim, binds ? 1 : 0.94);
                victim.ExtraThreads = extra;
                if (!binds)
                {
                    Faults.Crowd(others, machine, multiple);
                }
            },
            () =>
            {
                before.CopyTo(victim.Demand, 0);
                victim.ExtraThreads = 0;
                machine.RootDemand = root;
                if (!binds)
                {
                    Faults.Calm(others);
                }
            }, binds ? "waits at its cap" : "has a cap, waits below it on a full host");
    }

    public static Plan SlowDisk(Machine machine, Vm victim, Noise noise, bool bus)
    {
        var disk = victim.Disks[0];
        double latency = noise.Between(20e-3, 60e-3);
        double full = noise.Between(20, 200);
        disk.DemandIops = noise.Between(60, 120);
        disk.OutstandingMax = 8;
        double quiet = disk.BusSeconds;
        foreach (var other in machine.Vms.SelectMany(v => v.Disks).Where(d => d.Store == disk.Store))
        {
            other.DemandIops = Math.Max(other.DemandIops, 30);
        }

        return bus
            ? new Plan(
                () => (disk.BusSeconds, victim.RingFullPerSecond) = (latency - disk.Store.ServiceSeconds, full),
                () => (disk.BusSeconds, victim.RingFullPerSecond) = (quiet, 0), "the bus takes the time")
            : new Plan(() => disk.Store.Slowdown = latency / disk.Store.ServiceSeconds, () => disk.Store.Slowdown = 1, "the store takes the time");
    }

    /// <summary>Operations wait between the guest's programs and the virtual device: in the guest's own queue, which its flood fills, or on the bus, at its usual operations or with the flood.</summary>
    public static Plan WaitInside(Machine machine, Vm victim, Noise noise, bool flood, bool bus)
    {
        var disk = victim.Disks[0];
        double quiet = noise.Between(40, 90);
        (disk.DemandIops, disk.OutstandingMax, disk.DriverDepth) = (quiet, 4, 2);
        double most = disk.DriverDepth / (disk.Store.ServiceSeconds + disk.BusSeconds + 30e-6);
        double wanted = Math.Max(quiet * 6, most * noise.Between(1.5, 4));
        double outstanding = noise.Between(64, 256);
        var (quietBus, slowBus) = (disk.BusSeconds, noise.Between(20e-3, 50e-3));
        double full = noise.Between(20, 200);
        return new Plan(
            () =>
            {
                (disk.DemandIops, disk.OutstandingMax) = flood ? (wanted, outstanding) : (quiet, 8);
                (disk.BusSeconds, victim.RingFullPerSecond) = bus ? (slowBus, flood ? full : 0) : (quietBus, 0);
                disk.DriverDepth = bus ? 0 : disk.DriverDepth;
            },
            () => (disk.DemandIops, disk.OutstandingMax, disk.BusSeconds, victim.RingFullPerSecond) = (quiet, 4, quietBus, 0),
            flood ? bus ? "a flood on a slow bus" : "a flood waits in the guest" : "the bus is slow at usual operations");
    }

    public static Plan SlowDevice(Machine machine, Vm victim, Noise noise, bool quota)
    {
        var disk = victim.Disks[0];
        double latency = noise.Between(25e-3, 80e-3);
        double quiet = noise.Between(40, 80);
        disk.DemandIops = quiet;
        disk.OutstandingMax = 4;
        double wanted = quiet * noise.Between(4, 8);

        // As many outstanding operations as give the same latency at the quota; the slow store serves them all at once.
        disk.QosIops = quota ? wanted * 0.5 : wanted * 20;
        double outstanding = Math.Max(2, wanted * 0.5 * latency);
        foreach (var other in machine.Vms.SelectMany(v => v.Disks).Where(d => d.Store == disk.Store && d != disk))
        {
            other.DemandIops = Math.Max(other.DemandIops, 30);
        }

        return new Plan(
            () =>
            {
                (disk.DemandIops, disk.OutstandingMax) = (quota ? wanted : quiet, quota ? outstanding : 8);
                disk.Store.Slowdown = quota ? 1 : latency / disk.Store.ServiceSeconds;
            },
            () =>
            {
                (disk.DemandIops, disk.OutstandingMax) = (quiet, 4);
                disk.Store.Slowdown = 1;
            }, quota ? "at its quota" : "has a quota, the store is slow");
    }

    public static Plan FullStore(Machine machine, Vm victim, Noise noise, bool own)
    {
        var store = victim.Disks[0].Store;
        var neighbour = Faults.Others(machine, victim)[0];
        neighbour.Disks[0].Store = store;
        foreach (var disk in new[] { victim.Disks[0], neighbour.Disks[0] })
        {
            disk.DemandIops = noise.Between(40, 80);
        }

        double capacity = store.Parallelism / store.ServiceSeconds;
        double wanted = capacity * noise.Between(1.3, 3);
        double seconds = noise.Between(20e-3, 60e-3);
        var loader = (own ? victim : neighbour).Disks[0];
        var (quiet, few) = (loader.DemandIops, loader.OutstandingMax);
        return new Plan(
            () => (loader.DemandIops, loader.OutstandingMax) = (wanted, capacity * seconds),
            () => (loader.DemandIops, loader.OutstandingMax) = (quiet, few), own ? "fills the store itself" : "a neighbour fills the store")
        {
            Culprit = own ? null : neighbour.Name,
        };
    }

    public static Plan ShortOfMemory(Machine machine, Vm victim, Noise noise, bool hostEmpty)
    {
        double ratio = noise.Between(1.04, 1.2);
        double needed = victim.MemoryNeededBytes;
        double committed = victim.MemoryCommittedBytes;
        victim.DynamicMemory = true;
        victim.MemoryMaximumBytes = hostEmpty ? victim.MemoryAssignedBytes * 3 : victim.MemoryAssignedBytes;
        if (hostEmpty)
        {
            machine.MemoryReservedBytes += machine.MemoryFreeBytes;
        }

        return new Plan(
            () => { victim.MemoryNeededBytes = victim.MemoryAssignedBytes * ratio; victim.MemoryCommittedBytes = victim.MemoryNeededBytes * 1.15; },
            () => { victim.MemoryNeededBytes = needed; victim.MemoryCommittedBytes = committed; }, hostEmpty ? "short, host has none left" : "short at its maximum");
    }

    public static Plan Pressure(Vm victim, Noise noise, bool needed)
    {
        double pressure = noise.Between(1.1, 1.3);
        var (before, committed) = (victim.MemoryNeededBytes, victim.MemoryCommittedBytes);
        victim.DynamicMemory = true;
        victim.MemoryMaximumBytes = victim.MemoryAssignedBytes;
        return new Plan(
            () =>
            {
                victim.MemoryCommittedBytes = victim.MemoryAssignedBytes * pressure / (victim.IsWindows ? 0.85 : 1);
                victim.MemoryNeededBytes = needed ? victim.MemoryAssignedBytes * (pressure - 0.04) : before;
            },
            () => (victim.MemoryNeededBytes, victim.MemoryCommittedBytes) = (before, committed), needed ? "pressure from need" : "pressure from commitment alone");
    }

    public static Plan HalfBusy(Machine machine, Vm victim, Noise noise, bool oneThread)
    {
        Faults.MakeRoom(machine, victim);
        int n = victim.VirtualProcessors;
        double rest = noise.Between(0.05, 0.2);
        double total = 1 + ((n - 1) * rest);
        double[] before = [.. victim.Demand];
        var one = new Program { Pid = 2000, Name = "parser", CpuWeight = 0 };
        victim.Programs.Add(one);
        victim.Wanders = oneThread;
        return new Plan(
            () =>
            {
                Faults.Fill(victim, oneThread ? rest : total / n);
                victim.Demand[0] = oneThread ? 1 : victim.Demand[0];
                one.Cores = oneThread ? 1 : null;
            },
            () => { before.CopyTo(victim.Demand, 0); one.Cores = null; }, oneThread ? "one thread on all processors in turn" : "the same load from many threads");
    }

    public static Plan Growth(Vm victim, Noise noise, bool leak)
    {
        // A cache levels off within the memory there is; the leak goes on.
        double total = victim.MemoryAssignedBytes * noise.Between(0.2, 0.4);
        victim.MemoryNeededBytes = Math.Min(victim.MemoryNeededBytes, 0.45 * victim.MemoryAssignedBytes);
        victim.MemoryCommittedBytes = 1.1 * victim.MemoryNeededBytes;
        double tau = noise.Between(200, 420);
        var program = new Program { Pid = 2000, Name = "store", CpuWeight = 0.1, ResidentBytes = noise.Between(1e8, 3e8) };
        victim.Programs.Add(program);
        double given = 0;
        return new Plan(() => { }, () => { }, leak ? "grows for good" : "a cache fills and levels off")
        {
            Each = second =>
            {
                double filled = total * (1 - Math.Exp(-second / tau));
                double grown = leak ? total / 3600 : filled - given;
                given += grown;
                Faults.Grow(victim, program, grown * noise.Factor(0.3));
            },
        };
    }

    public static Plan AgentStopped(Vm victim) => new(() => victim.HasAgent = false, () => victim.HasAgent = true, "the agent stops, the VM runs on");

    public static Plan CapUntold(Machine machine, Vm victim, Noise noise)
    {
        Faults.MakeRoom(machine, victim);
        victim.CapTold = false;
        Faults.Fill(victim, 0.75);
        double cap = victim.VirtualProcessors * noise.Between(0.3, 0.5);
        return new Plan(() => victim.CpuCap = cap, () => victim.CpuCap = null, "a cap that the host does not tell");
    }

    public static Plan QuotaUntold(Vm victim, Noise noise)
    {
        var disk = victim.Disks[0];
        disk.QosTold = false;
        disk.DemandIops = noise.Between(200, 400);
        disk.OutstandingMax = noise.Whole(8, 24);
        double quota = disk.DemandIops * noise.Between(0.5, 0.8);
        return new Plan(() => disk.QosIops = quota, () => disk.QosIops = 0, "a quota that the host does not tell");
    }
}
