using HvIntegration.Model;

namespace HvIntegration.Api.Contract;

/// <summary>How the API writes what JSON has no form for.</summary>
public static class ApiText
{
    /// <summary>A number as JSON can hold it: what is not finite becomes null.</summary>
    public static double? Number(double value) => double.IsFinite(value) ? value : null;

    /// <summary>An enum member as the API writes it: lower case, words joined by hyphens.</summary>
    public static string Word<T>(T member)
        where T : struct, Enum => Kebab(member.ToString());

    /// <summary>Side of its word; none for a word that is not of this build.</summary>
    public static Side SideOf(string word) => Enum.TryParse<Side>(word, ignoreCase: true, out var side) && Enum.IsDefined(side) ? side : Side.None;

    private static string Kebab(string name) =>
        string.Concat(name.Select((c, i) => char.IsUpper(c) ? (i == 0 ? "" : "-") + char.ToLowerInvariant(c) : c.ToString()));
}
