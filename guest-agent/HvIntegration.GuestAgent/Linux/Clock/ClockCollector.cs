using System.Globalization;
using System.Text;
using HvIntegration.GuestAgent.Collection;
using HvIntegration.GuestAgent.Linux.Native;
using HvIntegration.GuestAgent.Linux.Parsing;
using HvIntegration.Protocol.Metrics;
using HvIntegration.Protocol.V1;

namespace HvIntegration.GuestAgent.Linux.Clock;

/// <summary>Lateness of a 100 ms timer, offset of the wall clock and its steps, time suspended, clock source.</summary>
/// <remarks>
/// Sources: <c>clock_nanosleep</c> and <c>clock_gettime</c>; <c>/sys/devices/system/clocksource/clocksource0/current_clocksource</c>.
/// The probe's thread starts with the first read.
/// </remarks>
internal sealed class ClockCollector(GuestRoot root) : ICollector, IEventSource
{
    private const int Tries = 3;

    private readonly KernelFile _source = new(root.Of("/sys/devices/system/clocksource/clocksource0/current_clocksource"), 128);
    private readonly WakeupProbe _probe = new(() => Libc.ReadClock(Libc.ClockMonotonic), Libc.SleepUntil);
    private readonly ClockStepDetector _steps = new();
    private readonly Queue<CollectorEvent> _events = new(4);
    private byte[] _sourceName = [];
    private int _maxSlot;
    private int _sumSlot;
    private int _countSlot;
    private int _offsetSlot;
    private int _suspendedSlot;
    private int _sourceSlot = -1;
    private bool _started;

    /// <inheritdoc/>
    public string Name => "clock";

    /// <inheritdoc/>
    public CollectorSchedule Schedule => CollectorSchedule.EachInterval;

    /// <inheritdoc/>
    public CollectOutcome Collect(CollectorSeries series)
    {
        if (!_started)
        {
            _started = true;
            _maxSlot = series.Define(GuestMetrics.WakeupLatenessMax);
            _sumSlot = series.Define(GuestMetrics.WakeupLateness);
            _countSlot = series.Define(GuestMetrics.Wakeups);
            _offsetSlot = series.Define(GuestMetrics.ClockWallOffset);
            _suspendedSlot = series.Define(GuestMetrics.ClockSuspended);
            _probe.Start();
        }

        var lateness = _probe.Take();
        series.Set(_maxSlot, lateness.MaxNs / 1000);
        series.Set(_sumSlot, lateness.SumNs / 1000);
        series.Set(_countSlot, lateness.Count);
        SetOffset(series);
        SetSource(series);
        return CollectOutcome.Ok;
    }

    /// <inheritdoc/>
    public bool TryTakeEvent(out CollectorEvent moment) => _events.TryDequeue(out moment);

    /// <inheritdoc/>
    public void Dispose()
    {
        _probe.Dispose();
        _source.Dispose();
    }

    private void SetOffset(CollectorSeries series)
    {
        // The tightest of some tries: the thread may lose its processor between two of the reads.
        var errorNs = long.MaxValue;
        long offsetNs = 0;
        for (var attempt = 0; attempt < Tries; attempt++)
        {
            var before = Libc.ReadClock(Libc.ClockMonotonic);
            var wall = Libc.ReadClock(Libc.ClockRealtime);
            var after = Libc.ReadClock(Libc.ClockMonotonic);
            if (after - before < errorNs)
            {
                errorNs = after - before;
                offsetNs = wall - before - ((after - before) / 2);
            }
        }

        series.Set(_offsetSlot, offsetNs / 1000);
        if (_steps.Observe(offsetNs, errorNs) is var step && step != 0)
        {
            AddEvent(AgentEventKind.ClockStep, string.Create(CultureInfo.InvariantCulture, $"wall clock stepped by {step / 1e9:+0.000;-0.000} s"));
        }

        var boot = Libc.ReadClock(Libc.ClockBoottime);
        var monotonic = Libc.ReadClock(Libc.ClockMonotonic);
        // Whole milliseconds: the reads are apart by less, and a value that stands still costs nothing on the wire.
        series.Set(_suspendedSlot, boot == 0 ? 0 : Math.Max(0, (boot - monotonic + 500_000) / 1_000_000) * 1000);
    }

    private void SetSource(CollectorSeries series)
    {
        if (!_source.TryReadOnce(out var text))
        {
            return;
        }

        var name = ByteCursor.Trim(text);
        if (!name.SequenceEqual(_sourceName))
        {
            var readable = Encoding.UTF8.GetString(name);
            if (_sourceName.Length > 0)
            {
                AddEvent(AgentEventKind.ClockSource, $"clock source changed from {Encoding.UTF8.GetString(_sourceName)} to {readable}");
            }

            series.Retire(_sourceSlot);
            _sourceName = name.ToArray();
            _sourceSlot = series.Define(GuestMetrics.ClockSource, readable);
        }

        series.Set(_sourceSlot, 1);
    }

    /// <summary>Bounded: a loop that never asks must not make the queue grow.</summary>
    private void AddEvent(AgentEventKind kind, string text)
    {
        if (_events.Count < 16)
        {
            _events.Enqueue(new CollectorEvent(kind, text));
        }
    }
}
