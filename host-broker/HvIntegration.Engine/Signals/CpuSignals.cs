using HvIntegration.Model;
using HvIntegration.Protocol.Metrics;

namespace HvIntegration.Engine.Signals;

/// <summary>Processor signals of both sides: busy, run, ready, synthetic steal, demand, contention.</summary>
/// <remarks>Source: diagnosis reference, sections 2.1, 3 and 4. One instance serves all VMs of a model, one after the other.</remarks>
internal sealed class CpuSignals
{
    private const double GuestTickShare = GuestTimes.TickShare;

    // The host brings a running thread's counters up to date at its own tick.
    private const double HostTickShare = 0.004;

    // What a virtual processor's thread does that is neither guest work nor waiting (locks, emulation): "within a few per cent".
    private const double AccountingShare = 0.02;

    private const string NoWait = "the recording has no wait times of the virtual processors; on Hyper-V, record CPU Wait Time Per Dispatch and Logical Processor Dispatches/sec";
    private const int ProcessorsShownMax = 32;

    private readonly GuestTimes _times = new();
    private readonly ProcessorShares _busy;
    private readonly ProcessorShares _run = new();
    private readonly ProcessorShares _wait = new();

    public CpuSignals() => _busy = _times.Busy;

    public void Derive(SignalInput input, SignalFrame frame)
    {
        _run.Take(input.Host, HostMetrics.VpRunTime, input.Second);
        var waitMetric = input.Host.Of(HostMetrics.VpContentionTime).Count > 0 ? HostMetrics.VpContentionTime : HostMetrics.VpWaitTime;
        _wait.Take(input.Host, waitMetric, input.Second);
        GuestBusy(input, frame);
        GuestQueue(input, frame);
        Pressure(input, frame);
        HostRun(input, frame);
        Ready(input, frame, waitMetric);
        Steal(input, frame);
        Demand(input, frame);
        Caps(input, frame);
    }

    private void GuestBusy(SignalInput input, SignalFrame frame)
    {
        _times.Read(input, _run, _wait);
        if (_busy.Count == 0)
        {
            frame.Missing(SignalCatalog.GuestBusy, input.NoGuest);
            return;
        }

        if (_busy.Greatest > GuestTimes.ImpossibleShare)
        {
            frame.Missing(SignalCatalog.GuestBusy, frame.Words ? $"the guest reported {NumberText.Percent(_busy.Greatest)} of one processor; ignored because this is not possible" : "not possible");
            frame.Add(SignalCatalog.GuestUncounted, 1, double.NaN, SampleQuality.Measured, "system.cpu.time");
            _busy.Clear();
            return;
        }

        var uncounted = _times.Uncounted;
        var error = GuestTickShare + (input.GuestEdges * _busy.Mean) + uncounted;
        var quality = uncounted > 0 ? SampleQuality.Estimated : SampleQuality.Measured;
        var source = BookedSource(input, frame);
        frame.Add(SignalCatalog.GuestBusy, _busy.Mean, error, quality, source);
        if (_busy.Count > 1 || input.Partition.VirtualProcessors <= 1)
        {
            AddFullest(input, frame, error, quality, source);
        }
        else
        {
            // Only the total of several processors: their mean says when all are full.
            frame.Missing(SignalCatalog.GuestBusyMax, "the guest reports only the total of its processors");
            frame.Add(SignalCatalog.GuestBusyProcessors, _busy.Mean >= input.Limits.BusyShare ? 1 : 0, double.NaN, SampleQuality.Estimated, source);
        }

        for (var cpu = 0; frame.Words && cpu < Math.Min(_busy.End, ProcessorsShownMax); cpu++)
        {
            frame.AddInstance(SignalCatalog.GuestBusy, NumberText.Number(cpu), _busy[cpu], error, quality, source);
        }

        if (uncounted > 0)
        {
            frame.Add(SignalCatalog.GuestUncounted, uncounted, GuestTickShare, SampleQuality.Measured, "1 minus all modes of system.cpu.time");
        }

        // A zero here is what a platform without a steal clock gives: showing it would say "no contention".
        if (_times.Stolen > 0)
        {
            frame.Add(SignalCatalog.GuestReportedSteal, _times.Stolen, error, SampleQuality.Measured, "system.cpu.time steal");
        }
        else
        {
            frame.Missing(SignalCatalog.GuestReportedSteal, "not reported by this platform");
        }
    }

