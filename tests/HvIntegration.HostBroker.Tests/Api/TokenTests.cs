using HvIntegration.HostBroker.Tests.Ingest;
using System.Net;
using System.Net.Http.Headers;
using System.Net.Sockets;
using System.Text;
using System.Text.Json;

namespace HvIntegration.HostBroker.Tests.Api;

/// <summary>A broker that asks for a token on loopback: who gets in, by what, and who is held back.</summary>
public sealed class TokenTests : IAsyncLifetime
{
    private const string Token = "0123456789abcdef0123456789abcdef-correct";
    private const string Second = "fedcba9876543210fedcba9876543210-another";

    private readonly string _folder = Directory.CreateTempSubdirectory("hvi-token-").FullName;
    private TestBroker? _broker;
    private HttpClient? _http;

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    private TestBroker Broker => _broker!;

    private HttpClient Http => _http!;

    private int Port => new Uri(Broker.Url).Port;

    private string TokenPath => Path.Combine(_folder, "token");

    private string ConsolePath => Path.Combine(_folder, "api.sock");

    public async ValueTask InitializeAsync()
    {
        WriteToken(Token);
        _broker = await TestBroker.StartAsync(o =>
        {
            o.Api.TokenFile = TokenPath;
            o.Api.Console = "unix://" + ConsolePath;
        });
        _http = new HttpClient(new SocketsHttpHandler { AllowAutoRedirect = false, UseCookies = false }) { BaseAddress = new Uri(Broker.Url) };
    }

    public async ValueTask DisposeAsync()
    {
        _http?.Dispose();
        if (_broker is not null)
        {
            await _broker.DisposeAsync();
        }

        Directory.Delete(_folder, recursive: true);
    }

    [Fact]
    public async Task WrongTokens_HoldBackTheirAccount_AndNobodyElse()
    {
        OtherUser.Needed();
        string seen = "";
        for (int i = 0; i < 6; i++)
        {
            seen = await OtherUser.AskAsync(Port, Request("GET", "/api/v1/vms", "Authorization: Bearer wrong"));
        }

        Assert.StartsWith("HTTP/1.1 429", seen, StringComparison.Ordinal);
        Assert.Contains("Retry-After: ", seen, StringComparison.Ordinal);

        // The right one too, from there: it is not looked at. From another account it is taken at once.
        Assert.StartsWith("HTTP/1.1 429", await OtherUser.AskAsync(Port, Request("GET", "/api/v1/vms", "Authorization: Bearer " + Token)), StringComparison.Ordinal);
        Assert.Equal(HttpStatusCode.OK, await StatusAsync("api/v1/vms", Token));
        Assert.StartsWith("HTTP/1.1 200", await OtherUser.AskAsync(Port, Request("GET", "/api/v1/vms", "Authorization: Bearer " + Token), user: "65533"), StringComparison.Ordinal);
        Assert.Equal(5, JsonDocument.Parse(await TextAsync("api/v1/status", Token)).RootElement.GetProperty("counts").GetProperty("api_wrong_tokens").GetInt64());
    }

    [Fact]
    public async Task TokenFile_Replaced_HoldsWithoutARestart()
    {
        WriteToken(Second);
        await TestBroker.EventuallyAsync(async () => await StatusAsync("api/v1/vms", Second) == HttpStatusCode.OK, "the new token is taken");
        Assert.Equal(HttpStatusCode.Unauthorized, await StatusAsync("api/v1/vms", Token));

        // One that cannot be used leaves the one before.
        WriteToken("short");
        await Task.Delay(2_500, Cancellation);
        Assert.Equal(HttpStatusCode.OK, await StatusAsync("api/v1/vms", Second));
        Assert.Equal(HttpStatusCode.Unauthorized, await StatusAsync("api/v1/vms", "short"));

        WriteToken(Token);
        await TestBroker.EventuallyAsync(async () => await StatusAsync("api/v1/vms", Token) == HttpStatusCode.OK, "the third token is taken");
    }

    [Fact]
    public async Task TokenFile_Removed_LeavesTheTokenAskedFor()
    {
        File.Delete(TokenPath);
        await Task.Delay(2_500, Cancellation);

        Assert.Equal(HttpStatusCode.OK, await StatusAsync("api/v1/vms", Token));
        Assert.Equal(HttpStatusCode.Unauthorized, await StatusAsync("api/v1/vms", null));
    }

