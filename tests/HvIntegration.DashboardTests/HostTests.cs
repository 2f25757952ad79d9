using System.Text.Json;
using static Microsoft.Playwright.Assertions;

namespace HvIntegration.DashboardTests;

/// <summary>The host's page: the numbers of the API, and none that is no longer true.</summary>
public sealed class HostTests(Browser browser, StoryBroker story)
{
    [Fact]
    public async Task Host_OfThePageAndOfTheApi_IsTheSame()
    {
        await using var page = await browser.OpenAsync();
        await page.GoAsync(story.Url + "/host");
        var api = await GetAsync(story.Url);

        await Expect(page.Find("#stores tbody .w-name")).ToHaveTextAsync([.. Names(api, "stores")]);
        await Expect(page.Find("#network tbody .w-name").First).ToHaveTextAsync(Names(api, "switches").Single());
        await Expect(page.Find("[aria-label=Switches] tbody td.num").Last).ToHaveTextAsync("0.1 /s");
        Assert.Equal(0.1, api.GetProperty("switches")[0].GetProperty("droppedPerSecond").GetDouble(), 0.001);
        await Expect(page.Find("[aria-label=Adapters] tbody tr")).ToHaveCountAsync(api.GetProperty("adapters").GetArrayLength());
        await Expect(page.Find(".strip")).ToContainTextAsync("Switch LAN");
        await page.Find("#stack summary").ClickAsync();
        var stack = await GetAsync(story.Url, "host/stack");
        await Expect(page.Find("#stack tbody tr")).ToHaveCountAsync(stack.GetProperty("uses").GetArrayLength());
        await Expect(page.Find("#stack tbody")).ToContainTextAsync("root partition");
        await Expect(page.Find("#stack .absent")).ToContainTextAsync("VMMS");
    }

    [Fact]
    public async Task Store_ThatIsNoLongerGiven_LeavesPageAndApi()
    {
        const int Attached = 6;
        await using var broker = await FastBroker.StartAsync(new DetachedStoreSource(Attached));
        await broker.AdvanceAsync(Attached);
        await using var page = await browser.OpenAsync();
        await page.GoAsync(broker.Url + "/host");
        await Expect(page.Find("#stores tbody .w-name")).ToHaveTextAsync([DetachedStoreSource.Stays, DetachedStoreSource.Goes]);
        await broker.AdvanceAsync(70);

        await Expect(page.Find("#stores tbody .w-name")).ToHaveTextAsync([DetachedStoreSource.Stays]);
        await Expect(page.Find(".strip")).Not.ToContainTextAsync(DetachedStoreSource.Goes);
        Assert.Equal([DetachedStoreSource.Stays], Names(await GetAsync(broker.Url), "stores"));
    }

    private static List<string> Names(JsonElement host, string what) => [.. host.GetProperty(what).EnumerateArray().Select(e => e.GetProperty("name").GetString()!)];

    private static async Task<JsonElement> GetAsync(string url, string path = "host")
    {
        using var client = new HttpClient();
        string text = await client.GetStringAsync(new Uri(url + "/api/v1/" + path), TestContext.Current.CancellationToken);
        return JsonSerializer.Deserialize<JsonElement>(text);
    }
}
