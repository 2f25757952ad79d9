namespace HvIntegration.Protocol.Metrics;

/// <summary>What a guest agent can send.</summary>
/// <remarks>Ids are the wire's and the store's: a retired metric keeps its id for ever.</remarks>
public static class GuestMetrics
{
    private const double Micro = 1e-6;
    private const double Kibi = 1024;
    private const double Hundredth = 0.01;

    // cpu
    /// <summary>Time a logical processor spent in a mode, by the guest's own clock: time the hypervisor withheld is booked as the mode that was current.</summary>
    public static readonly MetricDefinition CpuTime = new(1, "system.cpu.time", "s", MetricForm.Counter, Micro, ["cpu.mode", "cpu.logical_number"],
        "Time a logical processor spent in a mode, by the guest's own clock: time the hypervisor withheld is booked as the mode that was current.");

    /// <summary>Logical processors online in the guest.</summary>
    public static readonly MetricDefinition CpuCount = new(2, "system.cpu.logical.count", "{cpu}", MetricForm.Gauge, 1, [],
        "Logical processors online in the guest.");

    /// <summary>Threads runnable now, running ones included.</summary>
    public static readonly MetricDefinition RunQueue = new(3, "hvi.guest.cpu.run_queue", "{thread}", MetricForm.Gauge, 1, [],
        "Threads runnable now, running ones included.");

    /// <summary>Threads in uninterruptible wait for I/O.</summary>
    public static readonly MetricDefinition Blocked = new(4, "hvi.guest.cpu.blocked", "{thread}", MetricForm.Gauge, 1, [],
        "Threads in uninterruptible wait for I/O.");

    /// <summary>Context switches on all processors.</summary>
    public static readonly MetricDefinition ContextSwitches = new(5, "hvi.guest.cpu.context_switches", "{switch}", MetricForm.Counter, 1, [],
        "Context switches on all processors.");

    /// <summary>Interrupts serviced on all processors.</summary>
    public static readonly MetricDefinition Interrupts = new(6, "hvi.guest.cpu.interrupts", "{interrupt}", MetricForm.Counter, 1, [],
        "Interrupts serviced on all processors.");

    /// <summary>Processes and threads created since boot.</summary>
    public static readonly MetricDefinition ProcessesCreated = new(7, "hvi.guest.process.created", "{process}", MetricForm.Counter, 1, [],
        "Processes and threads created since boot.");

    /// <summary>Load average over one minute.</summary>
    public static readonly MetricDefinition Load1 = new(8, "system.cpu.load_average.1m", "1", MetricForm.Gauge, Hundredth, [],
        "Load average over one minute.");

    /// <summary>Load average over five minutes.</summary>
    public static readonly MetricDefinition Load5 = new(9, "system.cpu.load_average.5m", "1", MetricForm.Gauge, Hundredth, [],
        "Load average over five minutes.");

    /// <summary>Load average over fifteen minutes.</summary>
    public static readonly MetricDefinition Load15 = new(10, "system.cpu.load_average.15m", "1", MetricForm.Gauge, Hundredth, [],
        "Load average over fifteen minutes.");

    /// <summary>Time in which some (or all non-idle) tasks waited for cpu, memory or io. Estimated on Windows.</summary>
    public static readonly MetricDefinition PressureStalled = new(11, "hvi.guest.pressure.stalled", "s", MetricForm.Counter, Micro, ["hvi.resource", "hvi.stall"],
        "Time in which some (or all non-idle) tasks waited for cpu, memory or io. Estimated on Windows.");


    // memory
    /// <summary>Memory the guest's kernel manages.</summary>
    public static readonly MetricDefinition MemoryLimit = new(20, "system.memory.limit", "By", MetricForm.Gauge, Kibi, [],
        "Memory the guest's kernel manages.");

    /// <summary>The guest's memory by what it is used for.</summary>
    public static readonly MetricDefinition MemoryUsage = new(21, "system.memory.usage", "By", MetricForm.Gauge, Kibi, ["system.memory.state"],
        "Memory by kind.");

