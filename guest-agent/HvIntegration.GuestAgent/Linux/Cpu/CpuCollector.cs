using System.Globalization;
using HvIntegration.GuestAgent.Collection;
using HvIntegration.GuestAgent.Linux.Native;
using HvIntegration.Protocol.Metrics;

namespace HvIntegration.GuestAgent.Linux.Cpu;

/// <summary>Time of every logical processor per mode, run queue, context switches, interrupts, load.</summary>
/// <remarks>Sources: <c>/proc/stat</c> (ticks of 1/100 s), <c>/proc/loadavg</c>.</remarks>
internal sealed class CpuCollector(GuestRoot root) : ICollector
{
    private const long MicrosecondsPerTick = 10_000;

    /// <summary>idle and iowait may run back a little between reads (the kernel estimates them on other processors): a fall
    /// of up to 3 s holds the value, a longer one is a reset. The bound is node_exporter's.</summary>
    private const long BackwardsHeldMicroseconds = 3_000_000;

    private static readonly string[] Modes = ["user", "nice", "system", "idle", "iowait", "interrupt", "softirq", "steal"];

    /// <summary>A hundred years in ticks: no counter of one processor gets there, so a greater one has wrapped or was never counted.</summary>
    private const long TicksMax = 100L * 366 * 86_400 * 100;

    /// <summary>Most threads that a Linux system can have.</summary>
    private const long ThreadsMax = 4_194_304;

    private const int NoSlot = -2;

    private readonly KernelFile _stat = new(root.Of("/proc/stat"), 16 * 1024);
    private readonly KernelFile _load = new(root.Of("/proc/loadavg"), 128);
    private readonly ProcStat _parsed = new();
    private readonly OptionalSeries _runQueue = new(GuestMetrics.RunQueue, ThreadsMax);
    private readonly OptionalSeries _blocked = new(GuestMetrics.Blocked, ThreadsMax);
    private readonly OptionalSeries _switches = new(GuestMetrics.ContextSwitches, OptionalSeries.CountMax);
    private readonly OptionalSeries _interrupts = new(GuestMetrics.Interrupts, OptionalSeries.CountMax);
    private readonly OptionalSeries _created = new(GuestMetrics.ProcessesCreated, OptionalSeries.CountMax);
    private readonly OptionalSeries[] _loads =
    [
        new(GuestMetrics.Load1, 100 * ThreadsMax), new(GuestMetrics.Load5, 100 * ThreadsMax), new(GuestMetrics.Load15, 100 * ThreadsMax),
    ];

    private Processor[] _processors = [];
    private int _reads;
    private int _countSlot = NoSlot;
    private CollectOutcome _partial;
    private (int Online, int Refused) _told;

    /// <inheritdoc/>
    public string Name => "cpu";

    /// <inheritdoc/>
    public CollectorSchedule Schedule => CollectorSchedule.EachInterval;

    /// <inheritdoc/>
    public CollectOutcome Collect(CollectorSeries series)
    {
        if (!_stat.TryReadOnce(out var text))
        {
            return _stat.FailureOutcome;
        }

        _parsed.Parse(text);
        if (_parsed.ProcessorCount == 0)
        {
            return CollectOutcome.Failed("/proc/stat lists no processor");
        }

        _reads++;
        _countSlot = _countSlot == NoSlot ? series.Define(GuestMetrics.CpuCount) : _countSlot;
        series.Set(_countSlot, _parsed.ProcessorCount);
        _runQueue.Set(series, _parsed.Running);
        _blocked.Set(series, _parsed.Blocked);
        _switches.Set(series, _parsed.ContextSwitches);
        _interrupts.Set(series, _parsed.Interrupts);
        _created.Set(series, _parsed.Processes);

        // Before the processors: those of a wide guest take every series there is.
        SetLoad(series);
        var refused = 0;
        for (var position = 0; position < _parsed.ProcessorCount; position++)
        {
            refused += SetProcessor(series, _parsed.Number(position), _parsed.Ticks(position)) ? 0 : 1;
        }

        RetireOffline(series);
        return refused == 0 ? CollectOutcome.Ok : Partial(_parsed.ProcessorCount, refused);
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        _stat.Dispose();
        _load.Dispose();
    }

    private CollectOutcome Partial(int online, int refused)
    {
        if (_told != (online, refused))
        {
            _told = (online, refused);
            _partial = CollectOutcome.Partial(
                string.Create(CultureInfo.InvariantCulture, $"times of {online - refused} of {online} processors: the other {refused} exceed the limit on series"));
        }

        return _partial;
    }

    // All modes of a processor or none: a part of them would look like time that it did not count.
    private bool SetProcessor(CollectorSeries series, int number, ReadOnlySpan<long> ticks)
    {
        if (number >= _processors.Length)
        {
            Array.Resize(ref _processors, Math.Max(number + 1, _processors.Length * 2));
        }

        ref var processor = ref _processors[number];
        if (processor.Slots is null)
        {
            processor.Slots = new int[ProcStat.ModeCount];
            processor.Last = new long[ProcStat.ModeCount];
            Array.Fill(processor.Slots, NoSlot);
        }

        processor.SeenAt = _reads;
        for (var mode = 0; mode < Modes.Length && !processor.IsRefused; mode++)
        {
            SetMode(series, ref processor, number, mode, ticks[mode]);
        }

        return !processor.IsRefused;
    }

    private static void SetMode(CollectorSeries series, ref Processor processor, int number, int mode, long ticks)
    {
        ref var slot = ref processor.Slots![mode];
        if (ticks > TicksMax)
        {
            series.Retire(slot);
            slot = NoSlot;
            return;
        }

        if (slot == NoSlot)
        {
            slot = series.Define(GuestMetrics.CpuTime, Modes[mode], number.ToString(CultureInfo.InvariantCulture));
            processor.Last![mode] = 0;
            if (slot < 0)
            {
                Array.ForEach(processor.Slots, series.Retire);
                Array.Fill(processor.Slots, NoSlot);
                processor.IsRefused = true;
                return;
            }
        }

        var value = ticks * MicrosecondsPerTick;
        var last = processor.Last![mode];
        value = value < last && last - value <= BackwardsHeldMicroseconds ? last : value;
        processor.Last[mode] = value;
        series.Set(slot, value);
    }

    private void RetireOffline(CollectorSeries series)
    {
        for (var number = 0; number < _processors.Length; number++)
        {
            ref var processor = ref _processors[number];
            if (processor.Slots is null || processor.SeenAt == _reads)
            {
                continue;
            }

            foreach (var slot in processor.Slots)
            {
                series.Retire(slot);
            }

            processor = default;
        }
    }

    private void SetLoad(CollectorSeries series)
    {
        var known = _load.TryReadOnce(out var text) & LoadAverage.TryParse(text, out var load);
        _loads[0].Set(series, known ? load.OneMinute : -1);
        _loads[1].Set(series, known ? load.FiveMinutes : -1);
        _loads[2].Set(series, known ? load.FifteenMinutes : -1);
    }

    private struct Processor
    {
        public int[]? Slots;
        public long[]? Last;
        public int SeenAt;
        public bool IsRefused;
    }
}