    // Of a processor with uncounted time only the least is known: what depends on the rest is missing.
    private void AddFullest(SignalInput input, SignalFrame frame, double error, SampleQuality quality, string source)
    {
        frame.Add(SignalCatalog.GuestBusyMax, _times.Greatest(input.Limits.HotProcessorShare), error, quality, source);
        frame.Add(SignalCatalog.GuestBusyProcessors, _times.AtLeast(input.Limits.BusyShare, input.Limits.BusyProcessorsShare), double.NaN, quality, source);
    }

    private string BookedSource(SignalInput input, SignalFrame frame)
    {
        var native = input.Guest.Single(GuestMetrics.CpuTime)!.Native;
        if (!frame.Words || (_times.Late <= 0 && _times.Uncounted <= 0))
        {
            return native;
        }

        return _times.Uncounted > 0
            ? $"{native}; {NumberText.Percent(_times.Uncounted)} of the time is in no CPU mode and not counted"
            : $"{native}, {NumberText.Percent(_times.Late)} of it in no CPU mode (late ticks)";
    }

    private void GuestQueue(SignalInput input, SignalFrame frame)
    {
        var count = input.GuestValue(GuestMetrics.CpuCount);
        var divisor = count >= 1 ? count : _busy.Count > 1 ? _busy.Count : Math.Max(_busy.Count, input.Partition.VirtualProcessors);
        if (input.Guest.Single(GuestMetrics.RunQueue) is { } queue)
        {
            frame.Add(SignalCatalog.GuestRunQueue, divisor > 0 ? queue.At(input.Second) / divisor : double.NaN, double.NaN, input.GuestLevel, queue.Native);
        }
        else if (input.Guest.Single(GuestMetrics.WaitingThreads) is { } waiting)
        {
            // Windows counts the waiting ones only: one running thread for each busy processor comes on top.
            var running = _busy.Count > 0 ? _busy.Mean * divisor : 0;
            frame.Add(SignalCatalog.GuestRunQueue, divisor > 0 ? (waiting.At(input.Second) + running) / divisor : double.NaN, double.NaN, SampleQuality.Estimated, waiting.Native);
        }
        else
        {
            frame.Missing(SignalCatalog.GuestRunQueue, input.NoGuest);
        }

        if (input.Processes.Count > 0)
        {
            frame.Add(
                SignalCatalog.GuestTopProcess, input.Processes[0].CpuShare, GuestTickShare, SampleQuality.Measured,
                frame.Words ? $"process {input.Processes[0].Name} ({NumberText.Number(input.Processes[0].Pid)})" : "process");
        }

        frame.Add(SignalCatalog.SlowedShare, input.SlowedShare, double.NaN, SampleQuality.Estimated, "active processes, CPU and bytes compared with their last minute");
    }

    private void Pressure(SignalInput input, SignalFrame frame)
    {
        foreach (var series in input.Guest.Of(GuestMetrics.PressureStalled))
        {
            var signal = (series.First, series.Last) switch
            {
                ("cpu", "some") => SignalCatalog.PsiCpuSome,
                ("memory", "some") => SignalCatalog.PsiMemorySome,
                ("memory", "full") => SignalCatalog.PsiMemoryFull,
                ("io", "some") => SignalCatalog.PsiIoSome,
                ("io", "full") => SignalCatalog.PsiIoFull,
                _ => null,
            };
            var share = series.At(input.Second);
            if (signal is not null && share <= GuestTimes.ImpossibleShare)
            {
                frame.Add(signal, share, input.GuestEdges * share, SampleQuality.Measured, frame.Words ? $"{series.Name} {series.First} {series.Last}" : series.Name);
            }
        }

        // Windows has no pressure-stall counters: threads that wait for a processor mean that some are stalled.
        if (!frame.Has(SignalCatalog.PsiCpuSome) && frame.QualityOf(SignalCatalog.GuestRunQueue) == SampleQuality.Estimated)
        {
            var beyond = frame.Value(SignalCatalog.GuestRunQueue) - (_busy.Count > 0 ? _busy.Mean : 0);
            frame.Add(SignalCatalog.PsiCpuSome, Math.Clamp(beyond, 0, 1), double.NaN, SampleQuality.Estimated, "estimated from the processor queue");
        }
    }

