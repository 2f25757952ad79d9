using HvIntegration.HostBroker.Tests.Ingest;
using HvIntegration.Broker.Pipeline;
using HvIntegration.Ingest.Budgets;
using HvIntegration.Ingest.Streams;
using HvIntegration.Model;
using HvIntegration.History;
using HvIntegration.Transport.Abstractions;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Options;
using Microsoft.Extensions.Time.Testing;

namespace HvIntegration.HostBroker.Tests.Hosting;

/// <summary>Commits, acknowledgements and what becomes of both when the store fails, under a clock that the test turns.</summary>
public sealed class HistoryWriterTests : IAsyncDisposable
{
    private const long BatchBytes = 552;
    private static readonly HistoryException DiskFull = new("the disk is full");

    private readonly FakeTimeProvider _time = new();
    private readonly ScriptedStore _store = new();
    private readonly AgentSessions _sessions;
    private readonly InFlight _inFlight = new(long.MaxValue / 2, long.MaxValue / 2, NullLogger<InFlight>.Instance);
    private readonly HistoryWriter _writer;
    private readonly Guid _boot = Guid.NewGuid();

    public HistoryWriterTests()
    {
        var accounts = new VmAccounts(Options.Create(new BudgetOptions()), new HistoryRoom(1L << 40, 24), _time);
        _sessions = new AgentSessions(Options.Create(new AgentOptions()), accounts, _time);
        _writer = new HistoryWriter(_store, _sessions, accounts, _inFlight, _time, NullLogger<HistoryWriter>.Instance);
    }

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Commit_StoreWorks_AcknowledgesWhatLandedAndGivesItsRoomBack()
    {
        await _writer.StartAsync(Cancellation);
        var web = Admit(TestBroker.Web);
        await AddAsync(web, 1, 2, 3);
        Assert.Equal(0UL, web.TakeAcknowledgement());

        await CommitAsync();

        Assert.Equal(3UL, web.TakeAcknowledgement());
        Assert.Equal(0, _inFlight.Total);
    }

    [Fact]
    public async Task Commit_StoreFails_TriesTheSameAgainAndAcknowledgesNothingUntilItLands()
    {
        await _writer.StartAsync(Cancellation);
        var web = Admit(TestBroker.Web);
        await AddAsync(web, 1);
        _store.Fault = _ => DiskFull;
        _writer.Commit();
        await TriedAsync(1);
        await TurnedClock.EventuallyAsync(() => _writer.Fault is not null);
        Assert.Equal(0UL, web.TakeAcknowledgement());
        await AddAsync(web, 2);
        _store.Fault = _ => null;

        await TurnAsync(() => _store.Landed.Count == 1);
        await TurnedClock.EventuallyAsync(() => _writer.Fault is null);

        Assert.Equal([1UL], _store.Sequences(web.Partition.Id));
        Assert.Equal(1UL, web.TakeAcknowledgement());
        await CommitAsync();
        Assert.Equal(2UL, web.TakeAcknowledgement());
    }

    [Fact]
    public async Task Commit_StoreThrowsACancellationOfItsOwn_TheWriterGoesOn()
    {
        await _writer.StartAsync(Cancellation);
        var web = Admit(TestBroker.Web);
        await AddAsync(web, 1);
        _store.Fault = _ => new OperationCanceledException("a query inside was cancelled");
        _writer.Commit();
        await TriedAsync(1);
        _store.Fault = _ => null;

        await TurnAsync(() => _store.Landed.Count == 1);

        await TurnedClock.EventuallyAsync(() => web.TakeAcknowledgement() == 1);
        Assert.False(_writer.ExecuteTask!.IsCompleted);
    }

