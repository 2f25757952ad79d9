namespace HvIntegration.Simulation;

/// <summary>Physical capacities of the simulated host.</summary>
internal sealed class Machine
{
    public required int LogicalProcessors { get; init; }

    public required double MemoryBytes { get; init; }

    public required List<Store> Stores { get; init; }

    public required List<Vm> Vms { get; init; }

    /// <summary>Processor seconds per second that the root partition wants.</summary>
    public double RootDemand { get; set; } = 0.1;

    /// <summary>What the root partition got.</summary>
    public double RootRun { get; set; }

    /// <summary>Memory that the host keeps from its VMs.</summary>
    public double MemoryReservedBytes { get; set; } = 2e9;

    public double ThrottleEvents { get; set; }

    /// <summary>What the physical adapter carries; VMs that want more together lose packets.</summary>
    public double UplinkBytesPerSecond { get; set; } = 1.25e9;

    public double UplinkBytes { get; set; }

    public double UplinkDrops { get; set; }

    /// <summary>Memory not yet given to anybody.</summary>
    public double MemoryFreeBytes => MemoryBytes - MemoryReservedBytes - Vms.Where(v => !v.Off).Sum(v => v.MemoryAssignedBytes);
}

/// <summary>A backing store: parallel servers with one service time.</summary>
internal sealed class Store
{
    public required string Name { get; init; }

    /// <summary>Operations served at once.</summary>
    public required double Parallelism { get; init; }

    /// <summary>Seconds per operation when nothing queues.</summary>
    public required double ServiceSeconds { get; init; }

    /// <summary>Multiplies the service time: a fault below the virtual disks.</summary>
    public double Slowdown { get; set; } = 1;

    // Cumulative, as the host's backing-device counters have them.
    public double Operations { get; set; }

    public double OperationSeconds { get; set; }

    public double Bytes { get; set; }
}

/// <summary>A virtual disk and the load its guest puts on it.</summary>
internal sealed class VirtualDisk
{
    public required Store Store { get; set; }

    public required string GuestName { get; init; }

    public required string HostName { get; init; }

    /// <summary>Operations per second the guest's programs want.</summary>
    public double DemandIops { get; set; }

    /// <summary>Operations its programs keep outstanding at most.</summary>
    public double OutstandingMax { get; set; } = 4;

    public double BytesPerOperation { get; set; } = 16384;

    /// <summary>Storage QoS cap; 0 when none.</summary>
    public double QosIops { get; set; }

    /// <summary>The host's counters tell the cap.</summary>
    public bool QosTold { get; set; } = true;

    /// <summary>Seconds each operation spends between the guest's driver and the virtual storage device.</summary>
    public double BusSeconds { get; set; } = 80e-6;

    /// <summary>Operations that the guest's driver has on the way at once; the others wait in the guest's own queue. 0 when it sends all of them.</summary>
    public int DriverDepth { get; set; }

    // Of the current step.
    public double Iops { get; set; }

    public double LowerSeconds { get; set; }

    public double DeviceSeconds { get; set; }

    public double GuestSeconds { get; set; }

    // Cumulative.
    public double Operations { get; set; }

    public double Bytes { get; set; }

    public double GuestOperationSeconds { get; set; }

    public double DeviceOperationSeconds { get; set; }

    public double LowerOperationSeconds { get; set; }

    public double BusySeconds { get; set; }
}

/// <summary>A process inside a guest.</summary>
internal sealed class Program
{
    public required int Pid { get; init; }

    public required string Name { get; init; }

    /// <summary>Share of its guest's processor demand.</summary>
    public double CpuWeight { get; set; }

    /// <summary>Share of its guest's disk demand.</summary>
    public double DiskWeight { get; set; }

    public double ResidentBytes { get; set; } = 60e6;

    /// <summary>Processors that its one thread takes, whatever the others do; null where it shares by weight.</summary>
    public double? Cores { get; set; }

    public double Handles { get; set; } = 40;

    public double Threads { get; set; } = 4;

    public double CpuSeconds { get; set; }

    public double RunWaitSeconds { get; set; }

    public double ReadBytes { get; set; }

    public double MajorFaults { get; set; }
}

/// <summary>A virtual machine: demand inside, what the host gives outside.</summary>
internal sealed class Vm
{
    public required Guid Id { get; init; }

    public required string Name { get; init; }

    public required int VirtualProcessors { get; init; }

