using HvIntegration.Engine.Diagnosis;

namespace HvIntegration.Engine.Tests.Diagnosis;

public sealed class HypothesisCatalogTests
{
    [Fact]
    public void Ids_AllOfTheCatalog_HaveTheirPage()
    {
        var root = AppContext.BaseDirectory;
        while (!File.Exists(Path.Combine(root, "HvIntegration.sln")))
        {
            root = Path.GetDirectoryName(root) ?? throw new InvalidOperationException("not inside the repository");
        }

        Assert.All(HypothesisCatalog.Ids, id => Assert.True(File.Exists(Path.Combine(root, "docs", "rules", id + ".md")), id));
        Assert.Equal(HypothesisCatalog.Ids.Count, HypothesisCatalog.Ids.Distinct().Count());
    }
}
