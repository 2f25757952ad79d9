using HvIntegration.Cli.Client;
using HvIntegration.HostBroker.Composition;
using HvIntegration.HostBroker.Tests.Commands;
using HvIntegration.HostBroker.Tests.Ingest;
using HvIntegration.Api.Contract;
using HvIntegration.Engine.Options;
using HvIntegration.History;

namespace HvIntegration.HostBroker.Tests.Api;

/// <summary>A VM that moves: its gap has the cause that the host tells, live, kept, on the console, in the report and in an opened bundle.</summary>
public sealed class GapTests
{
    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Gap_OfAVmThatMoves_IsToldWithItsCauseEverywhere()
    {
        await using var broker = await TestBroker.StartAsync();
        await TestBroker.EventuallyAsync(async () => (await broker.VmAsync(TestBroker.Web)) is { Vm.HasHost: true, Gap: null }, "the host has counters of web-01");

        broker.Source.Moving = TestBroker.Web.Id;
        VmAnswer during = null!;
        await TestBroker.EventuallyAsync(async () => (during = await broker.VmAsync(TestBroker.Web)).Gap is not null, "the gap is told");
        string diagnosed = await ConsoleRun.OutputAsync("diagnose", "web-01", "--broker", broker.Url);
        string shown = await ConsoleRun.OutputAsync("show", "web-01", "--broker", broker.Url);
        await TestBroker.EventuallyAsync(async () => (await EpisodesAsync(broker)).Count > 0, "the move is an episode");
        broker.Source.Moving = null;
        long end = 0;
        await TestBroker.EventuallyAsync(
            async () => (await broker.VmAsync(TestBroker.Web)) is { Vm.HasHost: true, Gap: null } back && (end = back.Second + 3) > 0, "web-01 is back");
        var history = broker.Service<IHistoryReader>();
        await TestBroker.EventuallyAsync(async () => (await history.QuerySecondAsync(TestBroker.Web.Id, end, Cancellation))?.Second == end, "history has the seconds after the gap");
        var kept = (await broker.Client.GetAsync<SeriesAnswer>($"api/v1/vms/web-01/series?signals=cpu.host.run&from={during.Gap!.FromSecond - 5}&to={end}", Cancellation)).Gaps;

        Assert.Equal(("migration", "live migration"), (during.Gap.Cause, during.Gap.Words));
        Assert.Equal(("migration", during.Gap.FromSecond), (Assert.Single(kept).Cause, kept[0].FromSecond));
        Assert.InRange(kept[0].ToSecond, during.Gap.ToSecond, end - 3);
        Assert.Contains("live migration", diagnosed, StringComparison.Ordinal);
        Assert.Contains("gap in its data since", shown, StringComparison.Ordinal);
        var episode = Assert.Single(await EpisodesAsync(broker));
        Assert.Equal("migration", Assert.Single(episode.Gaps).Cause);
        Assert.Contains($"gap {Quantity.Clock(episode.Gaps[0].FromSecond)} to ", await ConsoleRun.OutputAsync("episodes", "--broker", broker.Url), StringComparison.Ordinal);

        string report = Path.Combine(broker.Folder, "report.html");
        await ConsoleRun.OutputAsync("report", "--vm", "web-01", "--from", $"{during.Gap.FromSecond - 5}", "--to", $"{end}", "--output", report, "--broker", broker.Url);
        Assert.Contains("<h2>Gaps in the data</h2>", await File.ReadAllTextAsync(report, Cancellation), StringComparison.Ordinal);

        string file = Path.Combine(broker.Folder, "move.hvi");
        await ConsoleRun.OutputAsync("bundle", "--vm", "web-01", "--from", $"{during.Gap.FromSecond - 5}", "--to", $"{end}", "--output", file, "--broker", broker.Url);
        await using var opened = await OpenedBundle.StartAsync(file, "http://127.0.0.1:0", new EngineOptions(), null, Cancellation);
        using var client = new ApiClient(opened.Url);
        var there = await client.GetAsync<SeriesAnswer>($"api/v1/vms/web-01/series?signals=cpu.host.run&from={during.Gap.FromSecond - 5}&to={end}", Cancellation);
        Assert.Equal(kept, there.Gaps);
        Assert.Equal("migration", Assert.Single(Assert.Single(there.Episodes).Gaps).Cause);
    }

    private static async Task<IReadOnlyList<EpisodeView>> EpisodesAsync(TestBroker broker) =>
        (await broker.Client.GetAsync<EpisodesAnswer>("api/v1/episodes?vm=web-01", Cancellation)).Episodes;
}
