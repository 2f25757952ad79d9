using HvIntegration.Api.Access;
using HvIntegration.Api.Endpoints;
using HvIntegration.Api.OpenMetrics;
using HvIntegration.Broker.Bundles;
using HvIntegration.Broker.Live;
using HvIntegration.Broker.Pipeline;
using HvIntegration.Broker.Queries;
using HvIntegration.Dashboard;
using HvIntegration.HostBroker.Settings;
using HvIntegration.Ingest.Budgets;
using HvIntegration.Ingest.Listening;
using HvIntegration.Ingest.Streams;
using HvIntegration.CounterSources;
using HvIntegration.History;
using HvIntegration.Protocol.Handshake;
using Microsoft.AspNetCore.Diagnostics;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.Extensions.Options;


namespace HvIntegration.HostBroker.Composition;

/// <summary>Puts the broker together.</summary>
internal static class BrokerHost
{
    private const int OpenPagesMax = 64;
    private const int ApiBodyBytesMax = 1 << 20;

    // A header of a guest is a few hundred bytes; what it sends before the broker reads on is at most two of its messages.
    private const int AgentHeaderBytesMax = 4 * 1_024;
    private const int AgentWindowBytes = 2 * ProtocolLimits.MessageBytesMax;

    // A request that is half sent holds its connection for so long.
    private static readonly TimeSpan HalfSentMax = TimeSpan.FromSeconds(5);
    private static readonly TimeSpan IdleMax = TimeSpan.FromSeconds(60);

    /// <summary>Builds a broker that is ready to run.</summary>
    /// <param name="options">Settings that were checked before.</param>
    /// <param name="source">Where host numbers come from; the broker disposes it.</param>
    /// <param name="history">Answers what is kept.</param>
    /// <param name="writer">Where samples and reports go; a broker without its own samples (an opened bundle) writes nothing.</param>
    /// <param name="time">Monotonic and wall time.</param>
    /// <param name="console">Writes the log to the console.</param>
    /// <param name="replay">An opened bundle: it is shown, nothing is measured, kept or changed; null for a broker.</param>
    /// <exception cref="FormatException">A file of the API's settings cannot be used.</exception>
    public static WebApplication Build(BrokerOptions options, ICounterSource source, IHistoryReader history, IHistoryWriter writer, TimeProvider time, bool console = true, BundleReplay? replay = null)
    {
        var security = ApiSecurity.Load(options.Api, time, makeToken: true);
        var budget = new ConnectionBudget(options.Api, time);
        // Empty: nothing of the web host's own settings (ASPNETCORE_URLS, appsettings.json) may open an end point here.
        var builder = WebApplication.CreateEmptyBuilder(new WebApplicationOptions { ContentRootPath = AppContext.BaseDirectory });
        builder.Logging.SetMinimumLevel(options.LogLevel).AddFilter("Microsoft", LogLevel.Warning).AddFilter("Grpc", LogLevel.Error)
            // Kestrel writes a critical line, some with a stack, for what one peer does to its own connection: a guest could fill the
            // log with them. Connections that come to nothing are counted to their VM, faults of requests have lines of their own.
            .AddFilter("Microsoft.AspNetCore.Server.Kestrel", LogLevel.None);
        BrokerLog.Add(builder.Logging, console, options.LogFormat);

        // The service of Windows is the host around this one: it has its answer before history is opened.
        builder.Services.AddSystemd();
        builder.WebHost.UseKestrelCore();
        ApiListening.UseTransports(builder.WebHost, options.Api);
        builder.Services.AddSingleton(time)
            .AddSingleton(Options.Create(options.Agents)).AddSingleton(Options.Create(options.Api)).AddSingleton(Options.Create(options.Budgets)).AddSingleton(Options.Create(options.Engine))
            .AddSingleton(Options.Create(options.History)).AddSingleton(new SourceTimeout(options.SourceTimeoutMs)).AddSingleton(new HistoryRoom((long)options.History.SizeMaxMiB << 20, options.History.SecondHours))
            .AddSingleton(source).AddSingleton(history).AddSingleton(writer)
            .AddSingleton<HostClock>().AddSingleton<Inventory>().AddSingleton<IPeerDirectory>(s => s.GetRequiredService<Inventory>())
            .AddSingleton<VmAccounts>().AddSingleton<InFlight>().AddSingleton<AgentSessions>().AddSingleton<BrokerState>().AddSingleton<LatestSamples>().AddSingleton<BrokerReader>().AddSingleton<MetricsReader>()
            .AddSingleton<HostReader>().AddSingleton<StackReader>().AddSingleton<PastReader>().AddSingleton<BundleWriter>().AddSingleton<EventFeed>().AddSingleton(new EventStreams(options.Api.StreamsMax)).AddSingleton(budget).AddSingleton(security).AddSingleton<IApiLoad, ApiLoad>()
            .AddSingleton(s => new Acknowledgements(options.History.Folder, s.GetRequiredService<ILogger<Acknowledgements>>()))
            .AddSingleton<VmQueries>().AddSingleton<PastQueries>().AddSingleton<EpisodeQueries>()
            .AddSingleton<IArrivals>(s => s.GetRequiredService<BrokerLoop>());

        if (replay is null)
        {
            // Stopped in the opposite order: listeners first, the last commit at the end.
            Hosted<HistoryWriter>(builder.Services);
            Hosted<BrokerLoop>(builder.Services);
            Hosted<SourcePump>(builder.Services);
            Hosted<AgentListeners>(builder.Services);
        }
        else
        {
            builder.Services.AddSingleton<HistoryWriter>().AddSingleton<BrokerLoop>().AddSingleton<SourcePump>().AddSingleton<AgentListeners>()
                .AddSingleton(replay).AddSingleton(replay.Latest).AddSingleton(new RecordedGuests(replay.Manifest.Vm.Id, replay.Inventory.Agent, replay.Inventory.Insides));
        }

        builder.Services.AddSingleton<IConnectionAdmission, VmConnectionAdmission>();
        builder.Services.AddTransportListening();
        builder.Services.AddGrpc(o => o.MaxReceiveMessageSize = ProtocolLimits.MessageBytesMax);
        builder.Services.AddProblemDetails().AddExceptionHandler<ApiFaults>();
        builder.Services.Configure<RouteHandlerOptions>(o => o.ThrowOnBadRequest = true);
        builder.Services.AddApiDescription();
        builder.Services.ConfigureHttpJsonOptions(o => o.SerializerOptions.WriteIndented = true);
        builder.Services.AddOptions<KestrelServerOptions>().Configure<AgentListeners>((kestrel, agents) => Listen(kestrel, replay is null ? agents : null, security, budget));

        builder.AddDashboard(typeof(BrokerHost).Assembly.GetName().Name!);
        var app = builder.Build();
        budget.LogTo(app.Services.GetRequiredService<ILogger<ConnectionBudget>>());
        if (replay is null)
        {
            security.LogTo(app.Services.GetRequiredService<ILogger<ApiSecurity>>());
        }

        app.UseMiddleware<AgentGate>();
        app.UseExceptionHandler(new ExceptionHandlerOptions { SuppressDiagnosticsCallback = c => c.ExceptionHandledBy == ExceptionHandledType.ExceptionHandlerService });
        app.Use(DashboardHosting.GuardAsync);
        app.UseMiddleware<ApiGate>(security);
        app.Use(DashboardHosting.EndWithTheBrokerAsync);
        app.UseStatusCodePages();
        if (replay is not null)
        {
            app.UseMiddleware<ReadOnlyGate>();
        }

        app.MapGrpcService<TelemetryService>();
        app.MapApi();
        app.MapLogin(security);
        app.MapMetrics(app.Services.GetRequiredService<MetricsReader>().Snapshot, options.Metrics).ExcludeFromDescription();
        app.MapOpenApi();
        app.MapDashboard();
        return app;
    }

