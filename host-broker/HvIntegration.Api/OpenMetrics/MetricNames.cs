using System.Text;
using HvIntegration.Protocol.Metrics;

namespace HvIntegration.Api.OpenMetrics;

/// <summary>Derives exported names from the catalog by OpenTelemetry's rules for Prometheus.</summary>
/// <remarks>
/// Dots become underscores and the unit is appended where the name does not say it already: <c>s</c> seconds, <c>By</c> bytes, <c>1</c> ratio
/// (levels only), <c>x/s</c> per_second; units in braces are words for people and are left out. <c>_total</c> is the sample's, not the family's.
/// One rule is ours: a level called count becomes number, because <c>_count</c> belongs to histograms. Pure.
/// </remarks>
internal static class MetricNames
{
    /// <summary>Family of a catalog metric.</summary>
    public static MetricFamilyName Of(MetricDefinition metric) => Of(metric.Name, metric.Unit, metric.Form == MetricForm.Counter);

    /// <summary>Family of a counter of which only the rate is known, as recordings have it.</summary>
    public static MetricFamilyName RateOf(MetricDefinition metric) => Of(metric.Name, metric.Unit + "/s", isCounter: false);

    /// <summary>Family of a dotted name.</summary>
    public static MetricFamilyName Of(string dotted, string unit, bool isCounter)
    {
        var name = Sanitize(dotted);
        if (!isCounter && name.EndsWith("_count", StringComparison.Ordinal))
        {
            name = string.Concat(name.AsSpan(0, name.Length - "count".Length), "number");
        }

        var suffix = UnitWord(unit, isCounter);
        if (suffix.Length > 0 && !name.EndsWith("_" + suffix, StringComparison.Ordinal))
        {
            name = $"{name}_{suffix}";
        }

        return new MetricFamilyName(name, suffix, isCounter);
    }

    /// <summary>Label of an attribute key.</summary>
    public static string Label(string attribute) => Sanitize(attribute);

    private static string UnitWord(string unit, bool isCounter)
    {
        var slash = unit.IndexOf('/', StringComparison.Ordinal);
        if (slash >= 0)
        {
            var left = UnitWord(unit[..slash], isCounter: true);
            var per = unit[(slash + 1)..] == "s" ? "per_second" : "per_" + Sanitize(unit[(slash + 1)..]);
            return left.Length == 0 ? per : $"{left}_{per}";
        }

        return unit switch
        {
            "s" => "seconds",
            "By" => "bytes",
            "1" => isCounter ? "" : "ratio",
            "" => "",
            _ when unit.StartsWith('{') => "",
            _ => Sanitize(unit),
        };
    }

    private static string Sanitize(string text)
    {
        var built = new StringBuilder(text.Length + 1);
        foreach (var c in text)
        {
            var plain = char.IsAsciiLetterOrDigit(c) ? char.ToLowerInvariant(c) : '_';
            if (plain != '_' || (built.Length > 0 && built[^1] != '_'))
            {
                built.Append(plain);
            }
        }

        if (built.Length > 0 && built[^1] == '_')
        {
            built.Length--;
        }

        if (built.Length == 0 || char.IsAsciiDigit(built[0]))
        {
            built.Insert(0, '_');
        }

        return built.ToString();
    }
}

/// <summary>Name of a family.</summary>
/// <param name="Name">Without <c>_total</c>.</param>
/// <param name="Unit">Unit word that ends it, or empty.</param>
/// <param name="IsCounter">A counter, whose sample ends with <c>_total</c>.</param>
internal readonly record struct MetricFamilyName(string Name, string Unit, bool IsCounter);
