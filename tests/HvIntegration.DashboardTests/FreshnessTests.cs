using static Microsoft.Playwright.Assertions;

namespace HvIntegration.DashboardTests;

/// <summary>Pages never call old data live, and come back by themselves: line cut, line held, broker stopped, broker restarted.</summary>
public sealed class FreshnessTests(Browser browser)
{
    private static readonly TimeSpan Fault = TimeSpan.FromSeconds(15);

    private static readonly TimeSpan SameMax = TimeSpan.FromSeconds(25);

    // Longer than the browser waits for a broker that says nothing.
    private static readonly TimeSpan LongFault = TimeSpan.FromSeconds(38);

    [Fact]
    public async Task Line_CutAndLaterHeld_EveryPageSaysItsAgeAndGoesOnWithoutAHole()
    {
        await using var broker = await RealBroker.StartAsync(12);
        await using var relay = new Relay(broker.Port);
        await using var pages = await OpenAsync(relay.Url, await broker.SecondAsync());

        relay.Cut();
        await pages.WatchAsync(Fault);
        relay.Mend();

        await AssertBackAsync(pages, await broker.SecondAsync(), "line mended");
        string[] said = await pages.OverlaysAsync("vm");
        Assert.Equal("The connection to the broker is lost; retrying.", said[0]);
        Assert.DoesNotContain(said, s => s.Contains("reloading", StringComparison.Ordinal));
        await AssertNoHoleAsync(pages);

        relay.Hold();
        // Asked while nothing gets through: it is answered when something does.
        await pages["vm"].Find("button[data-range='5m']").ClickAsync();
        await pages.WatchAsync(LongFault);
        relay.Mend();

        await AssertBackAsync(pages, await broker.SecondAsync(), "line flows");
        await AssertNoHoleAsync(pages);
        await AssertRangeClickAsync(pages);
    }

    [Fact]
    public async Task Broker_StoppedAndLaterRestarted_EveryPageSaysItsAgeAndGoesOnAsItWas()
    {
        await using var broker = await RealBroker.StartAsync(12);
        await using var pages = await OpenAsync(broker.Url, await broker.SecondAsync());
        var addresses = pages.Names.ToDictionary(n => n, n => pages[n].Page.Url);

        await broker.StopAsync();
        await pages.WatchAsync(LongFault);
        await broker.ContinueAsync();
        await AssertBackAsync(pages, await broker.SecondAsync(), "broker continued");
        await AssertAsAFreshPageAsync(pages, broker.Url);

        await broker.EndAsync();
        await pages.WatchAsync(Fault);
        await broker.StartAgainAsync();
        await AssertBackAsync(pages, await broker.SecondAsync(), "broker restarted");
        string[] said = await pages.OverlaysAsync("fleet");
        Assert.Equal("The connection to the broker is lost; retrying.", said[0]);
        Assert.Equal("The broker restarted or released this page; reloading.", said[^1]);
        Assert.All(pages.Names, n => Assert.Equal(addresses[n], pages[n].Page.Url));
        await Expect(pages["fleet"].Find("table.fleet tbody tr")).ToHaveCountAsync(1);
        await Expect(pages["fixed"].Find(".stack.pinned .cursor-line")).ToBeVisibleAsync();
        await AssertAsAFreshPageAsync(pages, broker.Url);
        await AssertRangeClickAsync(pages);
    }

    [Fact]
    public async Task Data_StandingStillOnALineThatStands_TurnAmberAndGreyAndComeBack()
    {
        await using var broker = await FastBroker.StartAsync(new ManyVmsSource(8));
        await broker.AdvanceAsync(6);
        await using var pages = new OpenPages(onRealClock: false);
        await pages.OpenAsync(browser, "fleet", broker.Url);
        await pages.UntilAsync(s => s.State == "live", "live");

        await pages.UntilAsync(s => s.State == "late", "late");
        await pages["fleet"].AssertAccessibleAsync();
        await pages.UntilAsync(s => s.State == "stale", "stale");
        await Expect(pages["fleet"].Find("header hvi-age .sr")).ToHaveTextAsync("The data is old: no new data arrives.");
        Assert.Equal("", (await pages.LookAsync())["fleet"].Overlay);
        await broker.AdvanceAsync(12);
        await pages.UntilAsync(s => s.State == "live", "live again");
        pages.AssertTrue("live", "late", "stale");
        Assert.Empty(pages["fleet"].Faults);
    }

    [Theory]
    [InlineData("", false)]
    [InlineData("-dark", true)]
    public async Task Mark_LateAndStale_IsAccessibleAndFits(string name, bool dark)
    {
        await using var broker = await FastBroker.StartAsync(new ManyVmsSource(4));
        await broker.AdvanceAsync(6);
        await using var desktop = await browser.OpenAsync(1280, 844, dark);
        await using var phone = await browser.OpenAsync(390, 844, dark);
        (string Name, WatchedPage Page)[] pages = [($"desktop{name}", desktop), ($"phone{name}", phone)];
        foreach (var (_, page) in pages)
        {
            await page.GoAsync(broker.Url + "/host");
        }

        await broker.AdvanceAsync(6);
        foreach (string state in new[] { "live", "late", "stale" })
        {
            foreach (var (size, page) in pages)
            {
                var mark = page.Find("header hvi-age");
                await Expect(mark).ToHaveAttributeAsync("data-state", state, new() { Timeout = Browser.TimeoutMilliseconds });
                await page.ShootAsync($"age-{state}-{size}", full: false);
                if (state != "live")
                {
                    await Expect(mark).ToContainTextAsync("s old");
                    await page.AssertAccessibleAsync();
                }

                Assert.True(await page.Page.EvaluateAsync<int>("() => document.documentElement.scrollWidth - document.documentElement.clientWidth") <= 0);
            }
        }
    }