    /// <summary>Memory that can be given to programs without swapping; Windows: available bytes.</summary>
    public static readonly MetricDefinition MemoryAvailable = new(22, "system.memory.linux.available", "By", MetricForm.Gauge, Kibi, [],
        "Memory that can be given to programs without swapping; Windows: available bytes.");

    /// <summary>Memory that the guest promised to its programs.</summary>
    public static readonly MetricDefinition MemoryCommitted = new(23, "hvi.guest.memory.committed", "By", MetricForm.Gauge, Kibi, [],
        "Committed address space.");

    /// <summary>Memory that the guest can promise at most.</summary>
    public static readonly MetricDefinition MemoryCommitLimit = new(24, "hvi.guest.memory.commit_limit", "By", MetricForm.Gauge, Kibi, [],
        "Commit limit.");

    /// <summary>Usable memory minus what is available beyond a reserve of 5 % of usable.</summary>
    public static readonly MetricDefinition MemoryNeeded = new(25, "hvi.guest.memory.needed", "By", MetricForm.Gauge, Kibi, [],
        "Usable memory minus what is available beyond a reserve of 5 % of usable.");

    /// <summary>Memory given back to the host through the balloon driver.</summary>
    public static readonly MetricDefinition MemoryBalloon = new(26, "hvi.guest.memory.balloon", "By", MetricForm.Gauge, Kibi, [],
        "Memory given back to the host through the balloon driver.");


    // paging
    /// <summary>Swap or page file by state.</summary>
    public static readonly MetricDefinition PagingUsage = new(30, "system.paging.usage", "By", MetricForm.Gauge, Kibi, ["system.paging.state"],
        "Swap or page file by state.");

    /// <summary>Page faults: major ones waited for I/O.</summary>
    public static readonly MetricDefinition PagingFaults = new(31, "system.paging.faults", "{fault}", MetricForm.Counter, 1, ["system.paging.fault.type"],
        "Page faults: major ones waited for I/O.");

    /// <summary>Pages swapped in and out.</summary>
    public static readonly MetricDefinition PagingOperations = new(32, "system.paging.operations", "{operation}", MetricForm.Counter, 1, ["system.paging.direction"],
        "Pages swapped in and out.");

    /// <summary>Bytes paged from and to block devices, file pages included.</summary>
    public static readonly MetricDefinition PagingIo = new(33, "hvi.guest.paging.io", "By", MetricForm.Counter, Kibi, ["system.paging.direction"],
        "Bytes paged from and to block devices, file pages included.");

    /// <summary>Pages scanned by reclaim: direct (a program waited) or kswapd.</summary>
    public static readonly MetricDefinition ReclaimScanned = new(34, "hvi.guest.memory.reclaim.scanned", "{page}", MetricForm.Counter, 1, ["hvi.reclaim"],
        "Pages scanned by reclaim: direct (a program waited) or kswapd.");

    /// <summary>Processes killed for lack of memory.</summary>
    public static readonly MetricDefinition OomKills = new(35, "hvi.guest.memory.oom_kills", "{kill}", MetricForm.Counter, 1, [],
        "Processes killed for lack of memory.");

    /// <summary>Allocations that entered direct reclaim.</summary>
    public static readonly MetricDefinition AllocationStalls = new(36, "hvi.guest.memory.allocation_stalls", "{stall}", MetricForm.Counter, 1, [],
        "Allocations that entered direct reclaim.");


    // disk
    /// <summary>Completed operations of a leaf block device.</summary>
    public static readonly MetricDefinition DiskOperations = new(40, "system.disk.operations", "{operation}", MetricForm.Counter, 1, ["system.device", "disk.io.direction"],
        "Completed operations of a leaf block device.");

    /// <summary>Bytes that a disk read and wrote.</summary>
    public static readonly MetricDefinition DiskIo = new(41, "system.disk.io", "By", MetricForm.Counter, 1, ["system.device", "disk.io.direction"],
        "Bytes moved.");

    /// <summary>Sum of the operations' times from issue to completion.</summary>
    public static readonly MetricDefinition DiskOperationTime = new(42, "system.disk.operation_time", "s", MetricForm.Counter, Micro, ["system.device", "disk.io.direction"],
        "Sum of the operations' times from issue to completion.");

