using HvIntegration.Dashboard.Models;
using HvIntegration.Presentation;
using System.Text.RegularExpressions;

namespace HvIntegration.DashboardTests;

/// <summary>A stored verdict, of which only the id is known, has the colour, sign and name of a fresh one.</summary>
public sealed partial class VerdictKindsTests
{
    public static TheoryData<string, string> Rules { get; } = new(
        Directory.EnumerateFiles(Path.Combine(RepositoryFolder.FullPath, "docs", "rules"), "*.md")
            .Select(f => (Id: Path.GetFileNameWithoutExtension(f), Side: SideOf().Match(File.ReadAllText(f)).Groups[1].Value))
            .Where(r => r.Side.Length > 0).Select(r => new TheoryDataRow<string, string>(r.Id, r.Side)));

    [Theory]
    [MemberData(nameof(Rules))]
    public void Kind_OfAStoredVerdict_IsTheOneItsRuleBlames(string id, string side)
    {
        Assert.Equal(VerdictKinds.Of(id, side), RecordedKinds.Of(id));
        Assert.DoesNotContain('-', VerdictKinds.Title(id));
    }

    [GeneratedRegex(@"\*\*Side:\*\* (guest|host|configuration)")]
    private static partial Regex SideOf();
}
