namespace HvIntegration.Engine.Options;

/// <summary>Limits of the signals. Shares are 0 to 1; each default names its source.</summary>
public sealed class SignalLimits
{
    /// <summary>A virtual processor is busy from here on. Default 0.9. Source: Microsoft, "Detecting bottlenecks in a virtualized environment"; PAL, VP guest run time critical.</summary>
    public double BusyShare { get; set; } = 0.9;

    /// <summary>Share of virtual processors that must be busy. Default 0.8. Source: diagnosis reference, rule H1.</summary>
    public double BusyProcessorsShare { get; set; } = 0.8;

    /// <summary>One thread fills its processor from here on. Default 0.95. Source: diagnosis reference, rule H1b.</summary>
    public double HotProcessorShare { get; set; } = 0.95;

    /// <summary>With one hot processor the mean of all stays below this. Default 0.6. Source: diagnosis reference, rule H1b.</summary>
    public double HotMeanShare { get; set; } = 0.6;

    /// <summary>Runnable threads per virtual processor. Default 2. Source: diagnosis reference, rule H1; PAL, Processor Queue Length.</summary>
    public double RunQueuePerProcessor { get; set; } = 2;

    /// <summary>Share of time some task waited for a CPU. Default 0.2. Source: diagnosis reference, rule H1.</summary>
    public double CpuStallShare { get; set; } = 0.2;

    /// <summary>Ready or synthetic steal below this is nothing. Default 0.02. Source: borrowed from ESXi practice (2 / 5 / 10 %).</summary>
    public double ReadyShareLow { get; set; } = 0.02;

    /// <summary>Ready or synthetic steal from here on hurts. Default 0.05. Source: borrowed from ESXi practice (2 / 5 / 10 %).</summary>
    public double ReadyShare { get; set; } = 0.05;

    /// <summary>Logical processors are full from here on. Default 0.85. Source: diagnosis reference, rule H2, between PAL's 75 and 90 %.</summary>
    public double ProcessorsFullShare { get; set; } = 0.85;

    /// <summary>Logical processors have room below this. Default 0.8. Source: diagnosis reference, rule H1.</summary>
    public double ProcessorsRoomShare { get; set; } = 0.8;

    /// <summary>A VM is at its cap within this share of it. Default 0.03. Source: diagnosis reference, rule H2b.</summary>
    public double CapNearShare { get; set; } = 0.03;

    /// <summary>Mean lateness of a 100 ms timer that tells a starved guest, seconds. Default 0.005. Derived: one scheduler tick; no published limit.</summary>
    public double WakeupLateSeconds { get; set; } = 0.005;

    /// <summary>Disk latency that hurts, seconds. Default 0.015. Source: BizTalk guide, 15 to 25 ms warning; Zabbix template 15 ms.</summary>
    public double DiskLatencySeconds { get; set; } = 0.015;

    /// <summary>Times the baseline latency that hurts on fast storage. Default 3. Source: diagnosis reference, section 11.</summary>
    public double DiskLatencyBaselineRatio { get; set; } = 3;

    /// <summary>Below this latency no multiple of the baseline hurts, seconds. Default 0.004. Derived: a guard for flash, no published limit.</summary>
    public double DiskLatencyFloorSeconds { get; set; } = 0.004;

    /// <summary>Share of time in which all non-idle tasks waited for I/O. Default 0.2. Derived: no published limit.</summary>
    public double IoStallShare { get; set; } = 0.2;

    /// <summary>A disk is at its quota within this share of it. Default 0.05. Source: diagnosis reference, rule H3b.</summary>
    public double QuotaNearShare { get; set; } = 0.05;

    /// <summary>Times the baseline operations rate that is the guest's own doing. Default 2. Source: diagnosis reference, rules H3 and H3c.</summary>
    public double IopsBaselineRatio { get; set; } = 2;

    /// <summary>Outstanding operations of a guest that overdrives its disk. Default 4. Derived: 2 per spindle (PAL), doubled for arrays.</summary>
    public double DiskQueueLength { get; set; } = 4;

