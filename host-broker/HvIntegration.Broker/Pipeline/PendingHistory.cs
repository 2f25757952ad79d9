using HvIntegration.Ingest.Budgets;
using HvIntegration.Model;
using HvIntegration.History;

namespace HvIntegration.Broker.Pipeline;

/// <summary>What waits to be committed: the host's side, and of each VM a queue of its own. Not thread-safe.</summary>
internal sealed class PendingHistory
{
    // A commit is a transaction in memory; what is more waits for the next one, which begins at once.
    private const int SamplesPerCommitMax = 250_000;
    private const int HostSamplesMax = 500_000;
    private const int ReportsMax = 20_000;
    private const int ExchangesPerVmMax = 64;
    private const int SimulatedBatchesMax = 64;

    private readonly Dictionary<Guid, VmPending> _byVm = [];
    private readonly List<HostSample> _hostSamples = [];
    private readonly List<PartitionReport> _reports = [];
    private IReadOnlyList<PartitionInfo> _partitions = [];

    // Where the next commit begins: the VM that found no room in this one comes first.
    private int _turn;

    /// <summary>Items that found no room and were dropped: the host's samples, reports, exchanges.</summary>
    public long Dropped { get; private set; }

    /// <summary>True while batches of a VM wait.</summary>
    public bool HasBatches => _byVm.Values.Any(v => v.Batches.Count > 0);

    /// <summary>Adds a batch of an agent.</summary>
    /// <param name="item">Batch with the room that it holds.</param>
    public void Add(PendingBatch item) => Of(item.Batch.Partition).Batches.Enqueue(item);

    /// <summary>Adds a batch of a simulated guest; the oldest makes room.</summary>
    public void AddSimulated(GuestBatch batch)
    {
        var queue = Of(batch.Partition).Batches;
        if (queue.Count >= SimulatedBatchesMax)
        {
            queue.Dequeue();
            Dropped++;
        }

        queue.Enqueue(new PendingBatch(batch, null, 0));
    }

    /// <summary>Adds a clock exchange; of each VM the newest few are kept.</summary>
    public void Add(Guid partition, Guid bootId, ClockExchange exchange)
    {
        var queue = Of(partition).Exchanges;
        if (queue.Count >= ExchangesPerVmMax)
        {
            queue.Dequeue();
            Dropped++;
        }

        queue.Enqueue((partition, bootId, exchange));
    }

    /// <summary>Adds the host's samples and, when it changed, the inventory.</summary>
    public void Add(IReadOnlyList<HostSample> samples, IReadOnlyList<PartitionInfo>? inventory)
    {
        Bound(_hostSamples, HostSamplesMax, samples.Count);
        _hostSamples.AddRange(samples);
        _partitions = inventory ?? _partitions;
    }

    /// <summary>Adds the reports of closed seconds.</summary>
    public void Add(IReadOnlyList<PartitionReport> reports)
    {
        Bound(_reports, ReportsMax, reports.Count);
        _reports.AddRange(reports);
    }

    /// <summary>Takes what one commit writes: of each VM its equal share at most, and at least one batch.</summary>
    public PendingCommit Take()
    {
        var taken = new PendingCommit([], [.. _byVm.Values.SelectMany(v => v.Exchanges)], [.. _hostSamples], [.. _reports], _partitions);
        foreach (var vm in _byVm.Values)
        {
            vm.Exchanges.Clear();
        }

        _hostSamples.Clear();
        _reports.Clear();
        _partitions = [];

        var waiting = _byVm.Values.Where(v => v.Batches.Count > 0).ToList();
        int share = SamplesPerCommitMax / Math.Max(1, waiting.Count);
        int left = SamplesPerCommitMax;
        for (int i = 0; i < waiting.Count && left > 0; i++)
        {
            var batches = waiting[(i + _turn) % waiting.Count].Batches;
            int ofThis = 0;
            do
            {
                var item = batches.Dequeue();
                taken.Batches.Add(item);
                ofThis += Math.Max(1, item.Batch.Samples.Count);
            }
            while (batches.Count > 0 && ofThis + batches.Peek().Batch.Samples.Count <= share);

            left -= ofThis;
            if (left <= 0)
            {
                _turn = (i + 1 + _turn) % waiting.Count;
            }
        }

        foreach (var empty in _byVm.Where(v => v.Value.Batches.Count == 0).Select(v => v.Key).ToList())
        {
            _byVm.Remove(empty);
        }

        return taken;
    }

