using HvIntegration.CounterSources.HyperV.Counters;

namespace HvIntegration.HostBroker.Tests.CounterSources.HyperV.Counters;

/// <summary>The table of Hyper-V's counters is whole, and the documentation shows the same.</summary>
public sealed class HyperVCounterTableTests
{
    private const string Begin = "<!-- counters: written by HyperVCounterTableTests -->\n";
    private const string End = "<!-- counters: end -->\n";

    [Fact]
    public void Companions_OfEachRow_AreCountersOfItsSet()
    {
        var unknown = HyperVCounterTable.Rows
            .SelectMany(r => r.Times.Concat(r.Plus).Concat(r.With).Concat(r.UnlessAny).Concat(r.UnlessAll).Select(c => (r.Set, Counter: c)))
            .Where(c => !HyperVCounterTable.Rows.Any(r => r.Set == c.Set && r.Counter == c.Counter));

        Assert.Empty(unknown);
    }

    [Fact]
    public void BetterCounters_OfEachRow_AreInTheTable()
    {
        var unknown = HyperVCounterTable.Rows.Select(r => r.Unless).OfType<BetterCounter>()
            .Where(b => !HyperVCounterTable.Rows.Any(r => r.Set == b.Set && (b.Counter is null || r.Counter == b.Counter)));

        Assert.Empty(unknown);
    }

    [Fact]
    public void Companions_OfEachLiveRow_AreReadLiveToo()
    {
        var missing = HyperVCounterTable.Rows.Where(r => r.Live != LiveReading.Never)
            .SelectMany(r => r.Times.Concat(r.Plus).Select(c => (r.Set, Counter: c)))
            .Where(c => !HyperVCounterTable.Rows.Any(r => r.Set == c.Set && r.Counter == c.Counter && r.Live != LiveReading.Never));

        Assert.Empty(missing);
    }

    [Fact]
    public void Rows_OfOneCounter_AreReadLiveInOneWay()
    {
        var several = HyperVCounterTable.Rows.GroupBy(r => (r.Set, r.Counter)).Where(g => g.Select(r => (r.Live, r.HasInstances)).Distinct().Count() > 1);

        Assert.Empty(several);
    }

    [Fact]
    public void Page_OfTheSource_ShowsTheTable()
    {
        // Arrange
        string path = HostFixtures.InRepository(Path.Join("docs", "counter-sources", "pdh-csv.md"));
        string page = File.ReadAllText(path);
        int begin = page.IndexOf(Begin, StringComparison.Ordinal) + Begin.Length;
        int end = page.IndexOf(End, StringComparison.Ordinal);
        Assert.InRange(begin, Begin.Length, end);
        string now = CounterPage.Write() + "\n";
        // Act
        if (Environment.GetEnvironmentVariable("HVI_UPDATE_BASELINE") == "1")
        {
            File.WriteAllText(path, page[..begin] + now + page[end..]);
            return;
        }

        // Assert
        Assert.True(
            page[begin..end] == now,
            $"{path} does not show the rows of HyperVCounterTable; HVI_UPDATE_BASELINE=1 in the environment of this test rewrites it; review the difference");
    }
}
