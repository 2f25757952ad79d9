using System.Text.RegularExpressions;
using System.Xml.Linq;

namespace HvIntegration.RepositoryTests;

/// <summary>References point one way: docs/architecture.md.</summary>
public sealed class ReferenceDirectionTests
{
    // By name without "HvIntegration."; transitive references are switched off below host-broker/, so each list is all that a project sees.
    private static readonly Dictionary<string, string[]> Allowed = new()
    {
        ["Protocol"] = [],
        ["Transport"] = [],
        ["GuestAgent"] = ["Protocol", "Transport"],
        ["Model"] = ["Protocol"],
        ["Engine"] = ["Protocol", "Model"],
        ["Presentation"] = ["Protocol", "Model"],
        ["CounterSources"] = ["Protocol", "Model"],
        ["History"] = ["Protocol", "Transport", "Model", "Engine", "Presentation"],
        ["Api.Contract"] = ["Protocol", "Transport", "Model", "Presentation"],
        ["Ingest"] = ["Protocol", "Transport", "Model", "Engine"],
        ["Broker"] = ["Protocol", "Transport", "Model", "Engine", "Presentation", "CounterSources", "History", "Api.Contract", "Ingest"],
        ["Recordings"] = ["Protocol", "Model", "Engine", "Presentation", "CounterSources", "Ingest"],
        ["Api"] = ["Protocol", "Transport", "Model", "Presentation", "CounterSources", "History", "Api.Contract", "Ingest", "Broker"],
        ["Dashboard"] = ["Protocol", "Model", "Presentation", "History", "Api.Contract", "Broker"],
        ["Cli"] = ["Protocol", "Transport", "Model", "Presentation", "Api.Contract", "Recordings"],
        ["HostBroker"] = ["Protocol", "Transport", "Model", "Engine", "Presentation", "CounterSources", "History", "Api.Contract", "Ingest", "Broker", "Recordings", "Api", "Dashboard", "Cli"],
    };

    [Fact]
    public void ProjectReferences_EveryProductProject_PointOneWay()
    {
        var found = RepositoryFiles.Sources(".csproj", "protocol", "guest-agent", "host-broker").ToList();
        Assert.Equal(Allowed.Keys.Order(StringComparer.Ordinal), found.Select(Name).Order(StringComparer.Ordinal));

        foreach (string project in found)
        {
            var references = XDocument.Load(project).Descendants("ProjectReference").Select(r => Name(((string?)r.Attribute("Include"))!.Replace('\\', '/')));
            Assert.Equal(Allowed[Name(project)].Order(StringComparer.Ordinal), references.Order(StringComparer.Ordinal));
        }
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

    private static string Name(string project) => Path.GetFileNameWithoutExtension(project)["HvIntegration.".Length..];
}
