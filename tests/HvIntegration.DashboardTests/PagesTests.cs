using static Microsoft.Playwright.Assertions;

namespace HvIntegration.DashboardTests;

/// <summary>Every page in both themes and every width: it opens, says nothing in the console, asks no other machine, and can be used by everybody.</summary>
public sealed class PagesTests(Browser browser, StoryBroker story)
{
    public static TheoryData<string, string, bool> Pages { get; } = new(
        from page in new (string Name, string Path)[]
        {
            ("fleet", "/"), ("vm", "/vm/web-01"), ("vm-disk", "/vm/sql-01"), ("vm-no-agent", "/vm/" + StorySource.NoAgent), ("vm-off", "/vm/spare-01"), ("vm-travel", "/vm/web-01?from=1772618400&to=1772618520&at=1772618430"),
            ("episodes", "/episodes"), ("episode", "episode"), ("host", "/host"), ("health", "/health"), ("fleet-no-match", "/?q=nobody"), ("no-such-vm", "/vm/nobody"), ("no-such-page", "/nothing/here"),
        }
        from dark in new[] { false, true }
        select new TheoryDataRow<string, string, bool>(page.Name, page.Path, dark));

    // Cells whose content reaches into the next one, or below the row. What is cut on purpose hides its overflow.
    private const string Overflowing = """
        () => [...document.querySelectorAll('table.data td')]
            .filter(c => getComputedStyle(c).overflowX === 'visible' && (c.scrollWidth > c.clientWidth + 1 || c.scrollHeight > c.clientHeight + 1))
            .map(c => c.className + ': ' + c.textContent)
        """;

    [Theory]
    [MemberData(nameof(Pages))]
    public async Task Page_InEitherTheme_OpensWithoutFaultAndIsAccessible(string name, string path, bool dark)
    {
        await using var page = await browser.OpenAsync(dark: dark);
        string address = path == "episode" ? await FirstEpisodeAsync(page) : path;
        await page.GoAsync(story.Url + address);
        await page.ShootAsync($"{name}-{(dark ? "dark" : "light")}");

        Assert.Contains("SIMULATED", await page.Find("header .origin").InnerTextAsync());
        Assert.Equal(dark ? "dark" : "light", await page.Find("html").GetAttributeAsync("data-theme"));
        await page.AssertAccessibleAsync();
        Assert.Empty(await page.Page.EvaluateAsync<string[]>(Overflowing));
        Assert.Equal([new Uri(story.Url).Authority], page.Hosts);
        Assert.Empty(name == "no-such-page" ? page.Faults.Where(f => !f.Contains("404", StringComparison.Ordinal)) : page.Faults);
    }

    [Theory]
    [InlineData("phone", 390, 844, false)]
    [InlineData("phone-dark", 390, 844, true)]
    [InlineData("wide", 2560, 1440, false)]
    [InlineData("wide-dark", 2560, 1440, true)]
    public async Task Page_AtEveryWidth_FitsTheScreenAndIsAccessible(string name, int width, int height, bool dark)
    {
        foreach (var (at, path) in new[]
        {
            ("fleet", "/"), ("vm", "/vm/web-01"), ("vm-no-agent", "/vm/" + StorySource.NoAgent), ("host", "/host"), ("episodes", "/episodes"), ("episode", "episode"), ("health", "/health"),
        })
        {
            await using var page = await browser.OpenAsync(width, height, dark);
            await page.GoAsync(story.Url + (path == "episode" ? await FirstEpisodeAsync(page) : path));
            // Charts take their width once their data is there.
            await page.Page.WaitForFunctionAsync("() => document.documentElement.scrollWidth <= document.documentElement.clientWidth");
            await page.ShootAsync($"{at}-{name}");

            int over = await page.Page.EvaluateAsync<int>("() => document.documentElement.scrollWidth - document.documentElement.clientWidth");
            Assert.True(over <= 0, $"{path} is {over} px wider than {width}");
            await page.AssertAccessibleAsync();
            Assert.Empty(page.Faults);
        }
    }

    [Theory]
    [InlineData("/", "table.fleet", 1280)]
    [InlineData("/", "table.fleet", 390)]
    [InlineData("/episodes", "table.episodes", 1280)]
    [InlineData("/episodes", "table.episodes", 390)]
    [InlineData("/health", "table.agents", 1280)]
    [InlineData("/health", "table.agents", 390)]
    public async Task Table_OnALaptopAndAPhone_IsReadWithoutScrollingSideways(string path, string table, int width)
    {
        await using var page = await browser.OpenAsync(width);
        await page.GoAsync(story.Url + path);
        await Expect(page.Find(table + " tbody tr td").First).ToBeVisibleAsync();

        int over = await page.Page.EvaluateAsync<int>("table => { const box = document.querySelector(table).parentElement; return box.scrollWidth - box.clientWidth; }", table);
        Assert.True(over <= 0, $"{table} is {over} px wider than its place at {width}");
    }

    [Theory]
    [InlineData("fleet", "/?q=-01", 920)]
    [InlineData("vm", "/vm/web-01", 780)]
    public async Task Picture_ForTheDocumentation_IsSmall(string name, string path, int height)
    {
        await using var page = await browser.OpenAsync();
        await page.GoAsync(story.Url + path);
        await page.ShootForDocsAsync(name, height);
    }

    [Fact]
    public async Task FirstPaint_OfTheFleet_IsQuick()
    {
        await using var page = await browser.OpenAsync();
        // One second is what is promised of a machine that does nothing else; of one that does, the best of a few is near to it.
        var paints = new List<double>();
        while (paints.Count < 5 && (paints.Count == 0 || paints.Min() >= 1_000))
        {
            await page.GoAsync(story.Url);
            paints.Add(await page.Page.EvaluateAsync<double>("() => performance.getEntriesByName('first-contentful-paint')[0].startTime"));
        }

        TestContext.Current.TestOutputHelper?.WriteLine($"first contentful paint {string.Join(", ", paints.Select(p => $"{p:0}"))} ms");
        Assert.True(paints.Min() < 1_000, $"first paint after {paints.Min():0} ms at best");
    }

    [Fact]
    public async Task ForeignPage_OpensALineToTheBroker_IsRefused()
    {
        using var client = new HttpClient();
        using var request = new HttpRequestMessage(HttpMethod.Post, story.Url + "/_blazor/negotiate?negotiateVersion=1");
        request.Headers.Add("Origin", "http://evil.example");
        using var answer = await client.SendAsync(request, TestContext.Current.CancellationToken);
        using var home = await client.GetAsync(new Uri(story.Url), TestContext.Current.CancellationToken);

        Assert.Equal(System.Net.HttpStatusCode.Forbidden, answer.StatusCode);
        Assert.Contains(home.Headers.GetValues("Content-Security-Policy"), v => v.Contains("script-src 'self';", StringComparison.Ordinal));
    }

    private async Task<string> FirstEpisodeAsync(WatchedPage page)
    {
        await page.GoAsync(story.Url + "/episodes");
        return (await page.Find("a:has-text('Details')").First.GetAttributeAsync("href"))!;
    }
}
