using HvIntegration.Broker.Bundles;
using System.Text.RegularExpressions;
using static Microsoft.Playwright.Assertions;

namespace HvIntegration.DashboardTests;

/// <summary>The button of the VM page that makes a bundle: it says how far it is, can be stopped, and says why there is none.</summary>
public sealed class BundleButtonTests(Browser browser, StoryBroker story)
{
    // A bundle of which the first 70 % came, and then the broker takes its time.
    private const string HeldBundle = """
        const real = window.fetch;
        window.fetch = async (address, options) => {
          const answer = await real(address, options);
          if (!String(address).includes('/bundle?')) return answer;
          const whole = new Uint8Array(await answer.arrayBuffer());
          return new Response(new ReadableStream({ start(to) { to.enqueue(whole.slice(0, 20)); to.enqueue(whole.slice(20, whole.length * 0.7)); window.tellAgain = () => to.enqueue(new Uint8Array(1)); } }), { headers: answer.headers });
        };
        """;

    // A broker that has sent 300 KiB and then takes its time, as one with hours to read.
    private const string SlowBundle = """
        const real = window.fetch;
        window.fetch = (address, options) => !String(address).includes('/bundle?') ? real(address, options) : Promise.resolve(new Response(new ReadableStream({
          start(to) {
            to.enqueue(new Uint8Array(300 * 1024));
            options.signal.addEventListener('abort', () => { window.bundleStopped = true; to.error(new DOMException('stopped', 'AbortError')); });
          },
        })));
        """;

    [Fact]
    public async Task Bundle_OfWhatIsShown_IsSavedWholeAndSaid()
    {
        await using var page = await browser.OpenAsync();
        await page.GoAsync(story.Url + "/vm/web-01");
        var download = await page.Page.RunAndWaitForDownloadAsync(() => page.Find(".bundle-link").ClickAsync());
        string file = (await download.PathAsync())!;

        await Expect(page.Find(".bundle [role=status]")).ToContainTextAsync("Saved " + download.SuggestedFilename);
        Assert.Matches("^web-01-20260304T.*Z\\.hvi$", download.SuggestedFilename);
        await using var bundle = await BundleReader.OpenAsync(file, TestContext.Current.CancellationToken);
        Assert.Equal("web-01", bundle.Manifest.Vm.Name);
        await Expect(page.Find(".bundle-link")).ToHaveTextAsync("Incident bundle");
        await page.ShootAsync("vm-bundle-saved", full: false);
        Assert.Empty(page.Faults);
    }

    [Fact]
    public async Task Bundle_ThatTakesLong_SaysHowFarItIsAndIsCancelledFromTheKeyboard()
    {
        await using var page = await browser.OpenAsync();
        await page.Page.AddInitScriptAsync(SlowBundle);
        await page.GoAsync(story.Url + "/vm/web-01");
        await page.Find(".bundle-link").FocusAsync();
        await page.Page.Keyboard.PressAsync("Enter");
        await Expect(page.Find(".bundle .busy")).ToContainTextAsync("300 KiB so far");
        await page.ShootAsync("vm-bundle-writing", full: false);
        await Expect(page.Find(".bundle button")).ToBeFocusedAsync();
        await page.Page.Keyboard.PressAsync("Enter");

        await Expect(page.Find(".bundle [role=status]")).ToHaveTextAsync("Canceled. No file was saved.");
        await Expect(page.Find(".bundle-link")).ToBeVisibleAsync();
        Assert.True(await page.Page.EvaluateAsync<bool>("() => window.bundleStopped === true"));
        Assert.Empty(page.Faults);
    }

    [Fact]
    public async Task Bundle_WhileItComes_SaysWhichShareOfItsSecondsIsThere()
    {
        await using var page = await browser.OpenAsync();
        await page.Page.AddInitScriptAsync(HeldBundle);
        await page.GoAsync(story.Url + "/vm/web-01");
        await page.Find(".bundle-link").ClickAsync();
        await Expect(page.Find(".bundle .busy")).ToContainTextAsync("so far");
        // The page is told with the next bytes that come.
        await page.Page.WaitForTimeoutAsync(400);
        await page.Page.EvaluateAsync("() => window.tellAgain()");

        await Expect(page.Find(".bundle .busy")).ToContainTextAsync(new Regex("Writing the bundle, [5-9][0-9] %, [0-9.]+ [KM]iB so far"));
        await page.Find(".bundle button").ClickAsync();
        await Expect(page.Find(".bundle [role=status]")).ToHaveTextAsync("Canceled. No file was saved.");
        Assert.Empty(page.Faults);
    }

    [Fact]
    public async Task Bundle_OfATimeThatIsNotKept_SaysWhyAndOffersAnotherTry()
    {
        await using var page = await browser.OpenAsync();
        await page.GoAsync(story.Url + "/vm/web-01?from=1000&to=2000");
        await page.Find(".bundle-link").ClickAsync();

        await Expect(page.Find(".bundle [role=alert]")).ToContainTextAsync("No raw counters of VM 'web-01' are stored");
        await Expect(page.Find(".bundle-link")).ToHaveTextAsync("Try the bundle again");
        await page.ShootAsync("vm-bundle-refused", full: false);
        // The browser itself notes the 404 that the page words.
        Assert.DoesNotContain(page.Faults, f => !f.Contains("404", StringComparison.Ordinal));
    }
}