    [Theory]
    [InlineData("GET", "/")]
    [InlineData("GET", "/api/v1/vms")]
    [InlineData("GET", "/api/v1/stream")]
    [InlineData("GET", "/metrics")]
    [InlineData("GET", "/vm/web-01")]
    [InlineData("GET", "/openapi/v1.json")]
    [InlineData("GET", "/_blazor/negotiate")]
    [InlineData("POST", "/_blazor/negotiate")]
    [InlineData("POST", "/api/v1/logins")]
    public async Task WithoutToken_AnotherUserOfTheHost_SeesNothing(string method, string path)
    {
        OtherUser.Needed();
        string answer = await OtherUser.AskAsync(Port, Request(method, path, "Accept: text/html"));

        Assert.StartsWith("HTTP/1.1 401", answer, StringComparison.Ordinal);
        Assert.DoesNotContain("web-01", answer, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Console_Socket_TakesItsOwnerWithoutAToken_AndNobodyElse()
    {
        using var http = new HttpClient(new SocketsHttpHandler { ConnectCallback = ConnectConsoleAsync }) { BaseAddress = new Uri("http://localhost/") };
        Assert.Contains("web-01", await http.GetStringAsync(new Uri("api/v1/vms", UriKind.Relative), Cancellation), StringComparison.Ordinal);

        OtherUser.Needed();
        Open(_folder); // the socket's own mode must hold
        if (!OperatingSystem.IsWindows())
        {
            Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, File.GetUnixFileMode(ConsolePath));
        }

        var (status, output) = await OtherUser.RunAsync(OtherUser.Nobody, HviPath, ["vms", "--broker", "unix://" + ConsolePath]);
        Assert.NotEqual(0, status);
        Assert.DoesNotContain("web-01", output, StringComparison.Ordinal);
        Assert.Contains("has no access to", output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Console_SocketOfAGroup_TakesItsMembers()
    {
        OtherUser.Needed();
        const string Daemon = "1";
        Open(_folder);
        string path = Path.Combine(_folder, "group.sock");
        await using var broker = await TestBroker.StartAsync(o =>
        {
            o.Api.TokenFile = TokenPath;
            o.Api.Console = "unix://" + path;
            o.Api.SocketGroup = "daemon";
        });

        var (member, seen) = await OtherUser.RunAsync(OtherUser.Nobody, HviPath, ["vms", "--broker", "unix://" + path], Daemon);
        var (dashboard, address) = await OtherUser.RunAsync(OtherUser.Nobody, HviPath, ["dashboard", "--broker", "unix://" + path], Daemon);
        var (outsider, nothing) = await OtherUser.RunAsync(OtherUser.Nobody, HviPath, ["vms", "--broker", "unix://" + path]);

        Assert.True(member == 0, seen);
        Assert.Contains("web-01", seen, StringComparison.Ordinal);
        Assert.True(dashboard == 0, address);
        Assert.StartsWith(broker.Url + "/login?code=", address, StringComparison.Ordinal);
        Assert.NotEqual(0, outsider);
        Assert.DoesNotContain("web-01", nothing, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Console_WithoutRight_IsToldInOneSentenceWhatToDo()
    {
        OtherUser.Needed();
        var (status, output) = await OtherUser.RunAsync(OtherUser.Nobody, HviPath, ["vms", "--broker", Broker.Url]);

        Assert.Equal(2, status);
        Assert.Equal(
            $"hvi: The broker at {Broker.Url} requires a token. On its host, run the command with sudo, or join the group of Api:SocketGroup (sudo usermod -aG hvintegration USER, then log in again). Elsewhere, set HVI_BROKER_TOKEN_FILE to a file with the token.",
            output.Trim());
    }

    [Fact]
    public async Task Socket_LeftByAKilledBroker_IsTakenOver()
    {
        string path = Path.Combine(_folder, "stale.sock");
        using (var killed = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified))
        {
            // Closed by its handle the file stays, as after a kill.
            killed.Bind(new UnixDomainSocketEndPoint(path + ".bound"));
            File.Move(path + ".bound", path);
        }

        Assert.True(File.Exists(path));
        await using var broker = await TestBroker.StartAsync(o => o.Api.Console = "unix://" + path);
        using var http = new HttpClient(new SocketsHttpHandler
        {
            ConnectCallback = async (_, cancellation) =>
            {
                var socket = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
                await socket.ConnectAsync(new UnixDomainSocketEndPoint(path), cancellation);
                return new NetworkStream(socket, ownsSocket: true);
            },
        });
        Assert.Contains("web-01", await http.GetStringAsync(new Uri("http://localhost/api/v1/vms"), Cancellation), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Login_ByCodeOfTheConsole_GivesACookieOnce()
    {
        string url = await LoginUrlAsync();
        using var first = await Http.GetAsync(new Uri(url), Cancellation);
        Assert.Equal(HttpStatusCode.SeeOther, first.StatusCode);
        string cookie = Assert.Single(first.Headers.GetValues("Set-Cookie"));
        Assert.Contains("httponly", cookie, StringComparison.OrdinalIgnoreCase);
        Assert.Contains("samesite=strict", cookie, StringComparison.OrdinalIgnoreCase);

        using var second = await Http.GetAsync(new Uri(url), Cancellation);
        Assert.Equal(HttpStatusCode.Unauthorized, second.StatusCode);
        Assert.False(second.Headers.Contains("Set-Cookie"));

        string value = cookie[..cookie.IndexOf(';', StringComparison.Ordinal)];
        Assert.Equal(HttpStatusCode.OK, await StatusWithCookieAsync(value));
        Assert.Equal(HttpStatusCode.Unauthorized, await StatusWithCookieAsync(value[..^1] + (value[^1] == '0' ? '1' : '0')));

        // Another token ends it.
        WriteToken(Second);
        await TestBroker.EventuallyAsync(async () => await StatusWithCookieAsync(value) == HttpStatusCode.Unauthorized, "the cookie of the former token ends");
    }

    [Fact]
    public async Task Cookie_OfOneAccount_IsNothingToAnother()
    {
        OtherUser.Needed();
        using var response = await Http.GetAsync(new Uri(await LoginUrlAsync()), Cancellation);
        string cookie = Assert.Single(response.Headers.GetValues("Set-Cookie"));
        string value = cookie[..cookie.IndexOf(';', StringComparison.Ordinal)];

        Assert.Equal(HttpStatusCode.OK, await StatusWithCookieAsync(value));
        Assert.StartsWith("HTTP/1.1 401", await OtherUser.AskAsync(Port, Request("GET", "/api/v1/vms", "Cookie: " + value)), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Login_ByTheFormWithTheToken_GivesACookie()
    {
        using var wrong = await Http.PostAsync(new Uri("login", UriKind.Relative), Form("wrong"), Cancellation);
        Assert.Equal(HttpStatusCode.Unauthorized, wrong.StatusCode);
        Assert.Contains("Wrong token", await wrong.Content.ReadAsStringAsync(Cancellation), StringComparison.Ordinal);

        using var right = await Http.PostAsync(new Uri("login", UriKind.Relative), Form(Token), Cancellation);
        Assert.Equal(HttpStatusCode.SeeOther, right.StatusCode);
        Assert.True(right.Headers.Contains("Set-Cookie"));
    }

    [Fact]
    public async Task Visit_WithoutALogin_ShowsThePageToLogIn()
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, "vm/web-01");
        request.Headers.Accept.Add(new MediaTypeWithQualityHeaderValue("text/html"));
        using var response = await Http.SendAsync(request, Cancellation);

        Assert.Equal(HttpStatusCode.Unauthorized, response.StatusCode);
        Assert.Contains("name=\"token\"", await response.Content.ReadAsStringAsync(Cancellation), StringComparison.Ordinal);
        Assert.Contains("frame-ancestors 'none'", string.Join(' ', response.Headers.GetValues("Content-Security-Policy")), StringComparison.Ordinal);
    }

    private static string HviPath => Path.Combine(AppContext.BaseDirectory, "hvi");

    private static void Open(string folder)
    {
        if (!OperatingSystem.IsWindows())
        {
            File.SetUnixFileMode(folder, (UnixFileMode)0x1ED /* 0755 */);
        }
    }

    private static string Request(string method, string path, string header) =>
        $"{method} {path} HTTP/1.1\\r\\nHost: localhost\\r\\nConnection: close\\r\\nContent-Length: 0\\r\\n{header}\\r\\n\\r\\n";

    private static FormUrlEncodedContent Form(string token) => new([KeyValuePair.Create("token", token)]);

    private async Task<string> LoginUrlAsync()
    {
        using var http = new HttpClient(new SocketsHttpHandler { ConnectCallback = ConnectConsoleAsync }) { BaseAddress = new Uri("http://localhost/") };
        using var response = await http.PostAsync(new Uri("api/v1/logins", UriKind.Relative), null, Cancellation);
        string body = await response.Content.ReadAsStringAsync(Cancellation);
        Assert.True(response.IsSuccessStatusCode, body);
        return JsonSerializer.Deserialize<JsonElement>(body).GetProperty("url").GetString()!;
    }

    private async ValueTask<Stream> ConnectConsoleAsync(SocketsHttpConnectionContext context, CancellationToken cancellation)
    {
        var socket = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
        await socket.ConnectAsync(new UnixDomainSocketEndPoint(ConsolePath), cancellation);
        return new NetworkStream(socket, ownsSocket: true);
    }

    private async Task<HttpStatusCode> StatusWithCookieAsync(string cookie)
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, "api/v1/vms");
        request.Headers.Add("Cookie", cookie);
        using var response = await Http.SendAsync(request, Cancellation);
        return response.StatusCode;
    }

    private async Task<HttpStatusCode> StatusAsync(string path, string? token)
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, path);
        request.Headers.Authorization = token is null ? null : new AuthenticationHeaderValue("Bearer", token);
        using var response = await Http.SendAsync(request, Cancellation);
        return response.StatusCode;
    }

    private async Task<string> TextAsync(string path, string token)
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, path);
        request.Headers.Authorization = new AuthenticationHeaderValue("Bearer", token);
        using var response = await Http.SendAsync(request, Cancellation);
        return await response.Content.ReadAsStringAsync(Cancellation);
    }

    private void WriteToken(string token)
    {
        File.WriteAllText(TokenPath + ".new", token + "\n", Encoding.ASCII);
        if (!OperatingSystem.IsWindows())
        {
            File.SetUnixFileMode(TokenPath + ".new", UnixFileMode.UserRead | UnixFileMode.UserWrite);
        }

        File.Move(TokenPath + ".new", TokenPath, overwrite: true);
    }
}
