using Microsoft.Playwright;

namespace HvIntegration.DashboardTests;

/// <summary>Debian's Chromium, driven by Playwright; started once.</summary>
public sealed class Browser : IAsyncLifetime
{
    /// <summary>Longest wait for anything on a page.</summary>
    public const int TimeoutMilliseconds = 20_000;

    private const string Chromium = "/usr/bin/chromium";

    private static readonly string[] Switches =
    [
        "--headless", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking", "--disable-component-update", "--disable-sync",
    ];

    private IPlaywright? _playwright;
    private IBrowser? _browser;

    /// <inheritdoc/>
    public async ValueTask InitializeAsync()
    {
        if (File.Exists(Chromium))
        {
            _playwright = await Playwright.CreateAsync();
            _browser = await _playwright.Chromium.LaunchAsync(new BrowserTypeLaunchOptions { ExecutablePath = Chromium, Args = Switches, Timeout = 60_000 });
        }
    }

    /// <summary>A page with a profile of its own that notes everything that goes wrong in it.</summary>
    public async Task<WatchedPage> OpenAsync(int width = 1280, int height = 900, bool dark = false)
    {
        Assert.SkipWhen(_browser is null, $"{Chromium} is not there: ./test installs it (Debian package chromium)");
        var context = await _browser.NewContextAsync(new BrowserNewContextOptions
        {
            ViewportSize = new ViewportSize { Width = width, Height = height },
            ColorScheme = dark ? ColorScheme.Dark : ColorScheme.Light,
            ReducedMotion = ReducedMotion.Reduce,
        });
        context.SetDefaultTimeout(TimeoutMilliseconds);
        return new WatchedPage(context, await context.NewPageAsync());
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        if (_browser is not null)
        {
            await _browser.DisposeAsync();
        }

        _playwright?.Dispose();
    }
}
