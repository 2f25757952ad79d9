using HvIntegration.Engine.Diagnosis.Cases;
using HvIntegration.Engine.Diagnosis.Questions;
using HvIntegration.Engine.Signals;
using HvIntegration.Model;

namespace HvIntegration.Engine.Diagnosis.Hypotheses;

/// <summary>H3: the store below the virtual disk is slow.</summary>
/// <remarks>
/// Limits: latency below the virtual device at or above 15 ms (BizTalk guide: 15 to 25 ms warning) or 3 times its own normal on
/// fast storage. The guest must feel it: its own latency is high, or it stands still for I/O. A virtual disk that completes nothing
/// while operations are outstanding is the strongest sign there is: it has no latency until they end.
/// </remarks>
internal sealed class HostStorageSlow : IHypothesis
{
    // Several times beyond the limit the operations are no chance of the day.
    private const double RisenFar = 3;

    // Controllers and paths that fail over do so each minute or two.
    private const int StallRestSeconds = 130;

    public string Id => HypothesisIds.HostStorageSlow;

    public Side Side => Side.Host;

    public ResourceFamily Family => ResourceFamily.Storage;

    public SignalDefinition OnsetSignal => SignalCatalog.DiskLowerLatency;

    public SharedResource Shared => SharedResource.Store;

    public IReadOnlyList<SignalDefinition> Levels { get; } = [SignalCatalog.DiskGuestLatency, SignalCatalog.DiskDeviceLatency, SignalCatalog.DiskLowerLatency];

    public void Weigh(SignalWindow window, CaseFile file)
    {
        var limits = window.Limits;
        var device = Storage.Slow(window, SignalCatalog.DiskDeviceLatency);
        var stalled = Storage.Stalled(window);
        file.Require(2.8, stalled.Holds ? stalled : Finding.FirstMeasured(
            Storage.Slow(window, SignalCatalog.DiskLowerLatency), Finding.All(device, Siblings.SlowOnStore(window)).Weaker(0.8)));
        file.Require(1.0, stalled.Holds ? stalled : device);
        if (file.Settled)
        {
            return;
        }

        var felt = Finding.Any(Storage.Slow(window, SignalCatalog.DiskGuestLatency), window.AtLeast(SignalCatalog.PsiIoFull, limits.IoStallShare));
        file.Require(1.5, stalled.Holds && !felt.Holds ? stalled : felt);
        file.Support(0.7, Siblings.SlowOnStore(window));
        var risen = window.AboveBaseline(SignalCatalog.DiskHostIops, limits.IopsBaselineRatio, limits.DiskIopsMin);
        file.Support(0.5, risen.Not() with { Fact = window.When(FactKind.OperationsNotRisen) });
        file.Support(0.3, window.AtLeast(SignalCatalog.HostPsiIo, limits.IoStallShare));
        file.Support(0.3, Processors.AllSlowed(window));
        var alone = Siblings.HoldsStoreAsFarAsKnown(window, 0.5);
        file.Contradict(2.0, Finding.All(risen, alone));
        file.Contradict(1.0, Finding.All(window.AboveBaseline(SignalCatalog.DiskHostIops, RisenFar * limits.IopsBaselineRatio, limits.DiskIopsMin), alone));
        file.Contradict(2.5, Finding.All(Storage.AtQuota(window), Siblings.SlowOnStore(window).Not()));
    }

    /// <summary>Stalls of a store recur: as long as the next one may come, it is one incident.</summary>
    public int EpisodeRestSeconds(SignalWindow window) => Storage.Stalled(window).Holds ? StallRestSeconds : 0;

    public long? Began(SignalWindow window) => Storage.StalledSince(window);

    public double Severity(SignalWindow window) => Math.Clamp((window.Has(SignalCatalog.DiskDeviceLatency) ? window.Level(SignalCatalog.DiskDeviceLatency) : 0.02) / 0.1, 0.2, 1);
}
