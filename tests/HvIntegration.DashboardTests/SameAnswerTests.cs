using System.Globalization;
using System.Text.Json;
using HvIntegration.Presentation;
using static Microsoft.Playwright.Assertions;

namespace HvIntegration.DashboardTests;

/// <summary>What a page says of kept time is what the API says of it.</summary>
public sealed class SameAnswerTests(Browser browser, StoryBroker story)
{
    [Fact]
    public async Task StoredRange_OfThePageAndOfTheApi_HasOneVerdictAndOneMoment()
    {
        long start = FastBroker.Start.ToUnixTimeSeconds();
        var api = await GetAsync(story.Url, $"vms/web-01/series?signals=cpu.guest.busy&from={start}&to={start + 70}");
        var leading = api.GetProperty("leading");
        await using var page = await browser.OpenAsync();
        await page.GoAsync($"{story.Url}/vm/web-01?from={start}&to={start + 70}");

        await Expect(page.Find(".verdict-title")).ToHaveTextAsync(VerdictKinds.Title(leading.GetProperty("hypothesis").GetString()!));
        await Expect(page.Find(".verdict .stamp")).ToContainTextAsync(
            $"{Quantity.Clock(leading.GetProperty("fromSecond").GetInt64(), date: true)} to {Quantity.Clock(leading.GetProperty("toSecond").GetInt64())} UTC");
        await Expect(page.Find("#processes-title + .dim")).ToContainTextAsync($"at {Quantity.Clock(api.GetProperty("momentSecond").GetInt64())} UTC");
        Assert.Empty(page.Faults);
    }

    [Fact]
    public async Task Second_OfThePageAndOfTheApi_HasTheSameProcesses()
    {
        long at = FastBroker.Start.ToUnixTimeSeconds() + 80;
        var api = await GetAsync(story.Url, $"vms/web-01/moment?at={at}&rows=8");
        await using var page = await browser.OpenAsync();
        await page.GoAsync($"{story.Url}/vm/web-01?from={at - 40}&to={at + 20}&at={at}");

        await Expect(page.Find("#processes-title + .dim")).ToHaveTextAsync($"at {Quantity.Clock(at)} UTC, mean of {api.GetProperty("processSeconds")} s");
        var names = api.GetProperty("processes").EnumerateArray().Select(p => p.GetProperty("name").GetString() + p.GetProperty("pid").GetInt32().ToString(CultureInfo.InvariantCulture)).ToList();
        Assert.NotEmpty(names);
        await Expect(page.Find(".side table.processes tbody .w-name")).ToHaveTextAsync([.. names]);
    }

    [Fact]
    public async Task Episodes_OfThePageAndOfTheApi_AreTheSame()
    {
        var api = (await GetAsync(story.Url, "episodes")).GetProperty("episodes").EnumerateArray().Select(e => "/episodes/" + e.GetProperty("id").GetString()).Order().ToList();
        await using var page = await browser.OpenAsync();
        await page.GoAsync(story.Url + "/episodes");
        await Expect(page.Find(".chip[aria-pressed=true] b")).ToHaveTextAsync(api.Count.ToString(CultureInfo.InvariantCulture));
        await Expect(page.Find(".w-go a").First).ToBeVisibleAsync();
        string[] shown = await page.Page.EvaluateAsync<string[]>("() => [...document.querySelectorAll('.w-go a')].map(a => new URL(a.href).pathname)");

        Assert.All(shown, s => Assert.Contains(s, api));
        Assert.NotEmpty(shown);
    }

    [Fact]
    public async Task Vm_ThatLeftTheHost_HasItsPageAndSaysSo()
    {
        var source = new LeavingSource();
        await using var broker = await FastBroker.StartAsync(source);
        await broker.AdvanceAsync(20);
        string name = await FirstVmAsync(broker);
        var id = broker.IdOf(name);
        await broker.StoredAsync(id, broker.Second);
        await using var live = await browser.OpenAsync();
        await live.GoAsync($"{broker.Url}/vm/{name}");
        source.Gone = id;
        await broker.AdvanceAsync(8);

        // A page that was open says so, and one that is opened now shows what is kept.
        await Expect(live.Find(".verdict-title")).ToHaveTextAsync("No longer on this host");
        await using var page = await browser.OpenAsync();
        await page.GoAsync($"{broker.Url}/vm/{name}");
        await Expect(page.Find("h1")).ToHaveTextAsync(name);
        await Expect(page.Find(".facts")).ToContainTextAsync("gone");
        await page.Page.WaitForFunctionAsync("() => Number(document.querySelector('.stack').dataset.points) > 5");
        await Expect(page.Find(".verdict .stamp")).ToContainTextAsync("of this time range");
        await page.ShootAsync("vm-gone");
        await page.AssertAccessibleAsync();
        Assert.Empty(page.Faults);
        Assert.Empty(live.Faults);
    }

    private static async Task<string> FirstVmAsync(FastBroker broker) =>
        (await GetAsync(broker.Url, "vms")).GetProperty("vms")[0].GetProperty("name").GetString()!;

    private static async Task<JsonElement> GetAsync(string url, string path)
    {
        using var client = new HttpClient();
        return JsonSerializer.Deserialize<JsonElement>(await client.GetStringAsync(new Uri(url + "/api/v1/" + path), TestContext.Current.CancellationToken));
    }
}
