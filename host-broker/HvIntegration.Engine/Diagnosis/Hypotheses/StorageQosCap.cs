using HvIntegration.Engine.Diagnosis.Cases;
using HvIntegration.Engine.Diagnosis.Questions;
using HvIntegration.Engine.Signals;
using HvIntegration.Model;

namespace HvIntegration.Engine.Diagnosis.Hypotheses;

/// <summary>H3b: the VM's disk runs at its storage quota.</summary>
/// <remarks>Limits: rate within 5 % of the quota while the device is slow or the host's stack holds operations back, the store below being normal (diagnosis reference, rule H3b).</remarks>
internal sealed class StorageQosCap : IHypothesis
{
    public string Id => HypothesisIds.StorageQosCap;

    public Side Side => Side.Configuration;

    public ResourceFamily Family => ResourceFamily.Storage;

    public SignalDefinition OnsetSignal => SignalCatalog.DiskQosUse;

    public SharedResource Shared => SharedResource.None;

    public IReadOnlyList<SignalDefinition> Levels { get; } = [SignalCatalog.DiskQosUse, SignalCatalog.DiskDeviceLatency, SignalCatalog.DiskLowerLatency];

    public void Weigh(SignalWindow window, CaseFile file)
    {
        var limits = window.Limits;
        file.Require(2.8, Storage.AtQuota(window));
        if (file.Settled)
        {
            return;
        }

        file.Require(1.5, Finding.Any(
            Storage.Slow(window, SignalCatalog.DiskDeviceLatency), window.AtLeast(SignalCatalog.DiskStack, limits.DiskLatencyFloorSeconds),
            Storage.Slow(window, SignalCatalog.DiskGuestLatency), Storage.Queued(window)));
        file.Support(1.0, window.Below(SignalCatalog.DiskLowerLatency, limits.DiskLatencySeconds));
        file.Support(0.5, Storage.Slow(window, SignalCatalog.DiskGuestLatency));
        file.Support(0.3, window.AtLeast(SignalCatalog.DiskStack, limits.DiskLatencyFloorSeconds));
        file.Contradict(2.0, Storage.Slow(window, SignalCatalog.DiskLowerLatency));
    }

    public double Severity(SignalWindow window) => Math.Clamp((window.Has(SignalCatalog.DiskGuestLatency) ? window.Level(SignalCatalog.DiskGuestLatency) : 0.04) / 0.1, 0.3, 1);
}
