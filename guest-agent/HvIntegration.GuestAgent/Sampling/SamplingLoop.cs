using HvIntegration.GuestAgent.Buffering;
using HvIntegration.Protocol.V1;
using Microsoft.Extensions.Logging;

namespace HvIntegration.GuestAgent.Sampling;

/// <summary>The thread that takes a sample at each deadline and puts it into the ring.</summary>
internal sealed class SamplingLoop : IDisposable
{
    private readonly Sampler _sampler;
    private readonly BatchRing _ring;
    private readonly SamplingSettings _settings;
    private readonly AgentCounters _counters;
    private readonly IGuestClock _clock;
    private readonly SamplingPriority _priority;
    private readonly ILogger _logger;
    private readonly AutoResetEvent _wake = new(false);
    private readonly Thread _thread;
    private ulong _sequence;
    private long _droppedTold;
    private volatile bool _stop;

    /// <summary>Makes the loop; <see cref="Start"/> runs it.</summary>
    /// <param name="sampler">Takes the samples; the loop's thread is the only one that uses it.</param>
    /// <param name="ring">Takes the batches.</param>
    /// <param name="firstSequence">Of this run.</param>
    /// <param name="settings">Rates.</param>
    /// <param name="counters">Late and missed samples are counted here.</param>
    /// <param name="clock">Guest clocks.</param>
    /// <param name="priority">Of the thread.</param>
    /// <param name="logger">Log.</param>
    public SamplingLoop(
        Sampler sampler,
        BatchRing ring,
        ulong firstSequence,
        SamplingSettings settings,
        AgentCounters counters,
        IGuestClock clock,
        SamplingPriority priority,
        ILogger logger)
    {
        _sampler = sampler;
        _ring = ring;
        _sequence = firstSequence;
        _settings = settings;
        _counters = counters;
        _clock = clock;
        _priority = priority;
        _logger = logger;
        _settings.Changed = () => _wake.Set();
        _thread = new Thread(Run, 512 * 1024) { Name = "hvi-sampling", IsBackground = true };
    }

    /// <summary>Told when the thread ended by an error: the agent is of no use then and must end.</summary>
    public Action<Exception>? Faulted { get; set; }

    /// <summary>Starts the sampling thread; once only.</summary>
    public void Start() => _thread.Start();

    /// <summary>Ends the thread after the sample that is under way; waits at most five seconds.</summary>
    public void Dispose()
    {
        _stop = true;
        _wake.Set();
        if (_thread.IsAlive)
        {
            _thread.Join(TimeSpan.FromSeconds(5));
        }

        _settings.Changed = null;
    }

    private void Run()
    {
        try
        {
            string priority = ThreadPriorities.RaiseSampling(_priority);
            long now = _clock.MonotonicNs;
            int intervalMs = _settings.IntervalMsAt(now);
            SamplingLog.Started(_logger, _sampler.CollectorNames.Count, intervalMs, _settings.TopN, priority);
            var pacer = new Pacer(now, intervalMs * 1_000_000L);
            while (WaitForDeadline(pacer))
            {
                if (pacer.Advance(_clock.MonotonicNs, out long missed))
                {
                    _counters.AddLate();
                }

                _counters.AddMissed(missed);
                TakeSample();
            }
        }
        catch (Exception e)
        {
            SamplingLog.Ended(_logger, e);
            Faulted?.Invoke(e);
        }
    }

    private bool WaitForDeadline(Pacer pacer)
    {
        while (!_stop)
        {
            long now = _clock.MonotonicNs;
            pacer.ChangeInterval(now, _settings.IntervalMsAt(now) * 1_000_000L);
            long leftNs = pacer.NextNs - now;
            if (leftNs <= 0)
            {
                return true;
            }

            // Rounded up: waking a little after the deadline is one wait, waking before it would be two.
            _wake.WaitOne((int)((leftNs + 999_999) / 1_000_000));
        }

        return false;
    }

    private void TakeSample()
    {
        long dropped = _ring.Dropped;
        if (dropped != _droppedTold)
        {
            // Once a minute at most at 1 Hz: while the broker is away every new batch drops an old one.
            if (_droppedTold == 0 || dropped - _droppedTold >= 60)
            {
                SamplingLog.Dropped(_logger, dropped);
                _sampler.Events.Add(AgentEventKind.SamplesDropped, $"the ring is full: {dropped} batches dropped since start");
                _droppedTold = dropped;
            }
        }

        long time = _sampler.Sample(_sequence, dropped, 0);
        _ring.Append(_sequence, time, _sampler.Message);
        _sequence++;
    }
}
