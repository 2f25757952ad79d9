using HvIntegration.Api.Contract;
using HvIntegration.Cli.Terminal;
using System.IO.Pipes;
using System.Net;
using System.Net.Http.Headers;
using System.Net.Security;
using System.Net.ServerSentEvents;
using System.Net.Sockets;
using System.Runtime.CompilerServices;
using System.Runtime.Versioning;
using System.Security.Authentication;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using System.Security.Principal;
using System.Text.Json;
using System.Text.Json.Serialization;
using HvIntegration.Transport.Files;

namespace HvIntegration.Cli.Client;

/// <summary>Asks a broker's API; every failure is a <see cref="CommandException"/> with its exit status.</summary>
internal sealed class ApiClient : IDisposable
{
    private static readonly TimeSpan Timeout = TimeSpan.FromSeconds(20);

    /// <summary>Environment variable that names the file with the broker's token.</summary>
    public const string TokenVariable = "HVI_BROKER_TOKEN_FILE";

    /// <summary>Environment variable that names the broker's certificate (PEM), where the system does not trust it.</summary>
    public const string CertificateVariable = "HVI_BROKER_CERTIFICATE";

    private const int PipeConnectMs = 2_000;
    private const int PageSize = 1_000;
    private const int DownloadBufferBytes = 1 << 16;
    private static readonly TimeSpan StallMax = TimeSpan.FromSeconds(120);

    private readonly HttpClient _http;
    private readonly string _url;

    /// <summary>Prepares to ask; connects with the first question.</summary>
    /// <param name="url">As <c>Api:Url</c> of the broker.</param>
    /// <param name="tokenFile">File with the broker's token; null for what <see cref="TokenVariable"/> names, if anything.</param>
    /// <param name="certificateFile">The broker's certificate; null for what <see cref="CertificateVariable"/> names, if anything.</param>
    /// <exception cref="CommandException">Not an address, or a file that cannot be used.</exception>
    public ApiClient(string url, string? tokenFile = null, string? certificateFile = null)
    {
        _url = url;
        tokenFile ??= Environment.GetEnvironmentVariable(TokenVariable);
        certificateFile ??= Environment.GetEnvironmentVariable(CertificateVariable);
        var handler = new SocketsHttpHandler { UseProxy = false };
        Uri baseAddress;
        if (LocalStream(url) is { } connect)
        {
            baseAddress = new Uri("http://localhost/");
            handler.ConnectCallback = (_, cancellation) => connect(cancellation);
        }
        else if (Uri.TryCreate(url, UriKind.Absolute, out var uri) && uri.Scheme is "http" or "https")
        {
            baseAddress = uri;
        }
        else
        {
            handler.Dispose();
            throw new CommandException(ExitStatus.Usage, $"Invalid --broker '{url}'. Use an address such as {ApiLocation.DefaultUrl}, https://host:8787 or {ApiLocation.PackagedConsole}");
        }

        _http = new HttpClient(handler) { BaseAddress = baseAddress, Timeout = System.Threading.Timeout.InfiniteTimeSpan };
        try
        {
            Trust(handler, certificateFile);
            if (tokenFile is { Length: > 0 })
            {
                _http.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Bearer", TokenFile.ReadAsCaller(tokenFile));
            }
        }
        catch (Exception e) when (e is FormatException or CryptographicException)
        {
            _http.Dispose();
            throw new CommandException(ExitStatus.Usage, e is FormatException ? e.Message : $"{CertificateVariable} '{certificateFile}' is not a valid certificate: {e.Message}", e);
        }
    }

    /// <summary>Where a command asks when it is told nothing: where the packages have the console come in, else loopback.</summary>
    /// <remarks>The place is asked for a connection, because a broker that was killed leaves its socket behind.</remarks>
    public static string FindBroker()
    {
        if (OperatingSystem.IsWindows())
        {
            return IsPipeThere(ApiLocation.PackagedConsole[ApiLocation.PipeScheme.Length..]) ? ApiLocation.PackagedConsole : ApiLocation.DefaultUrl;
        }

        string path = ApiLocation.PackagedConsole[ApiLocation.UnixScheme.Length..];
        if (!File.Exists(path))
        {
            return ApiLocation.DefaultUrl;
        }

        using var socket = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
        try
        {
            socket.Connect(new UnixDomainSocketEndPoint(path));
            return ApiLocation.PackagedConsole;
        }
        catch (SocketException e)
        {
            return e.SocketErrorCode == SocketError.AccessDenied ? ApiLocation.PackagedConsole : ApiLocation.DefaultUrl;
        }
    }

