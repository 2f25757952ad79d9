using System.Collections.Immutable;
using HvIntegration.History;

namespace HvIntegration.HostBroker.Tests.Hosting;

/// <summary>A store that keeps what it is given, and fails where a test says so.</summary>
internal sealed class ScriptedStore : IHistoryWriter
{
    // Read by tests while the writer adds to it.
    private volatile ImmutableList<HistoryCommit> _landed = [];

    /// <summary>Says why a commit cannot be written; null when it can.</summary>
    public Func<HistoryCommit, Exception?> Fault { get; set; } = _ => null;

    /// <summary>What a commit waits for before it is written or fails.</summary>
    public Func<HistoryCommit, Task> Before { get; set; } = _ => Task.CompletedTask;

    public int Tried { get; private set; }

    public IReadOnlyList<HistoryCommit> Landed => _landed;

    public IReadOnlyList<ulong> Sequences(Guid vm) => [.. _landed.SelectMany(c => c.Batches).Where(b => b.Partition == vm).Select(b => b.Sequence)];

    public async Task CommitAsync(HistoryCommit commit, CancellationToken cancellation)
    {
        Tried++;
        await Before(commit);
        cancellation.ThrowIfCancellationRequested();
        if (Fault(commit) is { } fault)
        {
            throw fault;
        }

        _landed = _landed.Add(commit);
    }

    public ulong CommittedSequence(Guid partition, Guid bootId) =>
        _landed.SelectMany(c => c.Batches).Where(b => b.Partition == partition && b.BootId == bootId).Select(b => b.Sequence).DefaultIfEmpty().Max();
}
