namespace HvIntegration.CounterSources.Simulated;

/// <summary>State of a simulated VM: everything cumulative since the world began.</summary>
internal sealed class SimulatedVm
{
    /// <summary>Makes a VM that has run for a while.</summary>
    /// <param name="plan">What it is.</param>
    /// <param name="id">GUID.</param>
    /// <param name="bootId">Boot.</param>
    /// <param name="clock">Its clock.</param>
    public SimulatedVm(SimulatedVmPlan plan, Guid id, Guid bootId, SimulatedClock clock)
    {
        Plan = plan;
        Id = id;
        BootId = bootId;
        Clock = clock;
        Run = new double[plan.Processors];
        Wait = new double[plan.Processors];
        Idle = new double[plan.Processors];
        IoWait = new double[plan.Processors];
        Dispatches = new double[plan.Processors];
    }

    public SimulatedVmPlan Plan { get; }

    public Guid Id { get; }

    public Guid BootId { get; }

    public SimulatedClock Clock { get; }

    /// <summary>Seconds each virtual processor really ran.</summary>
    public double[] Run { get; }

    /// <summary>Seconds each was ready but did not run: its guest takes them for work.</summary>
    public double[] Wait { get; }

    /// <summary>Seconds each had nothing to do.</summary>
    public double[] Idle { get; }

    /// <summary>Seconds each had nothing to do but wait for the disk.</summary>
    public double[] IoWait { get; }

    /// <summary>Times each was put on a processor.</summary>
    public double[] Dispatches { get; }

    /// <summary>Processors that its programs want now.</summary>
    public double Wanted { get; set; }

    /// <summary>Disk operations per second wanted now.</summary>
    public double OperationsWanted { get; set; }

    /// <summary>Threads that are runnable now, running ones included.</summary>
    public double Runnable { get; set; }

    /// <summary>Threads that wait for the disk now.</summary>
    public double Blocked { get; set; }

    /// <summary>Seconds in which some thread waited for a processor.</summary>
    public double CpuStalled { get; set; }

    /// <summary>Seconds in which some thread waited for the disk.</summary>
    public double IoStalled { get; set; }

    /// <summary>Seconds the cap held it.</summary>
    public double Throttled { get; set; }

    /// <summary>Greatest lateness of its probe timer since it was last read.</summary>
    public double LatenessMax { get; set; }

    /// <summary>Sum of how late its probe timer woke, seconds.</summary>
    public double Lateness { get; set; }

    /// <summary>Wake-ups of the probe timer.</summary>
    public double Wakeups { get; set; }

    public double Reads { get; set; }

    public double Writes { get; set; }

    public double ReadBytes { get; set; }

    public double WriteBytes { get; set; }

    /// <summary>Sum of operation times below the virtual disk.</summary>
    public double LowerSeconds { get; set; }

    /// <summary>Sum of read times at the virtual disk, seen from the host.</summary>
    public double DeviceReadSeconds { get; set; }

    /// <summary>Sum of write times at the virtual disk, seen from the host.</summary>
    public double DeviceWriteSeconds { get; set; }

    /// <summary>Sum of read times as the guest sees them.</summary>
    public double GuestReadSeconds { get; set; }

    /// <summary>Sum of write times as the guest sees them.</summary>
    public double GuestWriteSeconds { get; set; }

    public double ReceivedBytes { get; set; }

    public double SentBytes { get; set; }

    /// <summary>Sequence of its next batch.</summary>
    public ulong Sequence { get; set; }
}
