using HvIntegration.HostBroker.Composition;
using HvIntegration.Presentation;
using HvIntegration.Engine.Options;
using static Microsoft.Playwright.Assertions;

namespace HvIntegration.DashboardTests;

/// <summary>A bundle of the story, opened: the same page with both verdicts, labelled, drawn, and with nothing to change.</summary>
public sealed class OpenedBundleTests(Browser browser, StoryBroker story)
{
    [Fact]
    public async Task Vm_OfAnOpenedBundle_IsDrawnWithBothVerdicts()
    {
        string file = Path.Combine(Directory.CreateTempSubdirectory("hvi-d-bundle-").FullName, "incident.hvi");
        try
        {
            using var http = new HttpClient();
            long to = story.Broker.Second;
            var cancellation = TestContext.Current.CancellationToken;
            await File.WriteAllBytesAsync(file, await http.GetByteArrayAsync(new Uri($"{story.Url}/api/v1/vms/web-01/bundle?from={to - 120}&to={to}"), cancellation), cancellation);
            await using var opened = await OpenedBundle.StartAsync(file, "http://127.0.0.1:0", new EngineOptions(), null, cancellation);
            await using var page = await browser.OpenAsync();
            await page.GoAsync(opened.Url + "/vm/web-01");

            await Expect(page.Find(".origin")).ToContainTextAsync("REPLAYED: recorded bundle of web-01");
            await Expect(page.Find("#again-title")).ToHaveTextAsync("New verdict: the same cause");
            await Expect(page.Find("[aria-label='Recorded verdict'] .verdict-title")).ToHaveTextAsync("Host CPU contention");
            await Expect(page.Find("[aria-label='Verdict of the current rules'] .verdict-title")).ToHaveTextAsync("Host CPU contention");
            await page.Page.WaitForFunctionAsync("() => Number(document.querySelector('.stack').dataset.points) > 60");
            await page.ShootAsync("vm-bundle");
            await page.AssertAccessibleAsync();
            await Expect(page.Find(".whole-mark")).ToHaveTextAsync("The whole recording");
            await Expect(page.Find("button[data-range]")).ToHaveCountAsync(0);

            // The host's page is about the same stretch as the VM's.
            await page.GoAsync(opened.Url + "/host");
            await Expect(page.Find(".timebar-text")).ToHaveTextAsync($"{Quantity.Clock(to - 120, date: true)} – {Quantity.Clock(to)} UTC, 2 m");
            await page.Page.WaitForFunctionAsync("() => Number(document.querySelector('.stack').dataset.points) > 60");

            await page.GoAsync(opened.Url + "/episodes");
            await page.Find("tr:has-text('web-01') a:has-text('Details')").First.ClickAsync();
            await page.IsAtAsync("/episodes/[^/]*$");
            await Expect(page.Find("#seen-title")).ToHaveTextAsync("Acknowledged");
            await Expect(page.Find(".ack-form")).ToHaveCountAsync(0);
            Assert.Empty(page.Faults);
            Assert.Equal([new Uri(opened.Url).Authority], page.Hosts);
        }
        finally
        {
            Directory.Delete(Path.GetDirectoryName(file)!, recursive: true);
        }
    }
}
