using System.Runtime.InteropServices;

namespace HvIntegration.GuestAgent.Sampling;

/// <summary>How the sampling threads compete for processors.</summary>
internal enum SamplingPriority
{
    /// <summary>Real-time where allowed, else nice -10 where allowed, else normal.</summary>
    Auto,

    /// <summary>SCHED_RR, lowest real-time priority.</summary>
    Realtime,

    /// <summary>A nice value of -10 for the sampling threads.</summary>
    Nice,

    /// <summary>The priority that the process was started with.</summary>
    Normal,
}

/// <summary>Raises the calling thread so that a guest whose processors are all busy is still sampled on time.</summary>
/// <remarks>
/// The lowest real-time priority: the kernel's real-time bandwidth limit still leaves 5 % of each second to others, and a
/// sample takes milliseconds. Needs CAP_SYS_NICE on Linux; without it the thread stays as it is and says so.
/// </remarks>
internal static partial class ThreadPriorities
{
    private const int SchedulerRoundRobin = 2;
    private const int NiceOfSampling = -10;
    private const int PriorityOfProcess = 0;

    /// <summary>Raises the calling thread for the sampling loop.</summary>
    /// <returns>What holds now, for the log.</returns>
    public static string RaiseSampling(SamplingPriority wanted)
    {
        if (wanted == SamplingPriority.Normal)
        {
            return "normal priority";
        }

        if (!OperatingSystem.IsLinux())
        {
            Thread.CurrentThread.Priority = ThreadPriority.Highest;
            return "highest thread priority";
        }

        // struct sched_param is one int on Linux.
        int priority = 1;
        if (wanted is SamplingPriority.Auto or SamplingPriority.Realtime && SetScheduler(0, SchedulerRoundRobin, ref priority) == 0)
        {
            return "real-time priority 1 (SCHED_RR)";
        }

        return wanted is SamplingPriority.Auto or SamplingPriority.Nice ? RaiseReader(wanted) : "normal priority: SCHED_RR was denied; it requires CAP_SYS_NICE";
    }

    /// <summary>Raises the calling thread for a read beside the loop: nice only, for its reads can be long.</summary>
    /// <returns>What holds now, for the log.</returns>
    public static string RaiseReader(SamplingPriority wanted)
    {
        if (wanted == SamplingPriority.Normal || !OperatingSystem.IsLinux())
        {
            return "normal priority";
        }

        // Linux keeps nice values by thread: who = 0 is the calling thread.
        return SetPriority(PriorityOfProcess, 0, NiceOfSampling) == 0
            ? "nice -10"
            : "normal priority: nice -10 was denied; it requires CAP_SYS_NICE";
    }

    [LibraryImport("libc", EntryPoint = "setpriority")]
    private static partial int SetPriority(int which, uint who, int priority);

    [LibraryImport("libc", EntryPoint = "sched_setscheduler")]
    private static partial int SetScheduler(int pid, int policy, ref int parameter);
}
