using HvIntegration.HostBroker.Tests.Ingest;
using HvIntegration.Cli.Client;
using HvIntegration.HostBroker.Commands;
using HvIntegration.HostBroker.Settings;
using System.Net;
using System.Net.Http.Headers;
using System.Net.Security;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using System.Text;

namespace HvIntegration.HostBroker.Tests.Api;

/// <summary>Off loopback there is TLS and a token, or there is no broker.</summary>
public sealed class ApiSecurityTests : IDisposable
{
    private const string Token = "0123456789abcdef0123456789abcdef-correct";

    private readonly string _folder = Directory.CreateTempSubdirectory("hvi-tls-").FullName;

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    private string TokenFile => Path.Combine(_folder, "token");

    private string CertificateFile => Path.Combine(_folder, "api.pem");

    [Fact]
    public void Load_HttpsWithoutCertificate_NamesTheSetting() =>
        AssertFault("Api:CertificateFile", ("Api:Url", "https://127.0.0.1:8787"));

    [Fact]
    public void Load_OffLoopbackWithoutToken_NamesTheSetting()
    {
        WriteCertificate();
        AssertFault("Api:TokenFile", ("Api:Url", "https://0.0.0.0:8787"), ("Api:CertificateFile", CertificateFile));
    }

    [Fact]
    public void Load_CertificateThatIsNone_NamesTheFile()
    {
        File.WriteAllText(CertificateFile, "not a certificate");
        AssertFault(CertificateFile, ("Api:Url", "https://127.0.0.1:8787"), ("Api:CertificateFile", CertificateFile));
    }

    [Fact]
    public void Load_ShortToken_NamesTheFile()
    {
        WriteToken("short");
        AssertFault(TokenFile, ("Api:TokenFile", TokenFile));
    }

    [Fact]
    public void Load_TokenEverybodyCanRead_IsRefused()
    {
        Assert.SkipWhen(OperatingSystem.IsWindows(), "Windows has access lists instead of modes");
        WriteToken(Token);
        if (!OperatingSystem.IsWindows())
        {
            File.SetUnixFileMode(TokenFile, UnixFileMode.UserRead | UnixFileMode.OtherRead);
        }

        AssertFault("chmod 600", ("Api:TokenFile", TokenFile));
    }

    [Fact]
    public void Load_PrivateKeyEverybodyCanRead_IsRefused()
    {
        Assert.SkipWhen(OperatingSystem.IsWindows(), "Windows has access lists instead of modes");
        WriteCertificate();
        if (!OperatingSystem.IsWindows())
        {
            File.SetUnixFileMode(CertificateFile, UnixFileMode.UserRead | UnixFileMode.OtherRead);
        }

        AssertFault($"Api:CertificateFile: '{CertificateFile}' can be read by every account", ("Api:Url", "https://127.0.0.1:8787"), ("Api:CertificateFile", CertificateFile));
    }

