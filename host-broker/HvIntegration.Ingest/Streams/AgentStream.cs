using HvIntegration.Ingest.Budgets;
using System.Collections.Concurrent;
using Grpc.Core;
using HvIntegration.Engine.Clock;
using HvIntegration.Model;
using HvIntegration.Protocol.Handshake;
using HvIntegration.Protocol.V1;
using HvIntegration.Transport.Abstractions;

namespace HvIntegration.Ingest.Streams;

/// <summary>Runs one stream: admission, clock probes, Welcome, then batches until it ends.</summary>
internal sealed class AgentStream(
    PeerIdentity peer, IAsyncStreamReader<AgentMessage> requests, IServerStreamWriter<BrokerMessage> responses,
    AgentSessions sessions, VmAccounts accounts, InFlight inFlight, IPeerDirectory peers, IArrivals arrivals, HostClock clock, TimeProvider time, AgentOptions options) : IDisposable
{
    private const uint PrivilegedPortsEnd = 1024;
    private const int FirstProbes = 4;
    private const int ProbesOutstandingMax = 16;

    // An agent keeps fifteen minutes; a VM that was saved may have kept them much earlier. Nothing comes from the future.
    private const long PastNsMax = 24 * 3600 * NanosecondsPerSecond;
    private const long FutureNsMax = 5 * NanosecondsPerSecond;
    private const long NanosecondsPerSecond = 1_000_000_000;

    // A batch older than this was kept while the broker could not be reached; one of now is on its way for less.
    private const long KeptNsMin = 5 * NanosecondsPerSecond;
    private static readonly TimeSpan HoldPoll = TimeSpan.FromMilliseconds(200);
    private static readonly TimeSpan ThrottleMax = TimeSpan.FromSeconds(5);

    private readonly ConcurrentDictionary<uint, long> _probes = new();
    private readonly SemaphoreSlim _replied = new(0);
    private readonly RoughClock _streamClock = new();
    private uint _probeId;

    /// <summary>The admitted session; null before.</summary>
    public AgentSession? Session { get; private set; }

    /// <summary>Account of the VM at this address, once it is known.</summary>
    public VmAccount? Account { get; private set; }

    /// <summary>Runs to the end of the stream.</summary>
    /// <exception cref="RefusedException">The agent is to be refused with this sentence.</exception>
    public async Task RunAsync(CancellationToken cancellation)
    {
        if (peer.Kind == TransportKind.Vsock && peer.Port >= PrivilegedPortsEnd && !options.AllowUnprivilegedPorts)
        {
            throw new RefusedException(
                RefuseReason.UnprivilegedPort,
                $"The connection comes from port {peer.Port}, which any user of the guest can bind; the port of the agent must be below {PrivilegedPortsEnd}.",
                "Run hvi-agent as its service (root, or CAP_NET_BIND_SERVICE), or set Agents:AllowUnprivilegedPorts on the host.");
        }

        var hello = (await FirstMessageAsync(cancellation)).Hello
            ?? throw Malformed("The first message is not Hello.");
        var known = peers.Find(peer);
        Account = known is null ? null : accounts.Of(known.Id);
        var facts = HelloRules.Check(hello, ProductVersion.Text);
        var partition = known ?? await AwaitInventoryAsync(facts, cancellation);
        Account = accounts.Of(partition.Id);
        Admit(Account, facts);
        var decoder = new BatchReader(hello, partition.Id, facts.BootId, Account);
        Session = sessions.Admit(partition, peer, facts);
        try
        {
            using var ending = CancellationTokenSource.CreateLinkedTokenSource(cancellation, Session.Ended);
            var reading = ReadAsync(Session, decoder, ending.Token);
            var writing = WriteAsync(Session, hello, ending.Token);
            var probing = ProbeAsync(Session, ending.Token);
            try
            {
                // Whichever ends first ends the others; its exception is the one that tells why.
                await await Task.WhenAny(reading, writing, probing);
            }
            finally
            {
                Session.End("The stream ended.");
                await Task.WhenAll(reading, writing, probing).ContinueWith(
                    _ => { }, CancellationToken.None, TaskContinuationOptions.ExecuteSynchronously, TaskScheduler.Default);
            }
        }
        finally
        {
            sessions.Remove(Session);
        }
    }

    /// <summary>Tells the agent why it is refused; a peer that no longer listens is not an error.</summary>
    public async Task RefuseAsync(RefusedException refusal, CancellationToken cancellation)
    {
        try
        {
            var message = new BrokerMessage { Refuse = new Refuse { Reason = refusal.Reason, Text = refusal.Message, Remedy = refusal.Remedy } };
            await responses.WriteAsync(message, cancellation).WaitAsync(TimeSpan.FromMilliseconds(options.HandshakeMs), time, cancellation);
        }
        catch (Exception e) when (e is OperationCanceledException or IOException or InvalidOperationException or RpcException or TimeoutException)
        {
            // The sentence is in the log and in the VM's status anyway.
        }
    }

    /// <inheritdoc/>
    public void Dispose() => _replied.Dispose();

    private static RefusedException Malformed(string text, Exception? inner = null) =>
        new(RefuseReason.Malformed, text, "Update hvi-agent in this guest. If it is current, report this message.", inner);

    private static void Admit(VmAccount account, AgentFacts facts)
    {
        string? over = !account.Streams.TryTake() ? "opens more streams" : !account.TryBoot(facts.BootId) ? "boots more often" : null;
        if (over is not null)
        {
            account.Ledger.Count(LedgerEntry.StreamsOverBudget);
            throw new RefusedException(
                RefuseReason.Limit, $"This VM {over} than the limit of one VM.", "Wait some minutes. If the agent restarts repeatedly, check its log in the guest.");
        }
    }

    private async Task<AgentMessage> FirstMessageAsync(CancellationToken cancellation)
    {
        var first = await NextAsync(TimeSpan.FromMilliseconds(options.HandshakeMs), cancellation);
        return first ?? throw new IOException("The agent closed the stream before it sent Hello.");
    }

    /// <summary>The next message, or null at the end of the stream.</summary>
    private async Task<AgentMessage?> NextAsync(TimeSpan silenceMax, CancellationToken cancellation)
    {
        try
        {
            return await requests.MoveNext(cancellation).WaitAsync(silenceMax, time, cancellation) ? requests.Current : null;
        }
        catch (TimeoutException)
        {
            (Session?.Account ?? accounts.UnknownPeers).Ledger.Count(LedgerEntry.SilenceEnded);
            throw new IOException($"The agent was silent for {silenceMax.TotalSeconds:0} s.");
        }
        catch (RpcException e) when (e.StatusCode == StatusCode.ResourceExhausted)
        {
            throw new RefusedException(
                RefuseReason.Limit, $"A message is larger than {ProtocolLimits.MessageBytesMax} bytes.", "Update hvi-agent in this guest.", e);
        }
        catch (RpcException e) when (e.StatusCode is StatusCode.Internal or StatusCode.Unimplemented && !cancellation.IsCancellationRequested)
        {
            throw Malformed("A message does not match the protocol.", e);
        }
        catch (Google.Protobuf.InvalidProtocolBufferException e)
        {
            throw Malformed("A message does not match the protocol.", e);
        }
    }

    private async Task<PartitionInfo> AwaitInventoryAsync(AgentFacts facts, CancellationToken cancellation)
    {
        // A VM that has just been made may dial before the next inventory read: wait a little, trust nothing meanwhile.
        using var held = sessions.Hold(peer, facts.HostName);
        long began = time.GetTimestamp();
        do
        {
            await Task.Delay(HoldPoll, time, cancellation);
            if (peers.Find(peer) is { } found)
            {
                return found;
            }
        }
        while (time.GetElapsedTime(began) < TimeSpan.FromMilliseconds(options.HoldMs));
        throw new RefusedException(
            RefuseReason.UnknownVm,
            $"No VM of this host has the address {peer.Key}.",
            "On the host, run 'hvi vms'. The VM must be listed, and its agent address must be this one.");
    }

    private async Task ReadAsync(AgentSession session, BatchReader decoder, CancellationToken cancellation)
    {
        while (await NextAsync(TimeSpan.FromMilliseconds(options.SilenceMs), cancellation) is { } message)
        {
            long receivedNs = clock.NowNs;
            session.Touch();
            switch (message.BodyCase)
            {
                case AgentMessage.BodyOneofCase.ClockReply:
                    await ThrottleAsync(session, session.Account.OtherMessages.Take(), cancellation);
                    await ReplyAsync(session, message.ClockReply, receivedNs, cancellation);
                    break;
                case AgentMessage.BodyOneofCase.Samples:
                    await BatchAsync(session, decoder, message.Samples, cancellation);
                    break;
                case AgentMessage.BodyOneofCase.Snapshot:
                    await ThrottleAsync(session, session.Account.OtherMessages.Take(), cancellation);
                    long began = time.GetTimestamp();
                    decoder.Restore(message.Snapshot);
                    await ThrottleAsync(session, session.Account.Charge(time.GetElapsedTime(began)), cancellation);
                    break;
                case AgentMessage.BodyOneofCase.ProcessTable:
                    await ThrottleAsync(session, session.Account.OtherMessages.Take(), cancellation);
                    session.CompleteTable(message.ProcessTable);
                    break;
                case AgentMessage.BodyOneofCase.Hello:
                    throw Malformed("The agent sent a second Hello on the same stream.");
                default:
                    // A newer minor may have messages of which this broker knows nothing.
                    await ThrottleAsync(session, session.Account.OtherMessages.Take(), cancellation);
                    session.Ledger.Count(LedgerEntry.UnknownMessages);
                    break;
            }
        }
    }

    private async Task BatchAsync(AgentSession session, BatchReader decoder, SampleBatch message, CancellationToken cancellation)
    {
        if (!session.Welcomed)
        {
            throw Malformed("The agent sent samples before Welcome.");
        }

        int bytes = message.CalculateSize();
        var account = session.Account;
        await ThrottleAsync(session, RateOf(account, message), cancellation);
        await ThrottleAsync(session, account.Bytes.Take(bytes), cancellation);
        long began = time.GetTimestamp();
        var batch = decoder.Read(message, session);
        await ThrottleAsync(session, account.Charge(time.GetElapsedTime(began)), cancellation);
        await ThrottleAsync(session, account.Samples.Take(batch.Samples.Count), cancellation);
        session.Ledger.Count(LedgerEntry.Batches);
        session.Ledger.Count(LedgerEntry.Bytes, bytes);

        NoteEvents(session, batch.Sequence, decoder.Events);
        var kept = Within(session, batch, message.MonotonicStartNs);
        long inMemory = InFlight.SizeOf(kept);
        bool hasRoom = await inFlight.EnterAsync(session.Partition.Name, account, inMemory, cancellation);
        try
        {
            await arrivals.BatchAsync(session, kept, hasRoom ? inMemory : null, cancellation);
        }
        catch
        {
            // The stream ended before the batch was handed on: nobody else gives its room back.
            if (hasRoom)
            {
                inFlight.Leave(account, inMemory);
            }

            throw;
        }

        session.LastSequence = batch.Sequence;
    }

    // What the agent kept while it could not reach us comes faster than it was made. Its age is judged by the exchange of
    // time stamps that we began, and what it may send at once is the VM's, however often it says that it is new here.
    private TimeSpan RateOf(VmAccount account, SampleBatch message) =>
        _streamClock.HostNs(message.MonotonicStartNs) is { } hostNs && hostNs < clock.NowNs - KeptNsMin && account.KeptBatches.TryTake()
            ? TimeSpan.Zero
            : account.LiveBatches.Take();

    // An event whose time cannot be is left out: nobody could find it in the timeline.
    private void NoteEvents(AgentSession session, ulong sequence, IReadOnlyList<AgentEvent> events)
    {
        if (events.Count == 0)
        {
            return;
        }

        var timed = new List<(long HostNs, AgentEvent Event)>(events.Count);
        foreach (var one in events)
        {
            if (HostTime(one.MonotonicNs) is { } hostNs)
            {
                timed.Add((hostNs, one));
            }
            else
            {
                session.Ledger.Count(LedgerEntry.OutOfTime);
            }
        }

        session.Account.Events.Add(session.Facts.BootId, sequence, timed);
    }

    /// <summary>Host time of a guest's time; null where it cannot be.</summary>
    private long? HostTime(ulong guestNs)
    {
        long now = clock.NowNs;
        return _streamClock.HostNs(guestNs) is { } hostNs && hostNs <= now + FutureNsMax && hostNs >= now - PastNsMax ? hostNs : null;
    }

    /// <summary>The batch, or the batch without samples where its time cannot be: its sequence goes on.</summary>
    private GuestBatch Within(AgentSession session, GuestBatch batch, ulong startNs)
    {
        if (HostTime(startNs) is null)
        {
            session.Ledger.Count(LedgerEntry.OutOfTime);
            return batch with { Samples = [], Processes = [] };
        }

        return batch;
    }

    private async Task ReplyAsync(AgentSession session, ClockReply reply, long receivedNs, CancellationToken cancellation)
    {
        // Our own stamp counts, not the one that came back.
        if (!_probes.TryRemove(reply.ProbeId, out long sentNs))
        {
            session.Ledger.Count(LedgerEntry.StrayReplies);
            return;
        }

        if (reply.T3GuestMonotonicNs < reply.T2GuestMonotonicNs || reply.T3GuestMonotonicNs > long.MaxValue
            || (long)(reply.T3GuestMonotonicNs - reply.T2GuestMonotonicNs) > receivedNs - sentNs + TimeSpan.NanosecondsPerTick)
        {
            // The guest cannot have held the probe for longer than it was away.
            session.Ledger.Count(LedgerEntry.StrayReplies);
            return;
        }

        var exchange = new ClockExchange(sentNs, (long)reply.T2GuestMonotonicNs, (long)reply.T3GuestMonotonicNs, receivedNs);
        _streamClock.Add(exchange);
        await arrivals.ClockAsync(session, exchange, cancellation);
        _replied.Release();
    }

    private async Task ThrottleAsync(AgentSession session, TimeSpan wait, CancellationToken cancellation)
    {
        if (wait > TimeSpan.Zero)
        {
            // Not reading is the one answer that costs only the sender: flow control fills, its ring drops and counts.
            session.Ledger.Count(LedgerEntry.Throttled);
            await Task.Delay(wait < ThrottleMax ? wait : ThrottleMax, time, cancellation);
        }
    }

    private async Task WriteAsync(AgentSession session, Hello hello, CancellationToken cancellation)
    {
        for (int i = 0; i < FirstProbes; i++)
        {
            await responses.WriteAsync(Stamp(NewProbe()), cancellation);
            if (!await _replied.WaitAsync(options.HandshakeMs, cancellation))
            {
                throw new IOException($"The agent did not answer a clock probe within {options.HandshakeMs} ms.");
            }
        }

        session.Welcomed = true;
        await responses.WriteAsync(Welcome(session, hello), cancellation);
        await foreach (var message in session.Outbox.ReadAllAsync(cancellation))
        {
            if (message is not null)
            {
                await responses.WriteAsync(Stamp(message), cancellation);
            }

            ulong acknowledged = session.TakeAcknowledgement();
            if (acknowledged > 0)
            {
                await responses.WriteAsync(new BrokerMessage { Ack = new Ack { Sequence = acknowledged } }, cancellation);
            }
        }
    }

    private BrokerMessage Welcome(AgentSession session, Hello hello) => new()
    {
        Welcome = new Welcome
        {
            ProtocolMajor = ProtocolVersion.Major,
            ProtocolMinor = Math.Min(ProtocolVersion.Minor, hello.ProtocolMinor),
            BrokerVersion = ProductVersion.Text,
            CommittedSequence = arrivals.CommittedSequence(session.Partition.Id, session.Facts.BootId),
            Configure = new Configure
            {
                IntervalMs = (uint)options.IntervalMs,
                ProcessIntervalMs = (uint)options.IntervalMs,
                ProcessTopN = (uint)options.ProcessTopN,
            },
            Limits = new Limits
            {
                MessageBytesMax = ProtocolLimits.MessageBytesMax,
                SeriesMax = ProtocolLimits.SeriesMax,
                LabelBytesMax = ProtocolLimits.LabelBytesMax,
                ProcessesMax = ProtocolLimits.ProcessesMax,
                BatchesPerSecondMax = ProtocolLimits.BatchesPerSecondMax,
            },
        },
    };

    private async Task ProbeAsync(AgentSession session, CancellationToken cancellation)
    {
        using var timer = new PeriodicTimer(TimeSpan.FromMilliseconds(options.ProbeIntervalMs), time);
        while (await timer.WaitForNextTickAsync(cancellation))
        {
            if (session.Welcomed && _probes.Count < ProbesOutstandingMax)
            {
                session.Send(NewProbe());
            }
            else if (session.Welcomed)
            {
                // None of the last probes was answered; forget them, so that probing goes on once the guest runs again.
                _probes.Clear();
            }
        }
    }

    private BrokerMessage NewProbe() => new() { ClockProbe = new ClockProbe { ProbeId = Interlocked.Increment(ref _probeId) } };

    private BrokerMessage Stamp(BrokerMessage message)
    {
        if (message.ClockProbe is { } probe)
        {
            // As late as possible: what the probe waited in our queue must not look like distance.
            long now = clock.NowNs;
            probe.T1HostNs = (ulong)now;
            _probes[probe.ProbeId] = now;
        }

        return message;
    }
}
