using HvIntegration.HostBroker.CounterSources.PdhCsv;

namespace HvIntegration.HostBroker.CounterSources.Pdh;

/// <summary>The counters that are read live, by English set and name.</summary>
internal static class LiveCounters
{
    private static readonly string[] RunTimes =
    [
        "% Total Run Time", "% Guest Run Time", "% Hypervisor Run Time", "CPU Wait Time Per Dispatch", "Logical Processor Dispatches/sec",
        "Total Intercepts/sec",
    ];

    // Of the 2025 builds, or of use for the cost of the hypervisor alone.
    private static readonly string[] Contention = ["CPU Contention Time Per Dispatch"];

    private static readonly string[] Costs =
    [
        "Total Intercepts Cost", "Hypercalls/sec", "Hypercalls Cost", "MSR Accesses/sec", "MSR Accesses Cost", "APIC MMIO Accesses/sec", "APIC MMIO Accesses Cost",
        "Nested Page Fault Intercepts/sec", "Nested Page Fault Intercepts Cost", "IO Instructions/sec", "Emulated Instructions/sec",
        "Synthetic Interrupts/sec", "Long Spin Wait Hypercalls/sec", "Logical Processor Migrations/sec", "% Remote Run Time", "CPU Wake Up Time Per Dispatch",
    ];

    private static readonly string[] Adapter =
    [
        "Bytes Received/sec", "Bytes Sent/sec", "Packets Received/sec", "Packets Sent/sec", "Dropped Packets Incoming/sec", "Dropped Packets Outgoing/sec",
    ];

