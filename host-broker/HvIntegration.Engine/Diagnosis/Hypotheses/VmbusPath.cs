using HvIntegration.Engine.Model;
using HvIntegration.Engine.Signals;

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

    public string Title => "a slow bus to the host";

    public Side Side => Side.Host;

    public ResourceFamily Family => ResourceFamily.Storage;

    public SignalDefinition OnsetSignal => SignalCatalog.DiskInside;

    public SharedResource Shared => SharedResource.None;

    public void Weigh(Symptoms symptoms, CaseFile file)
    {
        var inside = symptoms.SlowInside();
        var felt = Finding.Any(symptoms.Slow(SignalCatalog.DiskGuestLatency), symptoms.EchoSlow());
        var held = symptoms.BusHeld();
        file.Require(2.6, Finding.Any(Finding.All(inside, symptoms.Slow(SignalCatalog.DiskGuestLatency)), Finding.All(held, felt).Weaker(0.9)));
        file.Require(1.6, symptoms.Slow(SignalCatalog.DiskDeviceLatency).Not());
        if (file.Settled)
        {
            return;
        }

        var punctual = symptoms.Below(SignalCatalog.WakeupLateness, symptoms.Limits.WakeupLateSeconds);
        file.Support(1.0, held);
        file.Support(0.7, Finding.All(symptoms.EchoSlow(), punctual));
        file.Support(0.5, symptoms.AtLeast(SignalCatalog.RootBusy, RootBusyShare));
        file.Support(0.3, punctual);
        file.Contradict(2.5, symptoms.WaitingHarms());
        file.Contradict(1.5, symptoms.AtLeast(SignalCatalog.WakeupLateness, symptoms.Limits.WakeupLateSeconds));
        file.Contradict(1.5, Finding.All(symptoms.IopsRisen(), held.Not()));
        file.Contradict(1.5, symptoms.MemoryStall());
        file.Contradict(1.5, symptoms.AtQuota());
    }

    public double Severity(Symptoms symptoms) => Math.Clamp((symptoms.Has(SignalCatalog.DiskGuestLatency) ? symptoms.Level(SignalCatalog.DiskGuestLatency) : 0.02) / 0.1, 0.3, 1);

    public string Because(Symptoms symptoms) =>
        $"an operation takes {symptoms.Say(SignalCatalog.DiskGuestLatency)} in the guest but only {symptoms.Say(SignalCatalog.DiskDeviceLatency)} at the virtual device; "
        + symptoms.SayMeasured(
            (SignalCatalog.RingFull, "full rings ", ""), (SignalCatalog.RoundTrip, "echo ", ""), (SignalCatalog.WakeupLateness, "timers late by ", ""));

    public string WhatHelps(Symptoms symptoms)
        => "Less load on the root partition, more storage channels or fewer small operations would help; a faster store, more memory or processors in the VM would not.";
}
