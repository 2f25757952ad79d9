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

    private readonly KernelFile _stat = new(root.Of("/proc/stat"), 16 * 1024);
    private readonly KernelFile _load = new(root.Of("/proc/loadavg"), 128);
    private readonly ProcStat _parsed = new();
    private Processor[] _processors = [];
    private int _reads;
    private bool _totalsDefined;
    private bool _loadDefined;
    private int _countSlot;
    private int _runQueueSlot;
    private int _blockedSlot;
    private int _switchesSlot;
    private int _interruptsSlot;
    private int _createdSlot;
    private int _load1Slot;
    private int _load5Slot;
    private int _load15Slot;

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
        DefineTotals(series);
        series.Set(_countSlot, _parsed.ProcessorCount);
        series.Set(_runQueueSlot, Math.Max(_parsed.Running, 0));
        series.Set(_blockedSlot, Math.Max(_parsed.Blocked, 0));
        series.Set(_switchesSlot, Math.Max(_parsed.ContextSwitches, 0));
        series.Set(_interruptsSlot, Math.Max(_parsed.Interrupts, 0));
        series.Set(_createdSlot, Math.Max(_parsed.Processes, 0));
        for (var position = 0; position < _parsed.ProcessorCount; position++)
        {
            SetProcessor(series, _parsed.Number(position), _parsed.Ticks(position));
        }

        RetireOffline(series);
        SetLoad(series);
        return CollectOutcome.Ok;
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        _stat.Dispose();
        _load.Dispose();
    }

    private void DefineTotals(CollectorSeries series)
    {
        if (_totalsDefined)
        {
            return;
        }

        _totalsDefined = true;
        _countSlot = series.Define(GuestMetrics.CpuCount);
        _runQueueSlot = series.Define(GuestMetrics.RunQueue);
        _blockedSlot = series.Define(GuestMetrics.Blocked);
        _switchesSlot = series.Define(GuestMetrics.ContextSwitches);
        _interruptsSlot = series.Define(GuestMetrics.Interrupts);
        _createdSlot = series.Define(GuestMetrics.ProcessesCreated);
    }

    private void SetProcessor(CollectorSeries series, int number, ReadOnlySpan<long> ticks)
    {
        if (number >= _processors.Length)
        {
            Array.Resize(ref _processors, Math.Max(number + 1, _processors.Length * 2));
        }

        ref var processor = ref _processors[number];
        if (processor.Slots is null)
        {
            var name = number.ToString(CultureInfo.InvariantCulture);
            processor.Slots = new int[ProcStat.ModeCount];
            processor.Last = new long[ProcStat.ModeCount];
            for (var mode = 0; mode < Modes.Length; mode++)
            {
                processor.Slots[mode] = series.Define(GuestMetrics.CpuTime, Modes[mode], name);
            }
        }

        processor.SeenAt = _reads;
        for (var mode = 0; mode < Modes.Length; mode++)
        {
            var value = ticks[mode] > long.MaxValue / MicrosecondsPerTick ? long.MaxValue : ticks[mode] * MicrosecondsPerTick;
            var last = processor.Last![mode];
            if (value < last && last - value <= BackwardsHeldMicroseconds)
            {
                value = last;
            }

            processor.Last[mode] = value;
            series.Set(processor.Slots[mode], value);
        }
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
        if (!_load.TryReadOnce(out var text) || !LoadAverage.TryParse(text, out var load))
        {
            return;
        }

        if (!_loadDefined)
        {
            _loadDefined = true;
            _load1Slot = series.Define(GuestMetrics.Load1);
            _load5Slot = series.Define(GuestMetrics.Load5);
            _load15Slot = series.Define(GuestMetrics.Load15);
        }

        series.Set(_load1Slot, load.OneMinute);
        series.Set(_load5Slot, load.FiveMinutes);
        series.Set(_load15Slot, load.FifteenMinutes);
    }

    private struct Processor
    {
        public int[]? Slots;
        public long[]? Last;
        public int SeenAt;
    }
}