    [Fact]
    public void Load_SettingsEverybodyCanWrite_AreRefused()
    {
        Assert.SkipWhen(OperatingSystem.IsWindows(), "Windows has access lists instead of modes");
        string file = Path.Combine(_folder, "broker.json");
        File.WriteAllText(file, "{}");
        Assert.NotNull(BrokerConfiguration.Load(file, []));
        if (!OperatingSystem.IsWindows())
        {
            File.SetUnixFileMode(file, UnixFileMode.UserRead | UnixFileMode.OtherRead | UnixFileMode.OtherWrite);
        }

        var refused = Assert.Throws<BrokerConfigurationException>(() => BrokerConfiguration.Load(file, []));
        Assert.Contains($"'{file}' can be written by every account of this machine", Assert.Single(refused.Faults), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Broker_HistoryWhereEverybodyCanWrite_DoesNotStart()
    {
        Assert.SkipWhen(OperatingSystem.IsWindows(), "Windows has access lists instead of modes");
        string folder = Directory.CreateDirectory(Path.Combine(_folder, "open")).FullName;
        if (!OperatingSystem.IsWindows())
        {
            File.SetUnixFileMode(folder, (UnixFileMode)0x1FF);
        }

        using var errors = new StringWriter();
        int status = await HviCommand.RunAsync(["broker", "--source", "simulated", "--api", "http://127.0.0.1:0", "--history", Path.Combine(folder, "history")], TextWriter.Null, errors, Cancellation);

        Assert.Equal(ExitStatus.Usage, status);
        Assert.Contains($"chmod go-w {folder}", errors.ToString(), StringComparison.Ordinal);
        Assert.False(Directory.Exists(Path.Combine(folder, "history")));
    }

    [Fact]
    public async Task Broker_TokenThatChangedSinceTheSettingsWereChecked_IsToldInOneSentence()
    {
        Assert.SkipWhen(OperatingSystem.IsWindows(), "Windows has access lists instead of modes");
        WriteToken("short");
        var options = new BrokerOptions { Source = "simulated" };
        options.Api.Url = "http://127.0.0.1:0";
        options.Api.TokenFile = TokenFile;
        options.History.Folder = Path.Combine(_folder, "history");

        var refused = await Assert.ThrowsAsync<CommandException>(() => BrokerCommand.StartAsync(options, null, console: false, Cancellation));

        Assert.Equal(ExitStatus.Usage, refused.Status);
        Assert.Contains(TokenFile, refused.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Certificate_Replaced_IsShownWithoutARestart()
    {
        WriteToken(Token);
        WriteCertificate();
        await using var broker = await StartAsync();
        string first = await ShownAsync(broker.Url);
        WriteCertificate();
        await TestBroker.EventuallyAsync(async () => await ShownAsync(broker.Url) != first, "the new certificate is shown");

        // One that is none leaves the one before.
        string second = await ShownAsync(broker.Url);
        await File.WriteAllTextAsync(CertificateFile, "not a certificate", Cancellation);
        await Task.Delay(2_500, Cancellation);
        Assert.Equal(second, await ShownAsync(broker.Url));
    }

    [Theory]
    [InlineData(null, HttpStatusCode.Unauthorized)]
    [InlineData("Bearer wrong-wrong-wrong-wrong-wrong-wrong-wrong", HttpStatusCode.Unauthorized)]
    [InlineData("Basic !!", HttpStatusCode.Unauthorized)]
    [InlineData("Bearer " + Token, HttpStatusCode.OK)]
    [InlineData("Basic", HttpStatusCode.OK)]
    public async Task Get_BehindTlsAndToken_IsAnsweredToWhoHasTheToken(string? authorization, HttpStatusCode expected)
    {
        WriteToken(Token);
        WriteCertificate();
        await using var broker = await StartAsync();
        using var http = Client(broker.Url);
        using var request = new HttpRequestMessage(HttpMethod.Get, "api/v1/vms");
        if (authorization is not null)
        {
            string header = authorization == "Basic" ? "Basic " + Convert.ToBase64String(Encoding.UTF8.GetBytes("anybody:" + Token)) : authorization;
            request.Headers.TryAddWithoutValidation("Authorization", header);
        }

        using var response = await http.SendAsync(request, Cancellation);

        Assert.Equal(expected, response.StatusCode);
        if (expected == HttpStatusCode.Unauthorized)
        {
            Assert.Equal("application/problem+json", response.Content.Headers.ContentType?.MediaType);
            Assert.Contains(response.Headers.WwwAuthenticate, h => h.Scheme == "Bearer");
        }
    }

    [Fact]
    public async Task Vms_WithTokenFileAndCertificate_AreListed()
    {
        WriteToken(Token);
        WriteCertificate();
        await using var broker = await StartAsync();
        using var client = new ApiClient(broker.Url, TokenFile, CertificateFile);

        Assert.Contains("web-01", await client.GetTextAsync("api/v1/vms", Cancellation), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Post_FromAPageOfAnotherSite_IsRefused()
    {
        await using var broker = await TestBroker.StartAsync();
        using var http = new HttpClient { BaseAddress = new Uri(broker.Url) };
        using var request = new HttpRequestMessage(HttpMethod.Post, "api/v1/episodes/1-11111111000040008000000000000001/acknowledgement") { Content = new StringContent("{}", new MediaTypeHeaderValue("application/json")) };
        request.Headers.Add("Sec-Fetch-Site", "cross-site");

        using var response = await http.SendAsync(request, Cancellation);

        Assert.Equal(HttpStatusCode.Forbidden, response.StatusCode);
    }

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    private static void AssertFault(string says, params (string Key, string? Value)[] settings)
    {
        var refused = Assert.Throws<BrokerConfigurationException>(() => BrokerConfiguration.Load(null, settings.Select(s => KeyValuePair.Create(s.Key, s.Value))));
        Assert.Contains(refused.Faults, f => f.Contains(says, StringComparison.Ordinal));
    }

    private Task<TestBroker> StartAsync() => TestBroker.StartAsync(o =>
    {
        o.Api.Url = "https://127.0.0.1:0";
        o.Api.CertificateFile = CertificateFile;
        o.Api.TokenFile = TokenFile;
    });

    private static async Task<string> ShownAsync(string url)
    {
        using var tcp = new System.Net.Sockets.TcpClient();
        await tcp.ConnectAsync(IPAddress.Loopback, new Uri(url).Port, Cancellation);
        string shown = "";
        await using var tls = new SslStream(tcp.GetStream(), false, (_, certificate, _, _) => (shown = certificate!.GetCertHashString()).Length > 0);
        await tls.AuthenticateAsClientAsync("127.0.0.1");
        return shown;
    }

    private HttpClient Client(string url)
    {
        string thumbprint = X509CertificateLoader.LoadCertificateFromFile(CertificateFile).Thumbprint;
        var handler = new SocketsHttpHandler
        {
            SslOptions = new SslClientAuthenticationOptions { RemoteCertificateValidationCallback = (_, certificate, _, _) => ((X509Certificate2)certificate!).Thumbprint == thumbprint },
        };
        return new HttpClient(handler) { BaseAddress = new Uri(url) };
    }

    private void WriteToken(string token)
    {
        File.WriteAllText(TokenFile, token + "\n");
        OwnerOnly(TokenFile);
    }

    private static void OwnerOnly(string file)
    {
        if (!OperatingSystem.IsWindows())
        {
            File.SetUnixFileMode(file, UnixFileMode.UserRead | UnixFileMode.UserWrite);
        }
    }

    private void WriteCertificate()
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var request = new CertificateRequest("CN=broker", key, HashAlgorithmName.SHA256);
        var names = new SubjectAlternativeNameBuilder();
        names.AddIpAddress(IPAddress.Loopback);
        request.CertificateExtensions.Add(names.Build());
        var now = TimeProvider.System.GetUtcNow();
        using var certificate = request.CreateSelfSigned(now.AddDays(-1), now.AddDays(1));
        File.WriteAllText(CertificateFile, certificate.ExportCertificatePem() + "\n" + key.ExportPkcs8PrivateKeyPem() + "\n");
        OwnerOnly(CertificateFile);
    }
}
