using HvIntegration.Ingest.Budgets;
using HvIntegration.Ingest.Streams;
using System.Diagnostics.CodeAnalysis;
using HvIntegration.Model;
using HvIntegration.History;

namespace HvIntegration.Broker.Pipeline;

/// <summary>
/// Gathers what is to be kept and commits it, one transaction at a time; acknowledges to agents only what is committed.
/// While history cannot be written the broker runs on: what finds no room is left to the agents, who keep it and send it again.
/// </summary>
[SuppressMessage("Design", "CA1031:Do not catch general exception types", Justification = "A defect in the data of one VM must not stop the history of the others; the fault is reported and logged.")]
internal sealed partial class HistoryWriter(
    IHistoryWriter store, AgentSessions sessions, VmAccounts accounts, InFlight inFlight, TimeProvider time, ILogger<HistoryWriter> logger) : BackgroundService
{
    // After so many failures in a row each VM's part is tried by itself: the fault may be in one VM's data.
    private const int FailuresBeforeParting = 5;

    // Bytes of one value, process row and batch at rest, measured: docs/history.md.
    private const int StoredValueBytes = 8;
    private const int StoredProcessBytes = 48;
    private const int StoredBatchBytes = 64;
    private static readonly TimeSpan RetryAfter = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan FlushMax = TimeSpan.FromSeconds(10);

    private readonly Lock _gate = new();
    private readonly SemaphoreSlim _due = new(0, 1);
    private readonly Dictionary<Guid, (Guid BootId, ulong Sequence)> _queued = [];
    private readonly PendingHistory _pending = new();
    private volatile string? _fault;

    /// <summary>Why history cannot be written, one sentence; null while it can.</summary>
    public string? Fault => _fault;

    /// <summary>Host samples, reports and exchanges that found no room while history could not be written.</summary>
    public long Dropped
    {
        get
        {
            lock (_gate)
            {
                return _pending.Dropped;
            }
        }
    }

    /// <summary>Adds a batch; one that is queued or committed already is counted and left out.</summary>
    /// <param name="session">Stream it came by.</param>
    /// <param name="batch">The batch to store.</param>
    /// <param name="inFlightBytes">Room that it holds and that is given back here or after the commit; null when there was none, and it is left to the agent.</param>
    public void Add(AgentSession session, GuestBatch batch, long? inFlightBytes)
    {
        if (!TryQueue(session, batch, inFlightBytes) && inFlightBytes is { } bytes)
        {
            inFlight.Leave(session.Account, bytes);
        }
    }

    /// <summary>Adds a batch that no agent waits to have acknowledged (a simulated guest's).</summary>
    public void Add(GuestBatch batch)
    {
        lock (_gate)
        {
            _pending.AddSimulated(batch);
        }
    }

    /// <summary>Adds a clock exchange.</summary>
    public void Add(Guid partition, Guid bootId, ClockExchange exchange)
    {
        lock (_gate)
        {
            _pending.Add(partition, bootId, exchange);
        }
    }

    /// <summary>Adds host samples and, when it changed, the inventory.</summary>
    public void Add(IReadOnlyList<HostSample> samples, IReadOnlyList<PartitionInfo>? inventory)
    {
        lock (_gate)
        {
            _pending.Add(samples, inventory);
        }
    }

    /// <summary>Adds the reports of closed seconds.</summary>
    public void Add(IReadOnlyList<PartitionReport> reports)
    {
        lock (_gate)
        {
            _pending.Add(reports);
        }
    }

    /// <summary>Forgets which sequences of VMs that are gone were queued.</summary>
    public void Keep(IReadOnlySet<Guid> listed)
    {
        lock (_gate)
        {
            foreach (var gone in _queued.Keys.Where(id => !listed.Contains(id)).ToList())
            {
                _queued.Remove(gone);
            }
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
        PendingCommit? taken = null;
        try
        {
            while (true)
            {
                await _due.WaitAsync(stoppingToken);
                taken = Take();
                for (int failures = 0; !await TryCommitAsync(taken, failures, stoppingToken); failures++)
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
                while (taken is null || await TryCommitAsync(taken, 0, flush.Token))
                {
                    taken = Take();
                    if (taken.IsEmpty)
                    {
                        break;
                    }
                }
            }
            catch (OperationCanceledException)
            {
                LogFlushGivenUp(logger, FlushMax.TotalSeconds);
            }
        }
    }

    private bool TryQueue(AgentSession session, GuestBatch batch, long? inFlightBytes)
    {
        lock (_gate)
        {
            if (session.HistoryBroken)
            {
                session.Ledger.Count(LedgerEntry.HistoryDeferred);
                return false;
            }

            if (_queued.TryGetValue(batch.Partition, out var last) && last.BootId == batch.BootId && batch.Sequence <= last.Sequence)
            {
                session.Ledger.Count(LedgerEntry.DuplicateBatches);
                return false;
            }

            if (inFlightBytes is not { } bytes)
            {
                // No room while history cannot be written: this VM's batches stay with its agent until it can.
                // What is queued of it stays, and so does the newest sequence of it: a successor brings it again.
                session.Account.BreakHistory(session.Order);
                session.Ledger.Count(LedgerEntry.HistoryDeferred);
                return false;
            }

            _pending.Add(new PendingBatch(WithinShare(session, batch), session.Account, bytes));
            _queued[batch.Partition] = (batch.BootId, batch.Sequence);
            return true;
        }
    }

    // Past its share a VM is kept thinner, so that it shortens nobody's history: the sequence is there, its samples are not.
    private static GuestBatch WithinShare(AgentSession session, GuestBatch batch)
    {
        if (session.Account.History.TryTake(StoredBatchBytes + ((double)batch.Samples.Count * StoredValueBytes) + ((double)batch.Processes.Count * StoredProcessBytes)))
        {
            return batch;
        }

        session.Ledger.Count(LedgerEntry.HistoryOverShare);
        return batch with { Samples = [], Processes = [] };
    }

    private PendingCommit Take()
    {
        lock (_gate)
        {
            var taken = _pending.Take();
            if (_pending.HasBatches && _due.CurrentCount == 0)
            {
                _due.Release();
            }

            return taken;
        }
    }

    private async Task<bool> TryCommitAsync(PendingCommit taken, int failuresBefore, CancellationToken cancellation)
    {
        if (!taken.IsEmpty)
        {
            if (failuresBefore > 0 && failuresBefore % FailuresBeforeParting == 0)
            {
                if (!await TryPartsAsync(taken, cancellation))
                {
                    return false;
                }
            }
            else if (await FaultOfAsync(taken.Whole, cancellation) is { } fault)
            {
                Failed(fault);
                return false;
            }
            else
            {
                Acknowledge(taken.Batches);
            }
        }

        Recovered();
        return true;
    }

    /// <summary>Writes the host's part and each VM's by itself; a VM whose part fails where others' land is kept without its samples.</summary>
    /// <returns>False when nothing lands: the fault is not in one VM's data.</returns>
    private async Task<bool> TryPartsAsync(PendingCommit taken, CancellationToken cancellation)
    {
        if (await FaultOfAsync(taken.OfHost, cancellation) is { } fault)
        {
            Failed(fault);
            return false;
        }

        // What has landed is taken out at once: the rest is tried again, also when the broker stops in between.
        bool landed = taken.HostSamples.Count > 0;
        taken.RemoveHost();
        var failed = new List<Guid>();
        foreach (var vm in taken.Vms)
        {
            if (await FaultOfAsync(taken.Of(vm, emptied: false), cancellation) is null)
            {
                landed = true;
                Acknowledge(taken.Remove(vm));
            }
            else
            {
                failed.Add(vm);
            }
        }

        if (!landed)
        {
            Failed(_fault ?? "History cannot be written.");
            return false;
        }

        foreach (var vm in failed)
        {
            bool isKept = await FaultOfAsync(taken.Of(vm, emptied: true), cancellation) is null;
            var batches = taken.Remove(vm);
            if (!isKept)
            {
                // Left to the agents, who send it again: nothing of it was acknowledged.
                Defer(vm, batches);
                continue;
            }

            accounts.Of(vm).Ledger.Count(LedgerEntry.HistoryUnwritable, batches.Count);
            LogUnwritable(logger, vm, batches.Count);
            Acknowledge(batches);
        }

        return true;
    }

    private async Task<string?> FaultOfAsync(HistoryCommit commit, CancellationToken cancellation)
    {
        try
        {
            await store.CommitAsync(commit, cancellation);
            return null;
        }
        catch (HistoryException e)
        {
            return e.Message;
        }
        catch (Exception e) when (e is not OperationCanceledException || !cancellation.IsCancellationRequested)
        {
            LogUnexpected(logger, e);
            return $"History failed unexpectedly ({e.GetType().Name}). Report this defect with the details in the log.";
        }
    }

    private void Failed(string fault)
    {
        if (_fault is null)
        {
            LogFault(logger, fault);
        }

        _fault = fault;
        inFlight.HistoryFails = true;
    }

    private void Recovered()
    {
        if (_fault is not null)
        {
            _fault = null;
            inFlight.HistoryFails = false;
            LogRecovered(logger);
        }

        // Each time, not only after a fault: a stream that was broken off in between would never be acknowledged again.
        foreach (var session in sessions.All.Where(s => s.HistoryBroken))
        {
            session.End("History writes recovered. Reconnect and send the buffered batches.");
        }
    }

    private void Acknowledge(IEnumerable<PendingBatch> committed)
    {
        foreach (var boot in committed.GroupBy(b => (b.Batch.Partition, b.Batch.BootId)))
        {
            foreach (var item in boot)
            {
                GiveBack(item);
            }

            // The stream that brought a batch may be gone: its successor of the same boot is told instead.
            if (sessions.Find(boot.Key.Partition) is { } session && session.Facts.BootId == boot.Key.BootId)
            {
                session.Acknowledge(boot.Max(b => b.Batch.Sequence));
            }
        }
    }

    private void Defer(Guid vm, List<PendingBatch> batches)
    {
        lock (_gate)
        {
            // What came after them goes too: a later batch in history would hide that these are missing.
            batches.AddRange(_pending.TakeBatches(vm));
            _queued.Remove(vm);
            if (batches.Find(b => b.Account is not null).Account is { } account)
            {
                // Every stream until now: one that has ended may have more on its way, and a successor was told a sequence
                // that is right only with what was queued.
                account.BreakHistory(sessions.Newest);
                account.Ledger.Count(LedgerEntry.HistoryDeferred, batches.Count);
            }
        }

        batches.ForEach(GiveBack);
    }

    private void GiveBack(PendingBatch item)
    {
        if (item.Account is { } account)
        {
            inFlight.Leave(account, item.InFlightBytes);
        }
    }

    [LoggerMessage(EventId = 2201, Level = LogLevel.Error, Message = "History cannot be written; agents buffer everything that is not acknowledged: {Fault}")]
    private static partial void LogFault(ILogger logger, string fault);

    [LoggerMessage(EventId = 2203, Level = LogLevel.Warning, Message = "The last commit did not complete within {Seconds} s; agents buffer everything that is not acknowledged")]
    private static partial void LogFlushGivenUp(ILogger logger, double seconds);

    [LoggerMessage(EventId = 2202, Level = LogLevel.Information, Message = "History writes recovered")]
    private static partial void LogRecovered(ILogger logger);

    [LoggerMessage(EventId = 2204, Level = LogLevel.Error, Message = "{Batches} batches of VM {Vm} cannot be written and are stored without their samples; the history of other VMs is not affected")]
    private static partial void LogUnwritable(ILogger logger, Guid vm, int batches);

    [LoggerMessage(EventId = 2205, Level = LogLevel.Error, Message = "A commit to history failed unexpectedly")]
    private static partial void LogUnexpected(ILogger logger, Exception fault);
}
