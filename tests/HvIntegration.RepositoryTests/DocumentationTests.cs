using System.Text.RegularExpressions;

namespace HvIntegration.RepositoryTests;

/// <summary>A page for each collector, counter source and hypothesis, and a fixture for each Linux collector.</summary>
public sealed class DocumentationTests
{
    [Fact]
    public void Collectors_Each_HasItsPage() =>
        AssertPages(@"(?:string Name => |WindowsCollector\(|new CounterCollector\(\s*)""([a-z-]+)""", Path.Combine("guest-agent", "HvIntegration.GuestAgent"), "collectors");

    /// <summary>A parser is tested on bytes of a real guest. Where none could be recorded, the collector's page says so.</summary>
    [Fact]
    public void LinuxCollectors_Each_ReadsAFileOfARecordedGuestInItsTests()
    {
        string fixtures = Path.Combine(RepositoryFiles.Root, "tests", "fixtures", "guest", "linux");
        string[] recorded = [.. Directory.EnumerateDirectories(fixtures).Where(f => !Path.GetFileName(f).StartsWith("handmade", StringComparison.Ordinal))];
        string tests = string.Concat(RepositoryFiles.Sources(".cs", Path.Combine("tests", "HvIntegration.GuestAgent.Tests")).Select(File.ReadAllText));
        var collectors = RepositoryFiles.Sources(".cs", Path.Combine("guest-agent", "HvIntegration.GuestAgent", "Linux"))
            .Select(f => (File: f, Class: Path.GetFileNameWithoutExtension(f), Name: Regex.Match(File.ReadAllText(f), @"string Name => ""([a-z-]+)""").Groups[1].Value))
            .Where(c => c.Name.Length > 0)
            .ToList();
        Assert.NotEmpty(recorded);
        Assert.NotEmpty(collectors);

        var bad = new List<string>();
        foreach (var (file, type, name) in collectors)
        {
            var sources = Directory.EnumerateFiles(Path.GetDirectoryName(file)!, "*.cs")
                .SelectMany(f => Regex.Matches(File.ReadAllText(f), @"""(/(?:proc|sys)/[^""{]+)").Select(m => m.Groups[1].Value.Trim('/')));
            bool isRecorded = sources.Any(s => recorded.Any(r => Path.Exists(Path.Combine(r, s))));
            bool isToldOnItsPage = File.ReadAllText(Path.Combine(RepositoryFiles.Root, "docs", "collectors", name + ".md")).Contains("hand-made", StringComparison.Ordinal);
            if (!isRecorded && !isToldOnItsPage)
            {
                bad.Add($"{name}: none of the files it reads is in tests/fixtures/guest/linux of a real guest, and docs/collectors/{name}.md does not say that its tree is hand-made");
            }

            if (!tests.Contains($"new {type}(", StringComparison.Ordinal))
            {
                bad.Add($"{name}: no test of HvIntegration.GuestAgent.Tests makes a {type}");
            }
        }

        Assert.Empty(bad);
    }

    [Fact]
    public void CounterSources_Each_HasItsPage() =>
        AssertPages(@"string Name => ""([a-z-]+)""", Path.Combine("host-broker", "HvIntegration.CounterSources"), "counter-sources");

    [Fact]
    public void Hypotheses_Each_HasItsPage() =>
        AssertPages(@"const string \w+ = ""([a-z-]+)""", Path.Combine("host-broker", "HvIntegration.Model"), "rules", "HypothesisIds.cs");

    /// <summary>What of the Windows code was executed, and where, is told of every call.</summary>
    [Fact]
    public void WindowsCalls_Each_IsInTheTableOfItsSide()
    {
        var missing = new List<string>();
        foreach (var (page, folders) in (ReadOnlySpan<(string, string[])>)[
            ("windows-verification.md", [Path.Combine("guest-agent", "HvIntegration.GuestAgent"), Path.Combine("protocol", "HvIntegration.Transport")]),
            ("windows-verification-host.md", ["host-broker"])])
        {
            string text = File.ReadAllText(Path.Combine(RepositoryFiles.Root, "docs", page));
            var calls = folders.SelectMany(f => RepositoryFiles.Sources(".cs", f)).Select(File.ReadAllText)
                .SelectMany(source => Regex.Matches(source, @"LibraryImport\((?:""[a-z0-9_]+\.dll""|Library)[\s\S]*?partial \S+ (\w+)\("))
                .Select(m => m.Groups[1].Value).Distinct().ToList();
            Assert.NotEmpty(calls);
            missing.AddRange(calls.Where(c => !Regex.IsMatch(text, $@"\b{c}\b")).Select(c => $"docs/{page} has no line of {c}"));
        }

        Assert.Empty(missing);
    }

    [Fact]
    public void RelativeLinks_InEveryPage_PointToFiles()
    {
        var pages = Directory.EnumerateFiles(Path.Combine(RepositoryFiles.Root, "docs"), "*.md", SearchOption.AllDirectories)
            .Concat(Directory.EnumerateFiles(RepositoryFiles.Root, "*.md"));
        var broken = pages.SelectMany(page => Regex.Matches(File.ReadAllText(page), @"\]\((?!https?:|#|mailto:)([^)#\s]+)")
            .Select(m => m.Groups[1].Value)
            .Where(link => !Path.Exists(Path.Combine(Path.GetDirectoryName(page)!, link)))
            .Select(link => $"{RepositoryFiles.Relative(page)}: {link}"));

        Assert.Empty(broken);
    }

    private static void AssertPages(string pattern, string folder, string pages, string fileName = "*.cs")
    {
        var names = RepositoryFiles.Sources(".cs", folder)
            .Where(f => fileName == "*.cs" || Path.GetFileName(f) == fileName)
            .SelectMany(f => Regex.Matches(File.ReadAllText(f), pattern).Select(m => m.Groups[1].Value))
            .Distinct()
            .ToList();

        Assert.NotEmpty(names);
        Assert.All(names, n => Assert.True(
            File.Exists(Path.Combine(RepositoryFiles.Root, "docs", pages, n + ".md")), $"docs/{pages}/{n}.md is missing"));
    }
}
