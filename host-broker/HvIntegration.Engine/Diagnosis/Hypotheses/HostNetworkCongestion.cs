using HvIntegration.Engine.Diagnosis.Cases;
using HvIntegration.Engine.Diagnosis.Questions;
using HvIntegration.Engine.Signals;
using HvIntegration.Model;

namespace HvIntegration.Engine.Diagnosis.Hypotheses;

/// <summary>H7: the host's network drops the VM's packets, or its uplink is full.</summary>
/// <remarks>
/// Limits: packets of the VM's adapters dropped (one a second and a thousandth of them), or a physical adapter at or above 90 % of its
/// speed (Microsoft's bottleneck page), and the guest feels it: 1 % of its TCP segments sent again (custom, no published limit).
/// </remarks>
internal sealed class HostNetworkCongestion : IHypothesis
{
    public string Id => HypothesisIds.HostNetworkCongestion;

    public Side Side => Side.Host;

    public ResourceFamily Family => ResourceFamily.Network;

    public SignalDefinition OnsetSignal => SignalCatalog.Retransmits;

    public SharedResource Shared => SharedResource.Network;

    public IReadOnlyList<SignalDefinition> Levels { get; } = [SignalCatalog.NetHostDropped, SignalCatalog.UplinkUse, SignalCatalog.Retransmits];

    public void Weigh(SignalWindow window, CaseFile file)
    {
        file.Require(3.0, Paths.NetworkHeld(window));
        if (file.Settled)
        {
            return;
        }

        file.Require(2.6, Paths.NetworkFelt(window));
        file.Support(0.4, window.AtLeast(SignalCatalog.UplinkUse, window.Limits.UplinkShare));
        file.Support(0.4, window.AtLeast(SignalCatalog.NetHostDropped, window.Limits.DropsPerSecond));
        file.Contradict(1.0, Processors.WaitingHarms(window));
    }

    public double Severity(SignalWindow window) => Math.Clamp(6 * (window.Has(SignalCatalog.Retransmits) ? window.Level(SignalCatalog.Retransmits) : 0.05), 0.2, 1);
}