    private static void Hosted<T>(IServiceCollection services)
        where T : class, IHostedService
    {
        services.AddSingleton<T>();
        services.AddHostedService(s => s.GetRequiredService<T>());
    }

    private static void Listen(KestrelServerOptions kestrel, AgentListeners? agents, ApiSecurity security, ConnectionBudget budget)
    {
        kestrel.AddServerHeader = false;
        kestrel.Limits.MaxConcurrentConnections = ConnectionBudget.ConnectionsMax;
        kestrel.Limits.MaxConcurrentUpgradedConnections = OpenPagesMax;
        kestrel.Limits.MaxRequestBodySize = ApiBodyBytesMax;
        kestrel.Limits.MinRequestBodyDataRate = new MinDataRate(bytesPerSecond: 240, gracePeriod: HalfSentMax);
        kestrel.Limits.RequestHeadersTimeout = HalfSentMax;
        kestrel.Limits.KeepAliveTimeout = IdleMax;

        // Only agents speak HTTP/2 here, so these bounds are theirs alone. AgentGate lifts from their streams what is meant for the API.
        kestrel.Limits.Http2.MaxStreamsPerConnection = 4;
        kestrel.Limits.Http2.MaxRequestHeaderFieldSize = AgentHeaderBytesMax;
        kestrel.Limits.Http2.HeaderTableSize = AgentHeaderBytesMax;
        kestrel.Limits.Http2.InitialStreamWindowSize = AgentWindowBytes;
        kestrel.Limits.Http2.InitialConnectionWindowSize = AgentWindowBytes;
        if (agents is not null)
        {
            kestrel.ListenTransport(agents, agents.Address);
        }

        ApiListening.Listen(kestrel, security, budget, HalfSentMax);
    }
}
