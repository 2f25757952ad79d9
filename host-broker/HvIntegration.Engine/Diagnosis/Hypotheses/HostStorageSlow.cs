using HvIntegration.Engine.Model;
using HvIntegration.Engine.Signals;

namespace HvIntegration.Engine.Diagnosis.Hypotheses;

/// <summary>H3: the store below the virtual disk is slow.</summary>
/// <remarks>
/// Limits: latency below the virtual device at or above 15 ms (BizTalk guide: 15 to 25 ms warning) or 3 times its own normal on
/// fast storage. The guest must feel it: its own latency is high, or it stands still for I/O.
/// </remarks>
internal sealed class HostStorageSlow : IHypothesis
{
    // Several times beyond the limit the operations are no chance of the day.
    private const double RisenFar = 3;

    public string Id => HypothesisIds.HostStorageSlow;

    public string Title => "slow host storage";

    public Side Side => Side.Host;

    public ResourceFamily Family => ResourceFamily.Storage;

    public SignalDefinition OnsetSignal => SignalCatalog.DiskLowerLatency;

    public SharedResource Shared => SharedResource.Store;

    public void Weigh(Symptoms symptoms, CaseFile file)
    {
        var limits = symptoms.Limits;
        var device = symptoms.Slow(SignalCatalog.DiskDeviceLatency);
        file.Require(2.8, Finding.FirstMeasured(
            symptoms.Slow(SignalCatalog.DiskLowerLatency), Finding.All(device, symptoms.SiblingsSlowOnStore()).Weaker(0.8)));
        file.Require(1.0, device);
        if (file.Settled)
        {
            return;
        }

        file.Require(1.5, Finding.Any(symptoms.Slow(SignalCatalog.DiskGuestLatency), symptoms.AtLeast(SignalCatalog.PsiIoFull, limits.IoStallShare)));
        file.Support(0.7, symptoms.SiblingsSlowOnStore());
        var risen = symptoms.AboveBaseline(SignalCatalog.DiskHostIops, limits.IopsBaselineRatio, limits.DiskIopsMin);
        file.Support(0.5, risen.Not() with { Sentence = symptoms.Words($"its own operations have not risen") });
        file.Support(0.3, symptoms.AtLeast(SignalCatalog.HostPsiIo, limits.IoStallShare));
        file.Support(0.3, symptoms.AllSlowed());
        var alone = symptoms.HoldsStoreAsFarAsKnown(0.5);
        file.Contradict(2.0, Finding.All(risen, alone));
        file.Contradict(1.0, Finding.All(symptoms.AboveBaseline(SignalCatalog.DiskHostIops, RisenFar * limits.IopsBaselineRatio, limits.DiskIopsMin), alone));
        file.Contradict(2.5, Finding.All(symptoms.AtQuota(), symptoms.SiblingsSlowOnStore().Not()));
    }

    public double Severity(Symptoms symptoms) => Math.Clamp((symptoms.Has(SignalCatalog.DiskDeviceLatency) ? symptoms.Level(SignalCatalog.DiskDeviceLatency) : 0.02) / 0.1, 0.2, 1);

    public string Because(Symptoms symptoms) =>
        "an operation on its disks takes " + symptoms.SayMeasured(
            (SignalCatalog.DiskGuestLatency, "", " in the guest"), (SignalCatalog.DiskDeviceLatency, "", " at the virtual device"),
            (SignalCatalog.DiskLowerLatency, "", " in the store below"));

    public string WhatHelps(Symptoms symptoms) => "A faster or less loaded store would help; more memory or processors in the VM would not.";
}
