using HvIntegration.Api.Access;
using HvIntegration.HostBroker.Settings;
using HvIntegration.CounterSources.Catalog;
using HvIntegration.CounterSources;
using HvIntegration.History;
using HvIntegration.History.Store;
using Microsoft.AspNetCore.Hosting.Server;

namespace HvIntegration.HostBroker.Composition;

/// <summary>A broker with everything it owns: opened together, closed together.</summary>
internal sealed partial class RunningBroker : IAsyncDisposable
{
    private readonly ILoggerFactory _loggers;
    private readonly ICounterSource _source;
    private readonly HistoryStore _history;

    private RunningBroker(ILoggerFactory loggers, ICounterSource source, HistoryStore history, WebApplication app, string url)
    {
        _loggers = loggers;
        _source = source;
        _history = history;
        App = app;
        Url = url;
    }

    /// <summary>The .NET host of the running broker.</summary>
    public WebApplication App { get; }

    /// <summary>Address of its API, with the port that was taken.</summary>
    public string Url { get; }

    /// <summary>Opens history and the counter source, then starts.</summary>
    /// <param name="options">Settings that were checked before.</param>
    /// <param name="wrap">Puts something around the counter source; null for none.</param>
    /// <param name="console">Writes the log to the console.</param>
    /// <param name="cancellation">Gives the start up.</param>
    /// <exception cref="HistoryException">History cannot be opened.</exception>
    /// <exception cref="CounterSourceException">The source cannot be opened.</exception>
    /// <exception cref="IOException">The API's address cannot be bound.</exception>
    public static async Task<RunningBroker> StartAsync(
        BrokerOptions options, Func<ICounterSource, ICounterSource>? wrap, bool console, CancellationToken cancellation)
    {
        var loggers = LoggerFactory.Create(l =>
        {
            l.SetMinimumLevel(options.LogLevel);
            BrokerLog.Add(l, console, options.LogFormat);
        });
        ICounterSource? source = null;
        HistoryStore? history = null;
        WebApplication? app = null;
        try
        {
            source = CounterSourceCatalog.Create(options, TimeProvider.System);
            source = wrap is null ? source : wrap(source);
            history = await HistoryStore.OpenAsync(options.History, options.Engine, TimeProvider.System, loggers.CreateLogger<HistoryStore>(), cancellation);
            app = BrokerHost.Build(options, source, history, history, TimeProvider.System, console);
            await app.StartAsync(cancellation);
            string url = ApiAddress.Bound(app.Services.GetRequiredService<IServer>(), options.Api.Url);
            var logger = loggers.CreateLogger<RunningBroker>();
            LogStarted(logger, url, source.Name, source.Origin);
            return new RunningBroker(loggers, source, history, app, url);
        }
        catch
        {
            await CloseAsync(app, history, source, loggers);
            throw;
        }
    }

    /// <summary>Waits until the broker is told to stop, or stops because one of its parts failed.</summary>
    public Task WaitAsync(CancellationToken cancellation) => App.WaitForShutdownAsync(cancellation);

    /// <summary>The error of a part that ended by itself; null when none did.</summary>
    public Exception? Fault => App.Services.GetServices<IHostedService>().OfType<BackgroundService>()
        .Select(s => s.ExecuteTask?.Exception?.GetBaseException()).FirstOrDefault(e => e is not null);

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        await App.StopAsync();
        await CloseAsync(App, _history, _source, _loggers);
    }

    [LoggerMessage(EventId = 2601, Level = LogLevel.Information, Message = "The API answers at {Url}; counter source {Source} ({Origin})")]
    private static partial void LogStarted(ILogger logger, string url, string source, SourceOrigin origin);

    private static async Task CloseAsync(WebApplication? app, HistoryStore? history, ICounterSource? source, ILoggerFactory loggers)
    {
        if (app is not null)
        {
            await app.DisposeAsync();
        }

        if (history is not null)
        {
            await history.DisposeAsync();
        }

        if (source is not null)
        {
            await source.DisposeAsync();
        }

        loggers.Dispose();
    }
}
