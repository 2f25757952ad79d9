using HvIntegration.Engine.Diagnosis.Cases;
using HvIntegration.Engine.Diagnosis.Questions;
using HvIntegration.Engine.Signals;
using HvIntegration.Model;

namespace HvIntegration.Engine.Diagnosis.Hypotheses;

/// <summary>H1: the guest itself wants more processor than it has; the host gives what it asks.</summary>
/// <remarks>
/// Limits: busy at or above 90 % on 80 % of the processors (Microsoft's bottleneck page and PAL: VP guest run time 90 %), ready
/// below 5 % (borrowed from ESXi practice), run queue from 2 per processor (PAL), PSI cpu from 20 %. The host's logical
/// processors below 80 % only support: a VM as wide as its host fills them by its own demand.
/// </remarks>
internal sealed class GuestCpuDemand : IHypothesis
{
    public string Id => HypothesisIds.GuestCpuDemand;

    public Side Side => Side.Guest;

    public ResourceFamily Family => ResourceFamily.Cpu;

    public SignalDefinition OnsetSignal => SignalCatalog.GuestBusy;

    public SharedResource Shared => SharedResource.None;

    public int EpisodeSecondsMin => 10;

    public IReadOnlyList<SignalDefinition> Levels { get; } = [SignalCatalog.GuestBusy, SignalCatalog.HostRun, SignalCatalog.Ready, SignalCatalog.LpBusy];

    public string Advice(SignalWindow window)
        => window.Below(SignalCatalog.LpBusy, window.Limits.ProcessorsRoomShare).Holds ? AdviceIds.GuestCpuDemandWithRoom : Id;

    public void Weigh(SignalWindow window, CaseFile file)
    {
        var limits = window.Limits;
        file.Require(2.5, Processors.Busy(window));
        file.Require(2.0, Processors.NotWaiting(window));
        if (file.Settled)
        {
            return;
        }

        file.Miss(window.Below(SignalCatalog.Ready, window.Limits.ReadyShare));
        file.Support(0.7, window.AtLeast(SignalCatalog.GuestRunQueue, limits.RunQueuePerProcessor));
        file.Support(0.7, window.AtLeast(SignalCatalog.PsiCpuSome, limits.CpuStallShare));
        file.Support(0.4, window.AtLeast(SignalCatalog.HostRun, limits.BusyShare));
        file.Support(0.3, window.Below(SignalCatalog.LpBusy, limits.ProcessorsRoomShare));
        file.Contradict(2.5, Processors.AtCap(window));
        var steal = window.AtLeast(SignalCatalog.Steal, limits.ReadyShare, lessErrorBar: true);
        if (window.Below(SignalCatalog.Ready, limits.ReadyShare).Holds)
        {
            // Two estimates of one loss disagree: that lowers the odds, but the direct counter stands.
            file.Contradict(1.0, steal);
        }
        else
        {
            file.Forbid(steal);
        }
    }

    public double Severity(SignalWindow window) => Math.Clamp(
        Math.Max(
            window.Has(SignalCatalog.PsiCpuSome) ? window.Level(SignalCatalog.PsiCpuSome) : 0,
            window.Has(SignalCatalog.GuestRunQueue) ? window.Level(SignalCatalog.GuestRunQueue) / 8 : 0.3),
        0.2, 1);
}