    /// <summary>Time with at least one operation in flight.</summary>
    public static readonly MetricDefinition DiskIoTime = new(43, "system.disk.io_time", "s", MetricForm.Counter, Micro, ["system.device"],
        "Time with at least one operation in flight.");

    /// <summary>Time integral of operations in flight.</summary>
    public static readonly MetricDefinition DiskQueueTime = new(44, "hvi.guest.disk.queue_time", "s", MetricForm.Counter, Micro, ["system.device"],
        "Time integral of operations in flight.");

    /// <summary>Operations in flight now.</summary>
    public static readonly MetricDefinition DiskInFlight = new(45, "hvi.guest.disk.in_flight", "{operation}", MetricForm.Gauge, 1, ["system.device"],
        "Operations in flight now.");

    /// <summary>Operations merged with adjacent ones before issue.</summary>
    public static readonly MetricDefinition DiskMerged = new(46, "system.disk.merged", "{operation}", MetricForm.Counter, 1, ["system.device", "disk.io.direction"],
        "Operations merged with adjacent ones before issue.");

    /// <summary>Size of the device.</summary>
    public static readonly MetricDefinition DiskLimit = new(47, "system.disk.limit", "By", MetricForm.Gauge, 1, ["system.device"],
        "Size of the device.");


    // filesystem
    /// <summary>File-system space by state.</summary>
    public static readonly MetricDefinition FilesystemUsage = new(50, "system.filesystem.usage", "By", MetricForm.Gauge, 1, ["system.filesystem.mountpoint", "system.filesystem.state"],
        "File-system space by state.");

    /// <summary>File-system inodes by state.</summary>
    public static readonly MetricDefinition FilesystemInodes = new(51, "hvi.guest.filesystem.inodes", "{inode}", MetricForm.Gauge, 1, ["system.filesystem.mountpoint", "system.filesystem.state"],
        "File-system inodes by state.");


    // network
    /// <summary>Bytes seen by the guest's driver.</summary>
    public static readonly MetricDefinition NetworkIo = new(60, "system.network.io", "By", MetricForm.Counter, 1, ["network.interface.name", "network.io.direction"],
        "Bytes seen by the guest's driver.");

    /// <summary>Packets that an interface received and sent.</summary>
    public static readonly MetricDefinition NetworkPackets = new(61, "system.network.packet.count", "{packet}", MetricForm.Counter, 1, ["network.interface.name", "network.io.direction"],
        "Packets.");

    /// <summary>Packets of an interface that had an error.</summary>
    public static readonly MetricDefinition NetworkErrors = new(62, "system.network.errors", "{error}", MetricForm.Counter, 1, ["network.interface.name", "network.io.direction"],
        "Errors.");

    /// <summary>Packets dropped in the guest.</summary>
    public static readonly MetricDefinition NetworkDropped = new(63, "system.network.packet.dropped", "{packet}", MetricForm.Counter, 1, ["network.interface.name", "network.io.direction"],
        "Packets dropped in the guest.");

    /// <summary>TCP segments sent, received and sent again.</summary>
    public static readonly MetricDefinition TcpSegments = new(64, "hvi.guest.tcp.segments", "{segment}", MetricForm.Counter, 1, ["network.io.direction"],
        "TCP segments.");

    /// <summary>TCP segments sent again.</summary>
    public static readonly MetricDefinition TcpRetransmitted = new(65, "hvi.guest.tcp.retransmitted", "{segment}", MetricForm.Counter, 1, [],
        "TCP segments sent again.");

    /// <summary>TCP connections by state.</summary>
    public static readonly MetricDefinition ConnectionCount = new(66, "system.network.connection.count", "{connection}", MetricForm.Gauge, 1, ["network.connection.state"],
        "TCP connections by state.");

    /// <summary>Connections dropped because an accept queue was full.</summary>
    public static readonly MetricDefinition TcpListenDrops = new(67, "hvi.guest.tcp.listen_drops", "{connection}", MetricForm.Counter, 1, [],
        "Connections dropped because an accept queue was full.");

