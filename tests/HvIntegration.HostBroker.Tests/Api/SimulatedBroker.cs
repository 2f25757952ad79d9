using HvIntegration.HostBroker.Tests.Ingest;
using HvIntegration.Api.Contract;
using HvIntegration.HostBroker.Composition;
using HvIntegration.HostBroker.Settings;
using System.Text.Json;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace HvIntegration.HostBroker.Tests.Api;

/// <summary>One whole broker on the simulated host for a class of tests; phases of its story are as short as they can be.</summary>
public sealed class SimulatedBroker : IAsyncLifetime
{
    private static readonly TimeSpan EpisodeWithin = TimeSpan.FromSeconds(120);

    private readonly string _folder = Directory.CreateTempSubdirectory("hvi-sim-").FullName;
    private RunningBroker? _broker;

    public HttpClient Http { get; private set; } = null!;

    public string Url => _broker!.Url;

    public string HistoryFolder => Path.Combine(_folder, "history");

    /// <summary>A second from which on all VMs have both sides.</summary>
    public long FirstSecond { get; private set; }

    /// <summary>Name of a VM.</summary>
    public string VmName { get; private set; } = "";

    public async ValueTask InitializeAsync()
    {
        var options = new BrokerOptions { Source = "simulated", LogLevel = LogLevel.Error };
        options.Simulated.PhaseSeconds = 20;
        options.Api.Url = "http://127.0.0.1:0";
        options.Api.StreamsMax = 6;
        options.History.Folder = HistoryFolder;
        _broker = await RunningBroker.StartAsync(options, null, console: false, CancellationToken.None);
        Http = new HttpClient { BaseAddress = new Uri(_broker.Url), Timeout = TimeSpan.FromSeconds(60) };
        await TestBroker.EventuallyAsync(
            async () => (await GetAsync<VmsAnswer>("api/v1/vms")) is { Vms: [var first, ..] } answer && answer.Vms.All(v => v is { HasGuest: true, HasHost: true })
                && (FirstSecond = answer.Second) > 0 && (VmName = first.Name).Length > 0,
            "both sides of every VM are there");
    }

    internal T Service<T>()
        where T : notnull => _broker!.App.Services.GetRequiredService<T>();

    public async Task<T> GetAsync<T>(string path) =>
        await TryGetAsync<T>(path) ?? throw new InvalidOperationException($"{path} was not found");

    public async Task<T?> TryGetAsync<T>(string path)
    {
        using var response = await Http.GetAsync(new Uri(path, UriKind.Relative), TestContext.Current.CancellationToken);
        string body = await response.Content.ReadAsStringAsync(TestContext.Current.CancellationToken);
        if (response.StatusCode == System.Net.HttpStatusCode.NotFound)
        {
            return default;
        }

        Assert.True(response.IsSuccessStatusCode, body);
        return JsonSerializer.Deserialize<T>(body, JsonSerializerOptions.Web);
    }

    internal async Task<IReadOnlyList<EpisodeView>> EpisodesAsync(string query) => (await GetAsync<EpisodesAnswer>("api/v1/episodes" + query)).Episodes;

    /// <summary>Waits until the story has made some VM suffer, and gives the newest episode.</summary>
    internal async Task<EpisodeView> HasEpisodeAsync()
    {
        long began = TimeProvider.System.GetTimestamp();
        while (true)
        {
            if (await EpisodesAsync("") is [var newest, ..])
            {
                return newest;
            }

            Assert.True(TimeProvider.System.GetElapsedTime(began) < EpisodeWithin, "no VM of the simulated host suffered");
            await Task.Delay(200, TestContext.Current.CancellationToken);
        }
    }

    public async ValueTask DisposeAsync()
    {
        Http.Dispose();
        if (_broker is not null)
        {
            await _broker.DisposeAsync();
        }

        Directory.Delete(_folder, recursive: true);
    }
}
