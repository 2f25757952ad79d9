using HvIntegration.Engine.Diagnosis.Cases;
using HvIntegration.Engine.Diagnosis.Questions;
using HvIntegration.Engine.Signals;
using HvIntegration.Model;

namespace HvIntegration.Engine.Diagnosis.Hypotheses;

/// <summary>H0: no stall and no starved resource on either side.</summary>
/// <remarks>Each resource that was measured and is well supports it; each limit used is that of the hypothesis it would belong to.</remarks>
internal sealed class NothingWrong : IHypothesis
{
    public string Id => HypothesisIds.None;

    public Side Side => Side.None;

    public ResourceFamily Family => ResourceFamily.None;

    public SignalDefinition OnsetSignal => SignalCatalog.GuestBusy;

    public SharedResource Shared => SharedResource.None;

    public string Advice(SignalWindow window) => string.Empty;

    public void Weigh(SignalWindow window, CaseFile file)
    {
        Absent(window, file, ResourceFamily.Cpu, 0.8, Processors.WaitingHarms(window), FactKind.ProcessorsDoNotWait);
        Absent(window, file, ResourceFamily.Cpu, 0.8, Finding.Any(Processors.Busy(window), Processors.HotThread(window)), FactKind.ProcessorToSpare);
        Absent(window, file, ResourceFamily.Memory, 0.8, Memory.Harm(window), FactKind.NoWaitForMemory);
        Absent(window, file, ResourceFamily.Storage, 0.8, Finding.Any(Storage.AnySlow(window), Storage.Stalled(window), Finding.All(Storage.AtQuota(window), Storage.Queued(window))), FactKind.DisksNotSlow);
        Absent(window, file, ResourceFamily.Network, 0.2, Finding.All(Paths.NetworkHeld(window), Paths.NetworkFelt(window)), FactKind.NetworkDoesNotDrop);
        if (Memory.Leaking(window) is { Holds: true } leak)
        {
            file.Harm(ResourceFamily.Memory, leak);
            file.Require(0, leak.Not());
        }

        var mayWait = Processors.MayWait(window);
        var stood = Pause.StoodStill(window);
        file.Harm(ResourceFamily.Cpu, mayWait);
        file.Harm(ResourceFamily.Whole, stood);
        file.Forbid(mayWait);
        file.Forbid(stood);
    }

    public double Severity(SignalWindow window) => 0;

    // Harm rules it out; its measured absence speaks for it; what was not measured says nothing.
    private static void Absent(SignalWindow window, CaseFile file, ResourceFamily family, double weight, Finding harm, FactKind well)
    {
        file.Harm(family, harm);
        file.Judge(family, harm);
        file.Require(weight, harm.Not() with { Fact = harm.Fails ? window.When(well) : harm.Fact, Strength = 1 });
    }
}