    /// <summary>Packets dropped, and time-squeezes, in the receive soft interrupt.</summary>
    public static readonly MetricDefinition SoftnetDropped = new(68, "hvi.guest.network.softnet", "{packet}", MetricForm.Counter, 1, ["hvi.softnet"],
        "Packets dropped, and time-squeezes, in the receive soft interrupt.");


    // clock
    /// <summary>Greatest lateness of the 100 ms probe timer since the previous sample.</summary>
    public static readonly MetricDefinition WakeupLatenessMax = new(70, "hvi.guest.wakeup.lateness.max", "s", MetricForm.Gauge, Micro, [],
        "Greatest lateness of the 100 ms probe timer since the previous sample.");

    /// <summary>Sum of the lateness of the 100 ms probe timer.</summary>
    public static readonly MetricDefinition WakeupLateness = new(71, "hvi.guest.wakeup.lateness", "s", MetricForm.Counter, Micro, [],
        "Sum of the lateness of the 100 ms probe timer.");

    /// <summary>Wake-ups of the probe timer.</summary>
    public static readonly MetricDefinition Wakeups = new(72, "hvi.guest.wakeup.count", "{wakeup}", MetricForm.Counter, 1, [],
        "Wake-ups of the probe timer.");

    /// <summary>Wall clock minus monotonic clock; a change is a step or slew.</summary>
    public static readonly MetricDefinition ClockWallOffset = new(73, "hvi.guest.clock.wall_offset", "s", MetricForm.Gauge, Micro, [],
        "Wall clock minus monotonic clock; a change is a step or slew.");

    /// <summary>1 for the clock source in use.</summary>
    public static readonly MetricDefinition ClockSource = new(74, "hvi.guest.clock.source", "1", MetricForm.Gauge, 1, ["hvi.clock.source"],
        "1 for the clock source in use.");

    /// <summary>Time since boot minus monotonic time: time spent suspended.</summary>
    public static readonly MetricDefinition ClockSuspended = new(75, "hvi.guest.clock.suspended", "s", MetricForm.Gauge, Micro, [],
        "Time since boot minus monotonic time: time spent suspended.");


    // vmbus
    /// <summary>Interrupts from host to guest on a channel.</summary>
    public static readonly MetricDefinition VmbusInterrupts = new(80, "hvi.guest.vmbus.interrupts", "{interrupt}", MetricForm.Counter, 1, ["hvi.vmbus.device", "hvi.vmbus.channel"],
        "Interrupts from host to guest on a channel.");

    /// <summary>Signals from guest to host on a channel.</summary>
    public static readonly MetricDefinition VmbusEvents = new(81, "hvi.guest.vmbus.events", "{event}", MetricForm.Counter, 1, ["hvi.vmbus.device", "hvi.vmbus.channel"],
        "Signals from guest to host on a channel.");

    /// <summary>Writes that met a full outbound ring.</summary>
    public static readonly MetricDefinition VmbusOutFull = new(82, "hvi.guest.vmbus.out_full", "{write}", MetricForm.Counter, 1, ["hvi.vmbus.device", "hvi.vmbus.channel"],
        "Writes that met a full outbound ring.");

    /// <summary>Interrupts sent because the inbound ring had been full.</summary>
    public static readonly MetricDefinition VmbusInFullInterrupts = new(83, "hvi.guest.vmbus.in_full_interrupts", "{interrupt}", MetricForm.Counter, 1, ["hvi.vmbus.device", "hvi.vmbus.channel"],
        "Interrupts sent because the inbound ring had been full.");

    /// <summary>Bytes waiting in the inbound ring.</summary>
    public static readonly MetricDefinition VmbusReadAvailable = new(84, "hvi.guest.vmbus.read_available", "By", MetricForm.Gauge, 1, ["hvi.vmbus.device", "hvi.vmbus.channel"],
        "Bytes waiting in the inbound ring.");

    /// <summary>Bytes free in the outbound ring.</summary>
    public static readonly MetricDefinition VmbusWriteAvailable = new(85, "hvi.guest.vmbus.write_available", "By", MetricForm.Gauge, 1, ["hvi.vmbus.device", "hvi.vmbus.channel"],
        "Bytes free in the outbound ring.");


