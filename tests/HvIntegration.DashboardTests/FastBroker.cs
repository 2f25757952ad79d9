using HvIntegration.Broker.Live;
using HvIntegration.Broker.Pipeline;
using HvIntegration.HostBroker.Composition;
using HvIntegration.HostBroker.Settings;
using HvIntegration.CounterSources;
using HvIntegration.History.Store;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Time.Testing;

namespace HvIntegration.DashboardTests;

/// <summary>The whole broker in this process, on a clock the test turns: minutes of a host in seconds, and every second the same each time.</summary>
internal sealed class FastBroker : IAsyncDisposable
{
    private static readonly TimeSpan WaitMax = TimeSpan.FromSeconds(30);

    private readonly WebApplication _app;
    private readonly HistoryStore _history;
    private readonly string _folder;
    private readonly FakeTimeProvider _time;
    private int _advanced;

    private FastBroker(WebApplication app, HistoryStore history, string folder, FakeTimeProvider time)
    {
        _app = app;
        _history = history;
        _folder = folder;
        _time = time;
        Url = app.Services.GetRequiredService<IServer>().Features.Get<IServerAddressesFeature>()!.Addresses.First(a => a.StartsWith("http://127.", StringComparison.Ordinal));
    }

    /// <summary>Host time at the start: 2026-03-04 10:00 UTC.</summary>
    public static DateTimeOffset Start { get; } = new(2026, 3, 4, 10, 0, 0, TimeSpan.Zero);

    /// <summary>Address of the dashboard.</summary>
    public string Url { get; }

    /// <summary>Newest closed second.</summary>
    public long Second => State.View.Second;

    /// <summary>Where acknowledgements and history lie.</summary>
    public string HistoryFolder => Path.Combine(_folder, "history");

    private BrokerState State => _app.Services.GetRequiredService<BrokerState>();

    /// <summary>Starts a broker over this source.</summary>
    public static async Task<FastBroker> StartAsync(ICounterSource source, Action<BrokerOptions>? configure = null)
    {
        string folder = Directory.CreateTempSubdirectory("hvi-d-").FullName;
        var time = new FakeTimeProvider(Start);
        var options = new BrokerOptions { LogLevel = LogLevel.Error };
        options.Api.Url = "http://127.0.0.1:0";
        options.History.Folder = Path.Combine(folder, "history");
        options.History.BackgroundUpkeep = false;
        options.Agents.Listen.Add("unix://" + Path.Combine(folder, "agents.sock"));
        configure?.Invoke(options);
        var history = await HistoryStore.OpenAsync(options.History, options.Engine, time, NullLogger.Instance, CancellationToken.None);
        var app = BrokerHost.Build(options, source, history, history, time, console: true);
        await app.StartAsync();
        return new FastBroker(app, history, folder, time);
    }

    /// <summary>Lets host seconds pass, one by one, each read, taken in, closed and published.</summary>
    public async Task AdvanceAsync(int seconds)
    {
        var pump = _app.Services.GetRequiredService<SourcePump>();
        for (int i = 0; i < seconds; i++)
        {
            // One read at the start and one a second: a clock that runs ahead of them would lose the host's side.
            await UntilAsync(() => pump.Reads == _advanced + 1 && pump.Readings.Count == 0, "the counter source was not read");
            var known = State.View;
            _time.Advance(TimeSpan.FromSeconds(1));
            _advanced++;
            Assert.NotSame(known, await State.AfterAsync(known, WaitMax, CancellationToken.None));
        }

        Assert.Equal(0, pump.Dropped);
    }

    /// <summary>Waits until history has a VM's second, so that charts of it are whole.</summary>
    public Task StoredAsync(Guid vm, long second) => UntilAsync(
        async () => (await _history.QueryVerdictsAsync(vm, second - 5, second + 1, CancellationToken.None)).Any(v => v.ToSecond >= second - 1),
        $"history has no verdict of {second}");

    /// <summary>GUID of a VM.</summary>
    public Guid IdOf(string name) => _app.Services.GetRequiredService<Inventory>().Partitions.Single(p => p.Name == name).Id;

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        await _app.StopAsync();
        await _app.DisposeAsync();
        await _history.DisposeAsync();
        Directory.Delete(_folder, recursive: true);
    }

    private static Task UntilAsync(Func<bool> holds, string otherwise) => UntilAsync(() => Task.FromResult(holds()), otherwise);

    private static async Task UntilAsync(Func<Task<bool>> holds, string otherwise)
    {
        long began = TimeProvider.System.GetTimestamp();
        while (!await holds())
        {
            Assert.True(TimeProvider.System.GetElapsedTime(began) < WaitMax, otherwise);
            await Task.Delay(5);
        }
    }
}
