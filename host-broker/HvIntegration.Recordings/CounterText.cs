using HvIntegration.CounterSources.PerformanceCounters;

namespace HvIntegration.Recordings;

/// <summary>Counters as evidence names them: set, instance and what was made of them.</summary>
internal static class CounterText
{
    /// <summary>Set, instance and counter of a series; the number of a processor is left out, because signals are over all of them.</summary>
    public static string Of(HostTarget target, IReadOnlyList<CounterPath> columns)
    {
        var path = columns[target.Columns[0]];
        string instance = path.Instance is null ? "" : "(" + General(path.BaseInstance) + ")";
        return $@"\{path.Set}{instance}\{target.Native}";
    }

    private static string General(string instance)
    {
        int vp = instance.LastIndexOf(":Hv VP ", StringComparison.OrdinalIgnoreCase);
        return vp > 0 ? instance[..vp] + ":*"
            : instance.StartsWith("Hv LP ", StringComparison.OrdinalIgnoreCase) || instance.StartsWith("Root VP ", StringComparison.OrdinalIgnoreCase) ? "*"
            : instance;
    }
}
