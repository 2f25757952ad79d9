using HvIntegration.Engine.Diagnosis.Cases;
using HvIntegration.Engine.Diagnosis.Questions;
using HvIntegration.Engine.Signals;
using HvIntegration.Model;

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

    public Side Side => Side.Guest;

    public ResourceFamily Family => ResourceFamily.Memory;

    public SignalDefinition OnsetSignal => SignalCatalog.LeakGrowth;

    public SharedResource Shared => SharedResource.None;

    public IReadOnlyList<SignalDefinition> Levels { get; } = [SignalCatalog.GuestMemoryAvailable];

    public Fact? Because(SignalWindow window) => Memory.Leaking(window).Fact;

    public string? Process(SignalWindow window) => Memory.Trend(window) is { Process: true } trend ? trend.Name : null;

    public string Advice(SignalWindow window) => Memory.Trend(window) is { Process: true } ? AdviceIds.GuestLeakOfProcess : Id;

    public void Weigh(SignalWindow window, CaseFile file)
    {
        file.Require(4.2, Memory.Leaking(window));
        if (file.Settled)
        {
            return;
        }

        file.Support(0.6, Memory.Stall(window));
        file.Support(0.4, window.Below(SignalCatalog.GuestMemoryAvailable, 2 * window.Limits.MemoryAvailableShare));
        file.Support(0.4, Processors.FewSlowed(window));
        file.Contradict(1.5, Finding.All(Memory.HostLow(window), Siblings.UnderPressure(window)));
    }

    public double Severity(SignalWindow window)
    {
        var available = window.Level(SignalCatalog.GuestMemoryAvailable);
        return double.IsNaN(available) ? 0.3 : Math.Clamp(0.7 - (2 * available), 0.15, Memory.Stall(window).Holds ? 1 : 0.5);
    }

    public long? Began(SignalWindow window) => Memory.Trend(window)?.FromSecond;
}