    /// <summary>Takes all batches of one VM out.</summary>
    public IReadOnlyList<PendingBatch> TakeBatches(Guid partition)
    {
        if (!_byVm.TryGetValue(partition, out var vm))
        {
            return [];
        }

        var taken = vm.Batches.ToList();
        vm.Batches.Clear();
        return taken;
    }

    private VmPending Of(Guid partition)
    {
        if (!_byVm.TryGetValue(partition, out var vm))
        {
            _byVm.Add(partition, vm = new VmPending());
        }

        return vm;
    }

    private void Bound<T>(List<T> list, int max, int adding)
    {
        if (list.Count + adding > max)
        {
            int drop = Math.Min(list.Count, Math.Max(max / 2, adding));
            list.RemoveRange(0, drop);
            Dropped += drop;
        }
    }

    private sealed class VmPending
    {
        public Queue<PendingBatch> Batches { get; } = new();

        public Queue<(Guid Partition, Guid BootId, ClockExchange Exchange)> Exchanges { get; } = new();
    }
}

/// <summary>One batch on its way into history.</summary>
/// <param name="Batch">The batch to write.</param>
/// <param name="Account">Account that paid for its room; null for a simulated guest.</param>
/// <param name="InFlightBytes">Bytes reserved for the batch.</param>
internal readonly record struct PendingBatch(GuestBatch Batch, VmAccount? Account, long InFlightBytes);

/// <summary>What one commit writes, or what is left of it after some parts of it landed. Not thread-safe.</summary>
/// <param name="Batches">Batches of guests, those of one VM in order.</param>
/// <param name="Exchanges">Clock exchanges of the second.</param>
/// <param name="HostSamples">Samples of the host.</param>
/// <param name="Reports">Reports of closed seconds.</param>
/// <param name="Partitions">Inventory when it changed; else empty.</param>
internal sealed record PendingCommit(
    List<PendingBatch> Batches, List<(Guid Partition, Guid BootId, ClockExchange Exchange)> Exchanges,
    List<HostSample> HostSamples, List<PartitionReport> Reports, IReadOnlyList<PartitionInfo> Partitions)
{
    /// <summary>Inventory when it changed; else empty.</summary>
    public IReadOnlyList<PartitionInfo> Partitions { get; private set; } = Partitions;

    /// <summary>True when there is nothing to write.</summary>
    public bool IsEmpty => Batches.Count + Exchanges.Count + HostSamples.Count + Reports.Count + Partitions.Count == 0;

    /// <summary>The whole of it.</summary>
    public HistoryCommit Whole => new([.. Batches.Select(b => b.Batch)], Exchanges, HostSamples, Reports, Partitions);

    /// <summary>The host's own part.</summary>
    public HistoryCommit OfHost => new([], [], [.. HostSamples], [], Partitions);

    /// <summary>What came of one VM.</summary>
    /// <param name="partition">GUID of the VM.</param>
    /// <param name="emptied">Without samples and processes: the sequences alone.</param>
    public HistoryCommit Of(Guid partition, bool emptied) => new(
        [.. Batches.Where(b => b.Batch.Partition == partition).Select(b => emptied ? b.Batch with { Samples = [], Processes = [] } : b.Batch)],
        emptied ? [] : [.. Exchanges.Where(e => e.Partition == partition)], [],
        emptied ? [] : [.. Reports.Where(r => r.Partition.Id == partition)], []);

    /// <summary>Takes the host's own part out.</summary>
    public void RemoveHost()
    {
        HostSamples.Clear();
        Partitions = [];
    }

    /// <summary>Takes out what came of one VM.</summary>
    /// <returns>Its batches, in order.</returns>
    public List<PendingBatch> Remove(Guid partition)
    {
        var batches = Batches.FindAll(b => b.Batch.Partition == partition);
        Batches.RemoveAll(b => b.Batch.Partition == partition);
        Exchanges.RemoveAll(e => e.Partition == partition);
        Reports.RemoveAll(r => r.Partition.Id == partition);
        return batches;
    }

    /// <summary>VMs with something in it.</summary>
    public IReadOnlyList<Guid> Vms => [.. Batches.Select(b => b.Batch.Partition).Concat(Exchanges.Select(e => e.Partition)).Concat(Reports.Select(r => r.Partition.Id)).Distinct()];
}
