using HvIntegration.HostBroker.Tests.Ingest;
using HvIntegration.Api.Contract;
using HvIntegration.HostBroker.Settings;
using System.Net;
using System.Text.Json;
using HvIntegration.Transport;
using HvIntegration.Transport.Abstractions;

namespace HvIntegration.HostBroker.Tests.Api;

public sealed class ApiEndpointsTests
{
    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData("api/v1/vms/nope", 404, "hvi vms")]
    [InlineData("api/v1/vms/web-01/history", 400, "metric")]
    [InlineData("api/v1/vms/web-01/history?metric=a&signal=b", 400, "metric")]
    [InlineData("api/v1/vms/web-01/history?metric=no.such", 400, "no.such")]
    [InlineData("api/v1/vms/web-01/history?signal=cpu.steal&from=yesterday-ish", 400, "ISO 8601")]
    [InlineData("api/v1/vms/web-01/history?signal=cpu.steal&from=now&to=-5m", 400, "not before")]
    [InlineData("api/v1/vms/web-01/history?signal=cpu.steal&points=0", 400, "points")]
    [InlineData("api/v1/vms/web-01/processes", 503, "No agent")]
    [InlineData("api/v1/vms/web-01/processes?rows=100000", 400, "rows")]
    [InlineData("api/v1/vms/web-01/history?signal=cpu.steal&points=many", 400, "points")]
    [InlineData("api/v1/vms/web-01/series", 400, "signals and metrics")]
    [InlineData("api/v1/vms/web-01/series?signals=a&metrics=no.such", 400, "no.such")]
    [InlineData("api/v1/vms/web-01/moment?at=5", 404, "No data is stored")]
    [InlineData("api/v1/vms/web-01/processes/top?seconds=1", 400, "seconds")]
    [InlineData("api/v1/vms?limit=0", 400, "limit")]
    [InlineData("api/v1/vms?after=%25", 400, "cursor")]
    [InlineData("api/v1/episodes?vm=nope", 404, "nope")]
    [InlineData("api/v1/episodes/12-34", 404, "hvi episodes")]
    [InlineData("api/v1/stream?vm=nope", 404, "nope")]
    [InlineData("api/v2/vms", 404, "")]
    public async Task Get_WhatCannotBeAnswered_IsAProblemWithItsSentence(string path, int status, string says)
    {
        await using var broker = await TestBroker.StartAsync();
        using var http = new HttpClient { BaseAddress = new Uri(broker.Url) };

        using var response = await http.GetAsync(new Uri(path, UriKind.Relative), Cancellation);
        string body = await response.Content.ReadAsStringAsync(Cancellation);

        Assert.Equal(status, (int)response.StatusCode);
        Assert.Equal("application/problem+json", response.Content.Headers.ContentType?.MediaType);
        Assert.Contains(says, body, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Get_EveryAnswer_NamesItsSourceAndOrigin()
    {
        await using var broker = await TestBroker.StartAsync();
        await using var agent = await broker.DialAsync(TestBroker.Web);
        await agent.EnterAsync();
        await agent.SendAsync(ScriptedAgent.Sample(1, first: true));
        await agent.AcknowledgedAsync(1);

        foreach (string path in (string[])
            [
                "vms", "vms/web-01", "vms/web-01/signals", "vms/web-01/metrics", "vms/web-01/history?signal=cpu.host.ready", "vms/web-01/series?signals=cpu.host.ready",
                "vms/web-01/verdicts", "vms/web-01/processes/top", "episodes", "host", "status",
            ])
        {
            using var answer = JsonDocument.Parse(await broker.Client.GetTextAsync("api/v1/" + path, Cancellation));
            var source = answer.RootElement.GetProperty("source");
            Assert.Equal("simulated", source.GetProperty("origin").GetString());
            Assert.StartsWith("SIMULATED", source.GetProperty("label").GetString(), StringComparison.Ordinal);
        }
    }

    [Fact]
    public async Task Get_Metrics_HasBothSidesAndNamesTheOrigin()
    {
        await using var broker = await TestBroker.StartAsync();
        await using var agent = await broker.DialAsync(TestBroker.Web);
        await agent.EnterAsync();
        await agent.SendAsync(ScriptedAgent.Sample(1, first: true));
        await agent.AcknowledgedAsync(1);

        string text = await broker.Client.GetTextAsync("metrics", Cancellation);

        Assert.EndsWith("# EOF\n", text, StringComparison.Ordinal);
        Assert.Contains("origin=\"simulated\"} 1\n", text, StringComparison.Ordinal);
        Assert.Matches("\nhvi_agent_connected\\{vm_id=\"[0-9a-f-]+\",vm_name=\"web-01\"\\} 1\n", text);
        Assert.Matches("\nsystem_cpu_time_seconds_total\\{[^}]*vm_name=\"web-01\"[^}]*\\} ", text);
        Assert.Matches("\nhvi_host_vp_run_time_seconds_total\\{[^}]*vm_name=\"web-01\"[^}]*origin=\"simulated\"\\} ", text);
    }

    [Fact]
    public async Task Get_History_GivesWhatWasCommitted()
    {
        await using var broker = await TestBroker.StartAsync();

        await TestBroker.EventuallyAsync(
            async () =>
            {
                using var answer = JsonDocument.Parse(await broker.Client.GetTextAsync("api/v1/vms/web-01/history?metric=hvi.host.vp.run_time&from=-1m", Cancellation));
                return answer.RootElement.GetProperty("series").EnumerateArray().SelectMany(s => s.GetProperty("points").EnumerateArray())
                    .Any(p => p.GetProperty("value").ValueKind == JsonValueKind.Number && Math.Abs(p.GetProperty("value").GetDouble() - 0.5) < 0.1);
            },
            "history has the run time of half a processor");
    }

    [Fact]
    public async Task OpenApi_Document_NamesEveryPath()
    {
        await using var broker = await TestBroker.StartAsync();

        using var document = JsonDocument.Parse(await broker.Client.GetTextAsync("openapi/v1.json", Cancellation));

        var paths = document.RootElement.GetProperty("paths").EnumerateObject().Select(p => p.Name).ToList();
        Assert.Equal(
            [
                "/api/v1/episodes", "/api/v1/episodes/{id}", "/api/v1/episodes/{id}/acknowledgement", "/api/v1/host", "/api/v1/host/stack", "/api/v1/logins", "/api/v1/status", "/api/v1/stream",
                "/api/v1/vms", "/api/v1/vms/{vm}", "/api/v1/vms/{vm}/bundle", "/api/v1/vms/{vm}/history", "/api/v1/vms/{vm}/metrics", "/api/v1/vms/{vm}/moment",
                "/api/v1/vms/{vm}/processes", "/api/v1/vms/{vm}/processes/top", "/api/v1/vms/{vm}/rediagnosis", "/api/v1/vms/{vm}/series", "/api/v1/vms/{vm}/signals", "/api/v1/vms/{vm}/stack", "/api/v1/vms/{vm}/verdicts",
            ],
            paths.Order(StringComparer.Ordinal));
    }

    [Fact]
    public async Task Health_RunningBroker_IsAliveAndReady()
    {
        await using var broker = await TestBroker.StartAsync();

        Assert.Equal("alive\n", await broker.Client.GetTextAsync("healthz", Cancellation));
        await TestBroker.EventuallyAsync(
            async () =>
            {
                using var http = new HttpClient { BaseAddress = new Uri(broker.Url) };
                using var ready = await http.GetAsync(new Uri("readyz", UriKind.Relative), Cancellation);
                return ready.StatusCode == HttpStatusCode.OK;
            },
            "the broker is ready");
    }

    [Fact]
    public async Task Get_ByANameThatIsNotLoopback_IsRefused()
    {
        await using var broker = await TestBroker.StartAsync();
        using var http = new HttpClient { BaseAddress = new Uri(broker.Url) };
        http.DefaultRequestHeaders.Host = "attacker.example";

        using var response = await http.GetAsync(new Uri("api/v1/vms", UriKind.Relative), Cancellation);

        Assert.Equal(HttpStatusCode.MisdirectedRequest, response.StatusCode);
    }

    [Fact]
    public async Task AgentSocket_AskedForTheApi_GivesNothing()
    {
        await using var broker = await TestBroker.StartAsync();
        var address = new UnixAddress(Path.Combine(broker.Folder, "web-01.agent.sock"));
        await TestBroker.EventuallyAsync(() => File.Exists(address.Path), "the broker listens for web-01");
        using var http = new HttpClient(TransportConnector.CreateHandler(Transports.For(address), address)) { BaseAddress = TransportConnector.BaseAddress };
        using var request = new HttpRequestMessage(HttpMethod.Get, "api/v1/vms") { Version = HttpVersion.Version20, VersionPolicy = HttpVersionPolicy.RequestVersionExact };

        using var response = await http.SendAsync(request, Cancellation);

        Assert.Equal(HttpStatusCode.NotFound, response.StatusCode);
        Assert.Empty(await response.Content.ReadAsStringAsync(Cancellation));
    }

    [Theory]
    [InlineData("http://0.0.0.0:8787")]
    [InlineData("http://192.168.1.5:8787")]
    [InlineData("http://example.org:8787")]
    [InlineData("http://[::]:8787")]
    [InlineData("ftp://127.0.0.1:8787")]
    [InlineData("8787")]
    public void Load_ApiOffLoopback_IsRefusedNamingTheSetting(string url)
    {
        var refused = Assert.Throws<BrokerConfigurationException>(() => BrokerConfiguration.Load(null, [new("Api:Url", url)]));

        Assert.Contains(refused.Faults, f => f.StartsWith("Api:Url", StringComparison.Ordinal) && f.Contains(url, StringComparison.Ordinal));
    }

    [Fact]
    public void Load_SeveralFaults_AreAllNamedAtOnce()
    {
        var refused = Assert.Throws<BrokerConfigurationException>(() => BrokerConfiguration.Load(
            null, [new("Api:Url", "http://10.0.0.1:1"), new("Source", "wmi"), new("Agents:ProcessTopN", "900"), new("Agents:Listen:0", "carrier-pigeon://x")]));

        Assert.Equal(4, refused.Faults.Count);
    }

    [Fact]
    public void Load_FileWithUnknownSetting_NamesIt()
    {
        string file = Path.GetTempFileName();
        File.WriteAllText(file, """{ "Agents": { "HoldMilliseconds": 5 } }""");

        var refused = Assert.Throws<BrokerConfigurationException>(() => BrokerConfiguration.Load(file, []));

        Assert.Contains("HoldMilliseconds", refused.Message, StringComparison.Ordinal);
        File.Delete(file);
    }

    [Theory]
    [InlineData("-90s", 910)]
    [InlineData("-2m", 880)]
    [InlineData("now", 1000)]
    [InlineData("77", 77)]
    [InlineData("1970-01-01T00:01:40Z", 100)]
    public void TryParse_TimesPeopleWrite_AreUnderstood(string text, long expected)
    {
        Assert.True(TimeText.TryParse(text, 1000, out long second));
        Assert.Equal(expected, second);
    }
}
