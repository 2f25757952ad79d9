using System.Diagnostics;
using HvIntegration.GuestAgent.Collection;
using HvIntegration.GuestAgent.Windows.Native;
using HvIntegration.GuestAgent.Windows.Reading;
using HvIntegration.Protocol.Metrics;

namespace HvIntegration.GuestAgent.Windows.Clock;

/// <summary>Lateness of a 100 ms timer, offset of the wall clock, time suspended.</summary>
/// <remarks>
/// Sources: a waitable timer (high-resolution where Windows has it, else of the clock's tick of up to 15.6 ms, which then is part
/// of the lateness), the performance counter, <c>GetSystemTimePreciseAsFileTime</c>, <c>QueryUnbiasedInterruptTime</c>.
/// </remarks>
internal sealed class ClockCollector : WindowsCollector
{
    private const int Tries = 3;
    private static readonly double NsPerTick = 1e9 / Stopwatch.Frequency;

    private readonly WakeupProbe _probe;
    private nint _timer;
    private int[]? _slots;

    /// <summary>Makes the collector; the probe's thread starts with the first read.</summary>
    public ClockCollector()
        : base("clock", CollectorSchedule.EachInterval) => _probe = new WakeupProbe(Monotonic, SleepUntil);

    /// <inheritdoc/>
    public override void Dispose()
    {
        // The thread still uses the timer for up to one period: the handle goes with the process.
        _probe.Dispose();
    }

    /// <inheritdoc/>
    protected override CollectOutcome Read(CollectorSeries series)
    {
        if (_slots is null)
        {
            _timer = Kernel32.CreateTimer(out bool isFine);
            if (_timer == 0)
            {
                return CollectOutcome.Failed("CreateWaitableTimerExW returned no timer");
            }

            _slots =
            [
                series.Define(GuestMetrics.WakeupLatenessMax),
                series.Define(GuestMetrics.WakeupLateness),
                series.Define(GuestMetrics.Wakeups),
                series.Define(GuestMetrics.ClockWallOffset),
                series.Define(GuestMetrics.ClockSuspended),
                series.Define(GuestMetrics.ClockSource, isFine ? "qpc, high-resolution timer" : "qpc, tick timer"),
            ];
            _probe.Start();
        }

        WakeupLateness lateness = _probe.Take();
        series.Set(_slots[0], lateness.MaxNs / 1000);
        series.Set(_slots[1], lateness.SumNs / 1000);
        series.Set(_slots[2], lateness.Count);
        series.Set(_slots[3], WallOffsetNs() / 1000);
        series.Set(_slots[5], 1);
        long unbiased = Kernel32.ReadUnbiasedTime();
        // The tick count has steps of up to 16 ms: less than a second of difference is no suspension.
        long suspendedMs = unbiased == 0 ? 0 : Environment.TickCount64 - (unbiased / 10_000);
        series.Set(_slots[4], suspendedMs < 1000 ? 0 : suspendedMs / 1000 * 1_000_000);
        return CollectOutcome.Ok;
    }

    private static long Monotonic() => (long)(Stopwatch.GetTimestamp() * NsPerTick);

    private static long WallOffsetNs()
    {
        // The tightest of some tries: the thread may lose its processor between two of the reads.
        var errorNs = long.MaxValue;
        long offsetNs = 0;
        for (var attempt = 0; attempt < Tries; attempt++)
        {
            long before = Monotonic();
            long wall = (Kernel32.ReadWallClock() - FileTime.UnixEpoch) * 100;
            long after = Monotonic();
            if (after - before < errorNs)
            {
                errorNs = after - before;
                offsetNs = wall - before - ((after - before) / 2);
            }
        }

        return offsetNs;
    }

    private void SleepUntil(long deadlineNs)
    {
        long left = deadlineNs - Monotonic();
        if (left > 0)
        {
            _ = Kernel32.Wait(_timer, left);
        }
    }
}
