using System.Globalization;
using HvIntegration.GuestAgent.Collection;
using HvIntegration.Protocol.Codec;
using HvIntegration.Protocol.Handshake;
using HvIntegration.Protocol.V1;
using Microsoft.Extensions.Logging;

namespace HvIntegration.GuestAgent.Sampling;

/// <summary>Takes one sample of everything and encodes it as the next batch.</summary>
/// <remarks>Used by one thread; only <see cref="RequestProcessTable"/> and the event queue are for others.</remarks>
internal sealed class Sampler : IDisposable
{
    private const long WallClockEveryNs = 60_000_000_000;
    private const long StepNsMin = 100_000_000;
    private readonly CollectorRunner[] _runners;
    private readonly IProcessCollector? _processes;
    private readonly ReadLane? _processLane;
    private readonly ProcessSlots _slots = new(ProtocolLimits.ProcessesMax);
    private readonly CollectorSeries _noSeries = new(0);
    private readonly SamplingSettings _settings;
    private readonly IGuestClock _clock;
    private readonly ILogger _logger;
    private readonly BatchEncoder _encoder;
    private readonly int _processIndex;
    private TableRequest? _tableRequest;
    private CollectorStatus _processStatus;
    private long _processDueNs;
    private long _wallClockDueNs;
    private long _wallOffsetNs;
    private bool _wallOffsetKnown;

    /// <summary>Takes over the collectors.</summary>
    /// <param name="collectors">In wire order.</param>
    /// <param name="processes">Process collector; null to read none.</param>
    /// <param name="settings">Rates.</param>
    /// <param name="clock">Guest clocks.</param>
    /// <param name="logger">For changes of a collector's status.</param>
    /// <param name="laneStarted">Called first on each thread of a blocking source, for its priority.</param>
    public Sampler(
        IReadOnlyList<ICollector> collectors, IProcessCollector? processes, SamplingSettings settings, IGuestClock clock, ILogger logger, Action? laneStarted)
    {
        _settings = settings;
        _clock = clock;
        _logger = logger;
        _processes = processes;
        Events = new EventQueue(clock);
        var budget = new SeriesBudget();
        _runners = new CollectorRunner[collectors.Count];
        for (int i = 0; i < _runners.Length; i++)
        {
            _runners[i] = new CollectorRunner(i, collectors[i], budget, clock, logger, laneStarted);
        }

        _processIndex = _runners.Length;
        string[] names = [.. collectors.Select(c => c.Name)];
        CollectorNames = processes is null ? names : [.. names, processes.Name];
        _encoder = new BatchEncoder(CollectorNames.Count);
        if (processes is not null)
        {
            _processLane = new ReadLane("hvi-" + processes.Name, ReadProcesses, clock, laneStarted, AnswerTableRequest);
        }
    }

    /// <summary>Names for Hello, in wire order.</summary>
    public IReadOnlyList<string> CollectorNames { get; }

    /// <summary>Collectors with their newest outcome, processes aside.</summary>
    public IReadOnlyList<CollectorRunner> Runners => _runners;

    /// <summary>Newest outcome of the process collector.</summary>
    public CollectOutcome ProcessOutcome { get; private set; }

    /// <summary>Duration of the newest process read, nanoseconds.</summary>
    public long ProcessDurationNs { get; private set; }

    /// <summary>Events for the next batch.</summary>
    public EventQueue Events { get; }

    /// <summary>The batch made last, a whole AgentMessage; until the next sample.</summary>
    public ReadOnlySpan<byte> Message => _encoder.Message;

    /// <summary>Series that all collectors could not define.</summary>
    public long SeriesRefused
    {
        get
        {
            long refused = 0;
            foreach (CollectorRunner runner in _runners)
            {
                refused += runner.Series.Refused;
            }

            return refused;
        }
    }

    /// <summary>Reads every collector that is due and encodes a batch.</summary>
    /// <param name="sequence">One more than that of the sample before.</param>
    /// <param name="dropped">Batches the ring dropped in this run.</param>
    /// <param name="slowWaitMs">How long to wait for sources that may block: 0 in the loop, longer for a single sample.</param>
    /// <returns>Monotonic time of the batch, nanoseconds.</returns>
    public long Sample(ulong sequence, long dropped, int slowWaitMs)
    {
        long start = _clock.MonotonicNs;
        int topN = _settings.TopN;
        bool processesBegun = _processLane is not null && topN > 0 && start >= _processDueNs && _processLane.TryBegin();
        if (processesBegun)
        {
            long everyNs = _settings.ProcessIntervalMs * 1_000_000L;

            // Half an interval of slack: a read that begins a little early in its second must not skip to the next one.
            _processDueNs = start + everyNs - Math.Min(everyNs / 2, 50_000_000);
        }

        foreach (CollectorRunner runner in _runners)
        {
            runner.Begin();
        }

        _encoder.Begin(sequence, start);
        foreach (CollectorRunner runner in _runners)
        {
            runner.Complete(_encoder, slowWaitMs);
        }

        WriteProcesses(start, Math.Max(slowWaitMs, _settings.IntervalMsAt(start) / 4));
        CheckWallClock(TakeCollectorEvents());
        Events.WriteTo(_encoder);
        _encoder.End(dropped);
        return start;
    }