    [Fact]
    public async Task Commit_OneVmCannotBeWritten_ItIsKeptWithoutSamplesAndTheOtherIsUntouched()
    {
        await _writer.StartAsync(Cancellation);
        var (web, other) = (Admit(TestBroker.Web), Admit(TestBroker.Batch));
        await AddAsync(web, 1, 2);
        await AddAsync(other, 1);
        _store.Fault = c => c.Batches.Any(b => b.Partition == web.Partition.Id && b.Samples.Count > 0) ? DiskFull : null;
        _writer.Commit();

        await TurnAsync(() => web.Ledger[LedgerEntry.HistoryUnwritable] == 2);

        await TurnedClock.EventuallyAsync(() => _inFlight.Total == 0);
        Assert.Equal(2UL, web.TakeAcknowledgement());
        Assert.Equal(1UL, other.TakeAcknowledgement());
        Assert.Single(_store.Landed.SelectMany(c => c.Batches), b => b.Partition == other.Partition.Id && b.Samples.Count == 1);
    }

    [Fact]
    public async Task Commit_OneVmCannotBeWrittenAtAllAndItsStreamHasEnded_NothingBehindTheGapIsStored()
    {
        var web = await EndedWithoutHistoryAsync();
        await TurnAsync(() => _inFlight.Total == 0);
        _store.Fault = _ => null;

        // What the stream had brought and the engine took only now.
        await AddAsync(web, 3);
        await CommitAsync();
        Assert.Empty(_store.Sequences(web.Partition.Id));

        var successor = Admit(TestBroker.Web);
        await AddAsync(successor, 1, 2, 3);
        await CommitAsync();

        Assert.Equal([1UL, 2UL, 3UL], _store.Sequences(web.Partition.Id));
        Assert.Equal(3UL, successor.TakeAcknowledgement());
        Assert.Equal(0, _inFlight.Total);
    }

    [Fact]
    public async Task Commit_OneVmCannotBeWrittenAtAllAndASuccessorCame_TheSuccessorIsEndedToo()
    {
        var web = await EndedWithoutHistoryAsync();
        var successor = Admit(TestBroker.Web);

        // Sent again, and left out because the first stream's are queued still.
        await AddAsync(successor, 1, 2);
        await TurnAsync(() => successor.Ended.IsCancellationRequested);
        _store.Fault = _ => null;
        await AddAsync(successor, 3);
        await CommitAsync();

        Assert.Empty(_store.Sequences(web.Partition.Id));
        Assert.Equal(0UL, successor.TakeAcknowledgement());
    }

    [Fact]
    public async Task Stop_WhileAPartIsTried_WhatLandedIsNotWrittenAgain()
    {
        await _writer.StartAsync(Cancellation);
        var (web, other) = (Admit(TestBroker.Web), Admit(TestBroker.Batch));
        await AddAsync(web, 1);
        await AddAsync(other, 1);
        var host = new HostSample(Guid.Empty, new SeriesKey(1010, "0"), SampleForm.Cumulative, 1, 1, 1, SampleQuality.Measured, "run");
        _writer.Add([host], [TestBroker.Web]);
        bool parting = false;
        var reached = new TaskCompletionSource();
        var go = new TaskCompletionSource();
        _store.Fault = c => c.Batches.Count == 2 ? DiskFull : null;
        _store.Before = c =>
        {
            parting |= c.Batches.Count == 0 && c.HostSamples.Count > 0;
            if (!parting || c.Batches.Count == 0)
            {
                return Task.CompletedTask;
            }

            reached.TrySetResult();
            return go.Task;
        };
        _writer.Commit();
        await TurnAsync(() => reached.Task.IsCompleted);

        var stopping = _writer.StopAsync(Cancellation);
        _store.Fault = _ => null;
        go.SetResult();
        await stopping;

        Assert.Single(_store.Landed.SelectMany(c => c.HostSamples));
        Assert.Equal([1UL], _store.Sequences(web.Partition.Id));
        Assert.Equal([1UL], _store.Sequences(other.Partition.Id));
    }

    [Fact]
    public async Task Add_NoRoomWhileHistoryFails_SuccessorFillsTheGap()
    {
        await _writer.StartAsync(Cancellation);
        var web = Admit(TestBroker.Web);
        await AddAsync(web, 1);
        _writer.Add(web, Batch(web, 2), null);
        await AddAsync(web, 3);
        await CommitAsync();
        Assert.Equal([1UL], _store.Sequences(web.Partition.Id));
        await TurnedClock.EventuallyAsync(() => web.Ended.IsCancellationRequested);
        _sessions.Remove(web);

        var successor = Admit(TestBroker.Web);
        await AddAsync(successor, 2, 3);
        await CommitAsync();

        Assert.Equal([1UL, 2UL, 3UL], _store.Sequences(web.Partition.Id));
        Assert.Equal(3UL, successor.TakeAcknowledgement());
        Assert.Equal(0, _inFlight.Total);
    }

