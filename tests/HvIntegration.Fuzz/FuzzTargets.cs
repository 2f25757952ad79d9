using HvIntegration.Fuzz.Targets;

namespace HvIntegration.Fuzz;

/// <summary>All targets. A new one is one file and one line here.</summary>
internal static class FuzzTargets
{
    private static readonly Dictionary<string, Func<IFuzzTarget>> Known = new(StringComparer.Ordinal)
    {
        ["stream"] = () => new StreamTarget(),
        ["http2"] = () => new Http2Target(),
        ["pdh-csv"] = () => new PdhCsvTarget(),
        ["qmp"] = () => new QmpTarget(),
        ["bundle"] = () => new BundleTarget(),
        ["proc"] = () => new ProcTarget(),
        ["text"] = () => new TextTarget(),
    };

    /// <summary>Names, in the order of the documentation.</summary>
    public static IReadOnlyCollection<string> Names => Known.Keys;

    /// <summary>Makes a target; null when there is none of this name.</summary>
    public static IFuzzTarget? Create(string name) => Known.TryGetValue(name, out var make) ? make() : null;
}
