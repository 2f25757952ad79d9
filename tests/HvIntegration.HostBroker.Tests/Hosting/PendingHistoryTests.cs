using HvIntegration.Broker.Pipeline;
using HvIntegration.Model;

namespace HvIntegration.HostBroker.Tests.Hosting;

public sealed class PendingHistoryTests
{
    private static readonly Guid First = Guid.NewGuid();
    private static readonly Guid Second = Guid.NewGuid();
    private static readonly Guid Third = Guid.NewGuid();

    private readonly PendingHistory _pending = new();

    [Fact]
    public void Take_NothingWaits_IsEmpty()
    {
        Assert.True(_pending.Take().IsEmpty);
        Assert.False(_pending.HasBatches);
    }

    [Fact]
    public void Take_EachVmWithinItsShare_TakesAllInOrder()
    {
        Add(First, 10, 1, 2, 3);
        Add(Second, 10, 1);

        var taken = _pending.Take();

        Assert.Equal([1UL, 2UL, 3UL], Sequences(taken, First));
        Assert.Equal([1UL], Sequences(taken, Second));
        Assert.False(_pending.HasBatches);
        Assert.True(_pending.Take().IsEmpty);
    }

    [Fact]
    public void Take_OneVmHasMoreThanACommitHolds_OthersAreInItAndTheRestFollowsInOrder()
    {
        Add(First, 100_000, 1, 2, 3, 4, 5, 6);
        Add(Second, 100, 1);

        var (one, two) = (_pending.Take(), _pending.Take());

        Assert.Equal([1UL], Sequences(one, First));
        Assert.Equal([1UL], Sequences(one, Second));
        Assert.Equal([2UL, 3UL], Sequences(two, First));
        Assert.True(_pending.HasBatches);
    }

    [Fact]
    public void Take_VmsThatFillACommitEach_TakeTurns()
    {
        foreach (var vm in new[] { First, Second, Third })
        {
            Add(vm, 300_000, 1, 2);
        }

        var order = new List<Guid>();
        while (_pending.HasBatches)
        {
            order.Add(Assert.Single(_pending.Take().Batches).Batch.Partition);
        }

        Assert.Equal(6, order.Count);
        Assert.Equal(3, order.Take(3).Distinct().Count());
        Assert.Equal(3, order.Skip(3).Distinct().Count());
    }

    [Fact]
    public void AddSimulated_NobodyCommits_TheOldestMakeRoomAndAreCounted()
    {
        for (ulong i = 1; i <= 100; i++)
        {
            _pending.AddSimulated(Batch(First, i, 1));
        }

        var taken = Sequences(_pending.Take(), First);

        Assert.Equal(100UL, taken[^1]);
        Assert.Equal(100, taken.Count + _pending.Dropped);
    }

    [Fact]
    public void Add_HostSamplesWithoutEnd_AreBoundedAndCounted()
    {
        var samples = Enumerable.Range(0, 60_000).Select(i => new HostSample(Guid.Empty, new SeriesKey(1, "0"), SampleForm.Gauge, i, i, 1, SampleQuality.Measured, "n")).ToList();
        for (int i = 0; i < 20; i++)
        {
            _pending.Add(samples, null);
        }

        int kept = _pending.Take().HostSamples.Count;

        Assert.InRange(kept, 60_000, 500_000);
        Assert.Equal(20 * 60_000, kept + _pending.Dropped);
    }

    [Fact]
    public void Add_ExchangesOfOneVmWithoutEnd_PushNobodyElsesOut()
    {
        _pending.Add(Second, Guid.NewGuid(), new ClockExchange(1, 1, 1, 1));
        for (int i = 0; i < 1_000; i++)
        {
            _pending.Add(First, Guid.NewGuid(), new ClockExchange(i, i, i, i));
        }

        var taken = _pending.Take();

        Assert.Single(taken.Exchanges, e => e.Partition == Second);
        Assert.Equal(999, taken.Exchanges.Last(e => e.Partition == First).Exchange.T1HostNs);
        Assert.Equal(1_001, taken.Exchanges.Count + _pending.Dropped);
    }

    [Fact]
    public void TakeBatches_OfOneVm_LeavesTheOthers()
    {
        Add(First, 1, 1, 2);
        Add(Second, 1, 1);

        var taken = _pending.TakeBatches(First);

        Assert.Equal([1UL, 2UL], taken.Select(b => b.Batch.Sequence));
        Assert.Equal([Second], _pending.Take().Batches.Select(b => b.Batch.Partition));
    }

    [Fact]
    public void Remove_PartsOfACommit_LeavesTheRest()
    {
        Add(First, 1, 1);
        Add(Second, 1, 1);
        _pending.Add(First, Guid.NewGuid(), new ClockExchange(1, 1, 1, 1));
        _pending.Add([new HostSample(Guid.Empty, new SeriesKey(1, "0"), SampleForm.Gauge, 1, 1, 1, SampleQuality.Measured, "n")], [new PartitionInfo(First, "first", PartitionState.Running, 1, null, null, null)]);
        var taken = _pending.Take();

        taken.RemoveHost();
        Assert.Equal(1UL, Assert.Single(taken.Remove(First)).Batch.Sequence);

        Assert.Equal([Second], taken.Vms);
        Assert.Empty(taken.Whole.HostSamples);
        Assert.Empty(taken.Whole.Partitions);
        Assert.Empty(taken.Whole.ClockExchanges);
        taken.Remove(Second);
        Assert.True(taken.IsEmpty);
    }

    private static List<ulong> Sequences(PendingCommit commit, Guid vm) => [.. commit.Batches.Where(b => b.Batch.Partition == vm).Select(b => b.Batch.Sequence)];

    private static GuestBatch Batch(Guid vm, ulong sequence, int samples) =>
        new(vm, Guid.Empty, sequence, 1, new GuestSample[samples], 0, [], 0, null);

    private void Add(Guid vm, int samples, params ulong[] sequences)
    {
        foreach (ulong sequence in sequences)
        {
            _pending.Add(new PendingBatch(Batch(vm, sequence, samples), null, 0));
        }
    }
}
