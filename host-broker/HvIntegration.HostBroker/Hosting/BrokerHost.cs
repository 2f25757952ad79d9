using HvIntegration.HostBroker.Api;
using HvIntegration.HostBroker.Bundles;
using HvIntegration.HostBroker.CounterSources;
using HvIntegration.HostBroker.Dashboard;
using HvIntegration.HostBroker.Export.OpenMetrics;
using HvIntegration.HostBroker.History;
using HvIntegration.HostBroker.Ingest;
using HvIntegration.HostBroker.Listening;
using HvIntegration.Protocol.Handshake;
using Microsoft.AspNetCore.Diagnostics;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.Extensions.Options;

namespace HvIntegration.HostBroker.Hosting;

/// <summary>Puts the broker together.</summary>
internal static class BrokerHost
{
    private const int ConnectionsMax = 4_096;
    private const int OpenPagesMax = 64;

    /// <summary>Builds a broker that is ready to run.</summary>
    /// <param name="options">Checked settings.</param>
    /// <param name="source">Where host numbers come from; the broker disposes it.</param>
    /// <param name="history">Where they are kept; the broker disposes it.</param>
    /// <param name="time">Monotonic and wall time.</param>
    /// <param name="console">Writes the log to the console.</param>
    /// <param name="replay">An opened bundle: it is shown, nothing is measured, kept or changed; null for a broker.</param>
    /// <exception cref="FormatException">A file of the API's settings cannot be used.</exception>
    public static WebApplication Build(BrokerOptions options, ICounterSource source, IHistoryStore history, TimeProvider time, bool console = true, BundleReplay? replay = null)
    {
        var security = ApiSecurity.Load(options.Api);
        // Empty: nothing of the web host's own settings (ASPNETCORE_URLS, appsettings.json) may open an end point here.
        var builder = WebApplication.CreateEmptyBuilder(new WebApplicationOptions { ContentRootPath = AppContext.BaseDirectory });
        builder.Logging.SetMinimumLevel(options.LogLevel).AddFilter("Microsoft", LogLevel.Warning).AddFilter("Grpc", LogLevel.Error);
        if (console)
        {
            ConsoleLog.Add(builder.Logging, options.LogFormat);
        }

        builder.Services.AddSystemd().AddWindowsService(o => o.ServiceName = WindowsInstallation.ServiceName);
        builder.WebHost.UseKestrelCore();
        builder.Services.AddSingleton(time)
            .AddSingleton(Options.Create(options)).AddSingleton(Options.Create(options.Agents))
            .AddSingleton(source).AddSingleton(history)
            .AddSingleton<HostClock>().AddSingleton<Inventory>().AddSingleton<IPeerDirectory>(s => s.GetRequiredService<Inventory>())
            .AddSingleton<AgentSessions>().AddSingleton<BrokerState>().AddSingleton<LatestSamples>().AddSingleton<BrokerReader>().AddSingleton<MetricsReader>()
            .AddSingleton<HostReader>().AddSingleton<StackReader>().AddSingleton<PastReader>().AddSingleton<BundleWriter>().AddSingleton<EventFeed>().AddSingleton(new EventStreams(options.Api.StreamsMax))
            .AddSingleton(s => new Acknowledgements(options.History.Folder, s.GetRequiredService<ILogger<Acknowledgements>>()))
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
                .AddSingleton(replay).AddSingleton(replay.Latest);
        }

        builder.Services.AddTransportListening();
        builder.Services.AddGrpc(o => o.MaxReceiveMessageSize = ProtocolLimits.MessageBytesMax);
        builder.Services.AddProblemDetails().AddExceptionHandler<ApiFaults>();
        builder.Services.Configure<RouteHandlerOptions>(o => o.ThrowOnBadRequest = true);
        builder.Services.AddOpenApi(o => o.AddDocumentTransformer((document, _, _) =>
        {
            document.Info.Title = "HvIntegration broker";
            document.Info.Version = AgentStream.BrokerVersion;
            return Task.CompletedTask;
        }));
        builder.Services.ConfigureHttpJsonOptions(o => o.SerializerOptions.WriteIndented = true);
        builder.Services.AddOptions<KestrelServerOptions>().Configure<AgentListeners>((kestrel, agents) => Listen(kestrel, replay is null ? agents : null, security));

        builder.AddDashboard();
        var app = builder.Build();
        app.UseExceptionHandler(new ExceptionHandlerOptions { SuppressDiagnosticsCallback = c => c.ExceptionHandledBy == ExceptionHandledType.ExceptionHandlerService });
        app.UseMiddleware<ApiGate>(security);
        app.Use(DashboardHosting.GuardAsync);
        app.Use(DashboardHosting.EndWithTheBrokerAsync);
        app.UseStatusCodePages();
        if (replay is not null)
        {
            app.UseMiddleware<ReadOnlyGate>();
        }

        app.MapGrpcService<TelemetryService>();
        app.MapApi();
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

    private static void Listen(KestrelServerOptions kestrel, AgentListeners? agents, ApiSecurity security)
    {
        kestrel.AddServerHeader = false;
        kestrel.Limits.MaxConcurrentConnections = ConnectionsMax;
        kestrel.Limits.MaxConcurrentUpgradedConnections = OpenPagesMax;

        // An agent's stream is quiet for most of each second, and stays for months.
        kestrel.Limits.MinRequestBodyDataRate = null;
        kestrel.Limits.Http2.MaxStreamsPerConnection = 4;
        if (agents is not null)
        {
            kestrel.ListenTransport(agents, agents.Address);
        }

        if (security.Address.EndPoint is { } endPoint)
        {
            kestrel.Listen(endPoint, o =>
            {
                o.Protocols = HttpProtocols.Http1;
                if (security.Certificate is { } certificate)
                {
                    o.UseHttps(certificate);
                }
            });
        }
        else
        {
            kestrel.ListenUnixSocket(security.Address.SocketPath!, o => o.Protocols = HttpProtocols.Http1);
        }
    }
}
