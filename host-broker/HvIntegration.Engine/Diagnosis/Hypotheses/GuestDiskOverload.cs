using HvIntegration.Engine.Model;
using HvIntegration.Engine.Signals;

namespace HvIntegration.Engine.Diagnosis.Hypotheses;

/// <summary>H3c: the guest itself gives its disk more than it can do.</summary>
/// <remarks>Limits: operations at least twice the time before, 4 or more outstanding, and a slow disk; half of the store's load supports (diagnosis reference, rule H3c).</remarks>
internal sealed class GuestDiskOverload : IHypothesis
{
    public string Id => HypothesisIds.GuestDiskOverload;

    public string Title => "guest disk overload";

    public Side Side => Side.Guest;

    public ResourceFamily Family => ResourceFamily.Storage;

    public SignalDefinition OnsetSignal => SignalCatalog.DiskGuestQueue;

    public SharedResource Shared => SharedResource.None;

    // The first seconds of a store that becomes slow look the same.
    public int EpisodeSecondsMin => 5;

    public void Weigh(Symptoms symptoms, CaseFile file)
    {
        file.Require(2.2, symptoms.IopsRisen());
        file.Require(1.5, symptoms.DiskQueued());

        // Where the host shows its device, the device must be slow: what is lost before it is lost on the way.
        file.Require(1.0, Finding.FirstMeasured(symptoms.Slow(SignalCatalog.DiskDeviceLatency), symptoms.DiskSlow()));
        if (file.Settled)
        {
            return;
        }

        file.Forbid(symptoms.SlowBeforeItsRise());
        file.Forbid(symptoms.HeldAboveStore());
        file.Support(0.5, symptoms.Slow(SignalCatalog.DiskGuestLatency));
        file.Support(1.0, symptoms.HoldsStoreAsFarAsKnown(0.5));
        file.Contradict(2.0, symptoms.AtQuota());
        file.Contradict(1.5, symptoms.MemoryStall());
        file.Forbid(Finding.All(symptoms.SiblingsSlowOnStore(), symptoms.HoldsStore(0.5).Not()));
        file.Contradict(1.0, symptoms.WaitingHarms());
    }

    public double Severity(Symptoms symptoms) => Math.Clamp((symptoms.Has(SignalCatalog.DiskGuestLatency) ? symptoms.Level(SignalCatalog.DiskGuestLatency) : 0.02) / 0.1, 0.2, 1);

    public string Because(Symptoms symptoms) =>
        $"it issues {symptoms.Say(SignalCatalog.DiskGuestIops)} with {symptoms.Say(SignalCatalog.DiskGuestQueue)} outstanding, far more than before, and an operation takes {symptoms.Say(SignalCatalog.DiskGuestLatency)}";

    public string WhatHelps(Symptoms symptoms) => "Less or slower I/O in the guest, or a faster disk, would help; its processors would not.";
}
