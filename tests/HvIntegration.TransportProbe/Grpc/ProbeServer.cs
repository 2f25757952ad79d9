using HvIntegration.Ingest.Listening;
using HvIntegration.Transport.Abstractions;

namespace HvIntegration.TransportProbe.Grpc;

/// <summary>Kestrel over a transport, with the broker's own listeners.</summary>
internal sealed class ProbeServer : IAsyncDisposable
{
    private readonly WebApplication _app;

    private ProbeServer(WebApplication app, TransportAddress address)
    {
        _app = app;
        Address = address;
    }

    public TransportAddress Address { get; }

    public IServiceProvider Services => _app.Services;

    public static async Task<ProbeServer> StartAsync(ITransport transport, TransportAddress address, TransportListeningOptions? options = null)
    {
        var builder = WebApplication.CreateSlimBuilder(new WebApplicationOptions { ContentRootPath = AppContext.BaseDirectory });
        builder.Logging.ClearProviders();
        builder.Services.AddGrpc();
        builder.Services.AddTransportListening(options ?? new TransportListeningOptions { KeepAlivePingDelay = TimeSpan.FromSeconds(1), KeepAlivePingTimeout = TimeSpan.FromSeconds(20) });
        builder.WebHost.ConfigureKestrel(kestrel => kestrel.ListenTransport(transport, address));
        var app = builder.Build();
        app.MapGrpcService<ProbeTelemetryService>();
        try
        {
            await app.StartAsync();
        }
        catch
        {
            await app.DisposeAsync();
            throw;
        }

        return new ProbeServer(app, address);
    }

    /// <summary>Ends every connection at once, as a kill does.</summary>
    public async Task KillAsync()
    {
        using var now = new CancellationTokenSource();
        await now.CancelAsync();
        try
        {
            await _app.StopAsync(now.Token);
        }
        catch (OperationCanceledException)
        {
            // No time to end in order: that is the point.
        }

        await _app.DisposeAsync();
    }

    public async ValueTask DisposeAsync() => await KillAsync();
}
