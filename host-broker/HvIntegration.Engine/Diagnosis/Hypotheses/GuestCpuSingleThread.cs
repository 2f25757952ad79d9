using HvIntegration.Engine.Model;
using HvIntegration.Engine.Signals;

namespace HvIntegration.Engine.Diagnosis.Hypotheses;

/// <summary>H1b: one thread fills one processor while the others have room.</summary>
/// <remarks>
/// Limits: one processor, or one process, at or above 95 % while the mean is at most 60 %; ready below 5 % (diagnosis reference,
/// rule H1b). A host whose logical processors have room (below 80 %) while one virtual processor is full supports it: Microsoft's
/// bottleneck page. The process counts as well as the processor because a guest's scheduler moves a hot thread about.
/// </remarks>
internal sealed class GuestCpuSingleThread : IHypothesis
{
    public string Id => HypothesisIds.GuestCpuSingleThread;

    public string Title => "one thread at its limit";

    public Side Side => Side.Guest;

    public ResourceFamily Family => ResourceFamily.Cpu;

    public SignalDefinition OnsetSignal => SignalCatalog.GuestBusyMax;

    public SharedResource Shared => SharedResource.None;

    public int EpisodeSecondsMin => 10;

    public void Weigh(Symptoms symptoms, CaseFile file)
    {
        file.Require(2.5, symptoms.HotThread());
        file.Require(2.0, symptoms.NotWaiting());
        if (file.Settled)
        {
            return;
        }

        file.Miss(symptoms.Below(SignalCatalog.Ready, symptoms.Limits.ReadyShare));
        file.Support(0.7, symptoms.AtLeast(SignalCatalog.GuestTopProcess, symptoms.Limits.HotProcessorShare));
        file.Support(0.3, symptoms.FewSlowed());
        file.Support(0.3, symptoms.Below(SignalCatalog.LpBusy, symptoms.Limits.ProcessorsRoomShare));
        file.Contradict(2.5, symptoms.AtCap());
        file.Contradict(1.5, symptoms.AtLeast(SignalCatalog.Steal, symptoms.Limits.ReadyShare, lessErrorBar: true));
    }

    public double Severity(Symptoms symptoms) => 0.25;

    public string Because(Symptoms symptoms) =>
        $"one processor of the guest is busy {symptoms.Say(SignalCatalog.GuestBusyMax)} while all of them together are busy only {symptoms.Say(SignalCatalog.GuestBusy)}";

    // A thread that is moved about lifts no processor to its limit: its process tells since when.
    public long? Began(Symptoms symptoms) => symptoms.PinnedSince();

    public string WhatHelps(Symptoms symptoms) => "A further virtual processor would not help: one thread cannot use it. A faster processor or parallel work in the program would.";
}
