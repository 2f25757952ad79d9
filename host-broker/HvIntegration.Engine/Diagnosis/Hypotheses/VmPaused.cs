using HvIntegration.Engine.Diagnosis.Cases;
using HvIntegration.Engine.Diagnosis.Questions;
using HvIntegration.Engine.Signals;
using HvIntegration.Model;

namespace HvIntegration.Engine.Diagnosis.Hypotheses;

/// <summary>H8: the VM stood still: paused, saved, checkpointed or moved.</summary>
/// <remarks>
/// Limits: the host says so (paused, migration, checkpoint), or the guest's monotonic clock lost 500 ms or more against the host's
/// (diagnosis reference, rule H8), or its virtual processors have not run at all for 2 s while nothing came from inside.
/// </remarks>
internal sealed class VmPaused : IHypothesis
{
    public string Id => HypothesisIds.VmPaused;

    public Side Side => Side.Host;

    public ResourceFamily Family => ResourceFamily.Whole;

    public SignalDefinition OnsetSignal => SignalCatalog.HostRun;

    public SharedResource Shared => SharedResource.None;

    public Fact? Because(SignalWindow window) => Pause.StoodStill(window).Fact;

    public void Weigh(SignalWindow window, CaseFile file)
    {
        file.Require(5.0, Pause.StoodStill(window));
        file.Contradict(3.0, window.AtLeast(SignalCatalog.HostRun, 0.5) with { Fact = window.When(FactKind.ProcessorsRun) });
    }

    public double Severity(SignalWindow window) => 1;

    public long? Began(SignalWindow window) => Pause.StillSince(window);
}
