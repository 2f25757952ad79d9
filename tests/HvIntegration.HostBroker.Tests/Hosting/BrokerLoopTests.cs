using HvIntegration.Engine.Options;
using HvIntegration.HostBroker.Tests.Ingest;
using HvIntegration.Broker.Live;
using HvIntegration.Broker.Pipeline;
using HvIntegration.Ingest.Budgets;
using HvIntegration.Ingest.Streams;
using HvIntegration.Model;
using HvIntegration.Protocol.Metrics;
using HvIntegration.Transport.Abstractions;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Options;
using Microsoft.Extensions.Time.Testing;

namespace HvIntegration.HostBroker.Tests.Hosting;

/// <summary>The loop with its own engine, source and history, under a clock that the test turns.</summary>
public sealed class BrokerLoopTests : IAsyncDisposable
{
    private readonly FakeTimeProvider _time = new(new DateTimeOffset(2025, 11, 24, 12, 0, 0, TimeSpan.Zero));
    private readonly ScriptedStore _store = new();
    private readonly ScriptedSource _source = new([TestBroker.Web, TestBroker.Batch]);
    private readonly InFlight _inFlight = new(long.MaxValue / 2, long.MaxValue / 2, NullLogger<InFlight>.Instance);
    private readonly VmAccounts _accounts;
    private readonly AgentSessions _sessions;
    private readonly BrokerState _state;
    private readonly SourcePump _pump;
    private readonly HistoryWriter _writer;
    private readonly BrokerLoop _loop;
    private readonly Guid _boot = Guid.NewGuid();

    public BrokerLoopTests()
    {
        var clock = new HostClock(_time);
        _accounts = new VmAccounts(Options.Create(new BudgetOptions()), new HistoryRoom(1L << 40, 24), _time);
        _sessions = new AgentSessions(Options.Create(new AgentOptions()), _accounts, _time);
        _state = new BrokerState(clock);
        _pump = new SourcePump(_source, clock, _time, new SourceTimeout(5_000), NullLogger<SourcePump>.Instance);
        _writer = new HistoryWriter(_store, _sessions, _accounts, _inFlight, _time, NullLogger<HistoryWriter>.Instance);
        _loop = new BrokerLoop(
            _pump, _source, new Inventory(), _writer, _store, _state, _accounts, _inFlight, new LatestSamples(), clock, _time, Options.Create(new EngineOptions()), NullLogger<BrokerLoop>.Instance);
    }

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Loop_HostAndGuestTell_SecondsAreClosedAndBothAreInHistory()
    {
        await StartAsync();
        var web = Admit(TestBroker.Web);
        await AddAsync(web, 1);

        await TurnAsync(() => _state.View.Reports.ContainsKey(TestBroker.Web.Id) && _store.Sequences(TestBroker.Web.Id).Count == 1
            && _store.Landed.Any(c => c.HostSamples.Count > 0) && _store.Landed.Any(c => c.Reports.Count > 0));

        await TurnedClock.EventuallyAsync(() => web.TakeAcknowledgement() == 1);
        Assert.Equal(0, _inFlight.Total);
    }

    [Fact]
    public async Task Loop_SuccessorSendsTheSameAgain_ItIsStoredOnce()
    {
        await StartAsync();
        var web = Admit(TestBroker.Web);
        await AddAsync(web, 1, 2);
        web.End("a test");
        _sessions.Remove(web);
        var successor = Admit(TestBroker.Web);
        await AddAsync(successor, 1, 2, 3);

        await TurnAsync(() => _store.CommittedSequence(TestBroker.Web.Id, _boot) == 3);

        Assert.Equal([1UL, 2UL, 3UL], _store.Sequences(TestBroker.Web.Id));
        await TurnedClock.EventuallyAsync(() => successor.TakeAcknowledgement() == 3);
        Assert.Equal(0, _inFlight.Total);
    }

    [Fact]
    public async Task Loop_VmLeavesTheHost_ItsReportGoesAndTheOthersStay()
    {
        await StartAsync();
        await TurnAsync(() => _state.View.Reports.Count == 2);

        _source.Partitions = [TestBroker.Batch];

        await TurnAsync(() => _state.View.Reports.Count == 1);
        Assert.Equal([TestBroker.Batch.Id], _state.View.Reports.Keys);
    }

    [Fact]
    public async Task Loop_StreamHasEnded_NothingOfItComesBehindItsSuccessor()
    {
        // The loop does not run yet: the queue of the VM is filled.
        var web = Admit(TestBroker.Web);
        var arrivals = (IArrivals)_loop;
        ulong sequence = 0;
        Task waiting;
        do
        {
            waiting = arrivals.BatchAsync(web, Batch(web, ++sequence), null, web.Ended).AsTask();
        }
        while (waiting.IsCompleted);
        web.End("a test");

        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => waiting);
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => arrivals.BatchAsync(web, Batch(web, ++sequence), null, web.Ended).AsTask());
    }

    [Fact]
    public async Task Stop_WithArrivalsQueued_EndsAndAcknowledgesNothingOfThem()
    {
        await StartAsync();
        await TurnAsync(() => _state.View.Second > 0);
        await _loop.StopAsync(Cancellation);
        var web = Admit(TestBroker.Web);
        await AddAsync(web, 1);

        await _writer.StopAsync(Cancellation);

        Assert.Empty(_store.Sequences(TestBroker.Web.Id));
        Assert.Equal(0UL, web.TakeAcknowledgement());
    }

    public async ValueTask DisposeAsync()
    {
        foreach (var service in new Microsoft.Extensions.Hosting.BackgroundService[] { _pump, _loop, _writer })
        {
            await service.StopAsync(CancellationToken.None);
            service.Dispose();
        }
    }

    private async Task StartAsync()
    {
        await _writer.StartAsync(Cancellation);
        await _loop.StartAsync(Cancellation);
        await _pump.StartAsync(Cancellation);
    }

    private AgentSession Admit(PartitionInfo vm) => _sessions.Admit(
        vm, new PeerIdentity(TransportKind.Unix, vm.Name, null), new AgentFacts(_boot, "", default, "", "", "", 1, 0, [], [], 0));

    private async Task AddAsync(AgentSession session, params ulong[] sequences)
    {
        foreach (ulong sequence in sequences)
        {
            var batch = Batch(session, sequence);
            Assert.True(await _inFlight.EnterAsync(session.Partition.Name, session.Account, InFlight.SizeOf(batch), Cancellation));
            await _loop.BatchAsync(session, batch, InFlight.SizeOf(batch), session.Ended);
        }
    }

    private static GuestBatch Batch(AgentSession session, ulong sequence) => new(
        session.Partition.Id, session.Facts.BootId, sequence, (long)sequence * 1_000_000_000,
        [new GuestSample(new SeriesKey(GuestMetrics.CpuTime.Id, "user|0"), (long)sequence * 1_000_000_000, (long)sequence * 1_000_000_000, sequence)], 0, [], 0, null);

    private Task TurnAsync(Func<bool> holds) => _time.TurnAsync(TimeSpan.FromMilliseconds(250), holds);
}
