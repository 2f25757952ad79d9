using HvIntegration.Model;
using HvIntegration.History;

namespace HvIntegration.ConcurrencyTests.Scene;

/// <summary>A store in memory with the promises of the real one: all or nothing, known sequences left out, a begun commit is finished; and a disk that fails when it is told to.</summary>
internal sealed class MemoryStore(Random random) : IHistoryWriter
{
    private readonly Dictionary<(Guid Vm, Guid Boot), SortedDictionary<ulong, int>> _stored = [];
    private readonly HashSet<(Guid, ulong Metric, string, long)> _hostSamples = [];
    private readonly HashSet<PartitionReport> _reports = new(ReferenceEqualityComparer.Instance);
    private readonly HashSet<(Guid, Guid, ClockExchange)> _exchanges = [];

    /// <summary>Share of commits that fail.</summary>
    public double FailureShare { get; set; }

    /// <summary>VMs whose data cannot be written; true when not even without samples.</summary>
    public Dictionary<Guid, bool> Unwritable { get; } = [];

    /// <summary>What was given to the store and should not have been.</summary>
    public string? Violation { get; private set; }

    public int Commits { get; private set; }

    public int Failures { get; private set; }

    public IEnumerable<ulong> Sequences(Guid vm, Guid boot) => _stored.GetValueOrDefault((vm, boot)) is { } known ? known.Keys : [];

    public bool Has(Guid vm, Guid boot, ulong sequence) => _stored.GetValueOrDefault((vm, boot))?.ContainsKey(sequence) == true;

    public ulong CommittedSequence(Guid partition, Guid bootId) => _stored.TryGetValue((partition, bootId), out var known) ? known.Keys.Last() : 0;

    public async Task CommitAsync(HistoryCommit commit, CancellationToken cancellation)
    {
        // As the real one: who waits for the writer can give up, who has it cannot.
        await Task.Yield();
        cancellation.ThrowIfCancellationRequested();
        for (int i = random.Next(4); i > 0; i--)
        {
            await Task.Yield();
        }

        if (random.NextDouble() < FailureShare || commit.Batches.Any(b => Unwritable.TryGetValue(b.Partition, out bool whole) && (whole || b.Samples.Count > 0)))
        {
            Failures++;
            throw new HistoryException("the disk is full");
        }

        Write(commit);
        Commits++;
        for (int i = random.Next(3); i > 0; i--)
        {
            await Task.Yield();
        }
    }

    private void Write(HistoryCommit commit)
    {
        foreach (var batch in commit.Batches.OrderBy(b => b.Sequence).Where(b => b.Sequence > CommittedSequence(b.Partition, b.BootId)))
        {
            if (!_stored.TryGetValue((batch.Partition, batch.BootId), out var known))
            {
                _stored.Add((batch.Partition, batch.BootId), known = []);
            }

            known.Add(batch.Sequence, batch.Samples.Count);
        }

        Once(commit.HostSamples, s => _hostSamples.Add((s.Partition, s.Series.MetricId, s.NativeName, s.EndNs)), "a host sample");
        Once(commit.Reports, _reports.Add, "a report");
        Once(commit.ClockExchanges, _exchanges.Add, "a clock exchange");
    }

    // The writer would take an exception for a fault of the disk.
    private void Once<T>(IReadOnlyList<T> items, Func<T, bool> add, string what)
    {
        foreach (var item in items)
        {
            if (!add(item))
            {
                Violation ??= $"{what} is stored twice: {item}";
            }
        }
    }
}
