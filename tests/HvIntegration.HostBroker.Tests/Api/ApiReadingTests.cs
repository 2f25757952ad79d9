using HvIntegration.HostBroker.Tests.Ingest;
using HvIntegration.Api.Contract;
using HvIntegration.Api.Endpoints;
using HvIntegration.Broker.Live;
using HvIntegration.Broker.Queries;
using System.Net;
using System.Net.Http.Json;
using System.Net.ServerSentEvents;
using System.Text.Json;
using HvIntegration.History;

namespace HvIntegration.HostBroker.Tests.Api;

/// <summary>Pages, tags, streams, episodes and the host against a running broker whose simulated host has trouble all the time.</summary>
public sealed class ApiReadingTests(SimulatedBroker broker) : IClassFixture<SimulatedBroker>
{
    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Stack_OfHostAndVm_NamesPartsAndWhatIsNotThere()
    {
        var vm = (await broker.GetAsync<VmsAnswer>("api/v1/vms")).Vms[0];

        var host = await broker.GetAsync<StackAnswer>("api/v1/host/stack");
        var one = await broker.GetAsync<StackAnswer>($"api/v1/vms/{vm.Id}/stack");

        Assert.Contains(host.Uses, u => u.Part == "root partition" && u.What == "processors used" && u.Value > 0);
        Assert.Contains("VMMS", host.NotReported);
        Assert.Null(host.Vm);
        Assert.Equal(vm.Id, one.Vm!.Id);
        Assert.All(one.Uses, u => Assert.Equal(u.Beyond, u.Advice.Length > 0));
    }

    [Fact]
    public async Task Vms_ByPagesOfTwo_AreAllThereOnce()
    {
        var all = await broker.GetAsync<VmsAnswer>("api/v1/vms");
        var names = new List<string>();
        string? after = null;
        do
        {
            var page = await broker.GetAsync<VmsAnswer>($"api/v1/vms?limit=2&after={after}");
            Assert.InRange(page.Vms.Count, 1, 2);
            Assert.Equal(all.Total, page.Total);
            names.AddRange(page.Vms.Select(v => v.Name));
            after = page.Next;
        }
        while (after is not null);

        Assert.Equal(all.Vms.Select(v => v.Name), names);
    }

    [Fact]
    public async Task Vms_WithSearch_FitIt()
    {
        var found = await broker.GetAsync<VmsAnswer>("api/v1/vms?search=WEB");

        Assert.NotEmpty(found.Vms);
        Assert.All(found.Vms, v => Assert.Contains("web", v.Name, StringComparison.OrdinalIgnoreCase));
    }

    [Fact]
    public async Task Get_WithTheTagOfTheAnswerBefore_IsNotModified()
    {
        // Kept time does not change any more.
        await broker.HasEpisodeAsync();
        string path = $"api/v1/vms/{broker.VmName}/series?signals=cpu.host.ready&from={broker.FirstSecond}&to={broker.FirstSecond + 5}";
        using var first = await broker.Http.GetAsync(new Uri(path, UriKind.Relative), Cancellation);
        using var request = new HttpRequestMessage(HttpMethod.Get, path);
        request.Headers.IfNoneMatch.Add(first.Headers.ETag!);

        using var second = await broker.Http.SendAsync(request, Cancellation);

        Assert.Equal(HttpStatusCode.OK, first.StatusCode);
        Assert.Equal(HttpStatusCode.NotModified, second.StatusCode);
        Assert.Equal(first.Headers.ETag, second.Headers.ETag);
        Assert.Empty(await second.Content.ReadAsByteArrayAsync(Cancellation));
    }

    [Fact]
    public async Task Series_SignalsAndMetricsOfBothSides_LieOnOneAxis()
    {
        await broker.HasEpisodeAsync();
        var answer = await broker.GetAsync<SeriesAnswer>(
            $"api/v1/vms/{broker.VmName}/series?signals=cpu.guest.busy,cpu.host.run,no.such.signal&metrics=system.cpu.time,hvi.host.vp.run_time&from=-10m");

        Assert.Equal(["cpu.guest.busy", "cpu.host.run", "no.such.signal", "system.cpu.time", "hvi.host.vp.run_time"], answer.Series.Select(s => s.Name));
        Assert.Equal(["guest", "host", "none", "guest", "host"], answer.Series.Select(s => s.Side));
        Assert.NotEmpty(answer.Series[0].Series.Single().Points);
        Assert.Empty(answer.Series[2].Series);
        Assert.NotEmpty(answer.Series[3].Series);
        Assert.NotEmpty(answer.Verdicts);
    }

