using System.Text.RegularExpressions;

namespace HvIntegration.RepositoryTests;

/// <summary>A promise that names a test, or a class of tests, is held by it: the name is one that exists.</summary>
public sealed class PromiseTests
{
    public static TheoryData<string> Pages => ["security.md", "losing-data.md"];

    [Theory]
    [MemberData(nameof(Pages))]
    public void Promises_Each_NameATestThatExists(string page)
    {
        string text = File.ReadAllText(Path.Combine(RepositoryFiles.Root, "docs", page));
        var named = Regex.Matches(text, @"`(?:\w+Tests\.)?(\w+_\w+_\w+|\w+Tests)`").Select(m => m.Groups[1].Value).Distinct().ToList();
        string tests = string.Concat(RepositoryFiles.Sources(".cs", "tests").Select(File.ReadAllText));

        Assert.NotEmpty(named);
        Assert.DoesNotContain(named, name => !tests.Contains($" {name}(", StringComparison.Ordinal) && !tests.Contains($"class {name}", StringComparison.Ordinal));
    }
}
