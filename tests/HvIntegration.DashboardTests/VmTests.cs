using System.Text.RegularExpressions;
using static Microsoft.Playwright.Assertions;

namespace HvIntegration.DashboardTests;

/// <summary>The mirrored charts: one cursor over all, zoom, time travel, live.</summary>
public sealed class VmTests(Browser browser, StoryBroker story)
{
    [Fact]
    public async Task Vm_WhileItSuffers_SaysWhyAndWhoTakesIt()
    {
        await using var page = await browser.OpenAsync();
        await page.GoAsync(story.Url + "/vm/web-01");

        await Expect(page.Find(".verdict")).ToHaveClassAsync(new Regex("k-host"));
        await Expect(page.Find(".verdict-title")).ToHaveTextAsync("Host CPU contention");
        await Expect(page.Find(".verdict .sentence")).ToContainTextAsync("web-01: host CPU contention (host side) since");
        await Expect(page.Find("a.culprit").First).ToContainTextAsync("batch-01");
        await page.Find("a.culprit").First.ClickAsync();
        await Expect(page.Find("h1")).ToHaveTextAsync("batch-01");
        Assert.Empty(page.Faults);
    }

    [Fact]
    public async Task Vm_WithoutAgent_ShowsTheHostsSideAndSaysSo()
    {
        await using var page = await browser.OpenAsync();
        await page.GoAsync(story.Url + "/vm/" + StorySource.NoAgent);

        await Expect(page.Find("fluent-message-bar")).ToContainTextAsync("hvi-agent");
        await Expect(page.Find("#processes-title")).ToBeVisibleAsync();
        await Expect(page.Find(".side")).ToContainTextAsync("Processes require an agent in the guest, and none answers now.");
        // Its run time outside is drawn although nothing is known of the inside.
        await page.Page.WaitForFunctionAsync("() => Number(document.querySelector('.stack').dataset.points) > 60");

        // Its move a minute and a half ago is a gap with its cause, beside the charts, over them, and in its episode.
        await Expect(page.Find("#gaps dd")).ToHaveTextAsync(new Regex(@"^1[1-4] s, live migration$"));
        await Expect(page.Find(".ribbon-part.k-gap")).ToHaveAttributeAsync("title", new Regex("^Gap: live migration, "));
        await Expect(page.Find(".shade.k-gap")).ToHaveCountAsync(1);

        // The parts of the stack by name: the one that passes its limit with advice, all of them unfolded.
        await Expect(page.Find("#stack .stack-marks")).ToContainTextAsync("hypervisor: skipped timer ticks 1");
        await Expect(page.Find("#stack .stack-marks .sub")).ToContainTextAsync("too little processor time");
        await page.Find("#stack summary").ClickAsync();
        await Expect(page.Find("#stack tbody tr").First).ToBeVisibleAsync();
        await Expect(page.Find("#stack tbody")).ToContainTextAsync("storage VSP");
        await Expect(page.Find("#stack tbody")).ToContainTextAsync("Skipped Timer Ticks");
        await Expect(page.Find("#stack .absent")).ToContainTextAsync("VMBus");
        await page.GoAsync(story.Url + "/episodes");
        await page.Find($"tr:has-text('{StorySource.NoAgent}'):has-text('pause') a:has-text('Details')").First.ClickAsync();
        await page.IsAtAsync("/episodes/[^/]*$");
        await Expect(page.Find("#gaps dd")).ToContainTextAsync("live migration");
        Assert.Empty(page.Faults);
    }

    [Fact]
    public async Task Vm_ThatIsOff_SaysSoAndGivesNoRoomToWhatNobodyMeasures()
    {
        await using var page = await browser.OpenAsync();
        await page.GoAsync(story.Url + "/vm/spare-01");

        await Expect(page.Find(".verdict-title")).ToHaveTextAsync("VM is off");
        await Expect(page.Find(".side")).ToContainTextAsync("The VM is off.");
        await Expect(page.Find(".panel.unmeasured h3")).ToContainTextAsync(["Memory", "Network", "Bus and clock"]);
        Assert.InRange((await page.Find("[data-plot=network]").BoundingBoxAsync())!.Height, 1, 60);
        Assert.Empty(page.Faults);
    }