    /// <summary>How the API writes JSON.</summary>
    public static JsonSerializerOptions Json { get; } = new(JsonSerializerDefaults.Web)
    {
        WriteIndented = true,
        NumberHandling = JsonNumberHandling.Strict,
    };

    /// <summary>Asks and reads the answer.</summary>
    public async Task<T> GetAsync<T>(string path, CancellationToken cancellation)
    {
        string body = await GetTextAsync(path, cancellation);
        try
        {
            return JsonSerializer.Deserialize<T>(body, Json)
                ?? throw new CommandException(ExitStatus.BrokerError, $"{_url}/{path} returned an empty answer.");
        }
        catch (JsonException e)
        {
            throw new CommandException(ExitStatus.BrokerError, $"{_url}/{path} did not answer as a broker of this version: {e.Message}", e);
        }
    }

    /// <summary>Asks and gives the answer's text.</summary>
    public Task<string> GetTextAsync(string path, CancellationToken cancellation) =>
        SendAsync(() => new HttpRequestMessage(HttpMethod.Get, new Uri(path, UriKind.Relative)), (response, limited) => response.Content.ReadAsStringAsync(limited), cancellation);

    /// <summary>Every VM, page by page.</summary>
    public async Task<VmsAnswer> GetVmsAsync(CancellationToken cancellation)
    {
        var answer = await GetAsync<VmsAnswer>($"api/v1/vms?limit={PageSize}", cancellation);
        var vms = answer.Vms.ToList();
        string? next = answer.Next;
        while (next is not null)
        {
            var page = await GetAsync<VmsAnswer>($"api/v1/vms?limit={PageSize}&after={Uri.EscapeDataString(next)}", cancellation);
            vms.AddRange(page.Vms);
            next = page.Next;
        }

        return answer with { Vms = vms, Next = null };
    }

    /// <summary>Episodes, newest onset first, page by page until there are as many as asked for.</summary>
    /// <param name="query">Which, as the API takes it.</param>
    /// <param name="limit">Maximum number of episodes.</param>
    /// <param name="cancellation">Cancels the operation.</param>
    public async Task<EpisodesAnswer> GetEpisodesAsync(string query, int limit, CancellationToken cancellation)
    {
        var episodes = new List<EpisodeView>();
        string? next = null;
        EpisodesAnswer answer;
        do
        {
            string after = next is null ? "" : "&after=" + Uri.EscapeDataString(next);
            answer = await GetAsync<EpisodesAnswer>($"api/v1/episodes?{query}&limit={Math.Min(PageSize, limit - episodes.Count)}{after}", cancellation);
            episodes.AddRange(answer.Episodes);
            next = answer.Next;
        }
        while (next is not null && episodes.Count < limit);

        return answer with { Episodes = episodes };
    }

    /// <summary>Tells the broker something.</summary>
    public Task<string> PostAsync<T>(string path, T body, CancellationToken cancellation) =>
        SendAsync(
            () => new HttpRequestMessage(HttpMethod.Post, new Uri(path, UriKind.Relative)) { Content = JsonContent.Create(body, options: Json) },
            (response, limited) => response.Content.ReadAsStringAsync(limited), cancellation);

    /// <summary>Asks for something to be made, and reads it.</summary>
    public async Task<T> PostAsync<T>(string path, CancellationToken cancellation)
    {
        string body = await SendAsync(
            () => new HttpRequestMessage(HttpMethod.Post, new Uri(path, UriKind.Relative)), (response, limited) => response.Content.ReadAsStringAsync(limited), cancellation);
        return JsonSerializer.Deserialize<T>(body, Json) ?? throw new CommandException(ExitStatus.BrokerError, $"{_url}/{path} returned an empty answer.");
    }

