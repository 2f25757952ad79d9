using HvIntegration.CounterSources;
using HvIntegration.CounterSources.PerformanceCounters;
using HvIntegration.Model;
using HvIntegration.Protocol.Metrics;

namespace HvIntegration.Recordings;

/// <summary>Every counter of a Windows guest's recording that is read, and the series that it becomes.</summary>
/// <remarks>What is no table: which set tells most of processors and of disks (<see cref="GuestMap"/>), processes (<see cref="GuestProcesses"/>).</remarks>
internal static class GuestCounterTable
{
    private static readonly string[] Reads = ["Disk Reads/sec"];
    private static readonly string[] Writes = ["Disk Writes/sec"];
    private static readonly string[] ReadsAndWrites = [.. Reads, .. Writes];
    private static readonly string[] Transfers = ["Disk Transfers/sec"];
    private static readonly string[] MeanOfAll = ["Avg. Disk sec/Transfer"];
    private static readonly string[] MeanOfReads = ["Avg. Disk sec/Read"];
    private static readonly string[] MeanOfWrites = ["Avg. Disk sec/Write"];

    /// <summary>Counters of the guest as a whole. Of two for one series the first that was recorded counts.</summary>
    public static IReadOnlyList<GuestCounter> Whole { get; } =
    [
        Gauge(GuestSets.System, "Processor Queue Length", GuestMetrics.WaitingThreads),
        Rate(GuestSets.System, "Context Switches/sec", GuestMetrics.ContextSwitches),
        Gauge(GuestSets.Memory, "Available MBytes", GuestMetrics.MemoryAvailable, Units.Mebi),
        Gauge(GuestSets.Memory, "Available KBytes", GuestMetrics.MemoryAvailable, Units.Kibi),
        Gauge(GuestSets.Memory, "Available Bytes", GuestMetrics.MemoryAvailable),
        Gauge(GuestSets.NumaNodeMemory, "Total MBytes", GuestMetrics.MemoryLimit, Units.Mebi) with { Instance = CounterPath.Total },
        Gauge(GuestSets.Memory, "Committed Bytes", GuestMetrics.MemoryCommitted),
        Gauge(GuestSets.Memory, "Commit Limit", GuestMetrics.MemoryCommitLimit),
        Gauge(GuestSets.DynamicMemory, "Maximum Memory, Mbytes", HostMetrics.MemoryMaximum, Units.Mebi),
        Rate(GuestSets.Memory, "Pages Input/sec", GuestMetrics.PagingFaults, "major"),
        Rate(GuestSets.Memory, "Pages/sec", GuestMetrics.PagingFaults, "major"),
        Rate(GuestSets.Memory, "Page Faults/sec", GuestMetrics.PagingFaults, "all"),
        Rate(GuestSets.Memory, "Pages Output/sec", GuestMetrics.PagingOperations, "out"),
    ];

    /// <summary>Counters of each session.</summary>
    public static IReadOnlyList<GuestCounter> Sessions { get; } = [Gauge(GuestSets.InputDelay, "Max Input Delay", GuestMetrics.SessionInputDelay, Units.Milli)];

    /// <summary>Counters of each disk of a set.</summary>
    public static IEnumerable<GuestCounter> Disks(string set) => [.. DiskOperations(set), .. DiskTimes(set), .. DiskBytes(set), .. DiskQueues(set)];

    /// <summary>Counters of each network adapter of a set.</summary>
    public static IEnumerable<GuestCounter> Adapters(string set) =>
    [
        Rate(set, "Bytes Received/sec", GuestMetrics.NetworkIo, IoDirection.Receive),
        Rate(set, "Bytes Sent/sec", GuestMetrics.NetworkIo, IoDirection.Transmit),
        Rate(set, "Bytes Total/sec", GuestMetrics.NetworkIo, IoDirection.Both) with { UnlessAny = ["Bytes Received/sec", "Bytes Sent/sec"] },
        Cumulative(set, "Packets Outbound Discarded", GuestMetrics.NetworkDropped, IoDirection.Transmit),
        Cumulative(set, "Packets Received Discarded", GuestMetrics.NetworkDropped, IoDirection.Receive),
        Cumulative(set, "Packets Outbound Errors", GuestMetrics.NetworkErrors, IoDirection.Transmit),
        Cumulative(set, "Packets Received Errors", GuestMetrics.NetworkErrors, IoDirection.Receive),
        Gauge(set, "Output Queue Length", GuestMetrics.NetworkQueueLength),
    ];

