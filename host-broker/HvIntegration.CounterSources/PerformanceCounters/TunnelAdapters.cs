namespace HvIntegration.CounterSources.PerformanceCounters;

/// <summary>Network adapters of Windows that have no wire: their traffic passes another adapter too.</summary>
public static class TunnelAdapters
{
    private static readonly string[] Names = ["isatap", "Teredo", "Loopback", "6to4", "Kernel Debug", "WAN Miniport"];

    /// <summary>True when an instance of Network Interface is one.</summary>
    public static bool Contain(string adapter) => Names.Any(n => adapter.Contains(n, StringComparison.OrdinalIgnoreCase));
}