    [Fact]
    public async Task Moment_OfAKeptSecond_HasSignalsVerdictAndProcesses()
    {
        await broker.HasEpisodeAsync();
        var live = await broker.GetAsync<VmAnswer>($"api/v1/vms/{broker.VmName}");
        MomentAnswer? kept = null;
        await TestBroker.EventuallyAsync(
            async () => (kept = await broker.TryGetAsync<MomentAnswer>($"api/v1/vms/{broker.VmName}/moment?at={live.Second}"))?.Second == live.Second, "the second is kept");

        Assert.Equal(live.Verdict!.Hypothesis, kept!.Verdict.Hypothesis);
        Assert.Equal(live.Verdict.Sentence, kept.Verdict.Sentence);
        Assert.NotEmpty(kept.Processes);
        var units = live.Signals.ToDictionary(s => s.Id);
        Assert.All(kept.Signals.Where(s => units.ContainsKey(s.Signal.Id)), s =>
        {
            Assert.Equal(units[s.Signal.Id].Unit, s.Signal.Unit);
            Assert.Equal(units[s.Signal.Id].Side, s.Signal.Side);
        });
    }

    [Fact]
    public async Task Signals_OfEveryVm_HaveTheCatalogsUnitAndSide()
    {
        foreach (var vm in (await broker.GetAsync<VmsAnswer>("api/v1/vms")).Vms)
        {
            var answer = await broker.GetAsync<SignalsAnswer>($"api/v1/vms/{vm.Id}/signals");
            Assert.All(answer.Signals, s =>
            {
                var meaning = SignalMeanings.Find(s.Signal.Id);
                Assert.True(meaning is not null, $"{s.Signal.Id} is not in SignalMeanings");
                Assert.True(meaning.Unit == s.Signal.Unit && meaning.Side == s.Signal.Side, $"{s.Signal.Id}: {s.Signal.Unit} of {s.Signal.Side}, the catalog has {meaning.Unit} of {meaning.Side}");
            });
        }
    }

    [Fact]
    public async Task Episode_AcknowledgedWithANote_IsKeptAndCanBeTakenBack()
    {
        var episode = await broker.HasEpisodeAsync();
        string path = $"api/v1/episodes/{episode.Id}";

        using var set = await broker.Http.PostAsJsonAsync(path + "/acknowledgement", new { note = "backup runs too long", by = "ada" }, Cancellation);
        var answer = await broker.GetAsync<EpisodeAnswer>(path);
        Assert.Equal(HttpStatusCode.OK, set.StatusCode);
        Assert.Equal(("ada", "backup runs too long"), (answer.Episode.Acknowledged?.By, answer.Episode.Acknowledged?.Note));
        Assert.Contains(await broker.EpisodesAsync("?acknowledged=true"), e => e.Id == episode.Id);
        Assert.Contains("backup", await File.ReadAllTextAsync(Path.Combine(broker.HistoryFolder, Acknowledgements.FileName), Cancellation), StringComparison.Ordinal);

        using var taken = await broker.Http.DeleteAsync(new Uri(path + "/acknowledgement", UriKind.Relative), Cancellation);
        Assert.Equal(HttpStatusCode.OK, taken.StatusCode);
        Assert.Null((await broker.GetAsync<EpisodeAnswer>(path)).Episode.Acknowledged);
    }

    [Theory]
    [InlineData("text/plain", "{}", HttpStatusCode.UnsupportedMediaType)]
    [InlineData("application/json", "{ not json", HttpStatusCode.BadRequest)]
    public async Task Acknowledge_WithABodyThatIsNone_IsAProblem(string type, string body, HttpStatusCode expected)
    {
        var episode = await broker.HasEpisodeAsync();
        using var content = new StringContent(body, new System.Net.Http.Headers.MediaTypeHeaderValue(type));

        using var response = await broker.Http.PostAsync(new Uri($"api/v1/episodes/{episode.Id}/acknowledgement", UriKind.Relative), content, Cancellation);

        Assert.Equal(expected, response.StatusCode);
        Assert.Equal("application/problem+json", response.Content.Headers.ContentType?.MediaType);
    }