    private static IEnumerable<GuestCounter> DiskOperations(string set) =>
    [
        Rate(set, Reads[0], GuestMetrics.DiskOperations, IoDirection.Read) with { With = Writes },
        Rate(set, Writes[0], GuestMetrics.DiskOperations, IoDirection.Write) with { With = Reads },
        Rate(set, Transfers[0], GuestMetrics.DiskOperations, IoDirection.Both) with { UnlessAll = ReadsAndWrites },
    ];

    // Reads and writes apart where a recording has both means and both counts; else the mean of all; else the mean of one kind stands for all.
    private static IEnumerable<GuestCounter> DiskTimes(string set) =>
    [
        Time(set, MeanOfReads, IoDirection.Read, Reads) with { With = [.. MeanOfWrites, .. Writes] },
        Time(set, MeanOfWrites, IoDirection.Write, Writes) with { With = [.. MeanOfReads, .. Reads] },
        Time(set, MeanOfAll, IoDirection.Both, ReadsAndWrites) with { UnlessAll = [.. MeanOfReads, .. MeanOfWrites] },
        Time(set, MeanOfAll, IoDirection.Both, Transfers) with { UnlessAll = ReadsAndWrites },
        Time(set, MeanOfReads, IoDirection.Both, ReadsAndWrites) with { UnlessAny = [.. MeanOfAll, .. MeanOfWrites], Quality = SampleQuality.Estimated },
        Time(set, MeanOfReads, IoDirection.Both, Transfers) with { UnlessAny = MeanOfAll, UnlessAll = ReadsAndWrites, Quality = SampleQuality.Estimated },
        Time(set, MeanOfWrites, IoDirection.Both, ReadsAndWrites) with { UnlessAny = [.. MeanOfAll, .. MeanOfReads], Quality = SampleQuality.Estimated },
        Time(set, MeanOfWrites, IoDirection.Both, Transfers) with { UnlessAny = [.. MeanOfAll, .. MeanOfReads], UnlessAll = ReadsAndWrites, Quality = SampleQuality.Estimated },
    ];

    private static GuestCounter Time(string set, string[] mean, string direction, string[] operations) =>
        Rate(set, mean[0], GuestMetrics.DiskOperationTime, direction) with { Times = operations };

    private static IEnumerable<GuestCounter> DiskBytes(string set) =>
    [
        Rate(set, "Disk Read Bytes/sec", GuestMetrics.DiskIo, IoDirection.Read) with { With = ["Disk Write Bytes/sec"] },
        Rate(set, "Disk Write Bytes/sec", GuestMetrics.DiskIo, IoDirection.Write) with { With = ["Disk Read Bytes/sec"] },
        Rate(set, "Disk Bytes/sec", GuestMetrics.DiskIo, IoDirection.Both) with { UnlessAll = ["Disk Read Bytes/sec", "Disk Write Bytes/sec"] },
    ];

    private static IEnumerable<GuestCounter> DiskQueues(string set) =>
    [
        Rate(set, "Avg. Disk Queue Length", GuestMetrics.DiskQueueTime),
        Gauge(set, "Current Disk Queue Length", GuestMetrics.DiskInFlight),
        Rate(set, "% Idle Time", GuestMetrics.DiskIoTime, factor: -Units.Percent) with { Offset = 1, Native = "100 - % Idle Time" },
    ];

    private static GuestCounter Rate(string set, string counter, MetricDefinition metric, string? attribute = null, double factor = 1) =>
        new(set, counter, metric, SampleForm.IntervalRate, factor) { Attribute = attribute };

    private static GuestCounter Gauge(string set, string counter, MetricDefinition metric, double factor = 1) => new(set, counter, metric, SampleForm.Gauge, factor);

    private static GuestCounter Cumulative(string set, string counter, MetricDefinition metric, string attribute) =>
        new(set, counter, metric, SampleForm.Cumulative, 1) { Attribute = attribute };
}
