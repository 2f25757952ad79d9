using System.Text.RegularExpressions;

namespace HvIntegration.RepositoryTests;

/// <summary>House rules of CONTRIBUTING.md that a reader cannot keep in mind.</summary>
public sealed class HouseRuleTests
{
    [Fact]
    public void Sources_NoFileOrFolderIsNamedForNothing()
    {
        var bad = RepositoryFiles.Sources(".cs")
            .Select(RepositoryFiles.Relative)
            .Where(f => Regex.IsMatch(f, @"(^|/)(Utils?|Utilities|Common|Helpers?|Misc)(/|\.cs$)", RegexOptions.IgnoreCase));

        Assert.Empty(bad);
    }

    [Fact]
    public void Sources_HaveNoUnfinishedWork()
    {
        // Built from parts so that this file does not find itself.
        string[] words = ["TO" + "DO", "FIX" + "ME", "NotImplemented" + "Exception", "HA" + "CK:"];
        var bad = RepositoryFiles.Sources(".cs")
            .SelectMany(f => words.Where(w => File.ReadAllText(f).Contains(w, StringComparison.Ordinal)).Select(w => $"{RepositoryFiles.Relative(f)}: {w}"));

        Assert.Empty(bad);
    }

    [Fact]
    public void Sources_FileScopedNamespaces_FollowTheirFolder()
    {
        var bad = new List<string>();
        foreach (string file in RepositoryFiles.Sources(".cs", "protocol", "guest-agent", "host-broker"))
        {
            var match = Regex.Match(File.ReadAllText(file), @"^namespace ([\w.]+);", RegexOptions.Multiline);
            if (!match.Success)
            {
                continue; // top-level programs and assembly attributes
            }

            string folder = Path.GetDirectoryName(RepositoryFiles.Relative(file))!;
            string expected = string.Join('.', folder.Split('/').Skip(1));
            if (match.Groups[1].Value != expected)
            {
                bad.Add($"{RepositoryFiles.Relative(file)}: {match.Groups[1].Value}, expected {expected}");
            }
        }

        Assert.Empty(bad);
    }

    [Fact]
    public void LogEvents_Ids_AreUniquePerProgram()
    {
        foreach (string program in (string[])["guest-agent", "host-broker"])
        {
            var ids = RepositoryFiles.Sources(".cs", program)
                .SelectMany(f => Regex.Matches(File.ReadAllText(f), @"LoggerMessage\((?:EventId = )?(\d+)").Select(m => m.Groups[1].Value))
                .ToList();
            Assert.Equal(ids.Count, ids.Distinct().Count());
        }
    }

    [Fact]
    public void Dependencies_EveryPinnedPackage_HasItsReasonInDocs()
    {
        string page = File.ReadAllText(Path.Combine(RepositoryFiles.Root, "docs", "dependencies.md"));
        var pinned = Regex.Matches(File.ReadAllText(Path.Combine(RepositoryFiles.Root, "Directory.Packages.props")), @"PackageVersion Include=""([^""]+)""")
            .Select(m => m.Groups[1].Value);

        // Families share a row: "Microsoft.Extensions.Hosting, .Systemd, .WindowsServices".
        Assert.All(pinned, p => Assert.True(
            page.Contains(p, StringComparison.Ordinal) || page.Contains($", .{p.Split('.')[^1]}", StringComparison.Ordinal),
            $"{p} has no row in docs/dependencies.md"));
    }

    [Fact]
    public void BannedApi_NothingSuppressesIt()
    {
        // Built from parts so that this file does not find itself.
        string rule = "RS" + "0030";
        var bad = RepositoryFiles.Sources(".cs").Concat(RepositoryFiles.Sources(".csproj")).Append(Path.Combine(RepositoryFiles.Root, ".editorconfig"))
            .Concat(Directory.EnumerateFiles(RepositoryFiles.Root, "Directory.*"))
            .Where(f => File.ReadAllText(f).Contains(rule, StringComparison.Ordinal))
            .Select(RepositoryFiles.Relative);

        Assert.Empty(bad);
    }

    [Fact]
    public void BannedApi_EveryProject_GetsTheListAndTheAnalyzer()
    {
        string shared = File.ReadAllText(Path.Combine(RepositoryFiles.Root, "Directory.Build.props"));
        Assert.Contains("Microsoft.CodeAnalysis.BannedApiAnalyzers", shared, StringComparison.Ordinal);
        Assert.Contains("<AdditionalFiles Include=\"$(MSBuildThisFileDirectory)BannedSymbols.txt\"", shared, StringComparison.Ordinal);
        Assert.Contains("<TreatWarningsAsErrors>true</TreatWarningsAsErrors>", shared, StringComparison.Ordinal);

        // A props file nearer to a project would hide the shared one.
        Assert.Equal(
            [Path.Combine(RepositoryFiles.Root, "Directory.Build.props")],
            Directory.EnumerateFiles(RepositoryFiles.Root, "Directory.Build.props", SearchOption.AllDirectories).Where(f => !f.Contains("/.work/", StringComparison.Ordinal)));
        Assert.All(RepositoryFiles.Sources(".csproj"), p => Assert.DoesNotMatch(@"NoWarn|TreatWarningsAsErrors|WarningsNotAsErrors|RunAnalyzers", File.ReadAllText(p)));
    }

    [Fact]
    public void Projects_Each_HasItsLockFileAndPinsNoVersionItself()
    {
        foreach (string project in RepositoryFiles.Sources(".csproj"))
        {
            Assert.True(File.Exists(Path.Combine(Path.GetDirectoryName(project)!, "packages.lock.json")), $"{RepositoryFiles.Relative(project)} has no packages.lock.json");
            Assert.DoesNotMatch(@"<PackageReference [^>]*Version=", File.ReadAllText(project));
        }
    }

    [Fact]
    public void Decisions_Each_IsNumberedOnceAndSaysWhy()
    {
        var pages = Directory.EnumerateFiles(Path.Combine(RepositoryFiles.Root, "docs", "decisions"), "*.md").Select(f => Path.GetFileName(f)).ToList();

        Assert.NotEmpty(pages);
        Assert.All(pages, p => Assert.Matches(@"^\d{4}-[a-z0-9-]+\.md$", p));
        Assert.Equal(pages.Count, pages.Select(p => p[..4]).Distinct().Count());
    }

    [Fact]
    public void Repository_NamesNoRegistryHost()
    {
        string[] hosts = ["api." + "nuget.org", "registry." + "npmjs.org", "deb." + "debian.org"];
        var bad = Directory.EnumerateFiles(RepositoryFiles.Root, "*", SearchOption.AllDirectories)
            .Where(f => !Regex.IsMatch(f, @"/(bin|obj|\.git|\.work|TestResults|artifacts)/") && new FileInfo(f).Length < 1 << 20)
            .SelectMany(f => hosts.Where(h => File.ReadAllText(f).Contains(h, StringComparison.Ordinal)).Select(h => $"{RepositoryFiles.Relative(f)}: {h}"));

        Assert.Empty(bad);
    }
}
