using HvIntegration.Engine.Model;
using HvIntegration.Engine.Signals;

namespace HvIntegration.Engine.Diagnosis.Hypotheses;

/// <summary>H6: a process inside the guest takes more and more memory, handles or threads.</summary>
/// <remarks>
/// Limits: steady growth (Mann and Kendall, p below 0.01) for at least 15 minutes of 100 MB, 100 handles or 100 threads an hour (PAL)
/// and, for memory, 5 % of the guest's memory an hour. Rule H6 of the diagnosis reference asks for an hour: memory has to
/// grow so long unless the guest runs short of it before; handles and threads, which no cache takes, show sooner. A cache that
/// fills and levels off is not one: the last third must still grow.
/// </remarks>
internal sealed class GuestLeak : IHypothesis
{
    public string Id => HypothesisIds.GuestLeak;

    public string Title => "a leak in the guest";

    public Side Side => Side.Guest;

    public ResourceFamily Family => ResourceFamily.Memory;

    public SignalDefinition OnsetSignal => SignalCatalog.LeakGrowth;

    public SharedResource Shared => SharedResource.None;

    public void Weigh(Symptoms symptoms, CaseFile file)
    {
        file.Require(4.2, symptoms.Leaking());
        if (file.Settled)
        {
            return;
        }

        file.Support(0.6, symptoms.MemoryStall());
        file.Support(0.4, symptoms.Below(SignalCatalog.GuestMemoryAvailable, 2 * symptoms.Limits.MemoryAvailableShare));
        file.Support(0.4, symptoms.FewSlowed());
        file.Contradict(1.5, Finding.All(symptoms.HostMemoryLow(), symptoms.SiblingsUnderPressure()));
    }

    public double Severity(Symptoms symptoms)
    {
        var available = symptoms.Level(SignalCatalog.GuestMemoryAvailable);
        return double.IsNaN(available) ? 0.3 : Math.Clamp(0.7 - (2 * available), 0.15, symptoms.MemoryStall().Holds ? 1 : 0.5);
    }

    public string Because(Symptoms symptoms) => symptoms.Leaking().Sentence + $", {symptoms.Say(SignalCatalog.GuestMemoryAvailable)} of the guest's memory is available";

    public string WhatHelps(Symptoms symptoms) => symptoms.Trend is { Process: true } trend
        ? $"A restart of {trend.Name} gives it back, a repair of {trend.Name} ends it; more memory for the VM would only put it off."
        : "Find the process that grows and restart it; more memory for the VM would only put it off.";

    public long? Began(Symptoms symptoms) => symptoms.Trend?.FromSecond;
}
