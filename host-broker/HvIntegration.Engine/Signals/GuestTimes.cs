using HvIntegration.Protocol.Metrics;

namespace HvIntegration.Engine.Signals;

/// <summary>Processor time that a guest booked in one second, and what it booked in no mode; used again for each VM.</summary>
/// <remarks>
/// A guest that waits for the host gets its timer ticks late and merged, and books one for many: what is missing was work. A counter
/// of idle time or steal that is frozen, wraps or runs back leaves time unbooked too, and that was no work. The run and wait time of
/// the host decide between the two. Without them it is the lateness of the guest's own timers.
/// </remarks>
internal sealed class GuestTimes
{
    /// <summary>Guests book processor time by tick or cycle; 15.6 ms is the longest tick in use, and a value may miss one at either edge.</summary>
    public const double TickShare = 0.0156;

    /// <summary>More than this of one processor in one second is an error of the counter. One second of reads may take 20 % from its neighbors.</summary>
    public const double ImpossibleShare = 1.2;

    // Twice what a tick at either edge can hide.
    private const double UnbookedShare = 2 * TickShare;

    // By how much the two sides may differ where neither is wrong: ticks of both, and work of the host for the virtual processor.
    private const double SidesApartShare = 0.05;

    // A guest that loses ticks waits some of them at a time, and its timers wait with it: the more the greater the part it lost. Idle guests: 0.1 ms.
    private const double LateSecondsMin = 0.001;

    private const int ModeBusy = 1;
    private const int ModeIdle = 2;
    private const int ModeWaiting = 3;
    private const int ModeInside = 4;
    private const int ModeSteal = 5;

    private readonly ProcessorShares _booked = new();
    private readonly ProcessorShares _idle = new();
    private readonly ProcessorShares _steal = new();
    private readonly ProcessorShares _uncounted = new();

    /// <summary>Busy share of each processor, lost ticks included, uncounted time not.</summary>
    public ProcessorShares Busy { get; } = new();

    /// <summary>Mean share that the kernel reports as taken by the host; NaN where it reports none, or only impossible values.</summary>
    public double Stolen { get; private set; }

    /// <summary>Mean share of lost ticks, counted as work.</summary>
    public double Late { get; private set; }

    /// <summary>Mean share that no mode has and nothing explains.</summary>
    public double Uncounted { get; private set; }

    /// <summary>Reads the second. <paramref name="run"/> and <paramref name="wait"/> are the host's view of the same processors, empty where it has none.</summary>
    public void Read(SignalInput input, ProcessorShares run, ProcessorShares wait)
    {
        Busy.Clear();
        _booked.Clear();
        _idle.Clear();
        _steal.Clear();
        _uncounted.Clear();
        (Stolen, Late, Uncounted) = (double.NaN, 0, 0);
        foreach (var series in input.Guest.Of(GuestMetrics.CpuTime))
        {
            var cpu = series.LastNumber;
            series.Tag = series.Tag == 0 ? Mode(series.First) : series.Tag;
            if (cpu < 0 || series.Tag == ModeInside)
            {
                continue;
            }

            // A guest that has idle time books all its time, also where the newest idle value is missing.
            if (series.Tag is ModeIdle or ModeWaiting)
            {
                _idle.Set(cpu, 1);
            }

            var rate = series.At(input.Second);
            if (!double.IsNaN(rate))
            {
                Book(series.Tag, cpu, rate);
            }
        }

        Busy.Close();
        Settle(input, run, wait);
    }

    /// <summary>Busy share of the busiest processor; NaN where uncounted time leaves open whether it reaches the limit.</summary>
    public double Greatest(double limit)
    {
        var possible = Busy.Greatest;
        for (var cpu = 0; cpu < Busy.End; cpu++)
        {
            possible = Math.Max(possible, double.IsNaN(Busy[cpu]) ? 0 : AtMost(cpu));
        }

        return Busy.Greatest >= limit || possible < limit ? Busy.Greatest : double.NaN;
    }

    /// <summary>Share of the processors at or above a busy share; NaN where uncounted time leaves open whether it reaches the limit.</summary>
    public double AtLeast(double share, double limit)
    {
        var possible = 0;
        for (var cpu = 0; cpu < Busy.End; cpu++)
        {
            possible += AtMost(cpu) >= share ? 1 : 0;
        }

        var known = (double)Busy.AtLeast(share) / Busy.Count;
        return known >= limit || (double)possible / Busy.Count < limit ? known : double.NaN;
    }

    private double AtMost(int cpu) => Busy[cpu] + (double.IsNaN(_uncounted[cpu]) ? 0 : _uncounted[cpu]);

    private void Book(int mode, int cpu, double rate)
    {
        if (mode == ModeSteal)
        {
            Add(_steal, cpu, rate);
            return;
        }

        Add(_booked, cpu, rate);
        Add(Busy, cpu, mode == ModeBusy ? rate : 0);
    }

    private void Settle(SignalInput input, ProcessorShares run, ProcessorShares wait)
    {
        var paired = Busy.Matches(run) && Busy.Matches(wait);
        for (var cpu = 0; cpu < Busy.End; cpu++)
        {
            if (!(_booked[cpu] + _steal[cpu] <= ImpossibleShare))
            {
                _steal.Set(cpu, double.NaN);
            }

            var rest = 1 - _booked[cpu] - (double.IsNaN(_steal[cpu]) ? 0 : _steal[cpu]);
            if (rest > UnbookedShare && !double.IsNaN(_idle[cpu]))
            {
                var lost = Lost(input, Busy[cpu], rest, paired ? run[cpu] : run.Mean, paired ? wait[cpu] : wait.Mean);
                Busy.Set(cpu, Busy[cpu] + lost);
                Late += lost;
                _uncounted.Set(cpu, rest - lost > UnbookedShare ? rest - lost : double.NaN);
            }
        }

        Busy.Close();
        _uncounted.Close();
        _steal.Close();
        if (Busy.Count > 0)
        {
            Late /= Busy.Count;
            Uncounted = _uncounted.Sum / Busy.Count;
            Stolen = _steal.Count > 0 ? _steal.Sum / Busy.Count : double.NaN;
        }
    }

    // Part of the unbooked time that was work: ticks that came late, or work between two ticks.
    private static double Lost(SignalInput input, double busy, double rest, double run, double wait)
    {
        var apart = SidesApartShare + input.GuestEdges + input.HostEdges;
        if (!double.IsNaN(run) && !double.IsNaN(wait))
        {
            return busy + rest <= run + wait + apart ? rest : Math.Clamp(run + wait - busy, 0, rest);
        }

        var late = input.GuestValue(GuestMetrics.WakeupLateness) / input.GuestValue(GuestMetrics.Wakeups);
        return late >= Math.Max(LateSecondsMin, rest * input.Limits.WakeupLateSeconds) || busy + rest <= run + apart ? rest : 0;
    }

    private static void Add(ProcessorShares to, int processor, double share)
    {
        var before = to[processor];
        to.Set(processor, double.IsNaN(before) ? share : before + share);
    }

    // Guest modes are part of user time already, and iowait is idle time.
    private static int Mode(string name) => name switch
    {
        "guest" or "guest_nice" => ModeInside,
        "steal" => ModeSteal,
        "idle" => ModeIdle,
        "iowait" or "wait" => ModeWaiting,
        _ => ModeBusy,
    };
}
