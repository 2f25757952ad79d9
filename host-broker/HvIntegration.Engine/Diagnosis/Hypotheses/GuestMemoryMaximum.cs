using HvIntegration.Engine.Diagnosis.Cases;
using HvIntegration.Engine.Diagnosis.Questions;
using HvIntegration.Engine.Signals;
using HvIntegration.Model;

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

    public Side Side => Side.Configuration;

    public ResourceFamily Family => ResourceFamily.Memory;

    public SignalDefinition OnsetSignal => SignalCatalog.PsiMemorySome;

    public SharedResource Shared => SharedResource.None;

    public IReadOnlyList<SignalDefinition> Levels { get; } = [SignalCatalog.GuestMemoryAvailable, SignalCatalog.PsiMemorySome, SignalCatalog.MemoryMaximumUse];

    public void Weigh(SignalWindow window, CaseFile file)
    {
        var limits = window.Limits;
        var maximum = Memory.AtMaximum(window);
        file.Require(1.4, maximum);
        file.Require(2.4, Memory.Harm(window));
        if (file.Settled)
        {
            return;
        }

        var wants = Finding.Any(
            window.Below(SignalCatalog.GuestMemoryAvailable, limits.MemoryAvailableShare), window.AtLeast(SignalCatalog.MemoryPressure, limits.MemoryPressureRatio));
        if (maximum.Answer == Answer.NotMeasured)
        {
            // A shortage inside alone has two causes, the maximum or a host that gives less: it stays a candidate.
            file.Support(1.2, wants);
        }
        else
        {
            file.Require(1.2, wants);
        }

        var low = Memory.HostLow(window);
        file.Support(0.6, low.Not() with { Fact = window.When(FactKind.HostMemoryLeft, SignalCatalog.HostMemoryAvailableBytes) });
        file.Support(0.3, Processors.AllSlowed(window));
        file.Contradict(1.0, Finding.All(low, maximum.Not()));
        file.Contradict(1.0, window.AtLeast(SignalCatalog.MemoryRemoved, 1));
        file.Contradict(3.0, Memory.Leaking(window));
    }

    public double Severity(SignalWindow window) => Math.Clamp(2 * (window.Has(SignalCatalog.PsiMemorySome) ? window.Level(SignalCatalog.PsiMemorySome) : 0.2), 0.3, 1);
}
