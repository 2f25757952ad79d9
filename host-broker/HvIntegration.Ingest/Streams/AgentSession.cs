using HvIntegration.Ingest.Budgets;
using System.Collections.Concurrent;
using System.Diagnostics.CodeAnalysis;
using System.Threading.Channels;
using HvIntegration.Model;
using HvIntegration.Protocol.V1;
using HvIntegration.Transport.Abstractions;

namespace HvIntegration.Ingest.Streams;

/// <summary>One admitted agent stream, as the rest of the broker sees it. Thread-safe.</summary>
[SuppressMessage("Design", "CA1001", Justification = "End() may come late from another thread and must find the token source alive; it holds no timer or handle.")]
internal sealed class AgentSession(PartitionInfo partition, PeerIdentity peer, AgentFacts facts, VmAccount account, TimeProvider time)
{
    private const int OutboxMax = 64;
    private const int TableRequestsMax = 4;

    private readonly Channel<BrokerMessage?> _outbox = Channel.CreateBounded<BrokerMessage?>(
        new BoundedChannelOptions(OutboxMax) { SingleReader = true, FullMode = BoundedChannelFullMode.Wait });

    private readonly ConcurrentDictionary<uint, TaskCompletionSource<ProcessTable>> _tableRequests = new();
    private readonly CancellationTokenSource _end = new();
    private long _lastMessage = time.GetTimestamp();
    private long _acknowledged;
    private uint _tableRequestId;

    /// <summary>VM by the peer address.</summary>
    public PartitionInfo Partition { get; } = partition;

    /// <summary>Address it came from.</summary>
    public PeerIdentity Peer { get; } = peer;

    /// <summary>Claims of the agent.</summary>
    public AgentFacts Facts { get; } = facts;

    /// <summary>What this VM may still use.</summary>
    public VmAccount Account { get; } = account;

    /// <summary>Counts of this VM.</summary>
    public VmLedger Ledger => Account.Ledger;

    /// <summary>True once Welcome went out.</summary>
    public bool Welcomed { get; set; }

    /// <summary>Newest sequence handed to the broker.</summary>
    public ulong LastSequence { get; set; }

    /// <summary>Its place among all streams that were admitted: a later one has a greater number.</summary>
    public long Order { get; init; }

    /// <summary>True when batches of this stream were kept out of history, so that none may be acknowledged until the agent re-sends.</summary>
    public bool HistoryBroken => Order <= Account.HistoryBrokenUpTo;

    /// <summary>State and reason of each collector, by name; replaced as a whole.</summary>
    public IReadOnlyList<CollectorHealth> Collectors { get; set; } = [];

    /// <summary>Time since the agent's newest message.</summary>
    public TimeSpan Silence => time.GetElapsedTime(Interlocked.Read(ref _lastMessage));

    /// <summary>Ends when the stream is to end.</summary>
    public CancellationToken Ended => _end.Token;

    /// <summary>Why the broker ended the stream; null when it did not.</summary>
    public string? EndReason { get; private set; }

    /// <summary>Messages to send; null means "look at <see cref="TakeAcknowledgement"/>".</summary>
    public ChannelReader<BrokerMessage?> Outbox => _outbox.Reader;

    /// <summary>Notes a sign of life.</summary>
    public void Touch() => Interlocked.Exchange(ref _lastMessage, time.GetTimestamp());

    /// <summary>Says that everything up to here is in history. Several calls may become one Ack.</summary>
    public void Acknowledge(ulong sequence)
    {
        if (HistoryBroken)
        {
            return;
        }

        Interlocked.Exchange(ref _acknowledged, (long)sequence);
        // Full means that the writer has messages ahead of it and looks at the acknowledgement after them anyway.
        _outbox.Writer.TryWrite(null);
    }

    /// <summary>The acknowledgement that is due, or 0; forgets it.</summary>
    public ulong TakeAcknowledgement() => (ulong)Interlocked.Exchange(ref _acknowledged, 0);

    /// <summary>Queues a message; one that finds the queue full is dropped and counted.</summary>
    public bool Send(BrokerMessage message)
    {
        bool queued = _outbox.Writer.TryWrite(message);
        if (!queued)
        {
            Ledger.Count(LedgerEntry.OutboxDropped);
        }

        return queued;
    }

    /// <summary>Asks the agent for its whole process table.</summary>
    /// <exception cref="TimeoutException">No answer in time, or too many requests under way.</exception>
    public async Task<ProcessTable> RequestProcessesAsync(int rowsMax, TimeSpan timeout, CancellationToken cancellation)
    {
        if (_tableRequests.Count >= TableRequestsMax)
        {
            throw new TimeoutException($"{TableRequestsMax} requests for the process table of this VM are already in progress.");
        }

        uint id = Interlocked.Increment(ref _tableRequestId);
        var answer = new TaskCompletionSource<ProcessTable>(TaskCreationOptions.RunContinuationsAsynchronously);
        _tableRequests[id] = answer;
        try
        {
            if (!Send(new BrokerMessage { ProcessTableRequest = new ProcessTableRequest { RequestId = id, RowsMax = (uint)rowsMax } }))
            {
                throw new TimeoutException("The agent does not read what the broker sends.");
            }

            return await answer.Task.WaitAsync(timeout, time, cancellation);
        }
        finally
        {
            _tableRequests.TryRemove(id, out _);
        }
    }

    /// <summary>Gives a table to the one who asked for it; a table nobody asked for is counted.</summary>
    public void CompleteTable(ProcessTable table)
    {
        if (!_tableRequests.TryRemove(table.RequestId, out var waiting) || !waiting.TrySetResult(table))
        {
            Ledger.Count(LedgerEntry.StrayTables);
        }
    }

    /// <summary>Ends the stream; the agent connects again by its own policy.</summary>
    public void End(string reason)
    {
        EndReason ??= reason;
        _end.Cancel();
    }
}

/// <summary>What one collector of a guest last said of itself.</summary>
/// <param name="Name">Collector's page: <c>docs/collectors/&lt;name&gt;.md</c>.</param>
/// <param name="Status">Ok, unavailable, failed or late.</param>
/// <param name="Reason">Reason of the failure; empty when it works.</param>
internal sealed record CollectorHealth(string Name, CollectorStatus Status, string Reason);
