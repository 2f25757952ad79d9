using HvIntegration.Api.Contract;
using HvIntegration.Ingest.Budgets;
using HvIntegration.Ingest.Events;
using HvIntegration.Ingest.Streams;
using HvIntegration.Model;

namespace HvIntegration.Broker.Queries;

/// <summary>The agent of a VM as answers have it.</summary>
internal static class AgentViews
{
    /// <summary>State, facts and counts of one agent.</summary>
    /// <param name="partition">Its VM.</param>
    /// <param name="session">Its newest stream; null before the first.</param>
    /// <param name="ledger">What it sent and what was refused.</param>
    /// <param name="state">State as <see cref="SessionStates"/> has it, with its reason.</param>
    /// <param name="committed">Newest sequence in history; null without one.</param>
    public static AgentView Of(PartitionInfo partition, AgentSession? session, VmLedger ledger, (string State, string? Reason) state, ulong? committed) => new(
        state.State, state.Reason, session?.Peer.Key, session?.Facts.AgentVersion, session?.Facts.OsDescription, session?.Facts.KernelVersion,
        session?.Facts.HostName, session?.Facts.BootId, session?.LastSequence, committed,
        [.. (session?.Collectors ?? []).Where(c => c.Status != Protocol.V1.CollectorStatus.Ok)
            .Select(c => new CollectorView(c.Name, ApiText.Word(c.Status), c.Reason))],
        ledger.Counts, ledger.LastRefusal);

    /// <summary>An event of an agent.</summary>
    public static AgentEventView Of(AgentEventEntry entry) => new(entry.Second, ApiText.Word(entry.Kind), entry.Text);
}