    /// <summary>Asks for the whole process table; the answer comes after the next process read, on another thread.</summary>
    /// <param name="requestId">Comes back in the answer.</param>
    /// <param name="rowsMax">Rows at most.</param>
    /// <param name="answer">Takes the table; a later request replaces one that waits.</param>
    public void RequestProcessTable(uint requestId, int rowsMax, Action<ProcessTable> answer) =>
        Interlocked.Exchange(ref _tableRequest, new TableRequest(requestId, Math.Clamp(rowsMax, 1, ProtocolLimits.ProcessTableRowsMax), answer));

    /// <inheritdoc/>
    public void Dispose()
    {
        foreach (CollectorRunner runner in _runners)
        {
            runner.Dispose();
        }

        _processLane?.Dispose();
        if (_processLane is not { IsReading: true })
        {
            _processes?.Dispose();
        }
    }

    private void WriteProcesses(long batchStartNs, int waitMs)
    {
        if (_processLane is null)
        {
            return;
        }

        if (_processLane.IsFinished || (_processLane.IsReading && _processLane.WaitFinished(waitMs)))
        {
            CollectOutcome outcome = _processLane.Outcome;
            ProcessOutcome = outcome;
            ProcessDurationNs = _processLane.EndNs - _processLane.StartNs;
            if (outcome.Status == CollectorStatus.Ok)
            {
                _encoder.AddProcesses(_slots, _processLane.StartNs, _processLane.EndNs);
            }

            WriteProcessStatus(outcome, _processLane.StartNs, _processLane.EndNs);
            _processLane.Release();
        }
        else if (_processLane.IsReading && _clock.MonotonicNs - _processLane.StartNs > _settings.ProcessIntervalMs * 1_000_000L)
        {
            ProcessOutcome = new CollectOutcome(CollectorStatus.NoAnswer, "the process read did not complete within its interval");
            WriteProcessStatus(ProcessOutcome, _processLane.StartNs, batchStartNs);
        }
    }

    // Rows carry their own times, so an ok status is sent only when it follows another one.
    private void WriteProcessStatus(CollectOutcome outcome, long startNs, long endNs)
    {
        if (outcome.Status != CollectorStatus.Ok || _processStatus != CollectorStatus.Ok)
        {
            if (outcome.Status != _processStatus && outcome.Status != CollectorStatus.Ok)
            {
                SamplingLog.CollectorNotOk(_logger, _processes!.Name, outcome.Status, outcome.Reason);
            }

            _encoder.Add(_processIndex, _noSeries, outcome.Status, outcome.Reason, startNs, endNs);
            _processStatus = outcome.Status;
        }
    }

    /// <summary>Hands on what collectors noticed.</summary>
    /// <returns>True when one of them told a step of the wall clock.</returns>
    private bool TakeCollectorEvents()
    {
        bool stepTold = false;
        foreach (CollectorRunner runner in _runners)
        {
            while (runner.TryTakeEvent(out CollectorEvent moment))
            {
                Events.Add(moment.Kind, moment.Text);
                stepTold |= moment.Kind == AgentEventKind.ClockStep;
            }
        }

        return stepTold;
    }

    // A clock collector sees steps of a millisecond; without one this coarser look is what there is.
    private void CheckWallClock(bool stepTold)
    {
        long monotonic = _clock.MonotonicNs;
        long offset = _clock.UnixNs - monotonic;
        long step = offset - _wallOffsetNs;
        bool stepped = stepTold || (_wallOffsetKnown && Math.Abs(step) >= StepNsMin);
        if (stepped && !stepTold)
        {
            Events.Add(AgentEventKind.ClockStep, string.Create(CultureInfo.InvariantCulture, $"the wall clock stepped by {step / 1e9:+0.000;-0.000} s"));
        }

        _wallOffsetNs = offset;
        _wallOffsetKnown = true;
        if (stepped || monotonic >= _wallClockDueNs)
        {
            _wallClockDueNs = monotonic + WallClockEveryNs;
            _encoder.AddWallClock(monotonic, monotonic + offset, _clock.SinceBootNs);
        }
    }

    private CollectOutcome ReadProcesses()
    {
        try
        {
            return _processes!.Collect(_slots, _settings.TopN);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or FormatException or InvalidDataException)
        {
            return CollectOutcome.Failed(e.Message);
        }
        catch (Exception e) when (e is not OutOfMemoryException)
        {
            SamplingLog.CollectorBug(_logger, _processes!.Name, e);
            return CollectOutcome.Failed($"error in the collector: {e.GetType().Name}: {e.Message}");
        }
    }

    private void AnswerTableRequest()
    {
        if (Interlocked.Exchange(ref _tableRequest, null) is not { } request)
        {
            return;
        }

        try
        {
            request.Answer(ProcessTables.Make(request.Id, _clock.MonotonicNs, _processes!.WholeTable(request.RowsMax), _slots.ProcessesTotal));
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or FormatException or InvalidDataException or InvalidOperationException)
        {
            SamplingLog.TableFailed(_logger, e);
        }
    }

    private sealed record TableRequest(uint Id, int RowsMax, Action<ProcessTable> Answer);
}
