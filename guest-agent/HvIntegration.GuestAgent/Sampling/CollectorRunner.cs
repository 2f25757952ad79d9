using HvIntegration.GuestAgent.Collection;
using HvIntegration.Protocol.Codec;
using HvIntegration.Protocol.V1;
using Microsoft.Extensions.Logging;

namespace HvIntegration.GuestAgent.Sampling;

/// <summary>One collector with its series: the place where a failure becomes data.</summary>
internal sealed class CollectorRunner : IDisposable
{
    private readonly ICollector _collector;
    private readonly IGuestClock _clock;
    private readonly ILogger _logger;
    private readonly CollectOutcome _late;
    private readonly CollectOutcome _noAnswer;
    private readonly ReadLane? _lane;
    private CollectorStatus _lastStatus;
    private int _untilDue;

    /// <summary>Takes over the collector; a blocking one gets its thread.</summary>
    public CollectorRunner(int index, ICollector collector, SeriesBudget budget, IGuestClock clock, ILogger logger, Action? laneStarted)
    {
        Index = index;
        _collector = collector;
        _clock = clock;
        _logger = logger;
        Series = new CollectorSeries(SeriesOfOneCollectorMax, budget);
        CollectorSchedule schedule = collector.Schedule;
        _late = new CollectOutcome(CollectorStatus.DeadlineExceeded, $"the read took longer than its deadline of {schedule.DeadlineMs} ms");
        _noAnswer = new CollectOutcome(CollectorStatus.NoAnswer, $"a read did not complete within {schedule.DeadlineMs} ms");
        _lane = schedule.MayBlock ? new ReadLane("hvi-" + collector.Name, ReadOnce, clock, laneStarted, null) : null;
    }

    /// <summary>No collector may take more than half of what the VM may have.</summary>
    public const int SeriesOfOneCollectorMax = 2048;

    /// <summary>The collector's position in the list of the agent's Hello.</summary>
    public int Index { get; }

    /// <summary>The collector's name, the same in every version.</summary>
    public string Name => _collector.Name;

    /// <summary>Which of several sources the newest read used; empty for a collector with one.</summary>
    public string Source => _collector is ISourcedCollector sourced ? sourced.Source : "";

    /// <summary>The series that this collector fills.</summary>
    public CollectorSeries Series { get; }

    /// <summary>What the newest read came to.</summary>
    public CollectOutcome Outcome { get; private set; }

    /// <summary>Duration of the newest read, nanoseconds.</summary>
    public long DurationNs { get; private set; }

    /// <summary>Reads that took longer than their deadline, or have not answered.</summary>
    public long DeadlinesExceeded { get; private set; }

    /// <summary>Starts this interval's read when the collector has a thread of its own.</summary>
    public void Begin()
    {
        if (_lane is null)
        {
            return;
        }

        if (_untilDue > 0)
        {
            _untilDue--;
        }
        else if (_lane.TryBegin())
        {
            _untilDue = _collector.Schedule.Every - 1;
        }
    }

    /// <summary>Reads, or takes the read of its own thread, and writes what there is into the batch.</summary>
    /// <param name="encoder">Batch that was begun.</param>
    /// <param name="waitMs">How long to wait for a thread of its own; 0 in the loop.</param>
    public void Complete(BatchEncoder encoder, int waitMs)
    {
        if (_lane is null)
        {
            if (_untilDue > 0)
            {
                _untilDue--;
                return;
            }

            _untilDue = _collector.Schedule.Every - 1;
            long start = _clock.MonotonicNs;
            CollectOutcome outcome = ReadOnce();
            Write(encoder, outcome, start, _clock.MonotonicNs);
            return;
        }

        if (_lane.IsFinished || (waitMs > 0 && _lane.IsReading && _lane.WaitFinished(waitMs)))
        {
            Write(encoder, _lane.Outcome, _lane.StartNs, _lane.EndNs);
            _lane.Release();
            return;
        }

        long now = _clock.MonotonicNs;
        if (_lane.IsReading && now - _lane.StartNs > _collector.Schedule.DeadlineMs * 1_000_000L)
        {
            Note(_noAnswer, now - _lane.StartNs);
            DeadlinesExceeded++;
            encoder.Add(Index, Series, _noAnswer.Status, _noAnswer.Reason, _lane.StartNs, now);
        }
    }

    /// <summary>Takes a moment that the collector noticed in a finished read; false when there is none.</summary>
    public bool TryTakeEvent(out CollectorEvent moment)
    {
        moment = default;

        // Between the begin and the finish of a read on its own thread the collector belongs to that thread.
        return _collector is IEventSource source && _lane is not { IsReading: true } && source.TryTakeEvent(out moment);
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        _lane?.Dispose();

        // A read that hangs still uses the collector's files; they go with the process.
        if (_lane is not { IsReading: true })
        {
            _collector.Dispose();
        }
    }

    private void Write(BatchEncoder encoder, CollectOutcome outcome, long startNs, long endNs)
    {
        if (outcome.Status == CollectorStatus.Ok && endNs - startNs > _collector.Schedule.DeadlineMs * 1_000_000L)
        {
            outcome = _late;
            DeadlinesExceeded++;
        }

        Note(outcome, endNs - startNs);
        encoder.Add(Index, Series, outcome.Status, outcome.Reason, startNs, endNs);
    }

    private void Note(CollectOutcome outcome, long durationNs)
    {
        Outcome = outcome;
        DurationNs = durationNs;
        if (outcome.Status == _lastStatus)
        {
            return;
        }

        _lastStatus = outcome.Status;
        if (outcome.Status == CollectorStatus.Ok)
        {
            SamplingLog.CollectorRecovered(_logger, Name);
        }
        else
        {
            SamplingLog.CollectorNotOk(_logger, Name, outcome.Status, outcome.Reason);
        }
    }

    private CollectOutcome ReadOnce()
    {
        try
        {
            return _collector.Collect(Series);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or FormatException or InvalidDataException)
        {
            return CollectOutcome.Failed(e.Message);
        }
        catch (Exception e) when (e is not OutOfMemoryException)
        {
            // A bug of one collector must not take the other sources away; it is told with its type, so that it is seen as one.
            SamplingLog.CollectorBug(_logger, Name, e);
            return CollectOutcome.Failed($"error in the collector: {e.GetType().Name}: {e.Message}");
        }
    }
}
