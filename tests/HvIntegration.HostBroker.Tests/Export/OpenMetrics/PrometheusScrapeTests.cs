using HvIntegration.Api.OpenMetrics;
using System.Diagnostics;
using System.Globalization;
using System.Net;
using System.Net.Sockets;
using System.Text.Json;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace HvIntegration.HostBroker.Tests.Export.OpenMetrics;

/// <summary>A real Prometheus scrapes a real Kestrel over loopback.</summary>
public sealed class PrometheusScrapeTests
{
    private static readonly TimeSpan Timeout = TimeSpan.FromSeconds(90);

    [Fact]
    public async Task Metrics_ScrapedByPrometheus_CanBeAskedForThere()
    {
        // Arrange
        Assert.SkipUnless(File.Exists("/usr/bin/prometheus"), "prometheus is not installed (Debian package prometheus)");
        using var timeout = CancellationTokenSource.CreateLinkedTokenSource(TestContext.Current.CancellationToken);
        timeout.CancelAfter(Timeout);
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.UseKestrel(k => k.Listen(IPAddress.Loopback, 0));
        await using var app = builder.Build();
        app.MapMetrics(() => MetricsSamples.TwoVms(), new MetricsOptions());
        await app.StartAsync(timeout.Token);
        var target = new Uri(app.Services.GetRequiredService<IServer>().Features.Get<IServerAddressesFeature>()!.Addresses.First());
        var folder = Directory.CreateTempSubdirectory("hvi-prometheus-");
        var port = FreePort();
        var config = Path.Combine(folder.FullName, "prometheus.yml");
        await File.WriteAllTextAsync(config, $"""
            global:
              scrape_interval: 1s
            scrape_configs:
              - job_name: hvi
                static_configs:
                  - targets: ['{target.Authority}']
            """, timeout.Token);
        using var prometheus = Process.Start(new ProcessStartInfo("/usr/bin/prometheus",
            [$"--config.file={config}", $"--storage.tsdb.path={folder.FullName}/data", $"--web.listen-address=127.0.0.1:{port.ToString(CultureInfo.InvariantCulture)}", "--log.level=error"])
        { RedirectStandardError = true })!;
        try
        {
            using var client = new HttpClient { BaseAddress = new Uri($"http://127.0.0.1:{port.ToString(CultureInfo.InvariantCulture)}/") };

            // Act
            var busy = await AskAsync(client, "system_cpu_time_seconds_total{cpu_mode=\"user\"}", timeout.Token);
            var host = await AskAsync(client, "hvi_host_vp_run_time_seconds_total{vm_name=\"silent\"}", timeout.Token);
            using var targets = JsonDocument.Parse(await client.GetStringAsync(new Uri("api/v1/targets", UriKind.Relative), timeout.Token));
            using var types = JsonDocument.Parse(await client.GetStringAsync(new Uri("api/v1/metadata?metric=hvi_signal_net_guest_receive_bytes_per_second", UriKind.Relative), timeout.Token));

            // Assert
            Assert.Equal("1234.567891", busy.GetProperty("value")[1].GetString());
            Assert.Equal("web \"one\"\\\ufffd", busy.GetProperty("metric").GetProperty("vm_name").GetString());
            Assert.Equal(MetricsSamples.Web.ToString(), busy.GetProperty("metric").GetProperty("vm_id").GetString());
            Assert.Equal("77.5", host.GetProperty("value")[1].GetString());
            Assert.Equal("", targets.RootElement.GetProperty("data").GetProperty("activeTargets")[0].GetProperty("lastError").GetString());
            Assert.Equal("bytes_per_second", types.RootElement.GetProperty("data").GetProperty("hvi_signal_net_guest_receive_bytes_per_second")[0].GetProperty("unit").GetString());
        }
        finally
        {
            prometheus.Kill();
            await prometheus.WaitForExitAsync(CancellationToken.None);
            folder.Delete(recursive: true);
        }
    }

    private static async Task<JsonElement> AskAsync(HttpClient client, string query, CancellationToken cancellation)
    {
        while (true)
        {
            try
            {
                using var answer = JsonDocument.Parse(await client.GetStringAsync(new Uri($"api/v1/query?query={Uri.EscapeDataString(query)}", UriKind.Relative), cancellation));
                var result = answer.RootElement.GetProperty("data").GetProperty("result");
                if (result.GetArrayLength() > 0)
                {
                    return result[0].Clone();
                }
            }
            catch (HttpRequestException)
            {
                // Prometheus has not opened its port yet.
            }

            await Task.Delay(250, cancellation);
        }
    }

    private static int FreePort()
    {
        using var probe = new TcpListener(IPAddress.Loopback, 0);
        probe.Start();
        return ((IPEndPoint)probe.LocalEndpoint).Port;
    }
}
