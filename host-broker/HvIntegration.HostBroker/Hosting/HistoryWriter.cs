using HvIntegration.Engine.Model;
using HvIntegration.HostBroker.History;
using HvIntegration.HostBroker.Ingest;

namespace HvIntegration.HostBroker.Hosting;

/// <summary>
/// Gathers what is to be kept and commits it, one transaction at a time; acknowledges to agents only what is committed.
/// While history cannot be written the broker runs on: what finds no room is left to the agents, who keep it and send it again.
/// </summary>
internal sealed partial class HistoryWriter(
    IHistoryStore store, AgentSessions sessions, TimeProvider time, ILogger<HistoryWriter> logger) : BackgroundService
{
    private const int GuestSamplesMax = 1_000_000;
    private const int HostSamplesMax = 500_000;
    private const int ReportsMax = 20_000;
    private const int ExchangesMax = 50_000;
    private const int QueuedVmsMax = 4096;
    private static readonly TimeSpan RetryAfter = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan FlushMax = TimeSpan.FromSeconds(10);

    private readonly Lock _gate = new();
    private readonly SemaphoreSlim _due = new(0, 1);
    private readonly Dictionary<Guid, (Guid BootId, ulong Sequence)> _queued = [];
    private Pending _pending = new();
    private long _dropped;
    private volatile string? _fault;

    /// <summary>Why history cannot be written, one sentence; null while it can.</summary>
    public string? Fault => _fault;

    /// <summary>Host samples, reports and exchanges that found no room while history could not be written.</summary>
    public long Dropped => Interlocked.Read(ref _dropped);

    /// <summary>Adds a batch; one that is queued or committed already is counted and left out.</summary>
    public void Add(AgentSession session, GuestBatch batch)
    {
        lock (_gate)
        {
            if (session.HistoryBroken)
            {
                session.Ledger.Count(LedgerEntry.HistoryDeferred);
                return;
            }

            if (_queued.TryGetValue(batch.Partition, out var last) && last.BootId == batch.BootId && batch.Sequence <= last.Sequence)
            {
                session.Ledger.Count(LedgerEntry.DuplicateBatches);
                return;
            }

            if (_pending.GuestSamples + batch.Samples.Count > GuestSamplesMax || (_queued.Count >= QueuedVmsMax && !_queued.ContainsKey(batch.Partition)))
            {
                Break(session);
                return;
            }

            _pending.Batches.Add(batch);
            _pending.GuestSamples += batch.Samples.Count;
            _queued[batch.Partition] = (batch.BootId, batch.Sequence);
        }
    }

    /// <summary>Adds a batch that no agent waits to have acknowledged (a simulated guest's).</summary>
    public void Add(GuestBatch batch)
    {
        lock (_gate)
        {
            if (_pending.GuestSamples + batch.Samples.Count > GuestSamplesMax)
            {
                Interlocked.Increment(ref _dropped);
                return;
            }

            _pending.Batches.Add(batch);
            _pending.GuestSamples += batch.Samples.Count;
        }
    }

    /// <summary>Adds a clock exchange.</summary>
    public void Add(Guid partition, Guid bootId, ClockExchange exchange)
    {
        lock (_gate)
        {
            Bound(_pending.Exchanges, ExchangesMax, 1);
            _pending.Exchanges.Add((partition, bootId, exchange));
        }
    }

    /// <summary>Adds host samples and, when it changed, the inventory.</summary>
    public void Add(IReadOnlyList<HostSample> samples, IReadOnlyList<PartitionInfo>? inventory)
    {
        lock (_gate)
        {
            Bound(_pending.HostSamples, HostSamplesMax, samples.Count);
            _pending.HostSamples.AddRange(samples);
            _pending.Partitions = inventory ?? _pending.Partitions;
        }
    }

    /// <summary>Adds the reports of closed seconds.</summary>
    public void Add(IReadOnlyList<PartitionReport> reports)
    {
        lock (_gate)
        {
            Bound(_pending.Reports, ReportsMax, reports.Count);
            _pending.Reports.AddRange(reports);
        }
    }

    /// <summary>Says that a commit is due; returns at once.</summary>
    public void Commit()
    {
        lock (_gate)
        {
            if (_due.CurrentCount == 0)
            {
                _due.Release();
            }
        }
    }

    /// <inheritdoc/>
    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        Pending? taken = null;
        try
        {
            while (true)
            {
                await _due.WaitAsync(stoppingToken);
                taken = Take();
                while (!await TryCommitAsync(taken, stoppingToken))
                {
                    await Task.Delay(RetryAfter, time, stoppingToken);
                }

                taken = null;
            }
        }
        catch (OperationCanceledException)
        {
            // A last commit, in order: a later batch in history would hide that an earlier one is missing.
            // What is in neither was not acknowledged, so the agents have it.
            using var flush = new CancellationTokenSource(FlushMax, time);
            try
            {
                if (taken is null || await TryCommitAsync(taken, flush.Token))
                {
                    await TryCommitAsync(Take(), flush.Token);
                }
            }
            catch (OperationCanceledException)
            {
                LogFlushGivenUp(logger, FlushMax.TotalSeconds);
            }
        }
    }

    private Pending Take()
    {
        lock (_gate)
        {
            var taken = _pending;
            _pending = new Pending();
            return taken;
        }
    }

    private async Task<bool> TryCommitAsync(Pending taken, CancellationToken cancellation)
    {
        if (taken.IsEmpty)
        {
            return true;
        }

        try
        {
            await store.CommitAsync(
                new HistoryCommit(taken.Batches, taken.Exchanges, taken.HostSamples, taken.Reports, taken.Partitions), cancellation);
        }
        catch (HistoryException e)
        {
            if (_fault is null)
            {
                LogFault(logger, e.Message);
            }

            _fault = e.Message;
            return false;
        }

        if (_fault is not null)
        {
            _fault = null;
            LogRecovered(logger);
            Resume();
        }

        Acknowledge(taken.Batches);
        return true;
    }

    private void Acknowledge(List<GuestBatch> batches)
    {
        foreach (var boot in batches.GroupBy(b => (b.Partition, b.BootId)))
        {
            // The stream that brought a batch may be gone: its successor of the same boot is told instead.
            if (sessions.Find(boot.Key.Partition) is { } session && session.Facts.BootId == boot.Key.BootId)
            {
                session.Acknowledge(boot.Max(b => b.Sequence));
            }
        }
    }

    /// <summary>No room: this VM's batches stay with its agent until history is back.</summary>
    private void Break(AgentSession session)
    {
        session.HistoryBroken = true;
        session.Ledger.Count(LedgerEntry.HistoryDeferred);
        _queued.Remove(session.Partition.Id);
    }

    private void Resume()
    {
        foreach (var session in sessions.All.Where(s => s.HistoryBroken))
        {
            session.End("History can be written again: connect anew and send what was kept.");
        }
    }

    private void Bound<T>(List<T> list, int max, int adding)
    {
        if (list.Count + adding > max)
        {
            int drop = Math.Min(list.Count, Math.Max(max / 2, adding));
            list.RemoveRange(0, drop);
            Interlocked.Add(ref _dropped, drop);
        }
    }

    private sealed class Pending
    {
        public List<GuestBatch> Batches { get; } = [];

        public int GuestSamples { get; set; }

        public List<(Guid Partition, Guid BootId, ClockExchange Exchange)> Exchanges { get; } = [];

        public List<HostSample> HostSamples { get; } = [];

        public List<PartitionReport> Reports { get; } = [];

        public IReadOnlyList<PartitionInfo> Partitions { get; set; } = [];

        public bool IsEmpty => Batches.Count + Exchanges.Count + HostSamples.Count + Reports.Count + Partitions.Count == 0;
    }

    [LoggerMessage(EventId = 2201, Level = LogLevel.Error, Message = "History cannot be written; agents keep what is not acknowledged: {Fault}")]
    private static partial void LogFault(ILogger logger, string fault);

    [LoggerMessage(EventId = 2203, Level = LogLevel.Warning, Message = "The last commit did not end within {Seconds} s; agents keep what is not acknowledged")]
    private static partial void LogFlushGivenUp(ILogger logger, double seconds);

    [LoggerMessage(EventId = 2202, Level = LogLevel.Information, Message = "History can be written again")]
    private static partial void LogRecovered(ILogger logger);
}
