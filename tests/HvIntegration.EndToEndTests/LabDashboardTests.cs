using System.Globalization;
using System.Text.Json;
using System.Text.RegularExpressions;
using HvIntegration.DashboardTests;
using static Microsoft.Playwright.Assertions;

namespace HvIntegration.EndToEndTests;

/// <summary>The screen people look at, over real guests.</summary>
[Collection<LabGuests>]
public sealed class LabDashboardTests(LabFixture lab, Browser browser) : IClassFixture<Browser>, IDisposable
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(90);

    // The CPU chart holds ten seconds or more that are not zero: a line of the guest above the axis, one of the host below it.
    private const string DrawnOnBothSides = """
        () => {
          const lines = echarts.getInstanceByDom(document.querySelector('[data-plot=cpu]')).getOption().series;
          const has = (id, holds) => lines.some(s => s.id === id && s.data.filter(p => p[1] !== null && holds(p[1])).length >= 10);
          return has('cpuguestcpu.guest.busyarea', v => v > 0) && has('cpuhostcpu.host.runarea', v => v < 0) && has('cpuhostcpu.host.readyarea', v => v < 0);
        }
        """;

    private readonly BrokerApi _api = new(lab.Url);
    private readonly string _folder = Directory.CreateTempSubdirectory("hvi-lab-bundle-").FullName;

    [Fact]
    public async Task VmPage_OfARealGuestWhoseTimeIsTaken_MirrorsBothSidesUnderTheVerdictInWords()
    {
        // Arrange
        await _api.WaitLiveAsync(LabFixture.Victim, Patience);
        await SufferAsync();
        await using var page = await browser.OpenAsync();
        // Act
        await page.GoAsync($"{lab.Url}/vm/{LabFixture.Victim}?range=5m");
        await page.Page.WaitForFunctionAsync(DrawnOnBothSides);
        // Assert
        await Expect(page.Find(".verdict")).ToHaveClassAsync(new Regex("k-host"));
        await Expect(page.Find(".verdict-title")).ToHaveTextAsync("Host CPU contention");
        await Expect(page.Find(".verdict .sentence")).ToHaveTextAsync(new Regex($@"^{LabFixture.Victim}: host CPU contention \(.+\) since \d\d:\d\d:\d\d.*\. .+\. .+ used \d+"));
        await Expect(page.Find(".live-mark")).ToHaveTextAsync("Live");
        await Expect(page.Find(".facts .agent")).ToContainTextAsync("live");
        await Expect(page.Find(".origin")).ToHaveCountAsync(0);
        await Expect(page.Find("[aria-labelledby=processes-title] table")).ToContainTextAsync("burn-cpu");
        await page.ShootAsync("vm-lab-guest");
        await page.ShootForDocsAsync("lab-guest");
        await page.GoAsync(lab.Url);
        await Expect(page.Find($"table.fleet a:has-text('{LabFixture.Victim}')")).ToBeVisibleAsync();
        await page.ShootAsync("fleet-lab-guests");
        await lab.StopAsync("host-cpu", LabFixture.Victim);
        Assert.Empty(page.Faults);
        Assert.Equal([new Uri(lab.Url).Authority], page.Hosts);
    }

    [Fact]
    public async Task Bundle_OfARealGuest_ShowsTheSameSeriesAndVerdictWithoutTheBroker()
    {
        // Arrange
        await _api.WaitLiveAsync(LabFixture.Victim, Patience);
        long from = await _api.SecondAsync();
        await SufferAsync();
        // Another test may have left it suffering, so that the verdict is there at once.
        long to = Math.Max(await _api.SecondAsync() + 8, from + 24);
        await Eventually.GetAsync(
            async () => (await _api.MissingSecondsAsync(LabFixture.Victim, "system.cpu.logical.count", to - 4, to)).Count == 0 && await _api.SecondAsync() > to + 2 ? "kept" : null,
            Patience, "the range is kept", () => Task.FromResult(lab.Logs()));
        await lab.StopAsync("host-cpu", LabFixture.Victim);
        string file = Path.Join(_folder, "incident.hvi");
        // The last second of a range ends in a sample of the next one, and is placed by clock exchanges of the next ones, which are not in the bundle.
        string series = string.Create(
            CultureInfo.InvariantCulture,
            $"vms/{LabFixture.Victim}/series?signals=cpu.guest.busy,cpu.host.run,cpu.host.ready,cpu.steal&metrics=system.cpu.time&from={from}&to={to - 4}");
        var there = await _api.GetAsync(series);
        // Act
        (await Shell.RunAsync(PublishedPrograms.Hvi, ["bundle", "--vm", LabFixture.Victim, "--from", Text(from), "--to", Text(to), "-o", file, "--broker", lab.Url], Patience)).Succeeded();
        await using var open = RunningProgram.Start(PublishedPrograms.Hvi, ["open", file], new() { ["TMPDIR"] = _folder });
        string url = new Uri(await open.LineAsync(line => line.StartsWith("http://127.0.0.1:", StringComparison.Ordinal), Patience)).GetLeftPart(UriPartial.Authority);
        // Where nobody watches, progress is a few lines.
        Assert.InRange(Regex.Count(open.Output, @"reading \d+ %"), 1, 5);
        using var opened = new BrokerApi(url);
        var here = await opened.GetAsync(series);
        var both = await opened.GetAsync($"vms/{LabFixture.Victim}/rediagnosis");
        // Assert
        Assert.True(Points(there).Count(p => p.Value is not null) > 60, there.ToString());
        var (before, after) = (Points(there), Points(here));
        Assert.Equal(before.Select(p => (p.Name, p.Instance, p.Second)), after.Select(p => (p.Name, p.Instance, p.Second)));
        Assert.All(before.Zip(after), p => Assert.True(Same(p.First.Name, p.First.Value, p.Second.Value), $"{p}"));
        Assert.Equal(Verdicts(there), Verdicts(here));
        Assert.DoesNotContain("(mainly ", here.GetProperty("verdicts").ToString(), StringComparison.Ordinal);
        Assert.Equal("host-cpu-contention", both.GetProperty("recorded").GetProperty("hypothesis").GetString());
        Assert.True(both.GetProperty("same").GetBoolean(), both.ToString());
        await using var page = await browser.OpenAsync();
        await page.GoAsync($"{url}/vm/{LabFixture.Victim}");
        await Expect(page.Find(".origin")).ToContainTextAsync($"REPLAYED: recorded bundle of {LabFixture.Victim}");
        await Expect(page.Find(".origin")).Not.ToContainTextAsync("SIMULATED");
        await Expect(page.Find("#again-title")).ToHaveTextAsync("New verdict: the same cause");
        await page.Page.WaitForFunctionAsync(DrawnOnBothSides);
        await page.ShootAsync("vm-lab-bundle");
        await page.ShootForDocsAsync("bundle");
        Assert.Empty(page.Faults);
        // Ctrl+C ends it and takes what was unpacked with it.
        Assert.Equal(0, await open.InterruptAsync());
        Assert.Equal([file], Directory.GetFileSystemEntries(_folder));
    }

    [Fact]
    public async Task Bundle_CancelledInTheMiddle_LeavesNoHalfFileAndTheBrokerWhole()
    {
        // Arrange: an older bundle is there, and the way to the broker stands still in the middle of the new one
        await _api.WaitLiveAsync(LabFixture.Victim, Patience);
        long from = await _api.SecondAsync();
        string file = Path.Join(_folder, "incident.hvi");
        await File.WriteAllTextAsync(file, "older", TestContext.Current.CancellationToken);
        await using var relay = new StallingRelay(new Uri(lab.Url), bytesMax: 4_096);
        // Act: more often than the broker writes bundles at a time
        for (int i = 0; i < 3; i++)
        {
            await using var bundle = RunningProgram.Start(PublishedPrograms.Hvi, ["bundle", "--vm", LabFixture.Victim, "-o", file, "--broker", relay.Url], []);
            await relay.StalledAsync(Patience);
            Assert.True(File.Exists(file + ".part"), bundle.Output);
            Assert.Equal(130, await bundle.InterruptAsync());
            Assert.Contains("was not written", bundle.Output, StringComparison.Ordinal);
            Assert.Equal([file], Directory.GetFileSystemEntries(_folder));
        }

        // Assert
        Assert.Equal("older", await File.ReadAllTextAsync(file, TestContext.Current.CancellationToken));
        long to = await _api.SecondAsync();
        await Eventually.GetAsync(
            async () => (await _api.MissingSecondsAsync(LabFixture.Victim, "system.cpu.logical.count", from, to)).Count == 0 ? "whole" : null,
            Patience, "history misses no second", () => Task.FromResult(lab.Logs()));
        await Eventually.GetAsync(
            async () => await Shell.RunAsync(PublishedPrograms.Hvi, ["bundle", "--vm", LabFixture.Victim, "-o", file, "--broker", lab.Url], Patience) is { Status: 0 } done ? done : null,
            Patience, "a bundle can be written again", () => Task.FromResult(lab.Logs()));
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        _api.Dispose();
        Directory.Delete(_folder, recursive: true);
    }

    // Signals are kept as they were. Raw counters are put on the host's clock anew, and those of a guest that is not let run are some milliseconds unsure.
    private static bool Same(string name, double? before, double? after) =>
        before is { } b && after is { } a ? Math.Abs(b - a) <= (name.StartsWith("system.", StringComparison.Ordinal) ? 0.05 : 0.001) : before is null && after is null;

    private static string Text(long second) => second.ToString(CultureInfo.InvariantCulture);

    private static List<(string Name, string Instance, long Second, double? Value)> Points(JsonElement answer) =>
    [
        .. from name in answer.GetProperty("series").EnumerateArray()
           from series in name.GetProperty("series").EnumerateArray()
           from point in series.GetProperty("points").EnumerateArray()
           let value = point.GetProperty("value")
           select (
               name.GetProperty("name").GetString()!, series.GetProperty("instance").GetString()!, point.GetProperty("second").GetInt64(),
               value.ValueKind == JsonValueKind.Number ? Math.Round(value.GetDouble(), 3) : (double?)null),
    ];

    // Without the sentences: what runs in the neighbour and on the host is left out of those of a bundle.
    private static List<(string Hypothesis, long From, long To, double Probability)> Verdicts(JsonElement answer) =>
    [
        .. from v in answer.GetProperty("verdicts").EnumerateArray()
           select (v.GetProperty("hypothesis").GetString()!, v.GetProperty("fromSecond").GetInt64(), v.GetProperty("toSecond").GetInt64(), v.GetProperty("probability").GetDouble()),
    ];

    // The neighbour takes the victim's time until the broker says so.
    private async Task SufferAsync()
    {
        await lab.StressAsync("host-cpu", LabFixture.Victim, 100);
        await _api.VerdictAsync(
            LabFixture.Victim, "host-cpu-contention", Patience,
            vm => vm.GetProperty("verdict").GetProperty("probability").GetDouble() > 0.9 && vm.GetProperty("verdict").GetProperty("culprits").GetArrayLength() > 0);
    }
}
