using HvIntegration.Engine.Model;
using HvIntegration.Engine.Signals;

namespace HvIntegration.Engine.Diagnosis.Hypotheses;

/// <summary>H7: the host's network drops the VM's packets, or its uplink is full.</summary>
/// <remarks>
/// Limits: packets of the VM's adapters dropped (one a second and a thousandth of them), or a physical adapter at or above 90 % of its
/// speed (Microsoft's bottleneck page), and the guest feels it: 1 % of its TCP segments sent again (custom, no published limit).
/// </remarks>
internal sealed class HostNetworkCongestion : IHypothesis
{
    public string Id => HypothesisIds.HostNetworkCongestion;

    public string Title => "a congested host network";

    public Side Side => Side.Host;

    public ResourceFamily Family => ResourceFamily.Network;

    public SignalDefinition OnsetSignal => SignalCatalog.Retransmits;

    public SharedResource Shared => SharedResource.Network;

    public void Weigh(Symptoms symptoms, CaseFile file)
    {
        file.Require(3.0, symptoms.NetworkHeld());
        if (file.Settled)
        {
            return;
        }

        file.Require(2.6, symptoms.NetworkFelt());
        file.Support(0.4, symptoms.AtLeast(SignalCatalog.UplinkUse, symptoms.Limits.UplinkShare));
        file.Support(0.4, symptoms.AtLeast(SignalCatalog.NetHostDropped, symptoms.Limits.DropsPerSecond));
        file.Contradict(1.0, symptoms.WaitingHarms());
    }

    public double Severity(Symptoms symptoms) => Math.Clamp(6 * (symptoms.Has(SignalCatalog.Retransmits) ? symptoms.Level(SignalCatalog.Retransmits) : 0.05), 0.2, 1);

    public string Because(Symptoms symptoms) =>
        symptoms.SayMeasured(
            (SignalCatalog.NetHostDropped, "the host dropped ", " of its packets"), (SignalCatalog.UplinkUse, "the uplink is used ", ""),
            (SignalCatalog.Retransmits, "the guest sent ", " of its TCP segments again"));

    public string WhatHelps(Symptoms symptoms)
        => "A faster or less loaded uplink, VMQ, or a bandwidth limit on the named VM would help; processors and memory for this VM would not.";
}