    [Fact]
    public async Task Episode_Acknowledged_KeepsTheNote()
    {
        await using var page = await browser.OpenAsync();
        await page.GoAsync(story.Url + "/episodes");
        await page.Find("tr:has-text('web-01') a:has-text('Details')").First.ClickAsync();
        await page.IsAtAsync("/episodes/[^/]*$");
        await page.Find("input[autocomplete=name]").FillAsync("Ada");
        await page.Find("textarea").FillAsync("batch window, moved to 22:00");
        await page.Find("button[type=submit]").ClickAsync();
        await Expect(page.Find(".ack-form [role=status]")).ToHaveTextAsync("Saved.");
        await page.Page.ReloadAsync();
        await page.AliveAsync();

        await Expect(page.Find(".ack")).ToContainTextAsync("Ada acknowledged it");
        await Expect(page.Find(".note-shown")).ToHaveTextAsync("batch window, moved to 22:00");
        await page.Find("button.quiet").ClickAsync();
        await Expect(page.Find(".ack-form [role=status]")).ToHaveTextAsync("Removed.");
        await Expect(page.Find(".ack")).ToBeHiddenAsync();
        Assert.Empty(page.Faults);
    }

    [Fact]
    public async Task Cursor_OverOneChart_ReadsAllOfThemAndTheProcesses()
    {
        await using var page = await browser.OpenAsync();
        await page.GoAsync(story.Url + "/vm/web-01");
        await MoveToAsync(page, 0.985);
        await Expect(page.Find(".cursor-line")).ToBeVisibleAsync();
        string now = await ValuesAsync(page);
        await MoveToAsync(page, 0.9);
        string before = await ValuesAsync(page);

        Assert.NotEqual(now, before);
        var at = await page.Find(".stack").GetAttributeAsync("data-cursor");
        Assert.True(long.Parse(at!, System.Globalization.CultureInfo.InvariantCulture) < story.Broker.Second);
        await Expect(page.Find("#processes-title + .dim")).ToContainTextAsync("at ");
        await Expect(page.Find(".side table")).ToContainTextAsync("php-fpm");
        double height = (await page.Find(".cursor-line").BoundingBoxAsync())!.Height;
        double plots = (await page.Find("[data-plot=bus]").BoundingBoxAsync())!.Y - (await page.Find("[data-plot=cpu]").BoundingBoxAsync())!.Y;
        Assert.True(height > plots, "the cursor does not cross all charts");
    }

    [Fact]
    public async Task Drag_OverACharts_ZoomsAndTheWayBackIsOneClick()
    {
        await using var page = await browser.OpenAsync();
        await page.GoAsync(story.Url + "/vm/web-01?range=15m");
        var box = (await page.Find("[data-lane]").BoundingBoxAsync())!;
        await page.Page.Mouse.MoveAsync(box.X + (box.Width * 0.86f), box.Y + 60);
        await page.Page.Mouse.DownAsync();
        await page.Page.Mouse.MoveAsync(box.X + (box.Width * 0.96f), box.Y + 60, new() { Steps = 5 });
        await page.Page.Mouse.UpAsync();
        await page.IsAtAsync(@"from=\d+&to=\d+");
        await Expect(page.Find(".live-button")).ToBeVisibleAsync();
        await Expect(page.Find(".timebar-text")).ToContainTextAsync(new Regex("1 m [34]\\d s"));

        await page.Find(".live-button").ClickAsync();
        await Expect(page.Find(".live-mark")).ToBeVisibleAsync();
        Assert.Empty(page.Faults);
    }

    [Fact]
    public async Task TimeTravel_ToAnEarlierTrouble_ShowsTheVerdictOfThen()
    {
        // The guest's own demand, 50 to 90 s into the story.
        long start = FastBroker.Start.ToUnixTimeSeconds();
        await using var page = await browser.OpenAsync();
        await page.GoAsync($"{story.Url}/vm/web-01?from={start + 40}&to={start + 100}&at={start + 80}");

        await Expect(page.Find(".verdict")).ToHaveClassAsync(new Regex("k-guest"));
        await Expect(page.Find(".verdict .stamp")).ToContainTextAsync("as recorded at");
        await Expect(page.Find(".verdict .sentence")).ToContainTextAsync("web-01");
        await Expect(page.Find(".ribbon-part.k-guest").First).ToBeVisibleAsync();
        await page.Find("button[aria-label='Back in time']").ClickAsync();
        await page.IsAtAsync($"from={start + 10}");
    }

