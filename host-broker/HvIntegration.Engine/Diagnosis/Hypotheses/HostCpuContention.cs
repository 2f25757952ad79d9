using HvIntegration.Engine.Model;
using HvIntegration.Engine.Signals;

namespace HvIntegration.Engine.Diagnosis.Hypotheses;

/// <summary>H2: the host's logical processors are full and this VM's virtual processors wait for them.</summary>
/// <remarks>
/// Limits: ready or synthetic steal at or above 5 % (borrowed from ESXi practice: 2 / 5 / 10 %), logical processors at or above
/// 85 % (between PAL's 75 warning and 90 critical). Ready and steal are two independent estimates of one loss: their agreement
/// counts. Wake-up lateness from 5 ms is derived, there is no published limit.
/// </remarks>
internal sealed class HostCpuContention : IHypothesis
{
    public string Id => HypothesisIds.HostCpuContention;

    public string Title => "host CPU contention";

    public Side Side => Side.Host;

    public ResourceFamily Family => ResourceFamily.Cpu;

    public SignalDefinition OnsetSignal => SignalCatalog.Ready;

    public SharedResource Shared => SharedResource.Processors;

    public void Weigh(Symptoms symptoms, CaseFile file)
    {
        var limits = symptoms.Limits;
        file.Require(2.5, symptoms.WaitsAsFarAsKnown());
        file.Require(2.0, symptoms.AtLeast(SignalCatalog.LpBusy, limits.ProcessorsFullShare));
        if (file.Settled)
        {
            return;
        }

        var compared = symptoms.Has(SignalCatalog.ReadyStealAgree)
            ? symptoms.Words($"ready {symptoms.Say(SignalCatalog.Ready)} and synthetic steal {symptoms.Say(SignalCatalog.Steal)}")
            : symptoms.Words($"whether ready and synthetic steal");
        file.Support(0.8, Finding.All(
            symptoms.AtLeast(SignalCatalog.ReadyStealAgree, 1) with { Sentence = symptoms.Words($"{compared} agree") },
            symptoms.AtLeast(SignalCatalog.Steal, limits.ReadyShare)));
        var siblings = symptoms.SiblingsWaiting();
        file.Support(0.4, siblings);
        file.Support(0.4, symptoms.AtLeast(SignalCatalog.HostPsiCpu, limits.CpuStallShare));
        file.Support(0.4, symptoms.AtLeast(SignalCatalog.WakeupLateness, limits.WakeupLateSeconds));
        file.Support(0.3, symptoms.AtLeast(SignalCatalog.PsiCpuSome, limits.CpuStallShare));
        file.Support(0.4, symptoms.AllSlowed());

        // At its cap on a full host: whether others wait too decides.
        file.Contradict(siblings.Holds ? 1.0 : 3.5, symptoms.AtCap());
        file.Contradict(1.0, Finding.All(
            symptoms.Below(SignalCatalog.ReadyStealAgree, 0.5) with { Sentence = symptoms.Words($"{compared} do not agree") }, symptoms.Waiting()));
    }

    public double Severity(Symptoms symptoms) => Math.Clamp(2 * (symptoms.Has(SignalCatalog.Ready) ? symptoms.Level(SignalCatalog.Ready) : symptoms.Has(SignalCatalog.Steal) ? symptoms.Level(SignalCatalog.Steal) : 0.1), 0.1, 1);

    public string Because(Symptoms symptoms) =>
        (symptoms.Has(SignalCatalog.Ready) || symptoms.Has(SignalCatalog.Steal)
            ? $"its virtual processors waited {symptoms.Say(symptoms.Has(SignalCatalog.Ready) ? SignalCatalog.Ready : SignalCatalog.Steal)} of the time"
            : $"the logical processors are {symptoms.Say(SignalCatalog.LpBusy)} busy and {symptoms.SiblingsWaiting(mostly: true).Sentence}")
        + (symptoms.Has(SignalCatalog.GuestBusy) ? $" while the guest saw itself {symptoms.Say(SignalCatalog.GuestBusy)} busy" : string.Empty);

    public string WhatHelps(Symptoms symptoms) =>
        (symptoms.Has(SignalCatalog.Ready)
            ? $"A further virtual processor would not help: ready is {symptoms.Say(SignalCatalog.Ready)}."
            : $"A further virtual processor would not help: the logical processors are {symptoms.Say(SignalCatalog.LpBusy)} busy.")
        + " Less load on the host, a move of this or of the named VM, or a cap on the latter would.";
}
