using HvIntegration.Engine.Model;
using HvIntegration.Engine.Signals;

namespace HvIntegration.Engine.Diagnosis.Hypotheses;

/// <summary>H2b: the VM runs at its CPU cap while the host has processors left.</summary>
/// <remarks>Limits: run time within 3 % of the cap, or held by the cap 5 % of the time; ready or steal at or above 5 % (diagnosis reference, rule H2b).</remarks>
internal sealed class CpuCap : IHypothesis
{
    public string Id => HypothesisIds.CpuCap;

    public string Title => "CPU cap";

    public Side Side => Side.Configuration;

    public ResourceFamily Family => ResourceFamily.Cpu;

    public SignalDefinition OnsetSignal => SignalCatalog.CapUse;

    public SharedResource Shared => SharedResource.None;

    // A burst that touches the cap for some seconds is what a cap is for.
    public int EpisodeSecondsMin => 10;

    public void Weigh(Symptoms symptoms, CaseFile file)
    {
        file.Require(2.0, Finding.Any(symptoms.Waiting(), symptoms.AtLeast(SignalCatalog.Throttled, symptoms.Limits.ReadyShare)));
        file.Require(2.5, symptoms.AtCap());
        if (file.Settled)
        {
            return;
        }

        file.Support(0.6, symptoms.Below(SignalCatalog.LpBusy, symptoms.Limits.ProcessorsFullShare));
        file.Support(0.4, symptoms.Busy());
        file.Support(0.4, symptoms.AllSlowed());
        file.Forbid(symptoms.SiblingsWaiting());
    }

    public double Severity(Symptoms symptoms) => Math.Clamp(
        2 * Math.Max(symptoms.Has(SignalCatalog.Ready) ? symptoms.Level(SignalCatalog.Ready) : 0, symptoms.Has(SignalCatalog.Throttled) ? symptoms.Level(SignalCatalog.Throttled) : 0),
        0.2, 1);

    public string Because(Symptoms symptoms) =>
        symptoms.SayMeasured((SignalCatalog.CapUse, "it uses ", " of its CPU cap"), (SignalCatalog.Ready, "waited ", " of the time"))
        + (symptoms.Has(SignalCatalog.LpBusy) ? $", while the host's processors are busy {symptoms.Say(SignalCatalog.LpBusy)}" : string.Empty);

    public string WhatHelps(Symptoms symptoms) => "A higher cap would help at once; a further virtual processor or another host would not.";
}
