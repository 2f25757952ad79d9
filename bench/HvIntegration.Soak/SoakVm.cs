using System.Globalization;
using HvIntegration.Model;
using HvIntegration.CounterSources;
using HvIntegration.Protocol.Metrics;

namespace HvIntegration.Soak;

/// <summary>What a VM of the run does.</summary>
internal enum SoakRole
{
    /// <summary>Stays for the whole run.</summary>
    Steady,

    /// <summary>Leaves within an hour or so, and a new one comes.</summary>
    Passing,

    /// <summary>Brings new names of series and processes as fast as its budget allows.</summary>
    NameChurner,

    /// <summary>Boots as often as its budget allows.</summary>
    Booter,
}

/// <summary>One VM: what its counters say on both sides, and what comes and goes in it.</summary>
internal sealed class SoakVm
{
    private const int Processors = 2;
    private const int DevicesMax = 3;
    private const int ProcessSlots = 12;
    private const int ChurnerSlots = 64;
    private const double MemoryBytes = 4.0 * 1024 * 1024 * 1024;
    private const string Native = "soak";

    private readonly Random _random;
    private int _devicesMade;
    private int _processesMade;
    private long _trick;
    private double _runSeconds;
    private double _waitSeconds;
    private long _faultUntilNs;

    public SoakVm(int number, string name, SoakRole role, long nowNs, Random random, long? leavesAtNs)
    {
        _random = random;
        Role = role;
        LeavesAtNs = leavesAtNs;
        Id = new Guid(number, 0, 0x4000, new byte[8]);
        Info = new PartitionInfo(Id, name, PartitionState.Running, Processors, null, MemoryBytes, "simulated:soak-" + Id.ToString("N"));
        Boot(nowNs);
        for (int i = 0; i < (role == SoakRole.NameChurner ? ChurnerSlots : ProcessSlots); i++)
        {
            Start(i, nowNs);
        }

        AttachDisk();
        AttachAdapter();
    }

    /// <summary>VM GUID.</summary>
    public Guid Id { get; }

    /// <summary>Inventory entry.</summary>
    public PartitionInfo Info { get; }

    /// <summary>What it does.</summary>
    public SoakRole Role { get; }

    /// <summary>When it leaves the host; null when it stays.</summary>
    public long? LeavesAtNs { get; }

    /// <summary>Boot that runs now.</summary>
    public Guid BootId { get; private set; }

    /// <summary>Host time of that boot.</summary>
    public long BootNs { get; private set; }

    /// <summary>Disks that are attached, by name.</summary>
    public List<Device> Disks { get; } = [];

    /// <summary>Network adapters that are attached, by name.</summary>
    public List<Device> Adapters { get; } = [];

    /// <summary>Processes by slot.</summary>
    public Dictionary<int, Process> Processes { get; } = [];

    /// <summary>Names the churner reads in this step; none for others.</summary>
    public List<string> OddNames { get; } = [];

    /// <summary>Seconds of each processor's user time since the boot.</summary>
    public double BusySeconds { get; private set; }

    /// <summary>Monotonic time of the guest at a host time: its clock is 20 ppm fast.</summary>
    public long GuestNs(long hostNs) => (long)((hostNs - BootNs) * 1.00002m);

    /// <summary>Lives through the time up to <paramref name="nowNs"/>.</summary>
    public void Turn(long nowNs, int seconds)
    {
        bool starved = nowNs < _faultUntilNs;
        if (!starved && Once(seconds, 1800))
        {
            _faultUntilNs = nowNs + (300 * 1_000_000_000L);
        }

        double busy = 0.3 + (0.2 * _random.NextDouble());
        _runSeconds += seconds * busy * (starved ? 0.4 : 1);
        _waitSeconds += seconds * busy * (starved ? 0.6 : 0.01);
        BusySeconds += seconds * busy;
        foreach (var device in Disks.Concat(Adapters))
        {
            device.Units += seconds * _random.Next(20, 200);
        }

        foreach (var process in Processes.Values)
        {
            process.CpuMicros += _random.Next(50_000) * seconds;
            process.ResidentBytes = Math.Max(1 << 20, process.ResidentBytes + (_random.Next(-8, 9) * 4096));
        }

        Churn(nowNs, seconds);
        if (Role == SoakRole.Booter ? Once(seconds, 65) : Once(seconds, 4 * 3600))
        {
            Boot(nowNs);
        }
    }