    // agent
    /// <summary>CPU time of the agent itself.</summary>
    public static readonly MetricDefinition AgentCpuTime = new(100, "hvi.agent.cpu.time", "s", MetricForm.Counter, Micro, [],
        "CPU time of the agent itself.");

    /// <summary>Resident memory of the agent itself.</summary>
    public static readonly MetricDefinition AgentResident = new(101, "hvi.agent.memory.resident", "By", MetricForm.Gauge, Kibi, [],
        "Resident memory of the agent itself.");

    /// <summary>Bytes of unacknowledged batches.</summary>
    public static readonly MetricDefinition AgentRingBytes = new(102, "hvi.agent.ring.bytes", "By", MetricForm.Gauge, 1, [],
        "Bytes of unacknowledged batches.");

    /// <summary>Batches dropped from the full ring.</summary>
    public static readonly MetricDefinition AgentDropped = new(103, "hvi.agent.ring.dropped", "{batch}", MetricForm.Counter, 1, [],
        "Batches dropped from the full ring.");

    /// <summary>Samples taken more than half an interval late.</summary>
    public static readonly MetricDefinition AgentLateSeconds = new(104, "hvi.agent.sampling.late", "{sample}", MetricForm.Counter, 1, [],
        "Samples taken more than half an interval late.");

    /// <summary>Intervals in which no sample was taken.</summary>
    public static readonly MetricDefinition AgentMissed = new(105, "hvi.agent.sampling.missed", "{sample}", MetricForm.Counter, 1, [],
        "Intervals in which no sample was taken.");

    /// <summary>Garbage collections of the agent.</summary>
    public static readonly MetricDefinition AgentGcCollections = new(106, "hvi.agent.gc.collections", "{collection}", MetricForm.Counter, 1, [],
        "Garbage collections of the agent.");

    /// <summary>Connections to the broker after the first.</summary>
    public static readonly MetricDefinition AgentReconnects = new(107, "hvi.agent.uplink.reconnects", "{connection}", MetricForm.Counter, 1, [],
        "Connections to the broker after the first.");

    /// <summary>Processes in the guest.</summary>
    public static readonly MetricDefinition AgentProcessesSeen = new(108, "system.process.count", "{process}", MetricForm.Gauge, 1, [],
        "Processes in the guest.");

    /// <summary>Series not sent because a limit was reached.</summary>
    public static readonly MetricDefinition AgentSeriesRefused = new(109, "hvi.agent.series.refused", "{series}", MetricForm.Counter, 1, [],
        "Series not sent because a limit was reached.");


    // session
    /// <summary>Longest time an input of the session waited in the last second (User Input Delay). A maximum: never average it.</summary>
    public static readonly MetricDefinition SessionInputDelay = new(120, "hvi.guest.session.input_delay.max", "s", MetricForm.Gauge, Micro, ["hvi.session.id"],
        "Longest time an input of the session waited in the last second (User Input Delay). A maximum: never average it.");

    /// <summary>Interactive sessions by state.</summary>
    public static readonly MetricDefinition SessionCount = new(121, "hvi.guest.session.count", "{session}", MetricForm.Gauge, 1, ["hvi.session.state"],
        "Interactive sessions by state.");

    /// <summary>Protocol round trip of the session.</summary>
    public static readonly MetricDefinition SessionRoundTrip = new(122, "hvi.guest.session.round_trip", "s", MetricForm.Gauge, Micro, ["hvi.session.id"],
        "Protocol round trip of the session.");

    /// <summary>Frames skipped for lack of client, network or server resources.</summary>
    public static readonly MetricDefinition SessionFramesSkipped = new(123, "hvi.guest.session.frames_skipped", "{frame}", MetricForm.Counter, 1, ["hvi.session.id", "hvi.skip.reason"],
        "Frames skipped for lack of client, network or server resources.");

    /// <summary>Frames sent to the session's client.</summary>
    public static readonly MetricDefinition SessionFrames = new(124, "hvi.guest.session.frames", "{frame}", MetricForm.Counter, 1, ["hvi.session.id"],
        "Frames sent to the session's client.");

    /// <summary>Average time to encode a frame.</summary>
    public static readonly MetricDefinition SessionEncodingTime = new(125, "hvi.guest.session.encoding_time", "s", MetricForm.Gauge, Micro, ["hvi.session.id"],
        "Average time to encode a frame.");

