using System.Text.RegularExpressions;
using System.Xml.Linq;

namespace HvIntegration.RepositoryTests;

/// <summary>References point one way: docs/architecture.md.</summary>
public sealed class ReferenceDirectionTests
{
    private static readonly Dictionary<string, string[]> Allowed = new()
    {
        ["HvIntegration.Protocol"] = [],
        ["HvIntegration.Transport"] = [],
        ["HvIntegration.GuestAgent"] = ["HvIntegration.Protocol", "HvIntegration.Transport"],
        ["HvIntegration.Engine"] = ["HvIntegration.Protocol"],
        ["HvIntegration.HostBroker"] = ["HvIntegration.Engine", "HvIntegration.Protocol", "HvIntegration.Transport"],
    };

    [Fact]
    public void ProjectReferences_EveryProductProject_PointOneWay()
    {
        var found = RepositoryFiles.Sources(".csproj", "protocol", "guest-agent", "host-broker").ToList();
        Assert.Equal(Allowed.Keys.Order(), found.Select(f => Path.GetFileNameWithoutExtension(f)).Order());

        foreach (string project in found)
        {
            var references = XDocument.Load(project).Descendants("ProjectReference")
                .Select(r => Path.GetFileNameWithoutExtension(((string?)r.Attribute("Include"))!.Replace('\\', '/')));
            Assert.All(references, r => Assert.Contains(r, Allowed[Path.GetFileNameWithoutExtension(project)]));
        }
    }

    [Theory]
    [InlineData("Ingest", "CounterSources", "History", "Export", "Api")]
    [InlineData("CounterSources", "Ingest", "History", "Export", "Api")]
    [InlineData("History", "Ingest", "CounterSources", "Export", "Api")]
    [InlineData("Export", "Ingest", "CounterSources", "History", "Api")]
    public void BrokerFolders_Usings_DoNotCrossEachOther(string folder, params string[] others)
    {
        var violations = RepositoryFiles.Sources(".cs", Path.Combine("host-broker", "HvIntegration.HostBroker", folder))
            .SelectMany(f => others.Where(o => Regex.IsMatch(File.ReadAllText(f), $@"\busing (static )?HvIntegration\.HostBroker\.{o}\b"))
                .Select(o => $"{RepositoryFiles.Relative(f)} uses {o}"));

        Assert.Empty(violations);
    }

    [Fact]
    public void Engine_Sources_DoNoInputOutputAndReadNoClock()
    {
        string[] banned = ["System.IO", "System.Net", "Stopwatch", "File.", "DateTime.", "Environment.", "Random("];
        var violations = RepositoryFiles.Sources(".cs", Path.Combine("host-broker", "HvIntegration.Engine"))
            .SelectMany(f => File.ReadLines(f)
                .Where(l => !l.TrimStart().StartsWith("//", StringComparison.Ordinal))
                .SelectMany(l => banned.Where(b => Regex.IsMatch(l, $@"(?<![\w.]){Regex.Escape(b)}")).Select(b => $"{RepositoryFiles.Relative(f)}: {b}")));

        Assert.Empty(violations);
    }
}
