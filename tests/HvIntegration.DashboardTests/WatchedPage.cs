using System.Collections.Concurrent;
using System.Text.RegularExpressions;
using Microsoft.Playwright;

namespace HvIntegration.DashboardTests;

/// <summary>A page of the browser and what went wrong in it.</summary>
public sealed class WatchedPage : IAsyncDisposable
{
    private readonly IBrowserContext _context;
    private readonly ConcurrentQueue<string> _faults = new();
    private readonly ConcurrentDictionary<string, int> _hosts = new();

    public WatchedPage(IBrowserContext context, IPage page)
    {
        _context = context;
        Page = page;
        page.Console += (_, message) =>
        {
            if (message.Type is "error" or "warning")
            {
                _faults.Enqueue($"{message.Type}: {message.Text}");
            }
        };
        page.PageError += (_, error) => _faults.Enqueue("exception: " + error);
        page.Response += (_, response) =>
        {
            if (response.Status >= 400)
            {
                _faults.Enqueue($"{response.Status} {response.Url}");
            }
        };
        page.Request += (_, request) =>
        {
            if (!request.Url.StartsWith("data:", StringComparison.Ordinal))
            {
                _hosts.AddOrUpdate(new Uri(request.Url).Authority, 1, (_, n) => n + 1);
            }
        };
    }

    /// <summary>The page.</summary>
    public IPage Page { get; }

    /// <summary>Console errors and warnings, exceptions, answers of 400 and more.</summary>
    public IReadOnlyCollection<string> Faults => [.. _faults];

    /// <summary>Every machine the page asked.</summary>
    public IReadOnlyCollection<string> Hosts => [.. _hosts.Keys];

    /// <summary>Opens an address and waits until the page is alive.</summary>
    public async Task GoAsync(string url)
    {
        await Page.GotoAsync(url);
        await AliveAsync();
    }

    /// <summary>Waits until the line to the broker stands, so that keys and clicks are heard, and the charts, if there are any, are drawn.</summary>
    public async Task AliveAsync()
    {
        await Page.WaitForFunctionAsync("() => document.querySelector('main[data-live=true] h1') !== null");
        await Page.WaitForFunctionAsync("() => [...document.querySelectorAll('.stack')].every(s => s.dataset.points !== undefined)");
    }

    /// <summary>Waits until the address matches. By asking again and again: an event of the move that comes while a click still returns is not seen by who waits for the event.</summary>
    public Task IsAtAsync(string pattern) =>
        Assertions.Expect(Page).ToHaveURLAsync(new Regex(pattern), new PageAssertionsToHaveURLOptions { Timeout = Browser.TimeoutMilliseconds });

    /// <summary>The one thing a selector finds.</summary>
    public ILocator Find(string selector) => Page.Locator(selector);

    /// <summary>Writes what the page looks like.</summary>
    public Task ShootAsync(string name, bool full = true) =>
        Page.ScreenshotAsync(new PageScreenshotOptions { Path = Path.Combine(RepositoryFolder.Screenshots, name + ".png"), FullPage = full });

    /// <summary>Writes the picture that stands in <c>docs/images</c> under this name: what fits the window, small enough for a repository.</summary>
    public async Task ShootForDocsAsync(string name, int height = 780)
    {
        const int BytesMax = 250_000;
        await Page.SetViewportSizeAsync(1280, height);
        byte[] picture = await Page.ScreenshotAsync(new PageScreenshotOptions { Path = Path.Combine(RepositoryFolder.Screenshots, $"docs-{name}.png") });
        Assert.InRange(picture.Length, 1, BytesMax);
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync() => await _context.DisposeAsync();
}
