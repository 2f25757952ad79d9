using HvIntegration.Engine.Model;
using HvIntegration.Engine.Signals;

namespace HvIntegration.Engine.Diagnosis.Hypotheses;

/// <summary>H3b: the VM's disk runs at its storage quota.</summary>
/// <remarks>Limits: rate within 5 % of the quota while the device is slow or the host's stack holds operations back, the store below being normal (diagnosis reference, rule H3b).</remarks>
internal sealed class StorageQosCap : IHypothesis
{
    public string Id => HypothesisIds.StorageQosCap;

    public string Title => "storage quota";

    public Side Side => Side.Configuration;

    public ResourceFamily Family => ResourceFamily.Storage;

    public SignalDefinition OnsetSignal => SignalCatalog.DiskQosUse;

    public SharedResource Shared => SharedResource.None;

    public void Weigh(Symptoms symptoms, CaseFile file)
    {
        var limits = symptoms.Limits;
        file.Require(2.8, symptoms.AtQuota());
        if (file.Settled)
        {
            return;
        }

        file.Require(1.5, Finding.Any(
            symptoms.Slow(SignalCatalog.DiskDeviceLatency), symptoms.AtLeast(SignalCatalog.DiskStack, limits.DiskLatencyFloorSeconds),
            symptoms.Slow(SignalCatalog.DiskGuestLatency), symptoms.DiskQueued()));
        file.Support(1.0, symptoms.Below(SignalCatalog.DiskLowerLatency, limits.DiskLatencySeconds));
        file.Support(0.5, symptoms.Slow(SignalCatalog.DiskGuestLatency));
        file.Support(0.3, symptoms.AtLeast(SignalCatalog.DiskStack, limits.DiskLatencyFloorSeconds));
        file.Contradict(2.0, symptoms.Slow(SignalCatalog.DiskLowerLatency));
    }

    public double Severity(Symptoms symptoms) => Math.Clamp((symptoms.Has(SignalCatalog.DiskGuestLatency) ? symptoms.Level(SignalCatalog.DiskGuestLatency) : 0.04) / 0.1, 0.3, 1);

    public string Because(Symptoms symptoms) =>
        $"its disk runs at {symptoms.Say(SignalCatalog.DiskQosUse)} of its quota; an operation takes " + symptoms.SayMeasured(
            (SignalCatalog.DiskDeviceLatency, "", " at the virtual device"), (SignalCatalog.DiskLowerLatency, "", " below it"));

    public string WhatHelps(Symptoms symptoms) => "A higher quota would help at once; a faster store would not.";
}
