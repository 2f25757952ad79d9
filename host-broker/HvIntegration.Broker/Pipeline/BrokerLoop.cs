using HvIntegration.Broker.Live;
using HvIntegration.Ingest.Budgets;
using HvIntegration.Ingest.Streams;
using HvIntegration.Engine.Options;
using System.Diagnostics.CodeAnalysis;
using HvIntegration.Engine;
using HvIntegration.Model;
using HvIntegration.CounterSources;
using HvIntegration.CounterSources.Simulated;
using HvIntegration.History;
using Microsoft.Extensions.Options;

namespace HvIntegration.Broker.Pipeline;

/// <summary>
/// The one owner of the engine's model: takes arrivals as they come, closes seconds once per second, publishes them and
/// hands everything to history.
/// </summary>
[SuppressMessage("Design", "CA1031:Do not catch general exception types", Justification = "A fault of the engine that one VM's batch reaches must not end the watch over all others; it is counted and logged.")]
internal sealed partial class BrokerLoop(
    SourcePump pump, ICounterSource source, Inventory inventory, HistoryWriter history, IHistoryWriter store, BrokerState state, VmAccounts accounts, InFlight inFlight,
    LatestSamples latest, HostClock clock, TimeProvider time, IOptions<EngineOptions> options, ILogger<BrokerLoop> logger)
    : BackgroundService, IArrivals
{
    private static readonly TimeSpan Interval = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan ForgetInterval = TimeSpan.FromMinutes(1);

    // Arrivals are taken for so long before the loop looks at the clock and the host's counters again.
    private static readonly TimeSpan ArrivalsTurn = TimeSpan.FromMilliseconds(100);

    private readonly ArrivalQueues _arrivals = new();
    private readonly HostModel _model = new(options.Value, time.GetTimestamp);
    private readonly EpisodeLog _episodes = new();
    private readonly Dictionary<Guid, (Guid BootId, ulong Sequence)> _fed = [];
    private readonly Dictionary<Guid, PartitionReport> _reports = [];
    private long _forgotAt = time.GetTimestamp();

    /// <inheritdoc/>
    public ValueTask BatchAsync(AgentSession session, GuestBatch batch, long? inFlightBytes, CancellationToken cancellation) =>
        _arrivals.AddAsync(new Arrival(session, batch, inFlightBytes, null), cancellation);

    /// <inheritdoc/>
    public ValueTask ClockAsync(AgentSession session, ClockExchange exchange, CancellationToken cancellation) =>
        _arrivals.AddAsync(new Arrival(session, null, null, exchange), cancellation);

    /// <inheritdoc/>
    public ulong CommittedSequence(Guid partition, Guid bootId) => store.CommittedSequence(partition, bootId);

    /// <inheritdoc/>
    public override void Dispose()
    {
        base.Dispose();
        _arrivals.Dispose();
    }

    /// <inheritdoc/>
    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        using var timer = new PeriodicTimer(Interval, time);
        try
        {
            var tick = timer.WaitForNextTickAsync(stoppingToken).AsTask();
            var arrived = _arrivals.WaitToTakeAsync(stoppingToken).AsTask();
            var read = pump.Readings.WaitToReadAsync(stoppingToken).AsTask();
            while (true)
            {
                await await Task.WhenAny(tick, arrived, read);
                if (read.IsCompleted)
                {
                    TakeReadings();
                    read = pump.Readings.WaitToReadAsync(stoppingToken).AsTask();
                }

                if (arrived.IsCompleted)
                {
                    TakeArrivals();
                    arrived = _arrivals.WaitToTakeAsync(stoppingToken).AsTask();
                }

                if (tick.IsCompleted)
                {
                    TakeSimulatedGuests();
                    CloseSeconds();
                    if (time.GetElapsedTime(_forgotAt) >= ForgetInterval)
                    {
                        Forget();
                    }

                    tick = timer.WaitForNextTickAsync(stoppingToken).AsTask();
                }
            }
        }
        catch (OperationCanceledException)
        {
            // What is still queued was not acknowledged: the agents keep it.
        }
    }

    private void TakeReadings()
    {
        while (pump.Readings.TryRead(out var reading))
        {
            bool changed = inventory.Update(reading.Partitions);
            if (changed)
            {
                _model.UpdateInventory(inventory.Partitions);
                Forget();
            }

            foreach (var sample in reading.Samples)
            {
                _model.AddHostSample(sample);
            }

            latest.Note(reading.Samples);
            history.Add(reading.Samples, changed ? inventory.Partitions : null);
        }
    }

    private void TakeSimulatedGuests()
    {
        if (source is not ISimulatedGuests guests)
        {
            return;
        }

        long nowNs = clock.NowNs;
        foreach (var (partition, bootId, exchange) in guests.DrainExchanges(nowNs))
        {
            _model.AddClockExchange(partition, bootId, exchange);
            history.Add(partition, bootId, exchange);
        }

        foreach (var batch in guests.DrainGuests(nowNs))
        {
            Feed(batch);
            history.Add(batch);
        }
    }

    private void TakeArrivals()
    {
        long began = time.GetTimestamp();
        while (time.GetElapsedTime(began) < ArrivalsTurn && _arrivals.TryTake(out var arrival))
        {
            var session = arrival.Session;
            Feed(arrival);
            if (arrival.Exchange is { } exchange)
            {
                history.Add(session.Partition.Id, session.Facts.BootId, exchange);
            }

            if (arrival.Batch is { } batch)
            {
                history.Add(session, batch, arrival.InFlightBytes);
            }
        }
    }

    private void Feed(Arrival arrival)
    {
        var session = arrival.Session;
        long began = time.GetTimestamp();
        try
        {
            if (arrival.Exchange is { } exchange)
            {
                _model.AddClockExchange(session.Partition.Id, session.Facts.BootId, exchange);
            }

            if (arrival.Batch is { } batch)
            {
                Feed(batch);
            }

            session.Account.Charge(time.GetElapsedTime(began));
        }
        catch (Exception e) when (e is not OperationCanceledException)
        {
            session.Ledger.Count(LedgerEntry.EngineFaults);
            if (session.Account.TryLog())
            {
                LogEngineFault(logger, session.Partition.Name, e);
            }
        }
    }

    private void Feed(GuestBatch batch)
    {
        // What an agent sends again after a reconnect may have been seen before it was committed.
        if (_fed.TryGetValue(batch.Partition, out var last) && last.BootId == batch.BootId && batch.Sequence <= last.Sequence)
        {
            return;
        }

        _fed[batch.Partition] = (batch.BootId, batch.Sequence);
        _model.AddGuestBatch(batch);
        latest.Note(batch);
    }

    private void CloseSeconds()
    {
        long second = state.View.Second;
        IReadOnlyList<PartitionReport> closed;
        do
        {
            closed = _model.AdvanceTo(clock.NowSecond);
            foreach (var report in closed)
            {
                _reports[report.Partition.Id] = report;
                _episodes.Note(report);
                second = Math.Max(second, report.Second);
            }

            history.Add(closed);
        }
        while (closed.Count > 0);

        var revised = _model.TakeRevised();
        if (revised.Count > 0)
        {
            history.Add(revised);
        }

        // Episodes are followed by the reports: what the engine also keeps of them has no reader here.
        _model.TakeFinished();
        foreach (var (vm, cost) in _model.TakeCosts())
        {
            accounts.Of(vm).Charge(time.GetElapsedTime(0, cost));
        }

        history.Commit();
        state.Publish(new BrokerView(
            second, new Dictionary<Guid, PartitionReport>(_reports), latest.Host(Guid.Empty), _episodes.All, Counts()));
    }

    // At each change of the inventory, and now and then: a stream may outlive its VM there, and accounts stay for a while.
    private void Forget()
    {
        _forgotAt = time.GetTimestamp();
        var listed = inventory.Partitions.Select(p => p.Id).ToHashSet();
        foreach (var gone in _reports.Keys.Where(id => !listed.Contains(id)).ToList())
        {
            _reports.Remove(gone);
            LogGone(logger, gone);
        }

        foreach (var gone in _fed.Keys.Where(id => !listed.Contains(id)).ToList())
        {
            _fed.Remove(gone);
        }

        _episodes.Keep(listed);
        latest.Keep(listed);
        history.Keep(listed);
        accounts.Keep(listed);
        _arrivals.Keep(listed);
    }

    private Dictionary<string, long> Counts()
    {
        var c = _model.Counters;
        return new Dictionary<string, long>(StringComparer.Ordinal)
        {
            ["engine_batches_held"] = c.BatchesHeld,
            ["engine_batches_dropped"] = c.BatchesDropped,
            ["engine_batches_stale"] = c.BatchesStale,
            ["engine_samples_refused"] = c.SamplesRefused,
            ["engine_series_refused"] = c.SeriesRefused,
            ["engine_exchanges_rejected"] = c.ExchangesRejected,
            ["engine_partitions_refused"] = c.PartitionsRefused,
            ["arrivals_waiting"] = _arrivals.Count,
            ["in_flight_bytes"] = inFlight.Total,
        };
    }

    [LoggerMessage(EventId = 2501, Level = LogLevel.Information, Message = "VM {Partition} is no longer on this host")]
    private static partial void LogGone(ILogger logger, Guid partition);

    [LoggerMessage(EventId = 2502, Level = LogLevel.Error, Message = "The engine could not process a batch of VM {Vm}; other VMs are not affected")]
    private static partial void LogEngineFault(ILogger logger, string vm, Exception fault);
}
