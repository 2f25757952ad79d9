using HvIntegration.Ingest.Budgets;
using HvIntegration.Ingest.Streams;
using HvIntegration.Model;

namespace HvIntegration.Broker.Queries;

/// <summary>Puts into one word how a VM's agent is doing.</summary>
internal static class SessionStates
{
    /// <summary>Batches come in time.</summary>
    public const string Live = "live";

    /// <summary>The newest message is older than three intervals.</summary>
    public const string Late = "late";

    /// <summary>Connected, but nothing comes.</summary>
    public const string Silent = "silent";

    /// <summary>No agent of the VM is connected.</summary>
    public const string NoAgent = "no-agent";

    /// <summary>Not connected, and the VM does not run.</summary>
    public const string VmOff = "vm-off";

    /// <summary>A simulated guest: there is no agent.</summary>
    public const string Simulated = "simulated";

    /// <summary>In an opened bundle: the inside is there as it was recorded.</summary>
    public const string Recorded = "recorded";

    /// <summary>The VM left the host; history may have something of it.</summary>
    public const string Gone = "gone";

    /// <summary>A state as a reader is told it.</summary>
    public static string Word(string state) => state switch { NoAgent => "no agent", VmOff => "VM off", _ => state };

    /// <summary>The word and, when it is not live, why.</summary>
    public static (string State, string? Reason) Of(PartitionInfo partition, AgentSession? session, VmLedger ledger, AgentOptions options, bool simulated)
    {
        if (simulated && session is null)
        {
            return (Simulated, "both sides of this VM are simulated");
        }

        if (session is null)
        {
            return partition.State switch
            {
                PartitionState.Off => (VmOff, "the VM is off"),
                PartitionState.Paused => (VmOff, "the VM is paused"),
                _ when ledger.LastRefusal is { } refusal => (NoAgent, "rejected: " + refusal),
                _ when ledger[LedgerEntry.Connections] > 0 => (NoAgent, "its agent was connected before and is not connected now"),
                _ when partition.AgentAddress is { } address => (NoAgent, $"no agent connected at {address}"),
                _ => (NoAgent, "no agent connected"),
            };
        }

        double silentMs = session.Silence.TotalMilliseconds;
        return !session.Welcomed ? (Late, "its clock is being measured")
            : silentMs > options.DeadAfterMs ? (Silent, FormattableString.Invariant($"no data for {silentMs / 1000:0} s"))
            : silentMs > 3 * options.IntervalMs ? (Late, FormattableString.Invariant($"no data for {silentMs / 1000:0.0} s"))
            : (Live, null);
    }
}