    /// <summary>Operations per second below which a disk is too quiet to be judged. Default 5. Derived.</summary>
    public double DiskIopsMin { get; set; } = 5;

    /// <summary>Demand over assigned memory. Default 1. Source: Armstrong; performance-history-for-vms.</summary>
    public double MemoryPressureRatio { get; set; } = 1;

    /// <summary>Available share of the guest's memory. Default 0.1. Source: PAL QuickSystemOverview, 10 % warning.</summary>
    public double MemoryAvailableShare { get; set; } = 0.1;

    /// <summary>Share of time some task waited for memory. Default 0.035. Source: GLib low-memory monitor, 70 ms in 2 s.</summary>
    public double MemoryStallShare { get; set; } = 0.035;

    /// <summary>Major faults per second. Default 500. Source: node_exporter mixin.</summary>
    public double MajorFaultsPerSecond { get; set; } = 500;

    /// <summary>Pages swapped in per second. Default 50. Derived from PCP's 5 page-outs per second, for 1 s windows.</summary>
    public double SwapInPerSecond { get; set; } = 50;

    /// <summary>Available share of the host's memory that is low. Default 0.1. Source: BizTalk guide, 10 % warning.</summary>
    public double HostMemoryAvailableShare { get; set; } = 0.1;

    /// <summary>Assigned memory is the maximum within this share. Default 0.02. Derived.</summary>
    public double MemoryMaximumNearShare { get; set; } = 0.02;

    /// <summary>Logical processors below this are healthy. Default 0.6. Source: BizTalk guide, below 60 % healthy, 60 to 89 caution.</summary>
    public double ProcessorsCautionShare { get; set; } = 0.6;

    /// <summary>Memory of the host that is low whatever its size, bytes. Default 2 GB. Source: El-Alem, Dynamic Memory Balancer Available Memory.</summary>
    public double HostMemoryAvailableBytes { get; set; } = 2e+09;

    /// <summary>Latency between guest and virtual device that is not normal, seconds. Default 0.005. Source: diagnosis reference, rule H5.</summary>
    public double BusLatencySeconds { get; set; } = 0.005;

    /// <summary>The same as a share of the latency in the guest. Default 0.5. Source: diagnosis reference, rule H5.</summary>
    public double BusLatencyShare { get; set; } = 0.5;

    /// <summary>Writes per second that met a full VMBus ring. Default 10. Derived: a busy healthy guest meets a few; no published limit.</summary>
    public double RingFullPerSecond { get; set; } = 10;

    /// <summary>VMBus throttle events in half a minute. Default 2. Source: PAL, more than 1.</summary>
    public double ThrottleEvents { get; set; } = 2;

    /// <summary>Seconds per second that the bus held messages back. Default 0.02. Derived; no published limit.</summary>
    public double BusDelayShare { get; set; } = 0.02;

    /// <summary>Round trip of the clock exchange that is slow, seconds. Default 0.01. Derived: some hundred times that of an idle channel; no published limit.</summary>
    public double EchoSeconds { get; set; } = 0.01;

    /// <summary>Packets dropped per second. Default 1. Source: diagnosis reference, rule H7, more than none; one a second leaves single drops out.</summary>
    public double DropsPerSecond { get; set; } = 1;

    /// <summary>Dropped packets over all packets. Default 0.001. Derived: TCP's rate falls noticeably from there; no published limit.</summary>
    public double DropShare { get; set; } = 0.001;

    /// <summary>Use of a physical adapter. Default 0.9. Source: Microsoft, "Detecting bottlenecks in a virtualized environment".</summary>
    public double UplinkShare { get; set; } = 0.9;

    /// <summary>TCP segments sent again. Default 0.01. Custom, no published limit (thresholds reference, section 4).</summary>
    public double RetransmitShare { get; set; } = 0.01;

