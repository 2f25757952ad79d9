using System.Xml.Linq;

namespace HvIntegration.RepositoryTests;

/// <summary>Folders of a project form no circle: who reads one need not read the others that use it.</summary>
public sealed class FolderCircleTests
{
    public static TheoryData<string> Projects => [.. RepositoryFiles.Sources(".csproj", "protocol", "guest-agent", "host-broker").Select(RepositoryFiles.Relative).Order(StringComparer.Ordinal)];

    [Theory]
    [MemberData(nameof(Projects))]
    public void Folders_OfEachProject_FormNoCircle(string project)
    {
        string name = Path.GetFileNameWithoutExtension(project);
        var graph = new FolderGraph(Assembly(project), name);

        var circles = graph.InCircles();
        Assert.True(
            circles.Count == 0,
            $"{name}: folders form a circle; move a type, or turn a reference round, until one of these edges is gone:\n"
            + string.Join('\n', circles.Select(c => $"  {c.Edge}   ({c.Types.Count}: {string.Join(", ", c.Types.Take(4))})")));
    }

    /// <summary>Beyond circles: the form of <c>/metrics</c> knows neither what it is filled from nor the rest of the API.</summary>
    [Fact]
    public void OpenMetrics_TypeReferences_StayOutOfTheBroker()
    {
        const string Api = "HvIntegration.Api";
        var graph = new FolderGraph(Assembly($"host-broker/{Api}/{Api}.csproj"), Api);
        string[] others = ["HvIntegration.Broker", "HvIntegration.Ingest", "HvIntegration.CounterSources", "HvIntegration.History", "HvIntegration.Api.Endpoints", "HvIntegration.Api.Access"];

        Assert.DoesNotContain(graph.References, r => Within(r.From, $"{Api}.OpenMetrics") && others.Any(o => Within(r.To, o)));
    }

    private static bool Within(string type, string space) => type.StartsWith(space + ".", StringComparison.Ordinal);

    // Where the build that made this test put the project's assembly: same configuration, same framework.
    private static string Assembly(string project)
    {
        var framework = new DirectoryInfo(AppContext.BaseDirectory.TrimEnd(Path.DirectorySeparatorChar));
        string file = Path.Combine(RepositoryFiles.Root, project);
        string name = XDocument.Load(file).Descendants("AssemblyName").FirstOrDefault()?.Value ?? Path.GetFileNameWithoutExtension(file);
        return Path.Combine(Path.GetDirectoryName(file)!, "bin", framework.Parent!.Name, framework.Name, name + ".dll");
    }
}