    [Fact]
    public async Task Acknowledge_WithANoteBeyondTheBound_NamesTheBound()
    {
        var episode = await broker.HasEpisodeAsync();

        using var response = await broker.Http.PostAsJsonAsync($"api/v1/episodes/{episode.Id}/acknowledgement", new { note = new string('x', Acknowledgements.NoteMax + 1) }, Cancellation);

        Assert.Equal(HttpStatusCode.BadRequest, response.StatusCode);
        Assert.Contains("2000", await response.Content.ReadAsStringAsync(Cancellation), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Episodes_LiveAndKept_HaveOneIdEach()
    {
        var live = await broker.HasEpisodeAsync();
        var history = broker.Service<IHistoryReader>();
        await TestBroker.EventuallyAsync(
            async () => (await history.QueryEpisodesAsync(live.Vm, live.OnsetSecond, live.OnsetSecond, long.MaxValue / 4_000_000_000, 5, Cancellation)).Count == 1, "the episode is kept");

        var ids = (await broker.EpisodesAsync("")).Select(e => e.Id).ToList();

        Assert.Contains(live.Id, ids);
        Assert.Equal(ids.Distinct(), ids);
    }

    [Fact]
    public async Task Host_OfTheSimulatedHost_SaysWhoUsesWhat()
    {
        HostAnswer? host = null;
        await TestBroker.EventuallyAsync(
            async () => (host = await broker.GetAsync<HostAnswer>("api/v1/host")).LogicalProcessors.Count > 0 && host.Vms.Any(v => v.Processors is not null), "rates of the host are known");

        Assert.All(host!.LogicalProcessors, lp => Assert.InRange(lp.Busy ?? -1, 0, 1));
        Assert.True(host.Memory.TotalBytes > 0);
        Assert.NotEmpty(host.Stores);
        Assert.Contains(host.Stores, s => s.Disks.Count > 0);
    }

    [Fact]
    public async Task Status_OfARunningBroker_TellsItsCost()
    {
        var status = await broker.GetAsync<StatusAnswer>("api/v1/status");

        Assert.True(status.Cost.WorkingSetBytes > 1 << 20);
        Assert.InRange(status.Cost.CpuShare, 0, 64);
    }

    [Fact]
    public async Task Stream_OfAllVms_BeginsWithASnapshotAndGoesOnWithSeconds()
    {
        using var patience = CancellationTokenSource.CreateLinkedTokenSource(Cancellation);
        patience.CancelAfter(TestBroker.WaitMax);
        await using var body = await broker.Http.GetStreamAsync(new Uri("api/v1/stream", UriKind.Relative), patience.Token);
        var kinds = new List<string>();
        await foreach (var item in SseParser.Create(body).EnumerateAsync(patience.Token))
        {
            kinds.Add(item.EventType);
            using var data = JsonDocument.Parse(item.Data);
            if (kinds.Count(k => k == "second") == 2)
            {
                break;
            }
        }

        Assert.Equal("snapshot", kinds[0]);
    }

    [Fact]
    public async Task Stream_OfOneVm_SendsItEachSecond()
    {
        using var patience = CancellationTokenSource.CreateLinkedTokenSource(Cancellation);
        patience.CancelAfter(TestBroker.WaitMax);
        await using var body = await broker.Http.GetStreamAsync(new Uri($"api/v1/stream?vm={broker.VmName}", UriKind.Relative), patience.Token);
        var seconds = new List<long>();
        await foreach (var item in SseParser.Create(body).EnumerateAsync(patience.Token))
        {
            Assert.Equal("vm", item.EventType);
            seconds.Add(JsonSerializer.Deserialize<VmAnswer>(item.Data, JsonSerializerOptions.Web)!.Second);
            if (seconds.Count == 3)
            {
                break;
            }
        }

        Assert.Equal(seconds.Order(), seconds);
    }

    [Fact]
    public async Task Stream_BeyondTheBound_IsRefusedAndThePlaceComesBack()
    {
        var streams = broker.Service<EventStreams>();
        await TestBroker.EventuallyAsync(() => streams.Open == 0, "no stream is open");
        var open = new List<Stream>();
        for (int i = 0; i < streams.Max; i++)
        {
            open.Add(await broker.Http.GetStreamAsync(new Uri("api/v1/stream", UriKind.Relative), Cancellation));
        }

        using var refused = await broker.Http.GetAsync(new Uri("api/v1/stream", UriKind.Relative), Cancellation);
        Assert.Equal(HttpStatusCode.ServiceUnavailable, refused.StatusCode);
        Assert.Contains("Api:StreamsMax", await refused.Content.ReadAsStringAsync(Cancellation), StringComparison.Ordinal);

        foreach (var stream in open)
        {
            await stream.DisposeAsync();
        }

        await TestBroker.EventuallyAsync(() => streams.Open == 0, "closed streams give their places back");
    }
}