    /// <summary>Share of the active processes that slowed together from which the cause is outside. Default 0.7. Source: diagnosis reference, section 8, after PerfCompass.</summary>
    public double SlowedShareGlobal { get; set; } = 0.7;

    /// <summary>Share of the active processes that slowed together below which the cause is inside. Default 0.3. Source: as above.</summary>
    public double SlowedShareLocal { get; set; } = 0.3;

    /// <summary>Shortest growth that is a trend, seconds. Default 900. The diagnosis reference's rule H6 says an hour; a faster growth shows sooner because the limits below are per hour.</summary>
    public double LeakSeconds { get; set; } = 900;

    /// <summary>Shortest growth of memory that is told while the guest has memory left, seconds. Default 3,600. Source: diagnosis reference, rule H6.</summary>
    public double LeakMemorySeconds { get; set; } = 3600;

    /// <summary>Growth of one process's memory per hour, bytes. Default 100 MB. Source: PAL QuickSystemOverview.</summary>
    public double LeakBytesPerHour { get; set; } = 1e+08;

    /// <summary>The same as a share of the guest's memory. Default 0.05. Derived: so that the bound grows with the guest.</summary>
    public double LeakMemoryShare { get; set; } = 0.05;

    /// <summary>Growth of one process's handles per hour. Default 100. Source: PAL QuickSystemOverview.</summary>
    public double LeakHandlesPerHour { get; set; } = 100;

    /// <summary>Growth of one process's threads per hour. Default 100. Source: PAL QuickSystemOverview.</summary>
    public double LeakThreadsPerHour { get; set; } = 100;

    /// <summary>n of the k-of-n rule of this VM, seconds; null for the host's.</summary>
    public int? WindowSeconds { get; set; }

    /// <summary>k of the k-of-n rule of this VM, seconds; null for the host's.</summary>
    public int? WindowHits { get; set; }

    /// <summary>Seconds without its cause after which an episode of this VM ends; null for the host's.</summary>
    public int? EndSeconds { get; set; }

