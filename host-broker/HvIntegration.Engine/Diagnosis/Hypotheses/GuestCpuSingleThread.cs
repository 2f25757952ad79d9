using HvIntegration.Engine.Diagnosis.Cases;
using HvIntegration.Engine.Diagnosis.Questions;
using HvIntegration.Engine.Signals;
using HvIntegration.Model;

namespace HvIntegration.Engine.Diagnosis.Hypotheses;

/// <summary>H1b: one thread fills one processor while the others have room.</summary>
/// <remarks>
/// Limits: one processor, or one process, at or above 95 % while the mean is at most 60 %; ready below 5 % (diagnosis reference,
/// rule H1b). A host whose logical processors have room (below 80 %) while one virtual processor is full supports it: Microsoft's
/// bottleneck page. The process counts as well as the processor because a guest's scheduler moves a hot thread about.
/// </remarks>
internal sealed class GuestCpuSingleThread : IHypothesis
{
    public string Id => HypothesisIds.GuestCpuSingleThread;

    public Side Side => Side.Guest;

    public ResourceFamily Family => ResourceFamily.Cpu;

    public SignalDefinition OnsetSignal => SignalCatalog.GuestBusyMax;

    public SharedResource Shared => SharedResource.None;

    public int EpisodeSecondsMin => 10;

    public IReadOnlyList<SignalDefinition> Levels { get; } = [SignalCatalog.GuestBusyMax, SignalCatalog.GuestBusy];

    public void Weigh(SignalWindow window, CaseFile file)
    {
        file.Require(2.5, Processors.HotThread(window));
        file.Require(2.0, Processors.NotWaiting(window));
        if (file.Settled)
        {
            return;
        }

        file.Forbid(Processors.Booting(window));
        file.Miss(window.Below(SignalCatalog.Ready, window.Limits.ReadyShare));
        file.Support(0.7, window.AtLeast(SignalCatalog.GuestTopProcess, window.Limits.HotProcessorShare));
        file.Support(0.3, Processors.FewSlowed(window));
        file.Support(0.3, window.Below(SignalCatalog.LpBusy, window.Limits.ProcessorsRoomShare));
        file.Contradict(2.5, Processors.AtCap(window));
        file.Contradict(1.5, window.AtLeast(SignalCatalog.Steal, window.Limits.ReadyShare, lessErrorBar: true));
    }

    public double Severity(SignalWindow window) => 0.25;

    // A thread that is moved about lifts no processor to its limit: its process tells since when.
    public long? Began(SignalWindow window) => Processors.PinnedSince(window);
}
