using HvIntegration.CounterSources.PerformanceCounters;

namespace HvIntegration.CounterSources.PdhCsv;

/// <summary>Recognizes recordings of VMware's <c>esxtop -b</c>, which have the form of the Windows recorder.</summary>
internal static class EsxTop
{
    // Sets of esxtop that Windows does not have.
    private static readonly string[] Sets = ["Group Cpu", "Physical Cpu", "Vcpu", "Group Memory", "Physical Disk", "Physical Disk Adapter", "Physical Disk Per-Device-Per-World", "Virtual Disk", "Network Port", "Power"];

    /// <summary>True for a counter of esxtop.</summary>
    public static bool Has(CounterPath path) => Array.Exists(Sets, path.IsSet);
}
