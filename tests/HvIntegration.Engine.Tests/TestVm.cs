using HvIntegration.Model;

namespace HvIntegration.Engine.Tests;

/// <summary>What one VM does in each second of a <see cref="TestHost"/>; any level may change between seconds.</summary>
internal sealed class TestVm(string name, int number, int processors)
{
    public string Name { get; set; } = name;

    public Guid Id { get; } = new($"00000000-0000-0000-0000-{number:D12}");

    public Guid Boot { get; set; } = new($"10000000-0000-0000-0000-{number:D12}");

    public int Processors { get; } = processors;

    public PartitionState State { get; set; } = PartitionState.Running;

    /// <summary>What the host's management does with it.</summary>
    public PartitionActivity Activity { get; set; }

    /// <summary>Why the hypervisor stopped it by itself.</summary>
    public string? StopReason { get; set; }

    /// <summary>The inventory lists it.</summary>
    public bool Listed { get; set; } = true;

    public double? CpuLimit { get; set; }

    public double? MemoryMaximum { get; set; } = 8e9;

    /// <summary>Guest monotonic minus host time, nanoseconds.</summary>
    public long OffsetNs { get; set; } = -1_789_990_000_000_000_000L;

    public double DriftPpm { get; set; }

    /// <summary>The agent reports.</summary>
    public bool GuestOn { get; set; } = true;

    /// <summary>The host reports this VM.</summary>
    public bool HostOn { get; set; } = true;

    /// <summary>Host time does not pass for this VM.</summary>
    public bool Stopped { get; set; }

    public Func<int, double> Busy { get; set; } = static _ => 0.1;

    public Func<int, double>? Run { get; set; }

    public double Ready { get; set; }

    /// <summary>False where the host records no wait times.</summary>
    public bool WaitRecorded { get; set; } = true;

    /// <summary>Busy time the guest books on no mode: its ticks came late and merged.</summary>
    public double Unbooked { get; set; }

    public double RunQueue { get; set; } = 0.2;

    public double PsiCpu { get; set; }

    public double PsiMemory { get; set; }

    public double PsiIoFull { get; set; }

    public double LatenessSeconds { get; set; } = 0.0002;

    public double Iops { get; set; } = 50;

    public double GuestLatency { get; set; } = 0.001;

    public double DeviceLatency { get; set; } = 0.0009;

    public double LowerLatency { get; set; } = 0.0008;

    public double Queue { get; set; } = 0.05;

    /// <summary>Operations outstanding at the virtual device; null where the host does not report them.</summary>
    public double? HostQueue { get; set; }

    public double? QosIops { get; set; }

    public double MemoryTotal { get; set; } = 4e9;

    public double MemoryAvailable { get; set; } = 2e9;

    public double Assigned { get; set; } = 4e9;

    public double Pressure { get; set; } = 0.7;

    public double MajorFaults { get; set; }

    public double SwapIn { get; set; }

    public (string Name, double Cpu)? TopProcess { get; set; }

    /// <summary>Further counters of the guest, growth per second.</summary>
    public Dictionary<SeriesKey, double> GuestRates { get; } = [];

    /// <summary>Further counters of the host about this VM, growth per second.</summary>
    public Dictionary<SeriesKey, double> HostRates { get; } = [];

    /// <summary>A process beside the busiest one, with what it holds; null for none.</summary>
    public (string Name, double Bytes, double Handles, double Threads)? Holder { get; set; }

    /// <summary>Growth of the holder each second.</summary>
    public (double Bytes, double Handles, double Threads) HolderGrowth { get; set; }

    /// <summary>Time a message from the host to this VM takes beyond the usual.</summary>
    public double EchoSeconds { get; set; }

    public ulong Sequence { get; set; } = 1;

    public Dictionary<SeriesKey, double> Guest { get; } = [];

    public Dictionary<SeriesKey, double> Host { get; } = [];

    public double ProcessSeconds { get; set; }
}