    internal void Validate(List<string> faults, string path)
    {
        OptionCheck.Range(faults, $"{path}:ProcessorsCautionShare", ProcessorsCautionShare, 0.1, 1);
        OptionCheck.Range(faults, $"{path}:HostMemoryAvailableBytes", HostMemoryAvailableBytes, 1e+06, 1e+15);
        OptionCheck.Range(faults, $"{path}:BusLatencySeconds", BusLatencySeconds, 0.0001, 10);
        OptionCheck.Range(faults, $"{path}:BusLatencyShare", BusLatencyShare, 0.05, 1);
        OptionCheck.Range(faults, $"{path}:RingFullPerSecond", RingFullPerSecond, 0.1, 1e+09);
        OptionCheck.Range(faults, $"{path}:ThrottleEvents", ThrottleEvents, 1, 1e+09);
        OptionCheck.Range(faults, $"{path}:BusDelayShare", BusDelayShare, 0.0001, 100);
        OptionCheck.Range(faults, $"{path}:EchoSeconds", EchoSeconds, 0.0001, 60);
        OptionCheck.Range(faults, $"{path}:DropsPerSecond", DropsPerSecond, 0.01, 1e+09);
        OptionCheck.Range(faults, $"{path}:DropShare", DropShare, 1e-06, 1);
        OptionCheck.Range(faults, $"{path}:UplinkShare", UplinkShare, 0.05, 1);
        OptionCheck.Range(faults, $"{path}:RetransmitShare", RetransmitShare, 0.0001, 1);
        OptionCheck.Range(faults, $"{path}:SlowedShareGlobal", SlowedShareGlobal, 0.1, 1);
        OptionCheck.Range(faults, $"{path}:SlowedShareLocal", SlowedShareLocal, 0.01, 1);
        OptionCheck.Range(faults, $"{path}:LeakSeconds", LeakSeconds, 600, 86400);
        OptionCheck.Range(faults, $"{path}:LeakMemorySeconds", LeakMemorySeconds, 600, 86400);
        OptionCheck.Range(faults, $"{path}:LeakBytesPerHour", LeakBytesPerHour, 1000, 1e+15);
        OptionCheck.Range(faults, $"{path}:LeakMemoryShare", LeakMemoryShare, 0, 1);
        OptionCheck.Range(faults, $"{path}:LeakHandlesPerHour", LeakHandlesPerHour, 1, 1e+09);
        OptionCheck.Range(faults, $"{path}:LeakThreadsPerHour", LeakThreadsPerHour, 1, 1e+09);
        OptionCheck.Range(faults, $"{path}:BusyShare", BusyShare, 0.1, 1);
        OptionCheck.Range(faults, $"{path}:BusyProcessorsShare", BusyProcessorsShare, 0.1, 1);
        OptionCheck.Range(faults, $"{path}:HotProcessorShare", HotProcessorShare, 0.1, 1);
        OptionCheck.Range(faults, $"{path}:HotMeanShare", HotMeanShare, 0.05, 1);
        OptionCheck.Range(faults, $"{path}:RunQueuePerProcessor", RunQueuePerProcessor, 0.5, 100);
        OptionCheck.Range(faults, $"{path}:CpuStallShare", CpuStallShare, 0.01, 1);
        OptionCheck.Range(faults, $"{path}:ReadyShareLow", ReadyShareLow, 0.001, 1);
        OptionCheck.Range(faults, $"{path}:ReadyShare", ReadyShare, Math.Max(0.001, ReadyShareLow), 1);
        OptionCheck.Range(faults, $"{path}:ProcessorsFullShare", ProcessorsFullShare, 0.1, 1);
        OptionCheck.Range(faults, $"{path}:ProcessorsRoomShare", ProcessorsRoomShare, 0.1, 1);
        OptionCheck.Range(faults, $"{path}:CapNearShare", CapNearShare, 0.001, 0.5);
        OptionCheck.Range(faults, $"{path}:WakeupLateSeconds", WakeupLateSeconds, 0.0001, 10);
        OptionCheck.Range(faults, $"{path}:DiskLatencySeconds", DiskLatencySeconds, 0.0001, 10);
        OptionCheck.Range(faults, $"{path}:DiskLatencyBaselineRatio", DiskLatencyBaselineRatio, 1, 100);
        OptionCheck.Range(faults, $"{path}:DiskLatencyFloorSeconds", DiskLatencyFloorSeconds, 0, 10);
        OptionCheck.Range(faults, $"{path}:IoStallShare", IoStallShare, 0.01, 1);
        OptionCheck.Range(faults, $"{path}:QuotaNearShare", QuotaNearShare, 0.001, 0.5);
        OptionCheck.Range(faults, $"{path}:IopsBaselineRatio", IopsBaselineRatio, 1, 100);
        OptionCheck.Range(faults, $"{path}:DiskQueueLength", DiskQueueLength, 0.5, 10_000);
        OptionCheck.Range(faults, $"{path}:DiskIopsMin", DiskIopsMin, 0.1, 10_000);
        OptionCheck.Range(faults, $"{path}:MemoryPressureRatio", MemoryPressureRatio, 0.1, 10);
        OptionCheck.Range(faults, $"{path}:MemoryAvailableShare", MemoryAvailableShare, 0.001, 1);
        OptionCheck.Range(faults, $"{path}:MemoryStallShare", MemoryStallShare, 0.001, 1);
        OptionCheck.Range(faults, $"{path}:MajorFaultsPerSecond", MajorFaultsPerSecond, 1, 1e9);
        OptionCheck.Range(faults, $"{path}:SwapInPerSecond", SwapInPerSecond, 1, 1e9);
        OptionCheck.Range(faults, $"{path}:HostMemoryAvailableShare", HostMemoryAvailableShare, 0.001, 1);
        OptionCheck.Range(faults, $"{path}:MemoryMaximumNearShare", MemoryMaximumNearShare, 0.001, 0.5);
    }
}