    [Fact]
    public async Task TimeTravel_WithoutACursor_SaysWhatDidMostHarm()
    {
        long start = FastBroker.Start.ToUnixTimeSeconds();
        await using var page = await browser.OpenAsync();
        await page.GoAsync($"{story.Url}/vm/web-01?from={start + 40}&to={start + 100}");

        await Expect(page.Find(".verdict .stamp")).ToContainTextAsync("worst of this time range");
        await Expect(page.Find(".verdict")).ToHaveClassAsync(new Regex("k-guest"));
        await Expect(page.Find(".verdict-title")).ToHaveTextAsync("Guest CPU demand");
        await Expect(page.Find(".verdict .sentence")).ToContainTextAsync("web-01: guest CPU demand (guest side) since");
        await Expect(page.Find(".verdict .helps")).ToContainTextAsync("processor");
        await Expect(page.Find("#processes-title + .dim")).ToContainTextAsync("in the middle of the most severe episode here");
        await Expect(page.Find(".side table.processes")).ToContainTextAsync("php-fpm");
        await page.Find(".verdict a:has-text('Its episode')").ClickAsync();
        await Expect(page.Find("h1")).ToHaveTextAsync("web-01: Guest CPU demand");
        Assert.Empty(page.Faults);
    }

    [Fact]
    public async Task TimeTravel_OverTwoCauses_ShowsTheEvidenceOfTheOneItTells()
    {
        // Host CPU contention, and right after it a shorter guest CPU demand.
        long start = FastBroker.Start.ToUnixTimeSeconds();
        await using var page = await browser.OpenAsync();
        await page.GoAsync($"{story.Url}/vm/web-01?from={start}&to={start + 70}");

        await Expect(page.Find(".verdict-title")).ToHaveTextAsync("Host CPU contention");
        var shares = (await page.Find(".culprit").AllInnerTextsAsync()).Select(t => double.Parse(t.Split(' ')[^2], System.Globalization.CultureInfo.InvariantCulture)).ToList();
        Assert.InRange(shares.Count, 2, 3);
        Assert.Equal(shares.OrderDescending(), shares);
        await Expect(page.Find(".evidence-card .dim").First).ToHaveTextAsync("of the worst episode here, at its most certain second");
        await Expect(page.Find(".evidence li").First).ToContainTextAsync("ready: virtual processors waiting");
        await Expect(page.Find(".evidence li").First).ToContainTextAsync("(at least 5");
    }

    [Fact]
    public async Task Range_OfAYoungHistory_IsFiveMinutesAndAChosenOneStandsInTheAddress()
    {
        await using var page = await browser.OpenAsync();
        await page.GoAsync(story.Url + "/vm/web-01");
        await Expect(page.Find("button[aria-pressed=true]")).ToHaveTextAsync("5 min");
        await page.Find("button[data-range='15m']").ClickAsync();

        await page.IsAtAsync(@"\?range=15m$");
        await Expect(page.Find("button[aria-pressed=true]")).ToHaveTextAsync("15 min");
        await page.Page.GoBackAsync();
        await Expect(page.Find("button[aria-pressed=true]")).ToHaveTextAsync("5 min");
    }

    [Fact]
    public async Task Live_WhenASecondCloses_TheChartsFollow()
    {
        await using var page = await browser.OpenAsync();
        await page.GoAsync(story.Url + "/vm/sql-01");
        int points = await PointsAsync(page);

        // A second that history had not written yet when the page asked comes with the next one, as it does on a running clock.
        for (int i = 0; i < 20 && await PointsAsync(page) <= points; i++)
        {
            await story.Broker.AdvanceAsync(1);
            await Task.Delay(250, TestContext.Current.CancellationToken);
        }

        Assert.InRange(await PointsAsync(page), points + 1, int.MaxValue);
        Assert.Empty(page.Faults);
    }

    [Fact]
    public async Task Theme_Switched_HoldsOverPages()
    {
        await using var page = await browser.OpenAsync();
        await page.GoAsync(story.Url + "/vm/web-01");
        await page.Find("fluent-button.theme-button").ClickAsync();
        await Expect(page.Find("html")).ToHaveAttributeAsync("data-theme", "dark");
        await page.Page.ReloadAsync();
        await page.AliveAsync();

        await Expect(page.Find("html")).ToHaveAttributeAsync("data-theme", "dark");
        Assert.Empty(page.Faults);
    }

    private static Task<string> ValuesAsync(WatchedPage page) =>
        page.Page.EvaluateAsync<string>("() => [...document.querySelectorAll('[data-value]')].map(e => e.textContent).join(';')");

    private static Task<int> PointsAsync(WatchedPage page) => page.Page.EvaluateAsync<int>("() => Number(document.querySelector('.stack').dataset.points)");

    // A share of the time that is drawn.
    private static async Task MoveToAsync(WatchedPage page, double share)
    {
        var box = (await page.Find("[data-lane]").BoundingBoxAsync())!;
        await page.Page.Mouse.MoveAsync(box.X + 58 + (float)((box.Width - 72) * share), box.Y + 80);
    }
}
