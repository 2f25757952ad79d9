using System.Globalization;
using HvIntegration.TestKit.Processes;
using HvIntegration.Transport;
using HvIntegration.Transport.Abstractions;

namespace HvIntegration.HostileTests.Attacks;

/// <summary>What an agent's socket serves beside the one gRPC service: nothing.</summary>
internal static class OtherPaths
{
    private const int BytesMax = 1_024;

    /// <summary>Asks for everything else there is.</summary>
    /// <returns>A sentence for each answer that tells more than "no".</returns>
    public static async Task<IReadOnlyList<string>> JudgeAsync(BrokerWithVms broker, Attacker attacker)
    {
        var faults = new List<string>();
        var address = new UnixAddress(attacker.Socket);
        using var handler = TransportConnector.CreateHandler(Transports.For(address), address);
        using var http = new HttpClient(handler) { BaseAddress = TransportConnector.BaseAddress, Timeout = TimeSpan.FromSeconds(10) };
        foreach (string path in (string[])["/", "/hvintegration.v1.x", "/hvintegration.v1.Telemetry/x", "/api/v1/status", "/api/v1/vms", "/metrics", "/healthz", "/vm/good", "/_blazor", "/openapi/v1.json", "/app.css"])
        {
            using var request = new HttpRequestMessage(HttpMethod.Get, new Uri(path, UriKind.Relative)) { Version = new Version(2, 0), VersionPolicy = HttpVersionPolicy.RequestVersionExact };
            try
            {
                using var response = await http.SendAsync(request);
                string text = await response.Content.ReadAsStringAsync();
                if (response.IsSuccessStatusCode && text.Length > 0 || text.Length > BytesMax || text.Contains("<html", StringComparison.OrdinalIgnoreCase))
                {
                    faults.Add(string.Create(CultureInfo.InvariantCulture, $"the agent socket answers GET {path} with {(int)response.StatusCode} and {text.Length} characters"));
                }
            }
            catch (HttpRequestException)
            {
                // Hung up: nothing is served.
            }
        }

        return faults;
    }
}