    private void HostRun(SignalInput input, SignalFrame frame)
    {
        if (_run.Count == 0)
        {
            frame.Missing(SignalCatalog.HostRun, input.NoHost);
            return;
        }

        var error = HostTickShare + (input.HostEdges * _run.Mean);
        frame.Add(SignalCatalog.HostRun, _run.Mean, error, _run.Quality, _run.Source);
        frame.Add(SignalCatalog.HostRunMax, _run.Greatest, error, _run.Quality, _run.Source);
        frame.Add(SignalCatalog.HostRunTotal, _run.Sum, error * _run.Count, _run.Quality, _run.Source);
        Instances(frame, SignalCatalog.HostRun, _run, error);
    }

    private void Ready(SignalInput input, SignalFrame frame, MetricDefinition metric)
    {
        if (_wait.Count == 0)
        {
            frame.Missing(SignalCatalog.Ready, _run.Count == 0 ? input.NoHost : NoWait);
            return;
        }

        // The wait counter of hosts before Server 2025 also holds the time to wake an idle processor.
        var error = HostTickShare + (input.HostEdges * _wait.Mean);
        var source = metric == HostMetrics.VpContentionTime && frame.Words ? _wait.Source + " (contention only)" : _wait.Source;
        frame.Add(SignalCatalog.Ready, _wait.Mean, error, _wait.Quality, source);
        frame.Add(SignalCatalog.ReadyMax, _wait.Greatest, error, _wait.Quality, source);
        Instances(frame, SignalCatalog.Ready, _wait, error);
        frame.Add(SignalCatalog.Contention1s, _wait.Mean, error, _wait.Quality, source);
        if (frame.Words)
        {
            Long(input, frame, SignalCatalog.Contention1m, 60);
            Long(input, frame, SignalCatalog.Contention5m, 300);
        }
    }

    private void Long(SignalInput input, SignalFrame frame, SignalDefinition signal, int seconds)
    {
        var mean = input.History.Mean(SignalCatalog.Ready, input.Second - 1, seconds - 1);
        Span<double> before = stackalloc double[seconds - 1];
        var count = input.History.Window(SignalCatalog.Ready, input.Second - 1, before);
        mean = count == 0 ? _wait.Mean : ((mean * count) + _wait.Mean) / (count + 1);
        var quality = count + 1 >= seconds * 9 / 10 ? SampleQuality.Measured : SampleQuality.Estimated;
        frame.Add(signal, mean, HostTickShare / seconds, quality, $"{SignalIds.Ready} over {NumberText.Number(count + 1)} s");
    }

