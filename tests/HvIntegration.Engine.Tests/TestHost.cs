using HvIntegration.Model;
using HvIntegration.Engine.Options;
using HvIntegration.Protocol.Metrics;

namespace HvIntegration.Engine.Tests;

/// <summary>Feeds a <see cref="HostModel"/> with both sides of VMs whose levels the test sets: raw counters, jittered times, real exchanges.</summary>
internal sealed class TestHost
{
    public const long Start = 1_790_000_000L;
    private const long Second = 1_000_000_000L;
    private readonly Random _random;
    private readonly Dictionary<SeriesKey, double> _root = [];
    private long _ns = Start * Second;

    public TestHost(int seed = 1, EngineOptions? options = null)
    {
        _random = new Random(seed);
        Model = new HostModel(options);
    }

    public HostModel Model { get; }

    public List<TestVm> Vms { get; } = [];

    public int LogicalProcessors { get; set; } = 8;

    /// <summary>Busy share of the logical processors; null makes it from the VMs.</summary>
    public double? LpBusy { get; set; }

    /// <summary>Busy share of each logical processor, by its number; null where all are as <see cref="LpBusy"/>.</summary>
    public Func<int, double>? LpShare { get; set; }

    public double RootShare { get; set; } = 0.02;

    public double HostMemoryTotal { get; set; } = 64e9;

    public double HostMemoryAvailable { get; set; } = 30e9;

    public int StepSeconds { get; set; } = 1;

    /// <summary>Further counters of the host itself, growth per second.</summary>
    public Dictionary<SeriesKey, double> RootRates { get; } = [];

    /// <summary>Further gauges of the host itself.</summary>
    public Dictionary<SeriesKey, double> RootGauges { get; } = [];

    public List<PartitionReport> Reports { get; } = [];

    public long Now => _ns / Second;

    public TestVm Add(string name, int processors = 2)
    {
        var vm = new TestVm(name, Vms.Count + 1, processors);
        Vms.Add(vm);
        return vm;
    }

    /// <summary>Lets time pass; after each step the model is told.</summary>
    public void Run(int seconds)
    {
        for (var i = 0; i < seconds; i += StepSeconds)
        {
            Step();
        }
    }

    public PartitionReport Last(TestVm vm) => Model.Latest(vm.Id) ?? throw new InvalidOperationException("no report yet");

    public Verdict Verdict(TestVm vm) => Last(vm).Verdict;

    private void Step()
    {
        _ns += StepSeconds * Second;
        var dt = (double)StepSeconds;
        Model.UpdateInventory([.. Vms.Where(v => v.Listed).Select(v => new PartitionInfo(v.Id, v.Name, v.State, v.Processors, v.CpuLimit, v.MemoryMaximum, null) { Activity = v.Activity, StopReason = v.StopReason })]);
        var readNs = _ns + (long)(_random.NextDouble() * 4e6);
        foreach (var vm in Vms)
        {
            if (vm.Stopped)
            {
                vm.OffsetNs -= StepSeconds * Second;
            }
            else
            {
                Accumulate(vm, dt);
            }
        }

        Root(dt, readNs);
        foreach (var vm in Vms)
        {
            if (vm.HostOn)
            {
                Host(vm, readNs);
            }

            if (vm.GuestOn && !vm.Stopped)
            {
                Exchange(vm);
                Model.AddGuestBatch(Batch(vm, _ns + (long)(_random.NextDouble() * 6e6)));
            }
        }

        Reports.AddRange(Model.AdvanceTo(Now));
    }

    public static long GuestTime(TestVm vm, long hostNs) => hostNs + vm.OffsetNs + (long)((hostNs - (Start * Second)) * vm.DriftPpm * 1e-6);

