using System.Globalization;
using HvIntegration.Model;
using HvIntegration.Protocol.Metrics;

namespace HvIntegration.CounterSources.Simulated;

/// <summary>What an agent inside a simulated guest would send.</summary>
internal static class SimulatedGuestSampler
{
    private const double ReadMicroseconds = 300;
    private const double UserShare = 0.82;
    private const string Disk = "vda";
    private const string Nic = "eth0";

    /// <summary>Reads a guest at the world's newest step.</summary>
    public static GuestBatch Read(SimulatedWorld world, SimulatedVm vm)
    {
        long start = vm.Clock.At(world.NowNs);
        long end = start + (long)(ReadMicroseconds * 1000);
        var samples = new List<GuestSample>();
        void Add(MetricDefinition metric, string instance, double value) =>
            samples.Add(new GuestSample(new SeriesKey(metric.Id, instance), start, end, value));

        double worked = 0;
        double waited = 0;
        for (int i = 0; i < vm.Plan.Processors; i++)
        {
            // The guest's clock runs on while its processor waits outside: it books the loss as work.
            double busy = vm.Run[i] + vm.Wait[i];
            string cpu = i.ToString(CultureInfo.InvariantCulture);
            Add(GuestMetrics.CpuTime, "user|" + cpu, Ticks(busy * UserShare));
            Add(GuestMetrics.CpuTime, "system|" + cpu, Ticks(busy * (1 - UserShare)));
            Add(GuestMetrics.CpuTime, "idle|" + cpu, Ticks(vm.Idle[i]));
            Add(GuestMetrics.CpuTime, "iowait|" + cpu, Ticks(vm.IoWait[i]));
            worked += busy;
            waited += vm.Wait[i];
        }

        Add(GuestMetrics.CpuCount, "", vm.Plan.Processors);
        Add(GuestMetrics.RunQueue, "", Math.Round(vm.Runnable));
        Add(GuestMetrics.Blocked, "", Math.Round(vm.Blocked));
        Add(GuestMetrics.ContextSwitches, "", Math.Round(worked * 900));
        Add(GuestMetrics.PressureStalled, "cpu|some", vm.CpuStalled);
        Add(GuestMetrics.PressureStalled, "io|some", vm.IoStalled);
        Add(GuestMetrics.PressureStalled, "io|full", vm.IoStalled * 0.7);
        Add(GuestMetrics.PressureStalled, "memory|some", 0);
        Add(GuestMetrics.PressureStalled, "memory|full", 0);
        AddMemory(vm, Add);
        Add(GuestMetrics.DiskOperations, Disk + "|read", Math.Floor(vm.Reads));
        Add(GuestMetrics.DiskOperations, Disk + "|write", Math.Floor(vm.Writes));
        Add(GuestMetrics.DiskIo, Disk + "|read", vm.ReadBytes);
        Add(GuestMetrics.DiskIo, Disk + "|write", vm.WriteBytes);
        Add(GuestMetrics.DiskOperationTime, Disk + "|read", vm.GuestReadSeconds);
        Add(GuestMetrics.DiskOperationTime, Disk + "|write", vm.GuestWriteSeconds);
        Add(GuestMetrics.DiskQueueTime, Disk, vm.GuestReadSeconds + vm.GuestWriteSeconds);
        Add(GuestMetrics.DiskInFlight, Disk, Math.Round(vm.Blocked));
        Add(GuestMetrics.NetworkIo, Nic + "|receive", vm.ReceivedBytes);
        Add(GuestMetrics.NetworkIo, Nic + "|transmit", vm.SentBytes);
        Add(GuestMetrics.TcpRetransmitted, "", 0);
        Add(GuestMetrics.WakeupLatenessMax, "", vm.LatenessMax);
        Add(GuestMetrics.WakeupLateness, "", vm.Lateness);
        Add(GuestMetrics.Wakeups, "", vm.Wakeups);
        Add(GuestMetrics.AgentProcessesSeen, "", vm.Plan.Processes.Count);
        vm.LatenessMax = 0;

        ulong sequence = vm.Sequence++;
        return new GuestBatch(
            vm.Id, vm.BootId, sequence, start, samples, start + ((end - start) / 2),
            [.. vm.Plan.Processes.Select(p => Process(vm, p, worked, waited))], vm.Plan.Processes.Count, null);
    }

    // Linux books processor time in ticks of 10 ms.
    private static double Ticks(double seconds) => Math.Floor(seconds * 100) / 100;

    private static void AddMemory(SimulatedVm vm, Action<MetricDefinition, string, double> add)
    {
        double total = vm.Plan.MemoryBytes * 0.97;
        double used = vm.Plan.MemoryBytes * vm.Plan.MemoryUsed;
        add(GuestMetrics.MemoryLimit, "", total);
        add(GuestMetrics.MemoryUsage, "used", used);
        add(GuestMetrics.MemoryUsage, "free", (total - used) * 0.3);
        add(GuestMetrics.MemoryUsage, "cached", (total - used) * 0.7);
        add(GuestMetrics.MemoryAvailable, "", (total - used) * 0.95);
        add(GuestMetrics.MemoryCommitted, "", used * 1.15);
        add(GuestMetrics.MemoryCommitLimit, "", total * 1.5);
        add(GuestMetrics.PagingFaults, "major", 0);
    }

    private static GuestProcess Process(SimulatedVm vm, SimulatedProcess process, double worked, double waited) => new(
        process.Pid, 1000, process.Name, (ulong)process.Pid * 2_654_435_761, 0, 1, 0,
        worked * UserShare * process.CpuShare, worked * (1 - UserShare) * process.CpuShare, waited * process.CpuShare,
        vm.Plan.MemoryBytes * vm.Plan.MemoryUsed * process.MemoryShare, vm.Plan.MemoryBytes * vm.Plan.MemoryUsed * process.MemoryShare * 0.9, 0,
        vm.ReadBytes * process.DiskShare, vm.WriteBytes * process.DiskShare, 8, 'S', 64);
}
