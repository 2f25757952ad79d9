using HvIntegration.Engine.Diagnosis.Cases;
using HvIntegration.Engine.Diagnosis.Questions;
using HvIntegration.Engine.Signals;
using HvIntegration.Model;

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

    public Side Side => Side.Host;

    public ResourceFamily Family => ResourceFamily.Memory;

    public SignalDefinition OnsetSignal => SignalCatalog.MemoryPressure;

    public SharedResource Shared => SharedResource.Memory;

    public IReadOnlyList<SignalDefinition> Levels { get; } = [SignalCatalog.MemoryPressure, SignalCatalog.HostMemoryAvailable, SignalCatalog.PsiMemorySome];

    public void Weigh(SignalWindow window, CaseFile file)
    {
        var limits = window.Limits;
        file.Require(1.6, Memory.HostLow(window));
        file.Require(2.2, Memory.Harm(window));
        if (file.Settled)
        {
            return;
        }

        file.Require(1.2, window.AtLeast(SignalCatalog.MemoryPressure, limits.MemoryPressureRatio));
        file.Support(0.7, window.AtLeast(SignalCatalog.MemoryRemoved, 1));
        file.Support(0.6, window.AtLeast(SignalCatalog.SmartPaging, 1e6));
        file.Support(0.5, Siblings.UnderPressure(window));
        file.Support(0.3, Processors.AllSlowed(window));
        file.Contradict(1.5, window.AtLeast(SignalCatalog.MemoryMaximumUse, 1 - limits.MemoryMaximumNearShare));
        file.Contradict(1.5, Memory.Leaking(window));
    }

    public double Severity(SignalWindow window) => Math.Clamp(2 * (window.Has(SignalCatalog.PsiMemorySome) ? window.Level(SignalCatalog.PsiMemorySome) : 0.2), 0.3, 1);
}
