using System.Text.Json;
using HvIntegration.Model;
using HvIntegration.Engine.Options;

namespace HvIntegration.Broker.Bundles;

/// <summary>Tells in which settings two sets of rules differ.</summary>
internal static class RuleDifferences
{
    private const int DifferencesMax = 20;
    private const int TextMax = 80;

    /// <summary>One sentence per setting, at most 20 and one that says how many more there are.</summary>
    /// <param name="then">Rules as they were recorded.</param>
    /// <param name="now">Rules to judge by.</param>
    public static IReadOnlyList<string> Between(JsonElement then, EngineOptions now)
    {
        var before = new SortedDictionary<string, string>(StringComparer.Ordinal);
        var after = new SortedDictionary<string, string>(StringComparer.Ordinal);
        Flatten("Engine", then, before);
        Flatten("Engine", JsonSerializer.SerializeToElement(now, BundleFormat.Json), after);
        var all = before.Keys.Union(after.Keys).Order(StringComparer.Ordinal)
            .Where(k => before.GetValueOrDefault(k) != after.GetValueOrDefault(k))
            .Select(k => $"{Cut(k)} was {Cut(before.GetValueOrDefault(k, "not there"))}, is {Cut(after.GetValueOrDefault(k, "not there"))}").ToList();
        return all.Count <= DifferencesMax ? all : [.. all.Take(DifferencesMax), $"{all.Count - DifferencesMax} more settings differ"];
    }

    private static void Flatten(string path, JsonElement element, SortedDictionary<string, string> into)
    {
        if (element.ValueKind != JsonValueKind.Object)
        {
            into[path] = element.GetRawText();
            return;
        }

        foreach (var property in element.EnumerateObject())
        {
            Flatten($"{path}:{property.Name}", property.Value, into);
        }
    }

    private static string Cut(string text) => ForeignText.OneLine(text, TextMax);
}