    /// <summary>Asks for a file and copies it as it comes.</summary>
    /// <param name="path">Path of the resource.</param>
    /// <param name="to">Stream that receives the answer.</param>
    /// <param name="answered">Told the headers, before the first byte.</param>
    /// <param name="received">Given the bytes once they are written, part by part.</param>
    /// <param name="cancellation">Cancels the operation.</param>
    public async Task DownloadAsync(
        string path, Stream to, Action<HttpResponseHeaders> answered, Func<ReadOnlyMemory<byte>, CancellationToken, ValueTask> received, CancellationToken cancellation)
    {
        using var response = await SendAsync(
            () => new HttpRequestMessage(HttpMethod.Get, new Uri(path, UriKind.Relative)), (answer, _) => Task.FromResult(answer), cancellation, keep: true);
        using var stalled = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        byte[] buffer = new byte[DownloadBufferBytes];
        answered(response.Headers);
        try
        {
            await using var body = await response.Content.ReadAsStreamAsync(cancellation);
            while (true)
            {
                stalled.CancelAfter(StallMax);
                int read = await body.ReadAsync(buffer, stalled.Token);
                if (read == 0)
                {
                    return;
                }

                await to.WriteAsync(buffer.AsMemory(0, read), cancellation);
                await received(buffer.AsMemory(0, read), cancellation);
            }
        }
        catch (Exception e) when (e is HttpRequestException or HttpIOException)
        {
            throw new CommandException(ExitStatus.Unreachable, $"The broker at {_url} ended its answer too early: {e.Message} The log of the broker shows the reason.", e);
        }
        catch (OperationCanceledException e) when (!cancellation.IsCancellationRequested)
        {
            throw new CommandException(ExitStatus.Unreachable, $"The broker at {_url} sent nothing for {StallMax.TotalSeconds:0} s.", e);
        }
    }

    /// <summary>Changes as the broker tells them, until it ends or the caller does.</summary>
    public async IAsyncEnumerable<SseItem<string>> StreamAsync(string path, [EnumeratorCancellation] CancellationToken cancellation)
    {
        using var response = await SendAsync(
            () => new HttpRequestMessage(HttpMethod.Get, new Uri(path, UriKind.Relative)), (answer, _) => Task.FromResult(answer), cancellation, keep: true);
        await using var body = await response.Content.ReadAsStreamAsync(cancellation);
        await foreach (var item in SseParser.Create(body).EnumerateAsync(cancellation))
        {
            yield return item;
        }
    }

    /// <inheritdoc/>
    public void Dispose() => _http.Dispose();

    private static string HowToGetIn => OperatingSystem.IsWindows()
        ? $"Run the command as administrator on the host of the broker, or set {TokenVariable} to a file with the token."
        : $"On its host, run the command with sudo, or join the group of Api:SocketGroup (sudo usermod -aG hvintegration USER, then log in again). Elsewhere, set {TokenVariable} to a file with the token.";

    // What HTTP goes over where the address is no network's; null for a network.
    private static Func<CancellationToken, ValueTask<Stream>>? LocalStream(string url)
    {
        if (url.StartsWith(ApiLocation.UnixScheme + "/", StringComparison.Ordinal))
        {
            return cancellation => ConnectSocketAsync(url[ApiLocation.UnixScheme.Length..], cancellation);
        }

        return OperatingSystem.IsWindows() && url.StartsWith(ApiLocation.PipeScheme, StringComparison.Ordinal)
            ? PipeStream(url[ApiLocation.PipeScheme.Length..])
            : null;
    }

    [SupportedOSPlatform("windows")]
    private static Func<CancellationToken, ValueTask<Stream>> PipeStream(string name) => cancellation => ConnectPipeAsync(name, cancellation);

    private static async ValueTask<Stream> ConnectSocketAsync(string path, CancellationToken cancellation)
    {
        var socket = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
        try
        {
            await socket.ConnectAsync(new UnixDomainSocketEndPoint(path), cancellation);
            return new NetworkStream(socket, ownsSocket: true);
        }
        catch
        {
            socket.Dispose();
            throw;
        }
    }

    [SupportedOSPlatform("windows")]
    private static bool IsPipeThere(string name)
    {
        using var pipe = new NamedPipeClientStream(".", name, PipeDirection.InOut, PipeOptions.None, TokenImpersonationLevel.Identification);
        try
        {
            pipe.Connect(0);
            return true;
        }
        catch (UnauthorizedAccessException)
        {
            return true; // who asks it is told what to do
        }
        catch (Exception e) when (e is IOException or TimeoutException)
        {
            return false;
        }
    }

