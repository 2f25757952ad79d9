using HvIntegration.Engine.Model;
using HvIntegration.Engine.Signals;

namespace HvIntegration.Engine.Diagnosis.Hypotheses;

/// <summary>H4: the host cannot give the VM the memory it needs.</summary>
/// <remarks>
/// Limits: pressure at or above 100 % (demand over assigned), host memory available below 10 % (BizTalk guide) or 2 GB (El-Alem),
/// and the guest really loses time: PSI memory some from 3.5 % (GLib), swap or major faults; Windows guests, which have no PSI, by
/// hard faults times disk latency, estimated. Pressure alone is no harm: on Linux it counts commitment only.
/// </remarks>
internal sealed class HostMemoryPressure : IHypothesis
{
    public string Id => HypothesisIds.HostMemoryPressure;

    public string Title => "host memory pressure";

    public Side Side => Side.Host;

    public ResourceFamily Family => ResourceFamily.Memory;

    public SignalDefinition OnsetSignal => SignalCatalog.MemoryPressure;

    public SharedResource Shared => SharedResource.Memory;

    public void Weigh(Symptoms symptoms, CaseFile file)
    {
        var limits = symptoms.Limits;
        file.Require(1.6, symptoms.HostMemoryLow());
        file.Require(2.2, symptoms.MemoryHarm());
        if (file.Settled)
        {
            return;
        }

        file.Require(1.2, symptoms.AtLeast(SignalCatalog.MemoryPressure, limits.MemoryPressureRatio));
        file.Support(0.7, symptoms.AtLeast(SignalCatalog.MemoryRemoved, 1));
        file.Support(0.6, symptoms.AtLeast(SignalCatalog.SmartPaging, 1e6));
        file.Support(0.5, symptoms.SiblingsUnderPressure());
        file.Support(0.3, symptoms.AllSlowed());
        file.Contradict(1.5, symptoms.AtLeast(SignalCatalog.MemoryMaximumUse, 1 - limits.MemoryMaximumNearShare));
        file.Contradict(1.5, symptoms.Leaking());
    }

    public double Severity(Symptoms symptoms) => Math.Clamp(2 * (symptoms.Has(SignalCatalog.PsiMemorySome) ? symptoms.Level(SignalCatalog.PsiMemorySome) : 0.2), 0.3, 1);

    public string Because(Symptoms symptoms) =>
        symptoms.SayMeasured(
            (SignalCatalog.MemoryPressure, "it wants ", " of the memory assigned to it"), (SignalCatalog.HostMemoryAvailable, "the host has only ", " of its own left"),
            (SignalCatalog.PsiMemorySome, "guest tasks waited for memory ", " of the time"));

    public string WhatHelps(Symptoms symptoms) => "Memory on the host, or a move of a VM, would help; a higher maximum for this VM would not while the host has none left.";
}
