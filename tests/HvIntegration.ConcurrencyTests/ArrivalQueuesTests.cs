using HvIntegration.Broker.Pipeline;
using HvIntegration.Ingest.Budgets;
using HvIntegration.Ingest.Streams;
using HvIntegration.ConcurrencyTests.Exploring;
using HvIntegration.Model;
using HvIntegration.Transport.Abstractions;

namespace HvIntegration.ConcurrencyTests;

/// <summary>The queues between streams and engine: streams of one VM follow each other at any moment, its queue full or not.</summary>
public sealed class ArrivalQueuesTests(ITestOutputHelper output)
{
    private const int Streams = 3;
    private const ulong PerStream = 90;

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task RandomWalk_NothingOfOneVmIsLostOrComesOutOfOrder()
    {
        for (int seed = 1; seed <= 1_000; seed++)
        {
            await ExploreAsync(new RandomWalk(seed), seed);
        }
    }

    [Fact]
    public async Task PriorityChanges_NothingOfOneVmIsLostOrComesOutOfOrder()
    {
        for (int seed = 1; seed <= 1_000; seed++)
        {
            await ExploreAsync(new PriorityChanges(seed, changes: 3 + (seed % 5), within: 1_500), seed);
        }
    }

    [Fact]
    public async Task EachDelay_NothingOfOneVmIsLostOrComesOutOfOrder()
    {
        long steps = await ExploreAsync(new Delays(), seed: 1);
        for (long at = 1; at <= steps; at++)
        {
            await ExploreAsync(new Delays(at), seed: 1);
        }

        output.WriteLine($"one delay at each of {steps} steps");
    }

    private static async Task<long> ExploreAsync(Schedule schedule, int seed)
    {
        var random = new Random(seed);
        var explorer = new Explorer(schedule);
        using var queues = new ArrivalQueues();
        var vm = new PartitionInfo(new Guid(1, 0, 0, new byte[8]), "vm", PartitionState.Running, 1, null, null, null);
        var other = vm with { Id = new Guid(2, 0, 0, new byte[8]), Name = "other" };
        var handed = new List<(long Stream, ulong Sequence)>();
        var taken = new List<(long Stream, ulong Sequence)>();
        await explorer.RunAsync(async () =>
        {
            using var stop = new CancellationTokenSource();
            var taking = explorer.NewActor("engine").Run(async () =>
            {
                while (await queues.WaitToTakeAsync(stop.Token))
                {
                    for (int i = random.Next(4); i > 0 && queues.TryTake(out var arrival); i--)
                    {
                        taken.Add((arrival.Session.Order, arrival.Batch!.Sequence));
                    }

                    queues.Keep(new HashSet<Guid> { other.Id });
                    await Task.Yield();
                }
            });
            var streams = new List<Task> { AddAllAsync(Session(other, explorer, Streams + 1), "other") };
            for (int i = 1; i <= Streams; i++)
            {
                // As a take-over: the one before is told to end, and its successor brings what it has at once.
                var session = Session(vm, explorer, i);
                streams.Add(AddAllAsync(session, $"stream {i}"));
                for (int wait = random.Next(150); wait > 0; wait--)
                {
                    await Task.Yield();
                }

                if (i < Streams)
                {
                    session.End("taken over");
                }
            }

            await Task.WhenAll(streams);
            while (queues.Count > 0)
            {
                await Task.Delay(TimeSpan.FromSeconds(1), explorer.Time, CancellationToken.None);
            }

            await stop.CancelAsync();
            await taking.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing | ConfigureAwaitOptions.ContinueOnCapturedContext);
            Assert.True(taking.IsCanceled, taking.Exception?.Message);
            Assert.Equal(handed.Order(), taken.Order());
            Assert.Equal(taken.Where(t => t.Stream <= Streams).Order(), taken.Where(t => t.Stream <= Streams));
            Assert.Equal(PerStream, (ulong)taken.Count(t => t.Stream == Streams));
            Assert.Equal(PerStream, (ulong)taken.Count(t => t.Stream == Streams + 1));

            Task AddAllAsync(AgentSession session, string name) => explorer.NewActor(name).Run(async () =>
            {
                try
                {
                    for (ulong sequence = 1; sequence <= PerStream; sequence++)
                    {
                        await queues.AddAsync(
                            new Arrival(session, new GuestBatch(session.Partition.Id, session.Facts.BootId, sequence, 0, [], 0, [], 0, null), 0, null), session.Ended);
                        handed.Add((session.Order, sequence));
                        await Task.Yield();
                    }
                }
                catch (OperationCanceledException) when (session.Ended.IsCancellationRequested)
                {
                    // Taken over.
                }
            });
        }).WaitAsync(Cancellation);
        return explorer.Steps;
    }

    private static AgentSession Session(PartitionInfo vm, Explorer explorer, long order) => new(
        vm, new PeerIdentity(TransportKind.Unix, vm.Name, null), new AgentFacts(Guid.Empty, "", default, "", "", "", 1, 0, [], [], 0),
        new VmAccount(new BudgetOptions(), explorer.Time), explorer.Time)
    {
        Order = order,
    };
}
