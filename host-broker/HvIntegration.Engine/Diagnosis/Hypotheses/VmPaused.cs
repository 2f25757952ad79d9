using HvIntegration.Engine.Model;
using HvIntegration.Engine.Signals;

namespace HvIntegration.Engine.Diagnosis.Hypotheses;

/// <summary>H8: the VM stood still: paused, saved, checkpointed or moved.</summary>
/// <remarks>
/// Limits: the host says so (paused, migration, checkpoint), or the guest's monotonic clock lost 500 ms or more against the host's
/// (diagnosis reference, rule H8), or its virtual processors have not run at all for 2 s while nothing came from inside.
/// </remarks>
internal sealed class VmPaused : IHypothesis
{
    public string Id => HypothesisIds.VmPaused;

    public string Title => "a pause of the VM";

    public Side Side => Side.Host;

    public ResourceFamily Family => ResourceFamily.Whole;

    public SignalDefinition OnsetSignal => SignalCatalog.HostRun;

    public SharedResource Shared => SharedResource.None;

    public void Weigh(Symptoms symptoms, CaseFile file)
    {
        file.Require(5.0, symptoms.StoodStill());
        file.Contradict(3.0, symptoms.AtLeast(SignalCatalog.HostRun, 0.5) with { Sentence = symptoms.Words($"its virtual processors run") });
    }

    public double Severity(Symptoms symptoms) => 1;

    public string Because(Symptoms symptoms) => symptoms.StoodStill().Sentence;

    public long? Began(Symptoms symptoms) => symptoms.StillSince();

    public string WhatHelps(Symptoms symptoms) => "Look for a checkpoint, a live migration, a save or an administrator's pause at that time; nothing inside the guest would help.";
}