    [Fact]
    public async Task Page_FrozenInTheBackground_IsTrueOnceItIsBack()
    {
        await using var broker = await RealBroker.StartAsync(4);
        await using var page = await browser.OpenAsync();
        await page.GoAsync(broker.Url);
        await Expect(page.Find("header hvi-age")).ToHaveAttributeAsync("data-state", "live", new() { Timeout = Browser.TimeoutMilliseconds });
        var devtools = await page.Page.Context.NewCDPSessionAsync(page.Page);
        await devtools.SendAsync("Page.setWebLifecycleState", new() { ["state"] = "frozen" });
        await broker.StopAsync();
        await Task.Delay(Fault, TestContext.Current.CancellationToken);

        await devtools.SendAsync("Page.setWebLifecycleState", new() { ["state"] = "active" });
        Assert.Equal("stale", await page.Find("header hvi-age").GetAttributeAsync("data-state"));
        await broker.ContinueAsync();
        await Expect(page.Find("header hvi-age")).ToHaveAttributeAsync("data-state", "live", new() { Timeout = Browser.TimeoutMilliseconds });
    }

    private static Task AssertNoHoleAsync(OpenPages pages) =>
        pages.UntilAsync(s => s.Points == 0 || s.Holes == 0, "chart without a hole");

    // What history has not, because the broker itself stood still, no page can have.
    private async Task AssertAsAFreshPageAsync(OpenPages pages, string url)
    {
        await using var fresh = new OpenPages();
        foreach (string name in new[] { "vm", "host" })
        {
            await fresh.OpenAsync(browser, name, pages[name].Page.Url.Replace(new Uri(pages[name].Page.Url).GetLeftPart(UriPartial.Authority), url, StringComparison.Ordinal));
            await fresh.UntilAsync(s => s.Points > 0 && s.State == "live", "a fresh page", name);
            await AssertSameAsync(fresh, pages, name);
        }
    }

    // A page that came back reads the seconds that history did not have yet once more, some seconds later.
    private static async Task AssertSameAsync(OpenPages fresh, OpenPages pages, string name)
    {
        long began = TimeProvider.System.GetTimestamp();
        while (true)
        {
            await Task.Delay(1_000, TestContext.Current.CancellationToken);
            var (one, other) = ((await fresh.LookAsync())[name], (await pages.LookAsync())[name]);
            if (one.Holes == other.Holes && Math.Abs(one.Points - other.Points) <= 3 && Math.Abs(one.Newest - other.Newest) <= 3)
            {
                return;
            }

            Assert.True(TimeProvider.System.GetElapsedTime(began) < SameMax, $"{name} is not as a fresh page is: {other}, fresh {one}");
        }
    }

    private static async Task AssertBackAsync(OpenPages pages, long second, string what)
    {
        await pages.UntilAsync(s => s.State == "live" && s.Second > second && s.Overlay == "", what);
        await pages.UntilAsync(s => s.State == "live" && s.Bar is "live" && s.Newest > second + 2, "chart", "vm");
        await pages.UntilAsync(s => s.State == "live" && s.Bar is "live" && s.Newest > second + 2, "chart", "host");
        await pages.UntilAsync(s => s.Points > 0 && s.Bar is null, "chart", "fixed");
        pages.AssertTrue("live", "late", "stale");
    }

    private static async Task AssertRangeClickAsync(OpenPages pages)
    {
        long second = (await pages.LookAsync())["fixed"].Second;
        await pages["fixed"].Find("button[data-range='1h']").ClickAsync();
        await pages.UntilAsync(s => s.Bar == "live" && s.Newest > second + 2, "another range", "fixed");
        await pages["vm"].Find("button[data-range='5m']").ClickAsync();
        await pages.UntilAsync(s => s.Bar == "live" && s.Newest > second + 2, "another range", "vm");
    }

    private async Task<OpenPages> OpenAsync(string url, long now)
    {
        var pages = new OpenPages();
        foreach (var (name, path) in new[]
        {
            ("fleet", "/?q=web-01&sort=-ready"), ("vm", "/vm/web-01?range=15m"), ("fixed", $"/vm/web-01?from={now - 10}&to={now}&at={now - 5}"),
            ("host", "/host?range=5m"), ("episodes", "/episodes?show=open"), ("health", "/health"),
        })
        {
            await pages.OpenAsync(browser, name, url + path);
        }

        await pages.UntilAsync(s => s.State == "live", "live");
        return pages;
    }
}
