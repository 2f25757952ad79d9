using System.Threading.Channels;
using HvIntegration.Engine;
using HvIntegration.Engine.Model;
using HvIntegration.HostBroker.CounterSources;
using HvIntegration.HostBroker.CounterSources.Simulated;
using HvIntegration.HostBroker.History;
using HvIntegration.HostBroker.Ingest;
using Microsoft.Extensions.Options;

namespace HvIntegration.HostBroker.Hosting;

/// <summary>
/// The one owner of the engine's model: takes arrivals as they come, closes seconds once per second, publishes them and
/// hands everything to history.
/// </summary>
internal sealed partial class BrokerLoop(
    SourcePump pump, ICounterSource source, Inventory inventory, HistoryWriter history, IHistoryStore store, BrokerState state,
    LatestSamples latest, HostClock clock, TimeProvider time, IOptions<BrokerOptions> options, ILogger<BrokerLoop> logger)
    : BackgroundService, IArrivals
{
    private const int ArrivalsMax = 4096;
    private static readonly TimeSpan Interval = TimeSpan.FromSeconds(1);

    private readonly Channel<Arrival> _arrivals = Channel.CreateBounded<Arrival>(
        new BoundedChannelOptions(ArrivalsMax) { SingleReader = true, FullMode = BoundedChannelFullMode.Wait });

    private readonly HostModel _model = new(options.Value.Engine);
    private readonly EpisodeLog _episodes = new();
    private readonly Dictionary<Guid, (Guid BootId, ulong Sequence)> _fed = [];
    private readonly Dictionary<Guid, PartitionReport> _reports = [];

    /// <inheritdoc/>
    public ValueTask BatchAsync(AgentSession session, GuestBatch batch, CancellationToken cancellation) =>
        _arrivals.Writer.WriteAsync(new Arrival(session, batch, null), cancellation);

    /// <inheritdoc/>
    public ValueTask ClockAsync(AgentSession session, ClockExchange exchange, CancellationToken cancellation) =>
        _arrivals.Writer.WriteAsync(new Arrival(session, null, exchange), cancellation);

    /// <inheritdoc/>
    public ulong CommittedSequence(Guid partition, Guid bootId) => store.CommittedSequence(partition, bootId);

    /// <inheritdoc/>
    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        using var timer = new PeriodicTimer(Interval, time);
        try
        {
            var tick = timer.WaitForNextTickAsync(stoppingToken).AsTask();
            var arrived = _arrivals.Reader.WaitToReadAsync(stoppingToken).AsTask();
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
                    arrived = _arrivals.Reader.WaitToReadAsync(stoppingToken).AsTask();
                }

                if (tick.IsCompleted)
                {
                    TakeSimulatedGuests();
                    CloseSeconds();
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
        for (int taken = 0; taken < ArrivalsMax && _arrivals.Reader.TryRead(out var arrival); taken++)
        {
            var session = arrival.Session;
            if (arrival.Exchange is { } exchange)
            {
                _model.AddClockExchange(session.Partition.Id, session.Facts.BootId, exchange);
                history.Add(session.Partition.Id, session.Facts.BootId, exchange);
            }

            if (arrival.Batch is { } batch)
            {
                Feed(batch);
                history.Add(session, batch);
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

        history.Commit();
        state.Publish(new BrokerView(
            second, new Dictionary<Guid, PartitionReport>(_reports), latest.Host(Guid.Empty), _episodes.All, Counts()));
    }

    private void Forget()
    {
        var listed = inventory.Partitions.Select(p => p.Id).ToHashSet();
        foreach (var gone in _reports.Keys.Where(id => !listed.Contains(id)).ToList())
        {
            _reports.Remove(gone);
            _fed.Remove(gone);
            LogGone(logger, gone);
        }

        latest.Keep(listed);
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
            ["arrivals_waiting"] = _arrivals.Reader.Count,
        };
    }

    private readonly record struct Arrival(AgentSession Session, GuestBatch? Batch, ClockExchange? Exchange);

    [LoggerMessage(EventId = 2501, Level = LogLevel.Information, Message = "VM {Partition} is no longer on this host")]
    private static partial void LogGone(ILogger logger, Guid partition);
}
