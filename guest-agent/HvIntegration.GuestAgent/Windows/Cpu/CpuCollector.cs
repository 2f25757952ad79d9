using System.Globalization;
using HvIntegration.GuestAgent.Collection;
using HvIntegration.GuestAgent.Windows.Native;
using HvIntegration.GuestAgent.Windows.Reading;
using HvIntegration.Protocol.Metrics;

namespace HvIntegration.GuestAgent.Windows.Cpu;

/// <summary>Time of every logical processor per mode, interrupts, context switches, system calls, run queue.</summary>
/// <remarks>
/// Sources: <c>NtQuerySystemInformation</c>, processor performance (with <c>…Ex</c> per group on machines of more than one) and
/// system performance; the run queue from the thread states of the newest process read. Processors are numbered group by group.
/// </remarks>
internal sealed class CpuCollector(GuestLoad load) : WindowsCollector("cpu", CollectorSchedule.EachInterval)
{
    private const int ProcessorsOfGroupMax = 64;
    private static readonly string[] Modes = ["user", "system", "idle", "interrupt", "dpc"];

    private readonly NativeBuffer _times = new(ProcessorsOfGroupMax * ProcessorTimes.Bytes, 4 * ProcessorsOfGroupMax * ProcessorTimes.Bytes);
    private readonly NativeBuffer _system = new(512, 4096);
    private Processor[] _processors = [];
    private int[]? _totals;
    private int _runQueueSlot = -1;
    private Carried32 _switches;
    private Carried32 _calls;
    private long _lastBusy;
    private long _lastAll;

    /// <inheritdoc/>
    public override void Dispose()
    {
        _times.Dispose();
        _system.Dispose();
    }

    /// <inheritdoc/>
    protected override CollectOutcome Read(CollectorSeries series)
    {
        var groups = Math.Max((ushort)1, Kernel32.GetActiveProcessorGroupCount());
        var number = 0;
        long busy = 0;
        long all = 0;
        long interrupts = 0;
        for (ushort group = 0; group < groups; group++)
        {
            int length;
            int status = groups == 1
                ? NtDll.Query(NtDll.SystemProcessorPerformanceInformation, _times, out length)
                : NtDll.QueryProcessorTimes(group, _times, out length);
            if (status != 0)
            {
                return OfStatus("NtQuerySystemInformation(processor performance)", status);
            }

            ReadOnlySpan<byte> answer = _times.Content(length);
            // Without a length of its own the answer ends with the machine's processors.
            int rows = Math.Min(ProcessorTimes.CountIn(answer.Length), groups == 1 ? Environment.ProcessorCount : ProcessorsOfGroupMax);
            for (var row = 0; row < rows; row++)
            {
                ProcessorTimes times = ProcessorTimes.Parse(answer, row);
                busy += times.User + Math.Max(0, times.Kernel - times.Idle);
                all += times.User + times.Kernel;
                interrupts += Set(series, number++, times);
            }
        }

        if (number == 0)
        {
            return CollectOutcome.Failed("NtQuerySystemInformation(processor performance) lists no processor");
        }

        load.BusyShare = _lastAll > 0 && all > _lastAll ? Math.Clamp((double)(busy - _lastBusy) / (all - _lastAll), 0, 1) : double.NaN;
        _lastBusy = busy;
        _lastAll = all;
        return SetTotals(series, number, interrupts);
    }

    private long Set(CollectorSeries series, int number, in ProcessorTimes times)
    {
        if (number >= _processors.Length)
        {
            Array.Resize(ref _processors, Math.Max(number + 1, _processors.Length * 2));
        }

        ref Processor processor = ref _processors[number];
        if (processor.Slots is null)
        {
            string name = number.ToString(CultureInfo.InvariantCulture);
            processor.Slots = Array.ConvertAll(Modes, mode => series.Define(GuestMetrics.CpuTime, mode, name));
        }

        series.Set(processor.Slots[0], FileTime.ToMicroseconds(times.User));
        series.Set(processor.Slots[1], processor.System = Math.Max(processor.System, FileTime.ToMicroseconds(times.System)));
        series.Set(processor.Slots[2], FileTime.ToMicroseconds(times.Idle));
        series.Set(processor.Slots[3], FileTime.ToMicroseconds(times.Interrupt));
        series.Set(processor.Slots[4], FileTime.ToMicroseconds(times.Dpc));
        return processor.Interrupts.Advance(times.InterruptCount);
    }

    private CollectOutcome SetTotals(CollectorSeries series, int processors, long interrupts)
    {
        int status = NtDll.Query(NtDll.SystemPerformanceInformation, _system, out int length);
        if (status != 0 || !SystemPerformance.TryParse(_system.Content(length), out SystemPerformance system))
        {
            return OfStatus("NtQuerySystemInformation(system performance)", status);
        }

        _totals ??=
        [
            series.Define(GuestMetrics.CpuCount),
            series.Define(GuestMetrics.Interrupts),
            series.Define(GuestMetrics.ContextSwitches),
            series.Define(GuestMetrics.SystemCalls),
        ];
        series.Set(_totals[0], processors);
        series.Set(_totals[1], interrupts);
        series.Set(_totals[2], _switches.Advance(system.ContextSwitches));
        series.Set(_totals[3], _calls.Advance(system.SystemCalls));
        if (load.TryGetThreads(out ThreadCounts threads))
        {
            _runQueueSlot = _runQueueSlot < 0 ? series.Define(GuestMetrics.RunQueue) : _runQueueSlot;
            series.Set(_runQueueSlot, threads.Running + threads.Ready);
        }

        return CollectOutcome.Ok;
    }

    private struct Processor
    {
        public int[]? Slots;
        public Carried32 Interrupts;

        /// <summary>A difference of counters that are booked one after the other must not run back.</summary>
        public long System;
    }
}