    // Any user may make a pipe of a free name: who answers must be the system, an administrator or this account, before anything is told.
    [SupportedOSPlatform("windows")]
    private static async ValueTask<Stream> ConnectPipeAsync(string name, CancellationToken cancellation)
    {
        var pipe = new NamedPipeClientStream(".", name, PipeDirection.InOut, PipeOptions.Asynchronous, TokenImpersonationLevel.Identification);
        try
        {
            await pipe.ConnectAsync(PipeConnectMs, cancellation);
            return pipe.GetAccessControl().GetOwner(typeof(SecurityIdentifier)) is SecurityIdentifier owner
                && WindowsAccounts.Trusted.Contains(owner)
                ? pipe
                : throw new IOException($"the pipe '{name}' was created by a user of this machine, not by the broker");
        }
        catch (TimeoutException e)
        {
            await pipe.DisposeAsync();
            throw new IOException($"no process answers at the pipe '{name}'", e);
        }
        catch
        {
            await pipe.DisposeAsync();
            throw;
        }
    }

    private static void Trust(SocketsHttpHandler handler, string? certificateFile)
    {
        if (certificateFile is not { Length: > 0 })
        {
            return;
        }

        using var trusted = X509CertificateLoader.LoadCertificateFromFile(certificateFile);
        byte[] raw = trusted.RawData;
        handler.SslOptions.RemoteCertificateValidationCallback = (_, certificate, chain, errors) =>
            errors == SslPolicyErrors.None || (certificate is not null && raw.AsSpan().SequenceEqual(certificate.GetRawCertData()))
            || (chain is not null && !errors.HasFlag(SslPolicyErrors.RemoteCertificateNameMismatch)
                && chain.ChainElements.Any(e => raw.AsSpan().SequenceEqual(e.Certificate.RawData)));
    }

    private async Task<T> SendAsync<T>(
        Func<HttpRequestMessage> request, Func<HttpResponseMessage, CancellationToken, Task<T>> read, CancellationToken cancellation, bool keep = false)
    {
        using var limited = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        limited.CancelAfter(Timeout);
        HttpResponseMessage? response = null;
        bool kept = false;
        try
        {
            using var message = request();
            response = await _http.SendAsync(message, HttpCompletionOption.ResponseHeadersRead, limited.Token);
            if (response.StatusCode == HttpStatusCode.Unauthorized && message.Headers.Authorization is null && _http.DefaultRequestHeaders.Authorization is null)
            {
                throw new CommandException(ExitStatus.Usage, $"The broker at {_url} requires a token. {HowToGetIn}");
            }

            if (!response.IsSuccessStatusCode)
            {
                throw Refused(response.StatusCode, await response.Content.ReadAsStringAsync(limited.Token));
            }

            var answer = await read(response, limited.Token);
            kept = keep;
            return answer;
        }
        catch (HttpRequestException e) when (LocalStream(_url) is not null && e.InnerException is SocketException { SocketErrorCode: SocketError.AccessDenied } or UnauthorizedAccessException)
        {
            throw new CommandException(ExitStatus.Unreachable, $"This account has no access to {_url}. {HowToGetIn}", e);
        }
        catch (HttpRequestException e)
        {
            string why = e.InnerException is SocketException or AuthenticationException ? e.InnerException.Message : e.Message;
            throw new CommandException(
                ExitStatus.Unreachable, $"No broker answers at {_url}: {why}. Start it with 'hvi broker', or set another address with --broker.", e);
        }
        catch (HttpIOException e)
        {
            throw new CommandException(ExitStatus.Unreachable, $"The broker at {_url} ended its answer too early: {e.Message}", e);
        }
        catch (OperationCanceledException e) when (!cancellation.IsCancellationRequested)
        {
            throw new CommandException(ExitStatus.Unreachable, $"The broker at {_url} did not answer within {Timeout.TotalSeconds:0} s.", e);
        }
        finally
        {
            if (!kept)
            {
                response?.Dispose();
            }
        }
    }

    private static CommandException Refused(HttpStatusCode status, string body)
    {
        string sentence = $"The broker answered {(int)status}.";
        try
        {
            using var problem = JsonDocument.Parse(body);
            if (problem.RootElement.TryGetProperty("detail", out var detail) && detail.GetString() is { Length: > 0 } text)
            {
                // It may hold what a guest or a tenant named.
                sentence = Screen.Safe(text);
            }
        }
        catch (JsonException)
        {
            // Not one of our problem details: the number has to do.
        }

        return new CommandException(
            status switch
            {
                HttpStatusCode.NotFound => ExitStatus.NotFound,
                HttpStatusCode.BadRequest or HttpStatusCode.Conflict or HttpStatusCode.Unauthorized => ExitStatus.Usage,
                _ => ExitStatus.BrokerError,
            },
            sentence);
    }
}