    private void Steal(SignalInput input, SignalFrame frame)
    {
        if (_busy.Count == 0 || _run.Count == 0)
        {
            frame.Missing(SignalCatalog.Steal, _busy.Count == 0 ? frame.SourceOf(SignalCatalog.GuestBusy) : input.NoHost);
            return;
        }

        // What the guest's own kernel reports as taken was wanted too. Virtual processor n of the host is processor n of the guest; where the counts differ only the means can be compared.
        var paired = _busy.Matches(_run);
        var error = GuestTickShare + HostTickShare + AccountingShare + input.GuestEdges + input.HostEdges + _times.Uncounted;
        var taken = double.IsNaN(_times.Stolen) ? 0 : _times.Stolen;
        var signed = _busy.Mean + taken - _run.Mean;
        var source = frame.Words ? $"{frame.SourceOf(SignalCatalog.GuestBusy)}{(taken > 0 ? " with its steal" : string.Empty)} minus {_run.Source}" : _run.Source;
        var quality = _times.Uncounted <= 0 && paired && _run.Quality == SampleQuality.Measured ? SampleQuality.Measured : SampleQuality.Estimated;
        frame.Add(SignalCatalog.Steal, Math.Max(0, signed), error, quality, source);
        frame.Add(SignalCatalog.StealSigned, signed, error, quality, source);
        for (var cpu = 0; frame.Words && paired && cpu < Math.Min(_busy.End, ProcessorsShownMax); cpu++)
        {
            frame.AddInstance(SignalCatalog.Steal, NumberText.Number(cpu), Math.Max(0, _busy[cpu] - _run[cpu]), error, quality, source);
        }

        if (_wait.Count > 0)
        {
            var apart = Math.Abs(signed - _wait.Mean);
            var bars = error + HostTickShare + (input.HostEdges * _wait.Mean);
            frame.Add(
                SignalCatalog.ReadyStealAgree, apart <= bars ? 1 : 0, double.NaN, quality,
                frame.Words ? $"{NumberText.Percent(apart)} apart, error bars {NumberText.Percent(bars)}" : "apart");
        }
    }

    private static void Demand(SignalInput input, SignalFrame frame)
    {
        if (frame.Has(SignalCatalog.HostRun) && frame.Has(SignalCatalog.Ready))
        {
            var (run, ready) = (frame.QualityOf(SignalCatalog.HostRun), frame.QualityOf(SignalCatalog.Ready));
            frame.Add(
                SignalCatalog.CpuDemand, frame.Value(SignalCatalog.HostRun) + frame.Value(SignalCatalog.Ready),
                frame.Error(SignalCatalog.HostRun) + frame.Error(SignalCatalog.Ready), run > ready ? run : ready,
                frame.Words ? $"{frame.SourceOf(SignalCatalog.HostRun)} + {frame.SourceOf(SignalCatalog.Ready)}" : "run + ready");
        }
        else
        {
            frame.Missing(SignalCatalog.CpuDemand, input.NoHost);
        }
    }

    private static void Caps(SignalInput input, SignalFrame frame)
    {
        var limit = input.HostValue(HostMetrics.VpLimit);
        limit = limit > 0 ? limit : input.Partition.CpuLimit ?? double.NaN;
        var processors = Math.Max(1, input.Host.Of(HostMetrics.VpRunTime).Count);
        // A cap of all its processors caps nothing.
        limit = limit < processors * 0.995 ? limit : double.NaN;
        var overhead = input.Host.Single(HostMetrics.VmOverheadTime);
        if (overhead is not null)
        {
            frame.Add(SignalCatalog.HostOverhead, overhead.At(input.Second), HostTickShare, overhead.Quality, overhead.Native);
        }

        if (limit > 0 && frame.Has(SignalCatalog.HostRunTotal))
        {
            var total = frame.Value(SignalCatalog.HostRunTotal);
            frame.Add(
                SignalCatalog.CapUse, total / limit, frame.Error(SignalCatalog.HostRunTotal) / limit, frame.QualityOf(SignalCatalog.HostRunTotal),
                frame.Words ? $"{frame.SourceOf(SignalCatalog.HostRunTotal)} divided by a cap of {NumberText.Compact(limit)} logical processors" : "cap");
        }
        else
        {
            frame.Missing(SignalCatalog.CapUse, "no CPU cap below the processor count is known for this VM; limitPercent in an inventory sets it");
        }

        if (input.Host.Single(HostMetrics.VmThrottledTime) is { } throttled)
        {
            frame.Add(SignalCatalog.Throttled, throttled.At(input.Second) / processors, HostTickShare, throttled.Quality, throttled.Native);
        }
    }

    private static void Instances(SignalFrame frame, SignalDefinition signal, ProcessorShares shares, double error)
    {
        for (var vp = 0; frame.Words && vp < Math.Min(shares.End, ProcessorsShownMax); vp++)
        {
            frame.AddInstance(signal, NumberText.Number(vp), shares[vp], error, shares.Quality, shares.Source);
        }
    }
}
