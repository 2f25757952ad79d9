using static Microsoft.Playwright.Assertions;

namespace HvIntegration.DashboardTests;

/// <summary>Sizes at which a page breaks: no VM, and 1,024 of them.</summary>
public sealed class ManyVmsTests(Browser browser)
{
    private const int Vms = 1024;

    // Scrolls the table to and fro for 90 frames: the times between two frames, in ms, in order.
    private const string ScrollFrames = """
        () => new Promise(done => {
          const box = document.querySelector('.table-scroll'), gaps = [];
          let last = null;
          const step = now => {
            if (last !== null) gaps.push(now - last);
            last = now;
            box.scrollTop = (gaps.length * 67) % Math.max(1, box.scrollHeight - box.clientHeight);
            if (gaps.length < 90) requestAnimationFrame(step); else done(gaps.sort((a, b) => a - b));
          };
          requestAnimationFrame(step);
        })
        """;

    // Half of the frames: a quiet machine draws one in 17 ms; a shared one gets room.
    private const double FrameMsMax = 120;

    [Fact]
    public async Task Fleet_Of1024Vms_IsOneLookAndScrolls()
    {
        await using var broker = await FastBroker.StartAsync(new ManyVmsSource(Vms));
        await broker.AdvanceAsync(14);
        await using var page = await browser.OpenAsync();
        await page.GoAsync(broker.Url);
        await Expect(page.Find(".tile")).ToHaveCountAsync(Vms);
        double paint = await page.Page.EvaluateAsync<double>("() => performance.getEntriesByName('first-contentful-paint')[0].startTime");
        TestContext.Current.TestOutputHelper?.WriteLine($"first contentful paint {paint:0} ms");
        await page.ShootAsync("fleet-1024", full: false);
        await page.AssertAccessibleAsync();
        await Expect(page.Find(".map-card .legend-line")).ToContainTextAsync("Host");
        await Expect(page.Find(".map-card .legend-line")).Not.ToContainTextAsync("guest, above");
        await Expect(page.Find("header .origin")).ToContainTextAsync("REPLAYED");
        Assert.True(await page.Find("table.fleet tbody tr").CountAsync() < 120, "the table is not virtual");

        // The last row stands at the end; on the way nothing is drawn that is not seen.
        await page.GoAsync(broker.Url + "/?sort=name");
        for (int i = 0; i < 40 && await page.Find("table.fleet a:has-text('vm-1023')").CountAsync() == 0; i++)
        {
            await page.Page.EvaluateAsync("() => { const box = document.querySelector('.table-scroll'); box.scrollTo(0, box.scrollHeight); }");
            await Task.Delay(100, TestContext.Current.CancellationToken);
        }

        await Expect(page.Find("table.fleet a:has-text('vm-1023')")).ToBeVisibleAsync();
        double[] gaps = await page.Page.EvaluateAsync<double[]>(ScrollFrames);
        TestContext.Current.TestOutputHelper?.WriteLine($"frames while scrolling: half within {gaps[gaps.Length / 2]:0} ms, 95 % within {gaps[gaps.Length * 95 / 100]:0} ms");
        Assert.InRange(gaps[gaps.Length / 2], 0, FrameMsMax);
        await page.GoAsync(broker.Url + "/?q=vm-0777");
        await Expect(page.Find(".tile")).ToHaveCountAsync(1);
        Assert.Empty(page.Faults);
    }

    [Fact]
    public async Task Pages_OfAHostWithoutVms_SayWhatToExpect()
    {
        await using var broker = await FastBroker.StartAsync(new ManyVmsSource(0));
        await using var page = await browser.OpenAsync();
        await page.GoAsync(broker.Url);
        await Expect(page.Find(".state-card")).ToBeVisibleAsync();
        await page.ShootAsync("fleet-first-second", full: false);
        Assert.Equal(0, await page.Find(".strip .bar").CountAsync());
        await page.AssertAccessibleAsync();
        await page.GoAsync(broker.Url + "/episodes");
        await Expect(page.Find(".state-card")).ToContainTextAsync("No episode yet");
        await page.ShootAsync("episodes-empty", full: false);
        await page.AssertAccessibleAsync();
        await page.GoAsync(broker.Url + "/health");

        await Expect(page.Find("#agents-title + .dim, .empty-line").First).ToBeVisibleAsync();
        Assert.Empty(page.Faults);
    }
}