    public void Exchange(TestVm vm)
    {
        var there = 60_000 + (long)(_random.NextDouble() * 80_000) + (long)(vm.EchoSeconds * 1e9);
        var back = 60_000 + (long)(_random.NextDouble() * 80_000);
        var t1 = _ns + 7_000_000;
        Model.AddClockExchange(vm.Id, vm.Boot, new ClockExchange(t1, GuestTime(vm, t1 + there), GuestTime(vm, t1 + there + 20_000), t1 + there + 20_000 + back));
    }

    public static GuestBatch Batch(TestVm vm, long hostNs)
    {
        // Counters are linear within a step: a read some milliseconds later would show as much more.
        var mono = GuestTime(vm, hostNs);
        var samples = vm.Guest.Select(g => new GuestSample(g.Key, mono, mono + 200_000, g.Value)).ToList();
        List<GuestProcess> processes = vm.TopProcess is { } top
            ? [new GuestProcess(77, 1000, top.Name, 1, 0, 1, 0, vm.ProcessSeconds, 0, 0, 1e7, 1e7, 0, 0, 0, 1, 'R', 0)]
            : [];
        if (vm.Holder is { } holder)
        {
            processes.Add(new GuestProcess(78, 2000, holder.Name, 2, 0, 1, 0, 0, 0, 0, holder.Bytes, holder.Bytes, 0, 0, 0, (int)holder.Threads, 'S', (long)holder.Handles));
        }

        return new GuestBatch(vm.Id, vm.Boot, vm.Sequence++, mono, samples, mono, processes, 100, null);
    }

    private static void Accumulate(TestVm vm, double dt)
    {
        for (var cpu = 0; cpu < vm.Processors; cpu++)
        {
            var busy = vm.Busy(cpu);
            Count(vm.Guest, GuestMetrics.CpuTime, $"user|{cpu}", (busy - vm.Unbooked) * dt);
            Count(vm.Guest, GuestMetrics.CpuTime, $"idle|{cpu}", (1 - busy) * dt);
            Count(vm.Guest, GuestMetrics.CpuTime, $"steal|{cpu}", 0);
            Count(vm.Host, HostMetrics.VpRunTime, $"{cpu}", (vm.Run?.Invoke(cpu) ?? Math.Min(busy, 1 - vm.Ready)) * dt);
            if (vm.WaitRecorded)
            {
                Count(vm.Host, HostMetrics.VpWaitTime, $"{cpu}", vm.Ready * dt);
            }
        }

        Count(vm.Guest, GuestMetrics.PressureStalled, "cpu|some", vm.PsiCpu * dt);
        Count(vm.Guest, GuestMetrics.PressureStalled, "memory|some", vm.PsiMemory * dt);
        Count(vm.Guest, GuestMetrics.PressureStalled, "io|full", vm.PsiIoFull * dt);
        Count(vm.Guest, GuestMetrics.WakeupLateness, "", vm.LatenessSeconds * 10 * dt);
        Count(vm.Guest, GuestMetrics.Wakeups, "", 10 * dt);
        Count(vm.Guest, GuestMetrics.DiskOperations, "vda|read", vm.Iops * dt);
        Count(vm.Guest, GuestMetrics.DiskOperationTime, "vda|read", vm.Iops * vm.GuestLatency * dt);
        Count(vm.Guest, GuestMetrics.DiskQueueTime, "vda", vm.Queue * dt);
        Count(vm.Guest, GuestMetrics.PagingFaults, "major", vm.MajorFaults * dt);
        Count(vm.Guest, GuestMetrics.PagingOperations, "in", vm.SwapIn * dt);
        vm.Guest[new SeriesKey(GuestMetrics.RunQueue.Id, "")] = vm.RunQueue * vm.Processors;
        vm.Guest[new SeriesKey(GuestMetrics.CpuCount.Id, "")] = vm.Processors;
        vm.Guest[new SeriesKey(GuestMetrics.MemoryLimit.Id, "")] = vm.MemoryTotal;
        vm.Guest[new SeriesKey(GuestMetrics.MemoryAvailable.Id, "")] = vm.MemoryAvailable;
        Count(vm.Host, HostMetrics.DiskOperations, "drive0|read", vm.Iops * dt);
        Count(vm.Host, HostMetrics.DiskOperationTime, "drive0|read", vm.Iops * vm.DeviceLatency * dt);
        Count(vm.Host, HostMetrics.DiskLowerOperationTime, "drive0", vm.Iops * vm.LowerLatency * dt);
        if (vm.HostQueue is { } hostQueue)
        {
            vm.Host[new SeriesKey(HostMetrics.DiskQueueLength.Id, "drive0")] = hostQueue;
        }

        vm.Host[new SeriesKey(HostMetrics.MemoryAssigned.Id, "")] = vm.Assigned;
        vm.Host[new SeriesKey(HostMetrics.MemoryPressure.Id, "")] = vm.Pressure;
        vm.Host[new SeriesKey(HostMetrics.DiskStore.Id, "drive0|store0")] = 1;
        if (vm.QosIops is { } qos)
        {
            vm.Host[new SeriesKey(HostMetrics.DiskQosIops.Id, "drive0")] = qos;
        }

        foreach (var (key, rate) in vm.GuestRates)
        {
            vm.Guest[key] = vm.Guest.GetValueOrDefault(key) + (rate * dt);
        }

        foreach (var (key, rate) in vm.HostRates)
        {
            vm.Host[key] = vm.Host.GetValueOrDefault(key) + (rate * dt);
        }

        if (vm.Holder is { } holder)
        {
            var grow = vm.HolderGrowth;
            vm.Holder = (holder.Name, holder.Bytes + (grow.Bytes * dt), holder.Handles + (grow.Handles * dt), holder.Threads + (grow.Threads * dt));
        }

        vm.ProcessSeconds += (vm.TopProcess?.Cpu ?? 0) * dt;
    }

