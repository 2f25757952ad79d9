using System.Net.Http.Headers;
using System.Text.Json;
using HvIntegration.CounterSources.Simulated;
using static Microsoft.Playwright.Assertions;

namespace HvIntegration.DashboardTests;

/// <summary>A browser's way into a dashboard that asks for a token.</summary>
public sealed class LoginTests(Browser browser) : IAsyncLifetime
{
    private const string Token = "0123456789abcdef0123456789abcdef-correct";

    private readonly string _token = Path.Combine(Directory.CreateTempSubdirectory("hvi-login-").FullName, "token");
    private FastBroker? _broker;

    private FastBroker Broker => _broker!;

    public async ValueTask InitializeAsync()
    {
        await File.WriteAllTextAsync(_token, Token, TestContext.Current.CancellationToken);
        if (!OperatingSystem.IsWindows())
        {
            File.SetUnixFileMode(_token, UnixFileMode.UserRead | UnixFileMode.UserWrite);
        }

        _broker = await FastBroker.StartAsync(new StorySource(new SimulatedCounterSource(new SimulatedOptions())), o => o.Api.TokenFile = _token);
        await _broker.AdvanceAsync(5);
    }

    public async ValueTask DisposeAsync()
    {
        if (_broker is not null)
        {
            await _broker.DisposeAsync();
        }

        Directory.Delete(Path.GetDirectoryName(_token)!, recursive: true);
    }

    [Fact]
    public async Task Page_WithoutALogin_TakesTheTokenAndThenIsLive()
    {
        await using var page = await browser.OpenAsync();
        await page.Page.GotoAsync(Broker.Url + "/vm/web-01");
        await Expect(page.Find("h1")).ToHaveTextAsync("This dashboard requires a token");
        await Expect(page.Find("body")).Not.ToContainTextAsync("web-01");
        await page.ShootAsync("login");

        await page.Find("input").FillAsync("wrong");
        await page.Find("button").ClickAsync();
        await Expect(page.Find(".fault")).ToHaveTextAsync("Wrong token.");

        await page.Find("input").FillAsync(Token);
        await page.Find("button").ClickAsync();
        await page.AliveAsync();
        await Expect(page.Find("body")).ToContainTextAsync("web-01");

        // Each further page too, and its line to the broker.
        await page.GoAsync(Broker.Url + "/vm/web-01");
        await Expect(page.Find("h1")).ToContainTextAsync("web-01");
    }

    [Fact]
    public async Task AddressOfTheConsole_LetsOneBrowserIn()
    {
        string url = await LoginUrlAsync();
        await using var first = await browser.OpenAsync();
        await first.GoAsync(url);
        await first.IsAtAsync("/$");
        await Expect(first.Find("body")).ToContainTextAsync("web-01");
        Assert.Empty(first.Faults);

        await using var second = await browser.OpenAsync();
        await second.Page.GotoAsync(url);
        await Expect(second.Find(".fault")).ToContainTextAsync("was already used");
    }

    private async Task<string> LoginUrlAsync()
    {
        using var client = new HttpClient();
        using var request = new HttpRequestMessage(HttpMethod.Post, new Uri(Broker.Url + "/api/v1/logins"));
        request.Headers.Authorization = new AuthenticationHeaderValue("Bearer", Token);
        using var response = await client.SendAsync(request, TestContext.Current.CancellationToken);
        string body = await response.Content.ReadAsStringAsync(TestContext.Current.CancellationToken);
        Assert.True(response.IsSuccessStatusCode, body);
        return JsonSerializer.Deserialize<JsonElement>(body).GetProperty("url").GetString()!;
    }
}
