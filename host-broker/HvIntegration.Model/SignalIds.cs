namespace HvIntegration.Model;

/// <summary>Stable ids of the derived signals. A signal of one processor, disk or adapter is <c>id:instance</c>; see docs/signals.md.</summary>
public static class SignalIds
{
    /// <summary>Guest's own busy share, mean over its processors.</summary>
    public const string GuestBusy = "cpu.guest.busy";

    /// <summary>Busy share of its busiest processor.</summary>
    public const string GuestBusyMax = "cpu.guest.busy.max";

    /// <summary>Share of its processors at or above the busy limit.</summary>
    public const string GuestBusyProcessors = "cpu.guest.busy.processors";

    /// <summary>Runnable threads per processor.</summary>
    public const string GuestRunQueue = "cpu.guest.run_queue";

    /// <summary>CPU share of the busiest process, in processors.</summary>
    public const string GuestTopProcess = "cpu.guest.top_process";

    /// <summary>Steal as the guest's kernel reports it: missing where the platform reports none.</summary>
    public const string GuestReportedSteal = "cpu.guest.reported_steal";

    /// <summary>Share of processor time that the guest booked in no mode and that nothing explains.</summary>
    public const string GuestUncounted = "cpu.guest.uncounted";

    /// <summary>Share of time some task waited for a processor.</summary>
    public const string PsiCpuSome = "psi.guest.cpu.some";

    /// <summary>Share of time some task waited for memory.</summary>
    public const string PsiMemorySome = "psi.guest.memory.some";

    /// <summary>Share of time all non-idle tasks waited for memory.</summary>
    public const string PsiMemoryFull = "psi.guest.memory.full";

    /// <summary>Share of time some task waited for I/O.</summary>
    public const string PsiIoSome = "psi.guest.io.some";

    /// <summary>Share of time all non-idle tasks waited for I/O.</summary>
    public const string PsiIoFull = "psi.guest.io.full";

    /// <summary>Share of time the virtual processors really ran, mean.</summary>
    public const string HostRun = "cpu.host.run";

    /// <summary>Logical processors the VM's virtual processors used together.</summary>
    public const string HostRunTotal = "cpu.host.run.total";

    /// <summary>Logical processors the VM's worker process used beside them.</summary>
    public const string HostOverhead = "cpu.host.overhead";

    /// <summary>Share of time the virtual processors were ready but waited, mean.</summary>
    public const string Ready = "cpu.host.ready";

    /// <summary>Guest busy minus host run, not below 0, mean over the virtual processors.</summary>
    public const string Steal = "cpu.steal";

    /// <summary>The same with its sign: below 0 by more than the error bar means that the sides do not fit together.</summary>
    public const string StealSigned = "cpu.steal.signed";

    /// <summary>1 when ready and synthetic steal agree within their error bars, 0 when not.</summary>
    public const string ReadyStealAgree = "cpu.agreement";

    /// <summary>Run plus ready: what it would use with no contention.</summary>
    public const string CpuDemand = "cpu.demand";

    /// <summary>Ready over one second.</summary>
    public const string Contention1s = "cpu.contention.1s";

    /// <summary>Ready over one minute.</summary>
    public const string Contention1m = "cpu.contention.1m";

    /// <summary>Ready over five minutes.</summary>
    public const string Contention5m = "cpu.contention.5m";

    /// <summary>Run time over the CPU cap.</summary>
    public const string CapUse = "cpu.cap.use";

    /// <summary>Share of time the host held the VM at its cap.</summary>
    public const string Throttled = "cpu.host.throttled";

    /// <summary>Busy share of the host's logical processors.</summary>
    public const string LpBusy = "host.cpu.busy";

    /// <summary>Share of the logical processors that are at least 95 % busy.</summary>
    public const string LpFull = "host.cpu.full";

    /// <summary>Share of the host's logical processors that the root partition used.</summary>
    public const string RootBusy = "host.cpu.root";

    /// <summary>Share of time some task of a Linux host waited for a processor.</summary>
    public const string HostPsiCpu = "host.psi.cpu.some";

    /// <summary>Share of time some task of a Linux host waited for I/O.</summary>
    public const string HostPsiIo = "host.psi.io.some";

    /// <summary>Share of time some task of a Linux host waited for memory.</summary>
    public const string HostPsiMemory = "host.psi.memory.some";

    /// <summary>Share of the host's memory that it can still give.</summary>
    public const string HostMemoryAvailable = "host.memory.available";

    /// <summary>Share of the guest's memory that is available.</summary>
    public const string GuestMemoryAvailable = "memory.guest.available";

    /// <summary>Memory the guest needs, bytes.</summary>
    public const string GuestMemoryNeeded = "memory.guest.needed";

    /// <summary>Memory the guest needs over what it has.</summary>
    public const string GuestMemoryNeededShare = "memory.guest.needed.share";

    /// <summary>Major page faults per second.</summary>
    public const string MajorFaults = "memory.guest.major_faults";

    /// <summary>Pages swapped in per second.</summary>
    public const string SwapIn = "memory.guest.swap_in";

    /// <summary>Pages swapped out per second.</summary>
    public const string SwapOut = "memory.guest.swap_out";

    /// <summary>Memory assigned to the VM, bytes.</summary>
    public const string MemoryAssigned = "memory.host.assigned";

    /// <summary>Demand over assigned memory as the host believes it.</summary>
    public const string MemoryPressure = "memory.host.pressure";

    /// <summary>Assigned over maximum memory.</summary>
    public const string MemoryMaximumUse = "memory.host.maximum_use";

    /// <summary>Memory the host took from the VM, bytes per second.</summary>
    public const string MemoryRemoved = "memory.host.removed";

