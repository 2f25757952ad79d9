using HvIntegration.Engine.Diagnosis.Cases;
using HvIntegration.Engine.Diagnosis.Questions;
using HvIntegration.Engine.Signals;
using HvIntegration.Model;

namespace HvIntegration.Engine.Diagnosis.Hypotheses;

/// <summary>H5: operations lose their time between the guest's driver and the virtual device: the bus, or the root partition that serves it.</summary>
/// <remarks>
/// Limits: guest minus device latency at or above 5 ms and half of the guest's latency, or full rings, throttling, messages held
/// back while the guest feels it (diagnosis reference, rule H5; PAL, throttle events above 1); the virtual device itself is not
/// slow. A slow echo with a punctual timer tells bus from processor shortage; the root's processors at 90 % support.
/// </remarks>
internal sealed class VmbusPath : IHypothesis
{
    private const double RootBusyShare = 0.9;

    public string Id => HypothesisIds.VmbusPath;

    public Side Side => Side.Host;

    public ResourceFamily Family => ResourceFamily.Storage;

    public SignalDefinition OnsetSignal => SignalCatalog.DiskInside;

    public SharedResource Shared => SharedResource.None;

    public IReadOnlyList<SignalDefinition> Levels { get; } = [SignalCatalog.DiskGuestLatency, SignalCatalog.DiskDeviceLatency, SignalCatalog.RingFull, SignalCatalog.RoundTrip, SignalCatalog.WakeupLateness];

    public void Weigh(SignalWindow window, CaseFile file)
    {
        var inside = Storage.SlowInside(window);
        var felt = Finding.Any(Storage.Slow(window, SignalCatalog.DiskGuestLatency), Paths.EchoSlow(window));
        var held = Paths.BusHeld(window);
        file.Require(2.6, Finding.Any(Finding.All(inside, Storage.Slow(window, SignalCatalog.DiskGuestLatency)), Finding.All(held, felt).Weaker(0.9)));
        file.Require(1.6, Storage.Slow(window, SignalCatalog.DiskDeviceLatency).Not());

        // A guest that issues many times its usual operations makes them wait itself: then the bus needs evidence of its own.
        if (!Paths.BusShown(window).Holds)
        {
            file.Forbid(Finding.All(Storage.QueuedInside(window), Storage.IopsRisen(window)));
        }

        if (file.Settled)
        {
            return;
        }

        var punctual = window.Below(SignalCatalog.WakeupLateness, window.Limits.WakeupLateSeconds);
        file.Support(1.0, held);
        file.Support(0.7, Siblings.SlowInside(window));
        file.Support(0.7, Finding.All(Paths.EchoSlow(window), punctual));
        file.Support(0.5, window.AtLeast(SignalCatalog.RootBusy, RootBusyShare));
        file.Support(0.3, punctual);
        file.Contradict(2.5, Processors.WaitingHarms(window));
        file.Contradict(1.5, window.AtLeast(SignalCatalog.WakeupLateness, window.Limits.WakeupLateSeconds));
        file.Contradict(1.5, Finding.All(Storage.IopsRisen(window), held.Not()));
        file.Contradict(1.5, Memory.Stall(window));
        file.Contradict(1.5, Storage.AtQuota(window));
    }

    public double Severity(SignalWindow window) => Math.Clamp((window.Has(SignalCatalog.DiskGuestLatency) ? window.Level(SignalCatalog.DiskGuestLatency) : 0.02) / 0.1, 0.3, 1);
}
