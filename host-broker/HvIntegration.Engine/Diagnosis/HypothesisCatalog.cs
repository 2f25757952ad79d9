using HvIntegration.Engine.Diagnosis.Hypotheses;

namespace HvIntegration.Engine.Diagnosis;

/// <summary>All hypotheses. A new one is one file and one line here.</summary>
internal static class HypothesisCatalog
{
    /// <summary>In the order of the truth table.</summary>
    public static IReadOnlyList<IHypothesis> All { get; } =
    [
        new NothingWrong(),
        new GuestCpuDemand(),
        new GuestCpuSingleThread(),
        new HostCpuContention(),
        new CpuCap(),
        new HostStorageSlow(),
        new StorageQosCap(),
        new GuestDiskOverload(),
        new HostMemoryPressure(),
        new GuestMemoryMaximum(),
        new VmbusPath(),
        new GuestLeak(),
        new HostNetworkCongestion(),
        new VmPaused(),
    ];

    /// <summary>Ids that a verdict can carry.</summary>
    public static IReadOnlyList<string> Ids { get; } = [.. All.Select(h => h.Id), HypothesisIds.Unknown];
}