    private void Root(double dt, long readNs)
    {
        var used = Vms.Where(v => !v.Stopped).Sum(v => Enumerable.Range(0, v.Processors).Sum(c => v.Run?.Invoke(c) ?? Math.Min(v.Busy(c), 1 - v.Ready)));
        var busy = LpBusy ?? Math.Min(1, (used / LogicalProcessors) + RootShare);
        for (var lp = 0; lp < LogicalProcessors; lp++)
        {
            Count(_root, HostMetrics.LpRunTime, $"{lp}", (LpShare?.Invoke(lp) ?? busy) * dt);
        }

        Count(_root, HostMetrics.RootRunTime, "0", RootShare * LogicalProcessors * dt);
        _root[new SeriesKey(HostMetrics.LpCount.Id, "")] = LogicalProcessors;
        _root[new SeriesKey(HostMetrics.HostMemoryTotal.Id, "")] = HostMemoryTotal;
        _root[new SeriesKey(HostMetrics.HostMemoryAvailable.Id, "")] = HostMemoryAvailable;
        foreach (var (key, rate) in RootRates)
        {
            _root[key] = _root.GetValueOrDefault(key) + (rate * dt);
        }

        foreach (var (key, value) in RootGauges)
        {
            _root[key] = value;
        }

        foreach (var (key, value) in _root)
        {
            Model.AddHostSample(Sample(Guid.Empty, key, readNs, value));
        }
    }

    private void Host(TestVm vm, long readNs)
    {
        foreach (var (key, value) in vm.Host)
        {
            Model.AddHostSample(Sample(vm.Id, key, readNs, value));
        }
    }

    private static HostSample Sample(Guid partition, SeriesKey key, long ns, double value)
    {
        var metric = MetricCatalog.Find(key.MetricId)!;
        return new HostSample(
            partition, key, metric.Form == MetricForm.Counter ? SampleForm.Cumulative : SampleForm.Gauge, ns, ns, value, SampleQuality.Measured,
            metric.Name);
    }

    private static void Count(Dictionary<SeriesKey, double> counters, MetricDefinition metric, string instance, double by)
    {
        var key = new SeriesKey(metric.Id, instance);
        counters[key] = counters.GetValueOrDefault(key) + by;
    }
}
