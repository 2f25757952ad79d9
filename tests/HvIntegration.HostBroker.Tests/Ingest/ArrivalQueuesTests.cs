using HvIntegration.Broker.Pipeline;
using HvIntegration.Ingest.Budgets;
using HvIntegration.Ingest.Streams;
using HvIntegration.Model;
using HvIntegration.Transport.Abstractions;

namespace HvIntegration.HostBroker.Tests.Ingest;

public sealed class ArrivalQueuesTests
{
    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task TryTake_OneVmQueuedMany_TheOtherIsNext()
    {
        using var queues = new ArrivalQueues();
        var (flood, good) = (Session("flood"), Session("good"));
        for (ulong i = 1; i <= 50; i++)
        {
            await queues.AddAsync(Batch(flood, i), Cancellation);
        }

        await queues.AddAsync(Batch(good, 1), Cancellation);

        queues.TryTake(out _);
        queues.TryTake(out var second);
        Assert.Equal("good", second.Session.Partition.Name);
    }

    [Fact]
    public async Task Add_QueueOfOneVmIsFull_ThatVmWaitsAndNobodyElse()
    {
        using var queues = new ArrivalQueues();
        var (flood, good) = (Session("flood"), Session("good"));
        ulong added = 0;
        Task waiting;
        do
        {
            waiting = queues.AddAsync(Batch(flood, ++added), Cancellation).AsTask();
        }
        while (waiting.IsCompleted && added < 10_000);

        var other = queues.AddAsync(Batch(good, 1), Cancellation).AsTask();

        Assert.InRange(added, 2UL, 1_000UL);
        Assert.True(other.IsCompletedSuccessfully);
        queues.TryTake(out _);
        await waiting.WaitAsync(TimeSpan.FromSeconds(5), Cancellation);
    }

    [Fact]
    public async Task TryTake_BatchesOfOneVm_ComeInTheirOrder()
    {
        using var queues = new ArrivalQueues();
        var (first, second) = (Session("first"), Session("second"));
        for (ulong i = 1; i <= 20; i++)
        {
            await queues.AddAsync(Batch(first, i), Cancellation);
            await queues.AddAsync(Batch(second, i), Cancellation);
        }

        var taken = new List<Arrival>();
        while (queues.TryTake(out var arrival))
        {
            taken.Add(arrival);
        }

        Assert.Equal(40, taken.Count);
        Assert.All(taken.GroupBy(a => a.Session), of => Assert.Equal(Enumerable.Range(1, 20).Select(i => (ulong)i), of.Select(a => a.Batch!.Sequence)));
    }

    private static Arrival Batch(AgentSession session, ulong sequence) =>
        new(session, new GuestBatch(session.Partition.Id, session.Facts.BootId, sequence, 0, [], 0, [], 0, null), 0, null);

    private static AgentSession Session(string name)
    {
        var vm = new PartitionInfo(Guid.NewGuid(), name, PartitionState.Running, 1, null, null, null);
        return new AgentSession(
            vm, new PeerIdentity(TransportKind.Unix, name, null), new AgentFacts(Guid.NewGuid(), "", default, "", "", "", 1, 0, [], [], 0),
            new VmAccount(new BudgetOptions(), TimeProvider.System), TimeProvider.System);
    }
}
