using HvIntegration.Engine.Diagnosis.Cases;
using HvIntegration.Engine.Diagnosis.Questions;
using HvIntegration.Engine.Signals;
using HvIntegration.Model;

namespace HvIntegration.Engine.Diagnosis.Hypotheses;

/// <summary>H3c: the guest itself gives its disk more than it can do.</summary>
/// <remarks>
/// Limits: operations at least twice the time before, 4 or more outstanding, and a slow disk; half of the store's load supports (diagnosis reference, rule H3c).
/// Where the virtual device answers as before, the operations wait inside the guest: its queue is ten times that of before, and nothing shows that the bus is held up.
/// </remarks>
internal sealed class GuestDiskOverload : IHypothesis
{
    public string Id => HypothesisIds.GuestDiskOverload;

    public Side Side => Side.Guest;

    public ResourceFamily Family => ResourceFamily.Storage;

    public SignalDefinition OnsetSignal => SignalCatalog.DiskGuestQueue;

    public SharedResource Shared => SharedResource.None;

    // The first seconds of a store that becomes slow look the same.
    public int EpisodeSecondsMin => 5;

    public IReadOnlyList<SignalDefinition> Levels { get; } = [SignalCatalog.DiskGuestIops, SignalCatalog.DiskGuestQueue, SignalCatalog.DiskGuestLatency];

    public void Weigh(SignalWindow window, CaseFile file)
    {
        file.Require(2.2, Storage.IopsRisen(window));
        file.Require(1.5, Storage.Queued(window));

        // Where the host shows its device, the device must be slow, or the guest's own queue must have grown many times over.
        var inside = Storage.QueuedInside(window);
        file.Require(1.0, inside.Holds ? inside : Finding.FirstMeasured(Storage.Slow(window, SignalCatalog.DiskDeviceLatency), Storage.AnySlow(window)));
        if (file.Settled)
        {
            return;
        }

        file.Forbid(Storage.SlowBeforeItsRise(window));
        file.Forbid(Storage.HeldAboveStore(window));
        file.Forbid(Finding.All(inside, Paths.BusShown(window)));
        file.Support(0.5, Storage.Slow(window, SignalCatalog.DiskGuestLatency));
        file.Support(1.0, Siblings.HoldsStoreAsFarAsKnown(window, 0.5));
        file.Contradict(2.0, Storage.AtQuota(window));
        file.Contradict(1.5, Memory.Stall(window));
        file.Forbid(Finding.All(Siblings.SlowOnStore(window), Siblings.HoldsStore(window, 0.5).Not()));
        file.Contradict(1.0, Processors.WaitingHarms(window));
    }

    public double Severity(SignalWindow window) => Math.Clamp((window.Has(SignalCatalog.DiskGuestLatency) ? window.Level(SignalCatalog.DiskGuestLatency) : 0.02) / 0.1, 0.2, 1);
}
