using HvIntegration.HostBroker.Tests.Ingest;
using System.Net;
using System.Net.Http.Headers;
using HvIntegration.Transport;
using HvIntegration.Transport.Abstractions;

namespace HvIntegration.HostBroker.Tests.Api;

/// <summary>What a guest reaches through its own socket: the telemetry service, and nothing else.</summary>
public sealed class AgentListenerTests
{
    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData("GET", "/")]
    [InlineData("GET", "/api/v1/vms")]
    [InlineData("GET", "/metrics")]
    [InlineData("GET", "/healthz")]
    [InlineData("GET", "/login")]
    [InlineData("GET", "/hvintegration.v1.x")]
    [InlineData("GET", "/hvintegration.v1.Telemetry/Connect")]
    [InlineData("POST", "/hvintegration.v1.Telemetry/Other")]
    [InlineData("POST", "/hvintegration.v1.Telemetry/Connect/more")]
    [InlineData("POST", "/hvintegration.v1.x")]
    public async Task AgentSocket_AnyOtherPath_IsAnsweredBare(string method, string path)
    {
        await using var broker = await TestBroker.StartAsync();
        using var http = Client(Path.Combine(broker.Folder, TestBroker.Web.Name + ".agent.sock"));
        using var request = Request(method, path);

        using var response = await http.SendAsync(request, Cancellation);
        byte[] body = await response.Content.ReadAsByteArrayAsync(Cancellation);

        Assert.Equal(HttpStatusCode.NotFound, response.StatusCode);
        Assert.Empty(body);
        Assert.Equal(["Content-Length", "Date"], response.Headers.Concat(response.Content.Headers).Select(h => h.Key).Order());
    }

    [Fact]
    public async Task AgentSocket_TheServiceAskedWithoutGrpc_IsAnsweredBare()
    {
        await using var broker = await TestBroker.StartAsync();
        using var http = Client(Path.Combine(broker.Folder, TestBroker.Web.Name + ".agent.sock"));
        using var request = Request("POST", "/hvintegration.v1.Telemetry/Connect");
        request.Content!.Headers.ContentType = new MediaTypeHeaderValue("application/json");

        using var response = await http.SendAsync(request, Cancellation);

        Assert.Equal(HttpStatusCode.UnsupportedMediaType, response.StatusCode);
        Assert.Empty(await response.Content.ReadAsByteArrayAsync(Cancellation));
    }

    [Fact]
    public async Task AgentSocket_HeadersPastTheBoundOfAgents_EndTheRequest()
    {
        await using var broker = await TestBroker.StartAsync();
        using var http = Client(Path.Combine(broker.Folder, TestBroker.Web.Name + ".agent.sock"));
        using var request = Request("POST", "/hvintegration.v1.Telemetry/Connect");
        request.Headers.Add("large", new string('a', 12_000));

        await Assert.ThrowsAsync<HttpRequestException>(() => http.SendAsync(request, Cancellation));
    }

    private static HttpRequestMessage Request(string method, string path)
    {
        var request = new HttpRequestMessage(new HttpMethod(method), path) { Version = HttpVersion.Version20, VersionPolicy = HttpVersionPolicy.RequestVersionExact };
        if (method == "POST")
        {
            request.Content = new ByteArrayContent([]);
            request.Content.Headers.ContentType = new MediaTypeHeaderValue("application/grpc");
        }

        return request;
    }

    private static HttpClient Client(string path)
    {
        var address = new UnixAddress(path);
        TestBroker.EventuallyAsync(() => File.Exists(path), $"the broker listens at {path}").GetAwaiter().GetResult();
        return new HttpClient(TransportConnector.CreateHandler(Transports.For(address), address)) { BaseAddress = TransportConnector.BaseAddress };
    }
}