    /// <summary>All of them, sets that matter most first.</summary>
    public static IReadOnlyList<LiveCounter> All { get; } =
    [
        .. Needed(HostSets.VirtualProcessor, RunTimes), .. Optional(HostSets.VirtualProcessor, Contention),
        .. Optional(HostSets.VirtualProcessor, Costs).Select(c => c with { IsCost = true }),
        .. Needed(HostSets.LogicalProcessor, "% Total Run Time", "Context Switches/sec"),
        .. Optional(HostSets.LogicalProcessor, "% Hypervisor Run Time", "Total Interrupts/sec", "% of Max Frequency"),
        .. Needed(HostSets.RootProcessor, "% Total Run Time"),
        .. Optional(HostSets.RootProcessor, "% Hypervisor Run Time", "CPU Wait Time Per Dispatch", "CPU Contention Time Per Dispatch", "Logical Processor Dispatches/sec"),
        .. Single(HostSets.Hypervisor, false, "Logical Processors"), .. Single(HostSets.Hypervisor, true, "Virtual Processors", "Partitions", "Total Pages"),
        .. Needed(HostSets.Balancer, "Available Memory"),
        .. Optional(HostSets.Balancer, "Average Pressure", "System Current Pressure", "Available Memory For Balancing"),
        .. Needed(HostSets.DynamicMemoryVm, "Physical Memory", "Guest Visible Physical Memory", "Current Pressure", "Average Pressure"),
        .. Optional(
            HostSets.DynamicMemoryVm, "Smart Paging Working Set Size", "Added Memory", "Removed Memory", "Guest Available Memory", "Memory Add Operations",
            "Memory Remove Operations"),
        .. Optional(HostSets.VidPartition, "Physical Pages Allocated", "Remote Physical Pages", "Preferred NUMA Node Index"),
        .. Optional(HostSets.VidNode, "PageCount", "ProcessorCount"),
        .. Optional(HostSets.RootPartition, "Deposited Pages", "GPA Space Modifications/sec", "Pages Shattered/sec"),
        .. Optional(
            HostSets.Partition, "Deposited Pages", "GPA Space Modifications/sec", "Skipped Timer Ticks", "Pages Shattered/sec", "Device Interrupt Throttle Events"),
        .. Optional(HostSets.WorkerProcessor, "Intercepts Delayed", "Intercept Delay Time (ms)"),
        .. Needed(
            HostSets.StorageDevice, "Read Operations/Sec", "Write Operations/Sec", "Read Bytes/sec", "Write Bytes/sec", "Latency", "Queue Length", "Error Count"),
        .. Optional(
            HostSets.StorageDevice, "Lower Latency", "Lower Queue Length", "Normalized Throughput", "Maximum IO Rate", "Maximum Bandwidth", "Flush Count"),
        .. Optional(HostSets.IdeController, "Read Bytes/sec", "Write Bytes/sec"),
        .. Optional(
            HostSets.LogicalDisk, "Disk Reads/sec", "Disk Writes/sec", "Disk Read Bytes/sec", "Disk Write Bytes/sec", "Avg. Disk sec/Read", "Avg. Disk sec/Write",
            "Avg. Disk Queue Length"),
        .. Optional(HostSets.ClusterVolume, "Reads/sec", "Writes/sec", "Read Latency", "Write Latency"),
        .. Optional(
            HostSets.NetworkInterface, "Bytes Received/sec", "Bytes Sent/sec", "Current Bandwidth", "Packets Received Discarded", "Packets Outbound Discarded",
            "Output Queue Length"),
        .. Needed(HostSets.NetworkAdapter, Adapter),
        .. Optional(
            HostSets.DropReasons, "Incoming Resources", "Outgoing Resources", "Incoming Busy", "Outgoing Busy", "Incoming Qos", "Outgoing Qos",
            "Incoming StormLimit", "Outgoing StormLimit", "Incoming NotReady", "Outgoing NotReady"),
        .. Optional(HostSets.LegacyAdapter, "Bytes Received/sec", "Bytes Sent/sec", "Frames Received/sec", "Frames Sent/sec", "Frames Dropped"),
        .. Optional(HostSets.Switch, "Bytes Received/sec", "Bytes Sent/sec", "Dropped Packets Incoming/sec", "Dropped Packets Outgoing/sec"),
        .. Optional(HostSets.SwitchPort, "Dropped Packets Incoming/sec", "Dropped Packets Outgoing/sec"),
        .. Optional(HostSets.SwitchProcessor, "Packets from External/sec", "Packets from Internal/sec", "Number of VMQs"),
        .. Single(HostSets.Bus, false, "Throttle Events", "Interrupts Received/sec", "Interrupts Sent/sec"),
        .. Optional(HostSets.ProviderPipes, "Bytes Read/sec", "Bytes Written/sec", "Reads/sec", "Writes/sec"),
        .. Optional(HostSets.BusPipes, "Bytes Read/sec", "Bytes Written/sec", "Reads/sec", "Writes/sec"),
        .. Optional(
            HostSets.PipeIo, "Receive QoS - Conformant Messages/sec", "Receive QoS - Non-Conformant Messages/sec", "Receive QoS - Exempt Messages/sec",
            "Receive QoS - Total Message Delay Time (100ns)", "Receive Message Quota Exceeded"),
        .. Single(HostSets.Health, true, "Health Ok", "Health Critical"),
        .. Optional(HostSets.LiveMigration, "Transfer Pass: Number"), .. Optional(HostSets.SaveRestore, "Requests Active"),
        .. Optional(HostSets.Remoting, "Connected Clients"),
        .. Optional(HostSets.Replica, "Average Replication Latency"),
        .. Single(HostSets.Memory, true, "Available MBytes", "Pages Input/sec"),
        .. Optional(HostSets.NumaMemory, "Available MBytes", "Total MBytes"),
    ];

    private static IEnumerable<LiveCounter> Needed(string set, params string[] counters) => counters.Select(c => new LiveCounter(set, c, true, false, false));

    private static IEnumerable<LiveCounter> Optional(string set, params string[] counters) => counters.Select(c => new LiveCounter(set, c, true, true, false));

    private static IEnumerable<LiveCounter> Single(string set, bool optional, params string[] counters) =>
        counters.Select(c => new LiveCounter(set, c, false, optional, false));
}
