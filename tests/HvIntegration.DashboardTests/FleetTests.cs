using HvIntegration.Cli.Client;
using HvIntegration.Cli.Top;
using static Microsoft.Playwright.Assertions;

namespace HvIntegration.DashboardTests;

/// <summary>The fleet page: who suffers, first.</summary>
public sealed class FleetTests(Browser browser, StoryBroker story)
{
    [Fact]
    public async Task Fleet_WhileAVmSuffers_NamesItBeforeTheOthersWithItsVerdict()
    {
        await using var page = await browser.OpenAsync();
        await page.GoAsync(story.Url);

        // Both want more than the host has: the batch is the greater half, and waits too.
        await Expect(page.Find(".tile")).ToContainTextAsync(["batch-01", "web-01", "", "", "", "", "", ""]);
        await Expect(page.Find(".tile:has-text('web-01')")).ToContainTextAsync("Host CPU contention");
        await Expect(page.Find("table.fleet tbody tr:has-text('web-01')")).ToContainTextAsync("Host CPU contention 99");
        await Expect(page.Find(".summary")).ToContainTextAsync("affected");
    }

    [Fact]
    public async Task Address_WithSearchAndFilter_ShowsOnlyWhatMatches()
    {
        await using var page = await browser.OpenAsync();
        await page.GoAsync(story.Url + "/?q=01&show=no-agent");

        await Expect(page.Find(".tile")).ToHaveCountAsync(1);
        await Expect(page.Find(".tile")).ToContainTextAsync(StorySource.NoAgent);
        await Expect(page.Find(".chip[aria-pressed=true]")).ToContainTextAsync("No agent");
    }

    [Fact]
    public async Task Search_Typed_StandsInTheAddress()
    {
        await using var page = await browser.OpenAsync();
        await page.GoAsync(story.Url);
        await page.Find("fluent-text-input input, .search input").First.FillAsync("sql");

        await page.IsAtAsync(@"/\?q=sql$");
        await Expect(page.Find(".tile")).ToHaveCountAsync(1);
    }

    [Fact]
    public async Task Episodes_OfWhichOneRests_SayWhichGoOn()
    {
        await using var page = await browser.OpenAsync();
        await page.GoAsync(story.Url + "/episodes");

        await Expect(page.Find(".summary")).ToContainTextAsync("2 open, 1 subsided but open");
        await Expect(page.Find("tr:has-text('desk-01')").First).ToContainTextAsync("subsided");
        await Expect(page.Find("tr:has-text('web-01')").First).ToContainTextAsync("open");
    }

    [Fact]
    public async Task Top_In80Columns_TellsSideAndSinceOfWhoSuffers()
    {
        using var client = new ApiClient(story.Url);
        var model = new TopModel();
        model.Take(await client.GetVmsAsync(TestContext.Current.CancellationToken));
        string Row(int width) => string.Concat(TopScreen.Draw(model, width, 24).Single(l => string.Concat(l.Select(p => p.Text)).Contains("web-01 ", StringComparison.Ordinal)).Select(p => p.Text));

        Assert.Matches(@"^.web-01 .* \d+s .* ▼ Host CPU contention *$", Row(80));
        Assert.Equal(80, Row(80).Length);
        model.Order = TopOrder.Steal;
        Assert.DoesNotMatch(@" \d+s .* ▼", Row(80));
    }

    [Fact]
    public async Task Column_Clicked_SortsAndStandsInTheAddress()
    {
        await using var page = await browser.OpenAsync();
        await page.GoAsync(story.Url);
        await page.Find("th button:has-text('VM')").First.ClickAsync();
        await page.IsAtAsync("sort=-name");
        await page.Find("th button:has-text('VM')").First.ClickAsync();
        await page.IsAtAsync("sort=name");

        await Expect(page.Find("th[aria-sort=ascending]")).ToContainTextAsync("VM");
        await Expect(page.Find("table.fleet tbody tr:has(td) .w-name a").Nth(1)).ToHaveTextAsync("batch-01");
    }

    [Fact]
    public async Task Names_OfHostileGuests_AreTextAndBounded()
    {
        await using var page = await browser.OpenAsync();
        bool alerted = false;
        page.Page.Dialog += (_, dialog) =>
        {
            alerted = true;
            _ = dialog.DismissAsync();
        };
        await page.GoAsync(story.Url + "/?q=onerror");
        await Expect(page.Find(".tile-name")).ToContainTextAsync("<img src=x");
        Assert.True((await page.Find(".tile-name").InnerTextAsync()).Length <= 120);
        await page.Find(".tile").ClickAsync();
        await page.IsAtAsync("/vm/");
        await page.AliveAsync();
        await Expect(page.Find("h1")).ToContainTextAsync("<img src=x");

        Assert.False(alerted);
        Assert.Equal(0, await page.Find("img").CountAsync());
        Assert.Empty(page.Faults);
    }

    [Fact]
    public async Task Keyboard_Alone_ReachesAVmAndItsCursor()
    {
        await using var page = await browser.OpenAsync();
        await page.GoAsync(story.Url);
        await TabToAsync(page, "document.activeElement?.classList.contains('tile')");
        await page.Page.Keyboard.PressAsync("Enter");
        await page.IsAtAsync("/vm/");
        await page.AliveAsync();
        await TabToAsync(page, "document.activeElement?.hasAttribute('data-lane')");
        await page.Page.Keyboard.PressAsync("ArrowLeft");
        await page.Page.Keyboard.PressAsync("Shift+ArrowLeft");

        await Expect(page.Find(".stack")).ToHaveAttributeAsync("data-cursor", new System.Text.RegularExpressions.Regex("^\\d+$"));
        await page.IsAtAsync("at=");
        await page.Page.Keyboard.PressAsync("Escape");
        await Expect(page.Find(".cursor-line")).ToBeHiddenAsync();
    }

    [Fact]
    public async Task Keyboard_Alone_FiltersEpisodesOpensOneAndItsCharts()
    {
        await using var page = await browser.OpenAsync();
        await page.GoAsync(story.Url + "/episodes");
        await TabToAsync(page, "document.activeElement?.textContent.includes('Limit') && document.activeElement?.classList.contains('chip')");
        await page.Page.Keyboard.PressAsync("Enter");
        await page.IsAtAsync("show=limit");
        await Expect(page.Find("table.episodes tbody tr:has(td)")).ToHaveCountAsync(1);
        await TabToAsync(page, "document.activeElement?.textContent === 'Details'");
        await page.Page.Keyboard.PressAsync("Enter");
        await page.IsAtAsync("/episodes/[^/?]+$");
        await page.AliveAsync();
        await TabToAsync(page, "document.activeElement?.textContent === 'See both sides of this time'");
        await page.Page.Keyboard.PressAsync("Enter");
        await page.IsAtAsync("/vm/.*at=");
        await page.AliveAsync();

        await Expect(page.Find(".verdict-title")).ToHaveTextAsync("CPU cap");
        await Expect(page.Find(".pinned .cursor-flag")).ToBeVisibleAsync();
        Assert.Empty(page.Faults);
    }

    private static async Task TabToAsync(WatchedPage page, string condition)
    {
        for (int i = 0; i < 60; i++)
        {
            await page.Page.Keyboard.PressAsync("Tab");
            if (await page.Page.EvaluateAsync<bool>("() => Boolean(" + condition + ")"))
            {
                return;
            }
        }

        Assert.Fail("60 times Tab did not reach: " + condition);
    }
}
