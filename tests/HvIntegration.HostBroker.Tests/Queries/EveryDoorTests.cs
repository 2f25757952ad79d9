using HvIntegration.Cli.Client;
using HvIntegration.HostBroker.Composition;
using HvIntegration.HostBroker.Tests.Commands;
using HvIntegration.HostBroker.Tests.Ingest;
using HvIntegration.Api.Contract;
using HvIntegration.Broker.Queries;
using HvIntegration.Dashboard.Models;
using HvIntegration.Dashboard.Readers;
using System.Text.Json;
using HvIntegration.Engine.Diagnosis;
using HvIntegration.Engine.Options;
using HvIntegration.History;
using HvIntegration.Model;
using Microsoft.Extensions.DependencyInjection;

namespace HvIntegration.HostBroker.Tests.Queries;

/// <summary>One question has one answer, whoever is asked: the API, the rows of the dashboard, the console, a report, an opened bundle.</summary>
public sealed class EveryDoorTests(KeptPast past) : IClassFixture<KeptPast>
{
    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Episode_ThatOnlyHistoryKnows_IsTheSameThroughEveryDoor()
    {
        // Arrange
        string id = KeptPast.EpisodeId(TestBroker.Web, past.Contention);

        // Act
        var api = (await past.Broker.Client.GetAsync<EpisodeAnswer>("api/v1/episodes/" + id, Cancellation)).Episode;
        var page = await past.Service<DashboardReader>().EpisodeAsync(id, Cancellation);
        var moment = (await past.Broker.Client.GetAsync<MomentAnswer>($"api/v1/vms/web-01/moment?at={past.Contention + 10}", Cancellation)).Episode;
        var console = JsonSerializer.Deserialize<EpisodesAnswer>(await ConsoleRun.OutputAsync("episodes", "--vm", "web-01", "--format", "json", "--broker", past.Broker.Url), JsonSerializerOptions.Web)!
            .Episodes.Single(e => e.Id == id);
        string report = await ReportAsync(TestBroker.Web);
        await using var opened = await BundleAsync();
        using var client = new ApiClient(opened.Url);
        var bundle = (await client.GetAsync<EpisodeAnswer>("api/v1/episodes/" + id, Cancellation)).Episode;
        var bundlePage = await opened.App.Services.GetRequiredService<DashboardReader>().EpisodeAsync(id, Cancellation);

        // Assert
        Assert.Equal((0.72, past.Contention + 59, HypothesisIds.HostCpuContention, 0.9), (api.Severity, api.EndSecond, api.Hypothesis, api.Probability));
        Assert.All([moment!, console, bundle], e => Assert.Equal(Told(api), Told(e)));
        Assert.All([page!, bundlePage!], e => Assert.Equal(Told(api), Told(e)));
        Assert.Contains("severity 72.0 %", report, StringComparison.Ordinal);
        Assert.Contains(api.Sentence, report, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Episodes_OfBeforeTheBrokerStarted_AreInEveryList()
    {
        // Act
        var api = (await past.Broker.Client.GetAsync<EpisodesAnswer>("api/v1/episodes", Cancellation)).Episodes;
        var page = await past.Service<DashboardReader>().EpisodesAsync(Cancellation);
        var console = JsonSerializer.Deserialize<EpisodesAnswer>(await ConsoleRun.OutputAsync("episodes", "--format", "json", "--broker", past.Broker.Url), JsonSerializerOptions.Web)!.Episodes;

        // Assert: two episodes of each of two VMs, one of which has left.
        Assert.Equal(4, api.Count(e => e.OnsetSecond < past.To));
        Assert.Equal(api.Select(Told), console.Select(Told));
        Assert.Equal(api.Select(Told).Order(), page.Select(Told).Order());
        Assert.Contains(page, e => e.VmName == KeptPast.Gone.Name);
        Assert.Equal(page.Select(e => e.Address).Order(), past.Service<DashboardReader>().Renewed(page).Select(e => e.Address).Order());
    }

    [Fact]
    public async Task Vm_ThatLeftTheHost_IsFoundByNameAndGuidThroughEveryDoor()
    {
        // Arrange
        var dashboard = past.Service<DashboardReader>();

        // Act
        var series = await past.Broker.Client.GetAsync<SeriesAnswer>($"api/v1/vms/old-09/series?signals=cpu.steal&from={past.From}&to={past.To}", Cancellation);
        var byName = await dashboard.FindAsync("OLD-09", Cancellation);
        var byId = await dashboard.FindAsync(KeptPast.Gone.Id.ToString(), Cancellation);
        var nobody = await dashboard.FindAsync("nobody", Cancellation);
        string console = await ConsoleRun.OutputAsync("history", "old-09", "--signal", "cpu.steal", "--from", $"{past.From}", "--to", $"{past.To}", "--broker", past.Broker.Url);
        string report = await ReportAsync(KeptPast.Gone);
        var range = await dashboard.NewestKeptAsync(KeptPast.Gone.Id, Cancellation);

        // Assert
        Assert.Equal((KeptPast.Gone.Id, KeptPast.Gone.Id, KeptPast.Gone.Id), (series.Vm.Id, byName?.Id, byId?.Id));
        Assert.Null(nobody);
        Assert.False(dashboard.IsHere(KeptPast.Gone.Id));
        Assert.Equal(("old-09", SessionGone), (dashboard.Gone(byName!).Vm.Name, dashboard.Gone(byName!).Vm.State));
        Assert.Contains("old-09", console, StringComparison.Ordinal);
        Assert.Contains("old-09", report, StringComparison.Ordinal);
        Assert.Equal(past.To, range!.From + range.Seconds);
    }

    [Fact]
    public async Task Processes_AroundASecond_AreThoseOfTheSameSeconds()
    {
        // Arrange
        long second = past.Contention + 40;

        // Act
        var api = await past.Broker.Client.GetAsync<MomentAnswer>($"api/v1/vms/web-01/moment?at={second}", Cancellation);
        var page = await past.Service<DashboardReader>().ProcessesAroundAsync(TestBroker.Web.Id, second, 20, Cancellation);

        // Assert: from the second before last to the second after next the rising one uses (102^2 - 98^2) / 600 / 4.
        Assert.Equal((5, 5), (api.ProcessSeconds, page.Seconds));
        Assert.Equal(["rising", "steady"], api.Processes.Select(p => p.Name));
        Assert.Equal((102.0 * 102 - (98 * 98)) / 600 / 4, api.Processes[0].CpuShare, 6);
        Assert.Equal(api.Processes.Select(p => (p.Name, p.CpuShare)), page.Processes.Select(p => (p.Name, p.CpuShare)));
    }

    [Theory]
    [InlineData(40, HypothesisIds.None)]
    [InlineData(80, HypothesisIds.Unknown)]
    [InlineData(100, HypothesisIds.HostCpuContention)]
    public async Task Verdict_OfASecond_IsTheSameThroughEveryDoor(int second, string expected)
    {
        var api = (await past.Broker.Client.GetAsync<MomentAnswer>($"api/v1/vms/web-01/moment?at={past.From + second}", Cancellation)).Verdict;
        var page = await past.Service<DashboardReader>().VerdictAtAsync(TestBroker.Web.Id, past.From + second, Cancellation);

        Assert.Equal((expected, api.Probability, api.Sentence), (api.Hypothesis, page!.Probability, page.Sentence));
        Assert.Equal(expected, page.Hypothesis);
    }

    [Fact]
    public async Task Range_IsSummedUpByTheSameVerdictAndSecond()
    {
        // Act: the contention lasted longer and hurt more, the demand was surer.
        var api = await past.Broker.Client.GetAsync<SeriesAnswer>($"api/v1/vms/web-01/series?signals=cpu.steal&from={past.From}&to={past.To}", Cancellation);
        var (_, spans) = await past.Service<DashboardReader>().ChartAsync(TestBroker.Web.Id, ["cpu.steal"], past.From, past.To, Cancellation);
        var page = await past.Service<DashboardReader>().SummaryAsync(TestBroker.Web.Id, spans, past.From, past.To, Cancellation);
        string report = await ReportAsync(TestBroker.Web);
        await using var opened = await BundleAsync();
        using var client = new ApiClient(opened.Url);
        var bundle = await client.GetAsync<SeriesAnswer>($"api/v1/vms/web-01/series?signals=cpu.steal&from={past.From}&to={past.To}", Cancellation);
        var again = await client.GetAsync<RediagnosisAnswer>("api/v1/vms/web-01/rediagnosis", Cancellation);

        // Assert: of the two spans of the contention the second has its surest second.
        Assert.Equal((HypothesisIds.HostCpuContention, past.From + 84, past.From + 119), (api.Leading!.Hypothesis, api.Leading.FromSecond, api.Leading.ToSecond));
        Assert.Equal(KeptPast.EpisodeId(TestBroker.Web, past.Contention), api.WorstEpisode);
        Assert.Equal((api.Leading.FromSecond, api.Leading.ToSecond, api.Leading.Sentence), (page.Leading!.FromSecond, page.Leading.ToSecond, page.Leading.Sentence));
        Assert.Equal((api.WorstEpisode, api.MomentSecond), (page.Worst!.Key.ToString(), page.MomentSecond));
        Assert.Equal((api.Leading, api.MomentSecond), (bundle.Leading, bundle.MomentSecond));
        Assert.Equal(api.Leading, again.Recorded);
        Assert.Contains(Quantity.Clock(api.MomentSecond!.Value), report, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(5, 1)]
    [InlineData(6, 2)]
    public void Spans_OfOneCause_AreOneUpToFiveSecondsApart(long apart, int expected)
    {
        var spans = new List<VerdictSpan>();

        VerdictSpan.Join(spans, Span(0, 10, HypothesisIds.CpuCap, 0.5));
        VerdictSpan.Join(spans, Span(10 + apart, 30, HypothesisIds.CpuCap, 0.7));

        Assert.Equal(expected, spans.Count);
        Assert.Equal(30, spans[^1].ToSecond);
    }

    [Fact]
    public void Range_WithoutAnEpisode_IsLedByANamedCauseThenAnOpenOne()
    {
        VerdictSpan[] spans =
        [
            Span(0, 99, HypothesisIds.None, 1), Span(100, 101, HypothesisIds.Unknown, 0.4), Span(102, 500, HypothesisIds.Unknown, 0), Span(501, 502, HypothesisIds.CpuCap, 0.6),
        ];
        string? Leads(params VerdictSpan[] of) => LeadingVerdict.Of(of, [], 0, 1_000)?.Hypothesis;

        Assert.Equal(HypothesisIds.CpuCap, Leads(spans));
        Assert.Equal(HypothesisIds.Unknown, Leads(spans[..2]));
        Assert.Equal(HypothesisIds.None, Leads(spans[0], Span(100, 110, HypothesisIds.Unknown, 0)));
        Assert.Null(Leads());
    }

    [Fact]
    public void Range_OfTwoEpisodes_IsLedByTheOneThatDidMoreHarmInIt()
    {
        VerdictSpan[] spans = [Span(0, 99, HypothesisIds.CpuCap, 0.99), Span(100, 119, HypothesisIds.HostCpuContention, 0.7), Span(130, 139, HypothesisIds.HostCpuContention, 0.8)];
        Trouble[] troubles =
        [
            new(HypothesisIds.CpuCap, 0, 99, 0.1), new(HypothesisIds.HostCpuContention, 100, 139, 0.5), new(HypothesisIds.Unknown, 140, null, 1),
        ];

        Assert.Equal(spans[2], LeadingVerdict.Of(spans, troubles, 0, 1_000));
        Assert.Equal(spans[0], LeadingVerdict.Of(spans, troubles, 0, 105));
        Assert.Equal(134, LeadingVerdict.MomentOf(spans[2], 0, 1_000));
        Assert.Equal(131, LeadingVerdict.MomentOf(spans[2], 0, 133));
    }

    [Fact]
    public void Hypotheses_OfEveryIdTheEngineGives_AreHealthyUnknownOrAFinding()
    {
        Assert.Equal([HypothesisIds.None], HypothesisCatalog.Ids.Where(Hypotheses.IsHealthy));
        Assert.Equal([HypothesisIds.Unknown], HypothesisCatalog.Ids.Where(Hypotheses.IsUnknown));
        Assert.DoesNotContain(new[] { "idle", "healthy", "unclear", "no-data", "" }, id => Hypotheses.IsHealthy(id) || Hypotheses.IsUnknown(id));
        Assert.All(HypothesisCatalog.Ids.Where(id => !Hypotheses.IsHealthy(id) && !Hypotheses.IsUnknown(id)), id => Assert.NotEqual(VerdictKind.Unclear, RecordedKinds.Of(id)));
    }

    private const string SessionGone = "gone";

    private static VerdictSpan Span(long from, long to, string hypothesis, double probability) => new(TestBroker.Web.Id, from, to, hypothesis, probability, hypothesis);

    private static (string, string, string, long, long, long?, double, double, string) Told(EpisodeView e) =>
        (e.Id, e.VmName, e.Hypothesis, e.OnsetSecond, e.HeldSecond, e.EndSecond, e.Severity, e.Probability, e.Sentence);

    private static (string, string, string, long, long, long?, double, double, string) Told(EpisodeRow e) =>
        (e.Address, e.VmName, e.Hypothesis, e.Onset, e.Held, e.End, e.Severity, e.Probability, e.Sentence);

    // With the names of what runs outside the VM: without them a sentence that history keeps without its structure is left out on purpose.
    private async Task<string> ReportAsync(PartitionInfo vm)
    {
        string file = Path.Combine(past.Broker.Folder, vm.Name + ".html");
        await ConsoleRun.OutputAsync("report", "--vm", vm.Name, "--all-vms", "--from", $"{past.From}", "--to", $"{past.To}", "--output", file, "--broker", past.Broker.Url);
        return await File.ReadAllTextAsync(file, Cancellation);
    }

    private async Task<OpenedBundle> BundleAsync()
    {
        string file = Path.Combine(past.Broker.Folder, "past.hvi");
        await ConsoleRun.OutputAsync("bundle", "--vm", "web-01", "--with-others", "--from", $"{past.From}", "--to", $"{past.To}", "--output", file, "--broker", past.Broker.Url);
        return await OpenedBundle.StartAsync(file, "http://127.0.0.1:0", new EngineOptions(), null, Cancellation);
    }
}