    /// <summary>Open handles (Windows) or file descriptors (Linux) in the guest.</summary>
    public static readonly MetricDefinition HandleCount = new(126, "hvi.guest.handles", "{handle}", MetricForm.Gauge, 1, [],
        "Open handles (Windows) or file descriptors (Linux) in the guest.");

    /// <summary>1 while a watched service runs.</summary>
    public static readonly MetricDefinition ServiceState = new(127, "hvi.guest.service.running", "1", MetricForm.Gauge, 1, ["hvi.service"],
        "1 while a watched service runs.");

    /// <summary>Threads that wait for a processor, running ones left out (Windows: Processor Queue Length).</summary>
    public static readonly MetricDefinition WaitingThreads = new(230, "hvi.guest.cpu.waiting_threads", "{thread}", MetricForm.Gauge, 1, [],
        "Threads that wait for a processor, running ones left out (Windows: Processor Queue Length).");

    // recordings of Windows guests
    /// <summary>Mean latency of a disk operation, if the guest reports no rate to weight it.</summary>
    public static readonly MetricDefinition DiskLatency = new(201, "hvi.guest.disk.latency", "s", MetricForm.Gauge, Micro, [],
        "Mean latency of a disk operation, if the guest reports no rate to weight it.");

    /// <summary>Packets waiting in the output queues of the guest's adapters.</summary>
    public static readonly MetricDefinition NetworkQueueLength = new(202, "hvi.guest.network.queue_length", "{packet}", MetricForm.Gauge, 1, ["network.interface.name"],
        "Packets waiting in the output queues of the guest's adapters.");


    // Windows
    /// <summary>System calls on all processors (Windows).</summary>
    public static readonly MetricDefinition SystemCalls = new(250, "hvi.guest.cpu.system_calls", "{call}", MetricForm.Counter, 1, [],
        "System calls on all processors (Windows).");

    /// <summary>1 where the pressure of a resource is an estimate of the agent, not a count of the kernel (Windows).</summary>
    public static readonly MetricDefinition PressureEstimated = new(251, "hvi.guest.pressure.estimated", "1", MetricForm.Gauge, 1, ["hvi.resource"],
        "1 where the pressure of a resource is an estimate of the agent, not a count of the kernel (Windows).");

    /// <summary>Longest time an input waited for the process in the last second (User Input Delay). A maximum: never average it.</summary>
    public static readonly MetricDefinition SessionProcessInputDelay = new(252, "hvi.guest.session.process.input_delay.max", "s", MetricForm.Gauge, Micro, ["hvi.session.id", "process.pid", "process.executable.name"],
        "Longest time an input waited for the process in the last second (User Input Delay). A maximum: never average it.");

    /// <summary>CPU time of the session's processes since the agent watches.</summary>
    public static readonly MetricDefinition SessionCpuTime = new(253, "hvi.guest.session.cpu.time", "s", MetricForm.Counter, Micro, ["hvi.session.id"],
        "CPU time of the session's processes since the agent watches.");

    /// <summary>Resident memory of the session's processes together; shared pages count in each.</summary>
    public static readonly MetricDefinition SessionResident = new(254, "hvi.guest.session.memory.resident", "By", MetricForm.Gauge, Kibi, ["hvi.session.id"],
        "Resident memory of the session's processes together; shared pages count in each.");

    /// <summary>Processes of the session.</summary>
    public static readonly MetricDefinition SessionProcesses = new(255, "hvi.guest.session.process.count", "{process}", MetricForm.Gauge, 1, ["hvi.session.id"],
        "Processes of the session.");

    /// <summary>Time since the session's last input.</summary>
    public static readonly MetricDefinition SessionIdle = new(256, "hvi.guest.session.idle", "s", MetricForm.Gauge, 1, ["hvi.session.id"],
        "Time since the session's last input.");

    /// <summary>Bandwidth that the session's protocol found (RemoteFX Network).</summary>
    public static readonly MetricDefinition SessionBandwidth = new(257, "hvi.guest.session.bandwidth", "kbit/s", MetricForm.Gauge, 1, ["hvi.session.id"],
        "Bandwidth that the session's protocol found (RemoteFX Network).");