    /// <summary>What the host's counters say of it.</summary>
    public void Read(HostSampleList into, long ns)
    {
        for (int vp = 0; vp < Processors; vp++)
        {
            string number = vp.ToString(CultureInfo.InvariantCulture);
            into.Cumulative(Id, HostSeries.Of(HostMetrics.VpRunTime, number), ns, _runSeconds, Native);
            into.Cumulative(Id, HostSeries.Of(HostMetrics.VpWaitTime, number), ns, _waitSeconds, Native);
        }

        into.Gauge(Id, HostSeries.Of(HostMetrics.MemoryAssigned), ns, MemoryBytes, Native);
        foreach (var disk in Disks)
        {
            into.Cumulative(Id, HostSeries.Of(HostMetrics.DiskOperations, disk.HostName, "read"), ns, Math.Floor(disk.Units), Native);
            into.Cumulative(Id, HostSeries.Of(HostMetrics.DiskIo, disk.HostName, "read"), ns, Math.Floor(disk.Units) * 4096, Native);
            into.Cumulative(Id, HostSeries.Of(HostMetrics.DiskOperationTime, disk.HostName, "read"), ns, disk.Units * 0.0005, Native);
        }

        foreach (var adapter in Adapters)
        {
            into.Cumulative(Id, HostSeries.Of(HostMetrics.NicIo, adapter.HostName, "receive"), ns, Math.Floor(adapter.Units) * 900, Native);
        }
    }

    private void Churn(long nowNs, int seconds)
    {
        if (Role == SoakRole.NameChurner)
        {
            // 8,192 different series an hour are allowed, and 36,000 processes.
            OddNames.Clear();
            for (int i = 0; i < seconds * 8192 / 3600; i++)
            {
                OddNames.Add($"odd-{_trick++}");
            }

            for (int slot = 0; slot < ChurnerSlots; slot++)
            {
                Start(slot, nowNs);
            }
        }
        else if (Once(seconds, 60))
        {
            Start(_random.Next(ProcessSlots), nowNs);
        }

        if (Once(seconds, 1200))
        {
            Change(Disks, AttachDisk);
        }

        if (Once(seconds, 2400))
        {
            Change(Adapters, AttachAdapter);
        }
    }

    private void Change(List<Device> devices, Action attach)
    {
        if (devices.Count == DevicesMax || (devices.Count > 1 && _random.Next(2) == 0))
        {
            devices.RemoveAt(_random.Next(devices.Count));
        }
        else
        {
            attach();
        }
    }

    private void AttachDisk() => Disks.Add(new Device($"sd{_devicesMade}", $"/vm/{Info.Name}/disk-{_devicesMade++}.vhdx"));

    private void AttachAdapter() => Adapters.Add(new Device($"eth{_devicesMade}", $"{Info.Name}/nic-{_devicesMade++}"));

    private void Start(int slot, long nowNs)
    {
        int number = ++_processesMade;
        Processes[slot] = new Process(number, (ulong)(nowNs / 1_000_000), $"{Info.Name}-proc-{number}");
    }

    private void Boot(long nowNs)
    {
        byte[] bytes = new byte[16];
        _random.NextBytes(bytes);
        BootId = new Guid(bytes);

        // The guest was up for a moment when its agent connects.
        BootNs = nowNs - 2_000_000_000;
        BusySeconds = 0;
    }

    // True once in about so many seconds.
    private bool Once(int seconds, double inSeconds) => _random.NextDouble() < seconds / inSeconds;

    /// <summary>A disk or an adapter.</summary>
    internal sealed class Device(string guestName, string hostName)
    {
        /// <summary>Name inside.</summary>
        public string GuestName { get; } = guestName;

        /// <summary>Name outside.</summary>
        public string HostName { get; } = hostName;

        /// <summary>Operations or packets since it was attached.</summary>
        public double Units { get; set; }
    }

    /// <summary>A process of the guest.</summary>
    internal sealed class Process(int pid, ulong startMs, string name)
    {
        /// <summary>Number.</summary>
        public int Pid { get; } = pid;

        /// <summary>Start, milliseconds.</summary>
        public ulong StartMs { get; } = startMs;

        /// <summary>Name.</summary>
        public string Name { get; } = name;

        /// <summary>Processor time, microseconds.</summary>
        public long CpuMicros { get; set; }

        /// <summary>Memory, bytes.</summary>
        public long ResidentBytes { get; set; } = 20L << 20;
    }
}
