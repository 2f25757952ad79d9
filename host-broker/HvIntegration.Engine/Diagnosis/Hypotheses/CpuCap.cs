using HvIntegration.Engine.Diagnosis.Cases;
using HvIntegration.Engine.Diagnosis.Questions;
using HvIntegration.Engine.Signals;
using HvIntegration.Model;

namespace HvIntegration.Engine.Diagnosis.Hypotheses;

/// <summary>H2b: the VM runs at its CPU cap while the host has processors left.</summary>
/// <remarks>Limits: run time within 3 % of the cap, or held by the cap 5 % of the time; ready or steal at or above 5 % (diagnosis reference, rule H2b).</remarks>
internal sealed class CpuCap : IHypothesis
{
    public string Id => HypothesisIds.CpuCap;

    public Side Side => Side.Configuration;

    public ResourceFamily Family => ResourceFamily.Cpu;

    public SignalDefinition OnsetSignal => SignalCatalog.CapUse;

    public SharedResource Shared => SharedResource.None;

    // A burst that touches the cap for some seconds is what a cap is for.
    public int EpisodeSecondsMin => 10;

    public IReadOnlyList<SignalDefinition> Levels { get; } = [SignalCatalog.CapUse, SignalCatalog.Ready, SignalCatalog.LpBusy];

    public void Weigh(SignalWindow window, CaseFile file)
    {
        file.Require(2.0, Finding.Any(Processors.Waiting(window), window.AtLeast(SignalCatalog.Throttled, window.Limits.ReadyShare)));
        file.Require(2.5, Processors.AtCap(window));
        if (file.Settled)
        {
            return;
        }

        file.Support(0.6, window.Below(SignalCatalog.LpBusy, window.Limits.ProcessorsFullShare));
        file.Support(0.4, Processors.Busy(window));
        file.Support(0.4, Processors.AllSlowed(window));
        file.Forbid(Siblings.Waiting(window));
    }

    public double Severity(SignalWindow window) => Math.Clamp(
        2 * Math.Max(window.Has(SignalCatalog.Ready) ? window.Level(SignalCatalog.Ready) : 0, window.Has(SignalCatalog.Throttled) ? window.Level(SignalCatalog.Throttled) : 0),
        0.2, 1);
}