    public required bool IsWindows { get; init; }

    public bool HasAgent { get; set; } = true;

    /// <summary>Not started: uses nothing, has no clock.</summary>
    public bool Off { get; set; }

    /// <summary>Starts so far: each has its own clock.</summary>
    public int Boots { get; set; }

    public double Weight { get; set; } = 100;

    /// <summary>Cap in logical processors over all virtual processors; null when none.</summary>
    public double? CpuCap { get; set; }

    /// <summary>The host tells the cap.</summary>
    public bool CapTold { get; set; } = true;

    /// <summary>The guest's scheduler moves the load of the first virtual processor to another one each step.</summary>
    public bool Wanders { get; set; }

    /// <summary>Wanted processor share of each virtual processor, 0 to 1.</summary>
    public required double[] Demand { get; init; }

    /// <summary>How the load wanders from second to second, around 1; what wants a whole processor wants it all the time.</summary>
    public double Level { get; set; } = 1;

    /// <summary>The part of it that is new each second.</summary>
    public double SecondLevel { get; set; } = 1;

    /// <summary>Runnable threads beyond one per busy virtual processor.</summary>
    public double ExtraThreads { get; set; }

    public required List<VirtualDisk> Disks { get; init; }

    public required List<Program> Programs { get; init; }

    public double MemoryNeededBytes { get; set; } = 1.2e9;

    /// <summary>Committed address space; may be far above what is needed.</summary>
    public double MemoryCommittedBytes { get; set; } = 1.6e9;

    public double MemoryAssignedBytes { get; set; } = 4e9;

    public double MemoryMaximumBytes { get; set; } = 8e9;

    public bool DynamicMemory { get; set; } = true;

    public double NetworkDemandBytes { get; set; } = 2e5;

    /// <summary>Share of packets the switch drops.</summary>
    public double NetworkLoss { get; set; }

    public double RingFullPerSecond { get; set; }

    public bool Paused { get; set; }

    /// <summary>The inventory says so.</summary>
    public bool PauseTold { get; set; } = true;

    /// <summary>Neither its processors nor its programs move.</summary>
    public bool Stands => Paused || Off;

    // Of the current step, per virtual processor: seconds per second.
    public double[] Run { get; private set; } = [];

    public double[] Wait { get; private set; } = [];

    public double[] Backlog { get; private set; } = [];

    // Cumulative.
    public double[] RunSeconds { get; private set; } = [];

    public double[] WaitSeconds { get; private set; } = [];

    public double[] Dispatches { get; private set; } = [];

    public double[] GuestBusySeconds { get; private set; } = [];

    public double[] GuestIdleSeconds { get; private set; } = [];

    public double CpuStalledSeconds { get; set; }

    public double IoStalledSeconds { get; set; }

    public double IoFullSeconds { get; set; }

    public double MemoryStalledSeconds { get; set; }

    public double MemoryFullSeconds { get; set; }

    public double MajorFaults { get; set; }

    public double SwapIn { get; set; }

    public double SwapOut { get; set; }

    public double MemoryRemovedBytes { get; set; }

    public double MemoryAddedBytes { get; set; }

    public double NetworkBytes { get; set; }

    public double NetworkPackets { get; set; }

    public double NetworkDrops { get; set; }

    public double Retransmits { get; set; }

    public double RingFull { get; set; }

    public double LatenessSum { get; set; }

    public double LatenessMax { get; set; }

    public double Wakeups { get; set; }

    /// <summary>Guest time that passed while the host counted pauses: subtracted from the guest's monotonic clock.</summary>
    public double PausedSeconds { get; set; }

    /// <summary>What the balancer takes for need: commitment on Linux, rather need on Windows.</summary>
    public double MemoryDemandBytes => IsWindows ? Math.Max(MemoryNeededBytes, MemoryCommittedBytes * 0.85) : MemoryCommittedBytes;

    public double MemoryAvailableBytes => Math.Max(0.01 * MemoryAssignedBytes, MemoryAssignedBytes - MemoryNeededBytes);

    public void Allocate()
    {
        int n = VirtualProcessors;
        Run = new double[n];
        Wait = new double[n];
        Backlog = new double[n];
        RunSeconds = new double[n];
        WaitSeconds = new double[n];
        Dispatches = new double[n];
        GuestBusySeconds = new double[n];
        GuestIdleSeconds = new double[n];
    }
}
