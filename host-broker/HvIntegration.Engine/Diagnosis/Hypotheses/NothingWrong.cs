using HvIntegration.Engine.Model;
using HvIntegration.Engine.Signals;

namespace HvIntegration.Engine.Diagnosis.Hypotheses;

/// <summary>H0: no stall and no starved resource on either side.</summary>
/// <remarks>Each resource that was measured and is well supports it; each limit used is that of the hypothesis it would belong to.</remarks>
internal sealed class NothingWrong : IHypothesis
{
    public string Id => HypothesisIds.None;

    public string Title => "nothing wrong";

    public Side Side => Side.None;

    public ResourceFamily Family => ResourceFamily.None;

    public SignalDefinition OnsetSignal => SignalCatalog.GuestBusy;

    public SharedResource Shared => SharedResource.None;

    public void Weigh(Symptoms symptoms, CaseFile file)
    {
        Absent(symptoms, file, ResourceFamily.Cpu, 0.8, symptoms.WaitingHarms(), "its virtual processors do not wait");
        Absent(symptoms, file, ResourceFamily.Cpu, 0.8, Finding.Any(symptoms.Busy(), symptoms.HotThread()), "the guest has processor to spare");
        Absent(symptoms, file, ResourceFamily.Memory, 0.8, symptoms.MemoryHarm(), "the guest does not wait for memory");
        Absent(symptoms, file, ResourceFamily.Storage, 0.8, Finding.Any(symptoms.DiskSlow(), Finding.All(symptoms.AtQuota(), symptoms.DiskQueued())), "its disks are not slow");
        Absent(symptoms, file, ResourceFamily.Network, 0.2, Finding.All(symptoms.NetworkHeld(), symptoms.NetworkFelt()), "its network does not drop");
        if (symptoms.Leaking() is { Holds: true } leak)
        {
            file.Harm(ResourceFamily.Memory, leak);
            file.Require(0, leak.Not());
        }

        var mayWait = symptoms.MayWait();
        var stood = symptoms.StoodStill();
        file.Harm(ResourceFamily.Cpu, mayWait);
        file.Harm(ResourceFamily.Whole, stood);
        file.Forbid(mayWait);
        file.Forbid(stood);
    }

    public double Severity(Symptoms symptoms) => 0;

    public string Because(Symptoms symptoms) => "nothing is wrong on either side";

    public string WhatHelps(Symptoms symptoms) => string.Empty;

    // Harm rules it out; its measured absence speaks for it; what was not measured says nothing.
    private static void Absent(Symptoms symptoms, CaseFile file, ResourceFamily family, double weight, Finding harm, string well)
    {
        file.Harm(family, harm);
        file.Require(weight, harm.Not() with { Sentence = harm.Fails && symptoms.Explaining ? well : harm.Sentence, Strength = 1 });
    }
}
