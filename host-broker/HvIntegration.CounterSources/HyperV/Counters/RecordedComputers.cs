using HvIntegration.CounterSources.PerformanceCounters;

namespace HvIntegration.CounterSources.HyperV.Counters;

/// <summary>The computers whose counters a recording has.</summary>
public static class RecordedComputers
{
    // A guest has this set, and no host does.
    private const string SetOfGuest = "Hyper-V Dynamic Memory Integration Service";

    /// <summary>Computers in the order of their first column; an empty name where paths name none.</summary>
    public static IReadOnlyList<string> Of(IReadOnlyList<CounterPath> columns) =>
        [.. columns.Select(c => c.Computer).Distinct(StringComparer.OrdinalIgnoreCase)];

    /// <summary>Those of them that are Hyper-V hosts by their counter sets.</summary>
    public static IReadOnlyList<string> Hosts(IReadOnlyList<CounterPath> columns) => Of([.. columns.Where(IsOfHost)]);

    /// <summary>True when both names are of one computer: one may have its domain behind it.</summary>
    public static bool AreSame(string left, string right) =>
        left.Equals(right, StringComparison.OrdinalIgnoreCase)
        || left.StartsWith(right + ".", StringComparison.OrdinalIgnoreCase) || right.StartsWith(left + ".", StringComparison.OrdinalIgnoreCase);

    private static bool IsOfHost(CounterPath path) => path.Set.StartsWith("Hyper-V", StringComparison.OrdinalIgnoreCase) && !path.IsSet(SetOfGuest);
}
