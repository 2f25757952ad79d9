using HvIntegration.HostBroker.Tests.Ingest;
using System.Diagnostics;
using System.Net;
using System.Net.Http.Headers;
using System.Net.Sockets;
using System.Text;

namespace HvIntegration.HostBroker.Tests.Api;

/// <summary>What one local account can hold of the API, and for how long.</summary>
public sealed class ApiLimitsTests
{
    private const int HalfSent = 4_096;
    private static readonly TimeSpan HalfSentMax = TimeSpan.FromSeconds(15);

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData("POST /api/v1/episodes/1/acknowledgement HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\nContent-Length: 1000\r\n\r\n{")]
    [InlineData("GET /api/v1/vms HTTP/1.1\r\nHost: local")]
    public async Task Connection_HalfSentRequest_IsEndedAfterSeconds(string sent)
    {
        await using var broker = await TestBroker.StartAsync();
        var url = new Uri(broker.Url);
        using var socket = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        await socket.ConnectAsync(url.Host, url.Port, Cancellation);
        await socket.SendAsync(Encoding.ASCII.GetBytes(sent), Cancellation);
        using var patience = CancellationTokenSource.CreateLinkedTokenSource(Cancellation);
        patience.CancelAfter(HalfSentMax);

        // Ended: what may be answered before is read to its end.
        var buffer = new byte[4_096];
        try
        {
            while (await socket.ReceiveAsync(buffer, patience.Token) > 0)
            {
            }
        }
        catch (SocketException)
        {
            // Reset is ended too.
        }
    }

    [Fact]
    public async Task Post_MoreThanTheBound_IsRefused()
    {
        await using var broker = await TestBroker.StartAsync();
        using var http = new HttpClient { BaseAddress = new Uri(broker.Url) };
        using var content = new StringContent($$"""{ "note": "{{new string('x', 2 << 20)}}" }""", new MediaTypeHeaderValue("application/json"));

        using var response = await http.PostAsync(new Uri("api/v1/episodes/1-11111111000040008000000000000001/acknowledgement", UriKind.Relative), content, Cancellation);

        Assert.Equal(HttpStatusCode.RequestEntityTooLarge, response.StatusCode);
    }

    /// <summary>The review's attack: one account holds as many half-sent requests as the API takes connections.</summary>
    [Fact]
    public async Task Connections_HeldByOneAccount_LeaveTheApiToTheOthers()
    {
        Assert.SkipUnless(OperatingSystem.IsLinux() && Environment.IsPrivilegedProcess, "needs root, to be another account too");
        await using var broker = await TestBroker.StartAsync();
        using var http = new HttpClient { BaseAddress = new Uri(broker.Url), Timeout = TimeSpan.FromSeconds(5) };
        using var attacker = Attack(new Uri(broker.Url).Port);
        try
        {
            string? opened = await attacker.StandardOutput.ReadLineAsync(Cancellation).AsTask().WaitAsync(TimeSpan.FromSeconds(60), Cancellation);
            Assert.Equal("sent", opened);

            // A new connection each time: the one that is open already would not be refused.
            for (int i = 0; i < 20; i++)
            {
                using var request = new HttpRequestMessage(HttpMethod.Get, "healthz");
                request.Headers.ConnectionClose = true;
                using var response = await http.SendAsync(request, Cancellation);
                Assert.Equal(HttpStatusCode.OK, response.StatusCode);
            }
        }
        finally
        {
            attacker.Kill(entireProcessTree: true);
            await attacker.WaitForExitAsync(CancellationToken.None);
        }
    }

    // As nobody, who may not read the test's own folder: all it needs is a shell.
    private static Process Attack(int port)
    {
        string script = $$"""
            ulimit -n {{HalfSent + 64}} || exit 1
            for ((i = 0; i < {{HalfSent}}; i++)); do
              exec {fd}<>/dev/tcp/127.0.0.1/{{port}} || continue
              printf 'POST /api/v1/episodes/1/acknowledgement HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\nContent-Length: 1000\r\n\r\n{' >&$fd
            done 2>/dev/null
            echo sent
            read -r _
            """;
        var start = new ProcessStartInfo("setpriv")
        {
            ArgumentList = { "--reuid=65534", "--regid=65534", "--clear-groups", "bash", "-c", script },
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            WorkingDirectory = "/",
        };
        return Process.Start(start) ?? throw new InvalidOperationException("setpriv did not start");
    }
}
