namespace HvIntegration.GuestAgent.Collection;

/// <summary>Wakes up every 100 ms on its own thread and measures how late.</summary>
/// <remarks>
/// The deadline is absolute, so lateness does not add up. A wake-up that comes after further deadlines counts once, with its
/// whole lateness. The thread inherits scheduling class and priority from the thread that starts it: the sampling thread.
/// </remarks>
/// <param name="now">The platform's monotonic clock, nanoseconds.</param>
/// <param name="sleepUntil">Sleeps until that clock reaches a time; may return early, not throw.</param>
internal sealed class WakeupProbe(Func<long> now, Action<long> sleepUntil) : IDisposable
{
    private const long PeriodNs = 100_000_000;

    private readonly Lock _gate = new();
    private volatile bool _stopped;
    private long _count;
    private long _sumNs;
    private long _maxNs;

    /// <summary>Starts the thread that sleeps and measures how late it wakes; once only.</summary>
    public void Start() => new Thread(Run, 128 * 1024) { IsBackground = true, Name = "hvi-wakeup-probe" }.Start();

    /// <summary>Totals since the start, and the greatest lateness since the last call.</summary>
    public WakeupLateness Take()
    {
        lock (_gate)
        {
            var taken = new WakeupLateness(_count, _sumNs, _maxNs);
            _maxNs = 0;
            return taken;
        }
    }

    /// <summary>First deadline after <paramref name="nowNs"/> on the grid of <paramref name="deadlineNs"/>.</summary>
    internal static long NextDeadline(long deadlineNs, long nowNs)
    {
        var behind = Math.Max(0, nowNs - deadlineNs);
        return deadlineNs + (((behind / PeriodNs) + 1) * PeriodNs);
    }

    /// <inheritdoc/>
    public void Dispose() => _stopped = true;

    private void Run()
    {
        var deadline = now() + PeriodNs;
        while (!_stopped)
        {
            sleepUntil(deadline);
            var woken = now();
            if (woken < deadline)
            {
                // A signal ended the sleep early.
                continue;
            }

            lock (_gate)
            {
                _count++;
                _sumNs += woken - deadline;
                _maxNs = Math.Max(_maxNs, woken - deadline);
            }

            deadline = NextDeadline(deadline, woken);
        }
    }
}

/// <summary>What the probe measured.</summary>
/// <param name="Count">Wake-ups since the start.</param>
/// <param name="SumNs">Their lateness together.</param>
/// <param name="MaxNs">The greatest since the last look.</param>
internal readonly record struct WakeupLateness(long Count, long SumNs, long MaxNs);
