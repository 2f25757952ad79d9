using HvIntegration.Engine.Model;
using HvIntegration.Engine.Signals;

namespace HvIntegration.Engine.Diagnosis.Hypotheses;

/// <summary>H4b: the guest needs more memory than its maximum lets it have.</summary>
/// <remarks>
/// Limits: pressure at or above 100 % or less than 10 % of the guest's memory available (PAL), assigned within 2 % of the maximum
/// (or, where that is not known, the host gives no more although it has room), and the guest really loses time: PSI memory some
/// from 3.5 % (GLib), swap or major faults. Windows guests have no PSI: hard faults times disk latency stand for it, estimated.
/// </remarks>
internal sealed class GuestMemoryMaximum : IHypothesis
{
    public string Id => HypothesisIds.GuestMemoryMaximum;

    public string Title => "guest memory shortage";

    public Side Side => Side.Configuration;

    public ResourceFamily Family => ResourceFamily.Memory;

    public SignalDefinition OnsetSignal => SignalCatalog.PsiMemorySome;

    public SharedResource Shared => SharedResource.None;

    public void Weigh(Symptoms symptoms, CaseFile file)
    {
        var limits = symptoms.Limits;
        var maximum = symptoms.AtMaximum();
        file.Require(1.4, maximum);
        file.Require(2.4, symptoms.MemoryHarm());
        if (file.Settled)
        {
            return;
        }

        var wants = Finding.Any(
            symptoms.Below(SignalCatalog.GuestMemoryAvailable, limits.MemoryAvailableShare), symptoms.AtLeast(SignalCatalog.MemoryPressure, limits.MemoryPressureRatio));
        if (maximum.Answer == Answer.NotMeasured)
        {
            // A shortage inside alone has two causes, the maximum or a host that gives less: it stays a candidate.
            file.Support(1.2, wants);
        }
        else
        {
            file.Require(1.2, wants);
        }

        var low = symptoms.HostMemoryLow();
        file.Support(0.6, low.Not() with { Sentence = symptoms.Words($"the host has {symptoms.Say(SignalCatalog.HostMemoryAvailableBytes)} left") });
        file.Support(0.3, symptoms.AllSlowed());
        file.Contradict(1.0, Finding.All(low, maximum.Not()));
        file.Contradict(1.0, symptoms.AtLeast(SignalCatalog.MemoryRemoved, 1));
        file.Contradict(3.0, symptoms.Leaking());
    }

    public double Severity(Symptoms symptoms) => Math.Clamp(2 * (symptoms.Has(SignalCatalog.PsiMemorySome) ? symptoms.Level(SignalCatalog.PsiMemorySome) : 0.2), 0.3, 1);

    public string Because(Symptoms symptoms) =>
        symptoms.SayMeasured(
            (SignalCatalog.GuestMemoryAvailable, "only ", " of the guest's memory is available"), (SignalCatalog.PsiMemorySome, "its tasks waited for memory ", " of the time"),
            (SignalCatalog.MemoryMaximumUse, "it has ", " of its maximum"));

    public string WhatHelps(Symptoms symptoms) => "A higher memory maximum, or less memory used in the guest, would help; processors and disks would not.";
}
