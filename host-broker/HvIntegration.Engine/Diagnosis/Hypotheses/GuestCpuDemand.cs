using HvIntegration.Engine.Model;
using HvIntegration.Engine.Signals;

namespace HvIntegration.Engine.Diagnosis.Hypotheses;

/// <summary>H1: the guest itself wants more processor than it has; the host gives what it asks.</summary>
/// <remarks>
/// Limits: busy at or above 90 % on 80 % of the processors (Microsoft's bottleneck page and PAL: VP guest run time 90 %), ready
/// below 5 % (borrowed from ESXi practice), run queue from 2 per processor (PAL), PSI cpu from 20 %. The host's logical
/// processors below 80 % only support: a VM as wide as its host fills them by its own demand.
/// </remarks>
internal sealed class GuestCpuDemand : IHypothesis
{
    public string Id => HypothesisIds.GuestCpuDemand;

    public string Title => "guest CPU demand";

    public Side Side => Side.Guest;

    public ResourceFamily Family => ResourceFamily.Cpu;

    public SignalDefinition OnsetSignal => SignalCatalog.GuestBusy;

    public SharedResource Shared => SharedResource.None;

    public int EpisodeSecondsMin => 10;

    public void Weigh(Symptoms symptoms, CaseFile file)
    {
        var limits = symptoms.Limits;
        file.Require(2.5, symptoms.Busy());
        file.Require(2.0, symptoms.NotWaiting());
        if (file.Settled)
        {
            return;
        }

        file.Miss(symptoms.Below(SignalCatalog.Ready, symptoms.Limits.ReadyShare));
        file.Support(0.7, symptoms.AtLeast(SignalCatalog.GuestRunQueue, limits.RunQueuePerProcessor));
        file.Support(0.7, symptoms.AtLeast(SignalCatalog.PsiCpuSome, limits.CpuStallShare));
        file.Support(0.4, symptoms.AtLeast(SignalCatalog.HostRun, limits.BusyShare));
        file.Support(0.3, symptoms.Below(SignalCatalog.LpBusy, limits.ProcessorsRoomShare));
        file.Contradict(2.5, symptoms.AtCap());
        var steal = symptoms.AtLeast(SignalCatalog.Steal, limits.ReadyShare, lessErrorBar: true);
        if (symptoms.Below(SignalCatalog.Ready, limits.ReadyShare).Holds)
        {
            // Two estimates of one loss disagree: that lowers the odds, but the direct counter stands.
            file.Contradict(1.0, steal);
        }
        else
        {
            file.Forbid(steal);
        }
    }

    public double Severity(Symptoms symptoms) => Math.Clamp(
        Math.Max(
            symptoms.Has(SignalCatalog.PsiCpuSome) ? symptoms.Level(SignalCatalog.PsiCpuSome) : 0,
            symptoms.Has(SignalCatalog.GuestRunQueue) ? symptoms.Level(SignalCatalog.GuestRunQueue) / 8 : 0.3),
        0.2, 1);

    public string Because(Symptoms symptoms) =>
        symptoms.SayMeasured(
            (SignalCatalog.GuestBusy, "the guest is busy ", " with its own work"), (SignalCatalog.HostRun, "its virtual processors ran ", " of the time"),
            (SignalCatalog.Ready, "waited ", ""));

    public string WhatHelps(Symptoms symptoms) => symptoms.Below(SignalCatalog.LpBusy, symptoms.Limits.ProcessorsRoomShare).Holds
        ? $"A further virtual processor would help if the work has threads for it: the host's processors are busy {symptoms.Say(SignalCatalog.LpBusy)}. Moving the VM would not."
        : $"Less work in the guest helps. A further virtual processor helps little: the host's processors are busy {symptoms.Say(SignalCatalog.LpBusy)}.";
}