    /// <summary>Memory of the VM paged by the host, bytes.</summary>
    public const string SmartPaging = "memory.host.smart_paging";

    /// <summary>Latency that the guest sees, weighted by operations.</summary>
    public const string DiskGuestLatency = "disk.guest.latency";

    /// <summary>Latency of the virtual devices as the host sees it.</summary>
    public const string DiskDeviceLatency = "disk.host.latency";

    /// <summary>Latency below the virtual devices.</summary>
    public const string DiskLowerLatency = "disk.host.lower_latency";

    /// <summary>Guest latency minus device latency: guest queue, driver, bus.</summary>
    public const string DiskInside = "disk.ladder.inside";

    /// <summary>Device latency minus lower latency: host stack and QoS.</summary>
    public const string DiskStack = "disk.ladder.stack";

    /// <summary>Operations per second, by the guest.</summary>
    public const string DiskGuestIops = "disk.guest.iops";

    /// <summary>Operations per second, by the host.</summary>
    public const string DiskHostIops = "disk.host.iops";

    /// <summary>Operations outstanding in the guest.</summary>
    public const string DiskGuestQueue = "disk.guest.queue";

    /// <summary>Operations outstanding at the virtual devices.</summary>
    public const string DiskHostQueue = "disk.host.queue";

    /// <summary>Bytes per second, by the host.</summary>
    public const string DiskHostBytes = "disk.host.bytes";

    /// <summary>Rate over quota of the disk nearest to its quota.</summary>
    public const string DiskQosUse = "disk.qos.use";

    /// <summary>Operations the host saw over operations the guest saw.</summary>
    public const string DiskConservation = "disk.conservation";

    /// <summary>Bytes per second the guest received.</summary>
    public const string NetGuestReceive = "net.guest.receive";

    /// <summary>Bytes per second the guest sent.</summary>
    public const string NetGuestTransmit = "net.guest.transmit";

    /// <summary>Packets dropped in the guest per second.</summary>
    public const string NetGuestDropped = "net.guest.dropped";

    /// <summary>Bytes per second of the VM's adapters, both directions, by the host.</summary>
    public const string NetHostBytes = "net.host.bytes";

    /// <summary>Packets of the VM's adapters dropped per second, by the host.</summary>
    public const string NetHostDropped = "net.host.dropped";

    /// <summary>Share of TCP segments retransmitted.</summary>
    public const string Retransmits = "net.guest.retransmit_share";

    /// <summary>Mean lateness of the guest's 100 ms timer.</summary>
    public const string WakeupLateness = "path.wakeup_lateness";

    /// <summary>Greatest lateness of that timer in the second.</summary>
    public const string WakeupLatenessMax = "path.wakeup_lateness.max";

    /// <summary>Round trip of the newest clock exchange: guest scheduling, ring, root and broker together.</summary>
    public const string RoundTrip = "path.round_trip";

    /// <summary>Bound of the clock error between the sides.</summary>
    public const string ClockError = "path.clock_error";

    /// <summary>Processors the agent itself used.</summary>
    public const string AgentCost = "agent.cpu";

    /// <summary>Share of the active processes that lost more than 30 % of their progress at once.</summary>
    public const string SlowedShare = "process.guest.slowed_share";

    /// <summary>Share of time the busiest virtual processor ran.</summary>
    public const string HostRunMax = "cpu.host.run.max";

    /// <summary>Ready of the virtual processor that waits most.</summary>
    public const string ReadyMax = "cpu.host.ready.max";

    /// <summary>Memory the host can still give, bytes.</summary>
    public const string HostMemoryAvailableBytes = "host.memory.available.bytes";

    /// <summary>Committed address space over the commit limit.</summary>
    public const string GuestCommit = "memory.guest.commit";

    /// <summary>Memory the host gave to the VM, bytes per second.</summary>
    public const string MemoryAdded = "memory.host.added";

    /// <summary>Steady growth of the process that grows most, bytes per hour; missing while no trend holds.</summary>
    public const string LeakGrowth = "memory.guest.leak";

    /// <summary>Share of time with at least one operation outstanding on the busiest disk.</summary>
    public const string DiskGuestBusy = "disk.guest.busy";

    /// <summary>Bytes per second, by the guest.</summary>
    public const string DiskGuestBytes = "disk.guest.bytes";

    /// <summary>Bytes the host saw over bytes the guest saw.</summary>
    public const string DiskConservationBytes = "disk.conservation.bytes";

    /// <summary>Dropped packets over all packets of the VM's adapters.</summary>
    public const string NetHostDropShare = "net.host.drop_share";

    /// <summary>Bytes the host saw over bytes the guest saw.</summary>
    public const string NetConservation = "net.conservation";

    /// <summary>Packets the virtual switches dropped per second.</summary>
    public const string SwitchDropped = "host.net.switch_dropped";

    /// <summary>Rate over link speed of the busiest physical adapter, the busier direction.</summary>
    public const string UplinkUse = "host.net.uplink.use";

    /// <summary>Packets the physical adapters dropped per second.</summary>
    public const string UplinkDropped = "host.net.uplink.dropped";

    /// <summary>Writes per second that met a full outbound VMBus ring.</summary>
    public const string RingFull = "vmbus.guest.ring_full";

    /// <summary>Times per second the bus refused interrupts to a flooding partition, any of the host.</summary>
    public const string BusThrottle = "host.vmbus.throttle";

    /// <summary>Seconds per second the bus held the VM's messages back.</summary>
    public const string BusDelay = "vmbus.host.message_delay";

    /// <summary>1 while the host moves or saves the VM.</summary>
    public const string Activity = "vm.host.activity";

    /// <summary>The signal of one instance.</summary>
    public static string Of(string id, string instance) => id + ":" + instance;
}
