using HvIntegration.Engine.Diagnosis.Cases;
using HvIntegration.Engine.Diagnosis.Questions;
using HvIntegration.Engine.Signals;
using HvIntegration.Model;

namespace HvIntegration.Engine.Diagnosis.Hypotheses;

/// <summary>H2: the host's logical processors are full and this VM's virtual processors wait for them.</summary>
/// <remarks>
/// Limits: ready or synthetic steal at or above 5 % (borrowed from ESXi practice: 2 / 5 / 10 %), logical processors at or above
/// 85 % (between PAL's 75 warning and 90 critical); or a part of them full, as one NUMA node, or all of them full for less than a second again and again. Ready and steal are two independent estimates of one loss: their agreement
/// counts. Wake-up lateness from 5 ms is derived, there is no published limit.
/// </remarks>
internal sealed class HostCpuContention : IHypothesis
{
    public string Id => HypothesisIds.HostCpuContention;

    public Side Side => Side.Host;

    public ResourceFamily Family => ResourceFamily.Cpu;

    public SignalDefinition OnsetSignal => SignalCatalog.Ready;

    public SharedResource Shared => SharedResource.Processors;

    public IReadOnlyList<SignalDefinition> Levels { get; } = [SignalCatalog.Ready, SignalCatalog.Steal, SignalCatalog.LpBusy, SignalCatalog.GuestBusy];

    public Fact? Because(SignalWindow window)
        => window.Has(SignalCatalog.Ready) || window.Has(SignalCatalog.Steal) ? null : Siblings.Waiting(window, mostly: true).Fact;

    public void Weigh(SignalWindow window, CaseFile file)
    {
        var limits = window.Limits;
        file.Require(2.5, Processors.WaitsAsFarAsKnown(window));
        file.Require(2.0, Finding.Any(window.AtLeast(SignalCatalog.LpBusy, limits.ProcessorsFullShare), Processors.PartFull(window), Processors.FullInBursts(window)));
        if (file.Settled)
        {
            return;
        }

        var compared = window.Has(SignalCatalog.ReadyStealAgree);
        Fact? Compared(FactKind kind) => compared ? window.When(kind, SignalCatalog.Ready, SignalCatalog.Steal) : window.When(kind);
        file.Support(0.8, Finding.All(
            window.AtLeast(SignalCatalog.ReadyStealAgree, 1) with { Fact = Compared(FactKind.ReadyAndStealAgree) },
            window.AtLeast(SignalCatalog.Steal, limits.ReadyShare)));
        var siblings = Siblings.Waiting(window);
        file.Support(0.4, siblings);
        file.Support(0.4, window.AtLeast(SignalCatalog.HostPsiCpu, limits.CpuStallShare));
        file.Support(0.4, window.AtLeast(SignalCatalog.WakeupLateness, limits.WakeupLateSeconds));
        file.Support(0.3, window.AtLeast(SignalCatalog.PsiCpuSome, limits.CpuStallShare));
        file.Support(0.4, Processors.AllSlowed(window));

        // At its cap on a full host: whether others wait too decides.
        file.Contradict(siblings.Holds ? 1.0 : 3.5, Processors.AtCap(window));
        file.Contradict(1.0, Finding.All(
            window.Below(SignalCatalog.ReadyStealAgree, 0.5) with { Fact = Compared(FactKind.ReadyAndStealDisagree) }, Processors.Waiting(window)));
    }

    public double Severity(SignalWindow window) => Math.Clamp(2 * (window.Has(SignalCatalog.Ready) ? window.Level(SignalCatalog.Ready) : window.Has(SignalCatalog.Steal) ? window.Level(SignalCatalog.Steal) : 0.1), 0.1, 1);
}
