namespace HvIntegration.Dashboard.Models;

/// <summary>One VM as the fleet page shows it.</summary>
/// <param name="Id">GUID of the VM.</param>
/// <param name="Name">Display name: text of somebody else.</param>
/// <param name="State">running, paused, off or unknown.</param>
/// <param name="Agent">live, late, silent, no-agent, vm-off or simulated.</param>
/// <param name="Processors">Virtual processors; 0 when not known.</param>
/// <param name="Hypothesis">Stable id of the verdict; "" before the first closed second.</param>
/// <param name="Side">guest, host, configuration or none.</param>
/// <param name="Probability">Probability from 0 to 1.</param>
/// <param name="Title">Verdict in a few words.</param>
/// <param name="Sentence">Verdict in a sentence.</param>
/// <param name="Since">First second of the open episode; null without one.</param>
/// <param name="Severity">0 to 1; 0 without an episode.</param>
/// <param name="GuestCpu">Busy share by the guest.</param>
/// <param name="HostCpu">Run share by the host.</param>
/// <param name="Ready">Share of time waiting for a logical processor.</param>
/// <param name="GuestMemory">Share of its memory the guest needs.</param>
/// <param name="HostMemory">Memory assigned by the host.</param>
/// <param name="MemoryPressure">Demand divided by assigned memory, estimated by the host.</param>
/// <param name="GuestLatency">Disk latency in the guest.</param>
/// <param name="HostLatency">Disk latency at the virtual device.</param>
public sealed record FleetRow(
    Guid Id, string Name, string State, string Agent, int Processors,
    string Hypothesis, string Side, double Probability, string Title, string Sentence, long? Since, double Severity,
    Figure GuestCpu, Figure HostCpu, Figure Ready, Figure GuestMemory, Figure HostMemory, Figure MemoryPressure, Figure GuestLatency, Figure HostLatency)
{
    /// <summary>What the page says of it: host, guest, limit, ok, unclear or no data. Of a VM that is off nothing is said.</summary>
    public VerdictKind Kind { get; } = State == "off" ? VerdictKind.NoData : VerdictKinds.Of(Hypothesis, Side);

    /// <summary>Harm to users, 0 to 1; the order of the page.</summary>
    public double Harm => Kind is VerdictKind.Ok or VerdictKind.NoData ? 0
        : Kind == VerdictKind.Unclear ? 0.01
        : Math.Max(0.02, Math.Max(Severity, 0.05) * Probability);
}
