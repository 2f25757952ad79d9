using HvIntegration.Engine.Diagnosis.Cases;
using HvIntegration.Engine.Diagnosis.Hypotheses;
using HvIntegration.Model;

namespace HvIntegration.Engine.Diagnosis;

/// <summary>All hypotheses. A new one is one file and one line here.</summary>
public static class HypothesisCatalog
{
    /// <summary>In the order of the truth table.</summary>
    internal static IReadOnlyList<IHypothesis> All { get; } =
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

    /// <summary>Side that a verdict of this cause has; null for an id that is not of this catalog.</summary>
    public static Side? SideOf(string id) => id == HypothesisIds.Unknown ? Side.None : All.FirstOrDefault(h => h.Id == id)?.Side;
}