    /// <summary>Share of the session's packets that were lost (RemoteFX Network).</summary>
    public static readonly MetricDefinition SessionLoss = new(258, "hvi.guest.session.loss", "1", MetricForm.Gauge, 1e-4, ["hvi.session.id"],
        "Share of the session's packets that were lost (RemoteFX Network).");

    /// <summary>Bytes sent to the session's client so far (RemoteFX Network).</summary>
    public static readonly MetricDefinition SessionSent = new(259, "hvi.guest.session.sent", "By", MetricForm.Gauge, 1, ["hvi.session.id"],
        "Bytes sent to the session's client so far (RemoteFX Network).");

    /// <summary>Busy share of the GPU engines of a kind, all processes together; above 1 with more than one engine.</summary>
    public static readonly MetricDefinition GpuUtilization = new(260, "hvi.guest.gpu.utilization", "1", MetricForm.Gauge, 1e-4, ["hvi.gpu.engine"],
        "Busy share of the GPU engines of a kind, all processes together; above 1 with more than one engine.");

    /// <summary>Most memory that dynamic memory may give to this guest.</summary>
    public static readonly MetricDefinition MemoryMaximum = new(261, "hvi.guest.memory.maximum", "By", MetricForm.Gauge, Kibi, [],
        "Most memory that dynamic memory may give to this guest.");

    /// <summary>Services that started or stopped since the agent watches.</summary>
    public static readonly MetricDefinition ServiceChanges = new(262, "hvi.guest.service.changes", "{change}", MetricForm.Counter, 1, [],
        "Services that started or stopped since the agent watches.");

    /// <summary>All of them, by rising id.</summary>
    public static IReadOnlyList<MetricDefinition> All { get; } =
    [
        CpuTime,
        CpuCount,
        RunQueue,
        Blocked,
        ContextSwitches,
        Interrupts,
        ProcessesCreated,
        Load1,
        Load5,
        Load15,
        PressureStalled,
        MemoryLimit,
        MemoryUsage,
        MemoryAvailable,
        MemoryCommitted,
        MemoryCommitLimit,
        MemoryNeeded,
        MemoryBalloon,
        PagingUsage,
        PagingFaults,
        PagingOperations,
        PagingIo,
        ReclaimScanned,
        OomKills,
        AllocationStalls,
        DiskOperations,
        DiskIo,
        DiskOperationTime,
        DiskIoTime,
        DiskQueueTime,
        DiskInFlight,
        DiskMerged,
        DiskLimit,
        FilesystemUsage,
        FilesystemInodes,
        NetworkIo,
        NetworkPackets,
        NetworkErrors,
        NetworkDropped,
        TcpSegments,
        TcpRetransmitted,
        ConnectionCount,
        TcpListenDrops,
        SoftnetDropped,
        WakeupLatenessMax,
        WakeupLateness,
        Wakeups,
        ClockWallOffset,
        ClockSource,
        ClockSuspended,
        VmbusInterrupts,
        VmbusEvents,
        VmbusOutFull,
        VmbusInFullInterrupts,
        VmbusReadAvailable,
        VmbusWriteAvailable,
        AgentCpuTime,
        AgentResident,
        AgentRingBytes,
        AgentDropped,
        AgentLateSeconds,
        AgentMissed,
        AgentGcCollections,
        AgentReconnects,
        AgentProcessesSeen,
        AgentSeriesRefused,
        SessionInputDelay,
        SessionCount,
        SessionRoundTrip,
        SessionFramesSkipped,
        SessionFrames,
        SessionEncodingTime,
        HandleCount,
        ServiceState,
        DiskLatency,
        NetworkQueueLength,
        WaitingThreads,
        SystemCalls,
        PressureEstimated,
        SessionProcessInputDelay,
        SessionCpuTime,
        SessionResident,
        SessionProcesses,
        SessionIdle,
        SessionBandwidth,
        SessionLoss,
        SessionSent,
        GpuUtilization,
        MemoryMaximum,
        ServiceChanges,
    ];
}