    [Fact]
    public async Task Add_SuccessorBringsWhatIsQueued_ItIsHandedToTheStoreOnce()
    {
        await _writer.StartAsync(Cancellation);
        var web = Admit(TestBroker.Web);
        await AddAsync(web, 1, 2);
        _writer.Add(web, Batch(web, 3), null);
        _sessions.Remove(web);
        var successor = Admit(TestBroker.Web);

        await AddAsync(successor, 1, 2, 3);
        await CommitAsync();

        Assert.Equal([1UL, 2UL, 3UL], _store.Sequences(web.Partition.Id));
        Assert.Equal(2, successor.Ledger[LedgerEntry.DuplicateBatches]);
        Assert.Equal(3UL, successor.TakeAcknowledgement());
        Assert.Equal(0, _inFlight.Total);
    }

    [Fact]
    public async Task Stop_WithBatchesQueued_WritesThemInOneLastCommit()
    {
        await _writer.StartAsync(Cancellation);
        await CommitAsync();
        var web = Admit(TestBroker.Web);
        await AddAsync(web, 1, 2);

        await _writer.StopAsync(Cancellation);

        Assert.Equal([1UL, 2UL], _store.Sequences(web.Partition.Id));
        Assert.Equal(2UL, web.TakeAcknowledgement());
    }

    public async ValueTask DisposeAsync()
    {
        _store.Fault = _ => null;
        await _writer.StopAsync(CancellationToken.None);
        _writer.Dispose();
    }

    // A stream that has ended, of a VM that cannot be written at all, while the batches of another can.
    private async Task<AgentSession> EndedWithoutHistoryAsync()
    {
        await _writer.StartAsync(Cancellation);
        var (web, other) = (Admit(TestBroker.Web), Admit(TestBroker.Batch));
        await AddAsync(web, 1, 2);
        await AddAsync(other, 1);
        _store.Fault = c => c.Batches.Any(b => b.Partition == web.Partition.Id) ? DiskFull : null;
        _writer.Commit();
        await TriedAsync(1);
        _sessions.Remove(web);
        return web;
    }

    private AgentSession Admit(PartitionInfo vm) => _sessions.Admit(
        vm, new PeerIdentity(TransportKind.Unix, vm.Name, null), new AgentFacts(_boot, "", default, "", "", "", 1, 0, [], [], 0));

    private async Task AddAsync(AgentSession session, params ulong[] sequences)
    {
        foreach (ulong sequence in sequences)
        {
            Assert.True(await _inFlight.EnterAsync(session.Partition.Name, session.Account, BatchBytes, Cancellation));
            _writer.Add(session, Batch(session, sequence), BatchBytes);
        }
    }

    private static GuestBatch Batch(AgentSession session, ulong sequence) =>
        new(session.Partition.Id, session.Facts.BootId, sequence, 1, [new GuestSample(new SeriesKey(1, "0"), 1, 1, 1)], 0, [], 0, null);

    /// <summary>Commits what waits, and waits until it is written.</summary>
    private async Task CommitAsync()
    {
        int before = _store.Landed.Count;
        // So that there is something to write in any case.
        _writer.Add([], [TestBroker.Web]);
        _writer.Commit();
        await TurnedClock.EventuallyAsync(() => _store.Landed.Count > before);
        // Acknowledged and given back after it was written.
        int tried = _store.Tried;
        _writer.Add([], [TestBroker.Batch]);
        _writer.Commit();
        await TriedAsync(tried + 1);
    }

    private Task TriedAsync(int times) => TurnedClock.EventuallyAsync(() => _store.Tried >= times);

    /// <summary>Turns the clock until something holds.</summary>
    private Task TurnAsync(Func<bool> holds) => _time.TurnAsync(TimeSpan.FromMilliseconds(100), holds);
}
