using HvIntegration.Transport;
using HvIntegration.Transport.Abstractions;
using Microsoft.AspNetCore.Connections;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.Extensions.DependencyInjection.Extensions;

namespace HvIntegration.Ingest.Listening;

/// <summary>Puts the transports under Kestrel.</summary>
internal static class TransportListeningExtensions
{
    /// <summary>Registers the listener factory; needed once for any <c>ListenTransport</c>.</summary>
    public static IServiceCollection AddTransportListening(this IServiceCollection services, TransportListeningOptions? options = null)
    {
        services.TryAddSingleton(options ?? new TransportListeningOptions());
        services.TryAddSingleton(TimeProvider.System);
        services.TryAddSingleton<ListeningCounters>();
        services.TryAddSingleton<IConnectionAdmission, ConnectionAdmission>();
        services.AddSingleton<IConnectionListenerFactory, TransportListenerFactory>();
        return services;
    }

    /// <summary>Listens on an address of one of the product's transports: HTTP/2 without TLS.</summary>
    public static void ListenTransport(this KestrelServerOptions kestrel, TransportAddress address, Action<ListenOptions>? configure = null) =>
        kestrel.ListenTransport(Transports.For(address), address, configure);

    /// <summary>Listens on an address of a given transport: HTTP/2 without TLS, with keepalive pings that notice a frozen guest.</summary>
    public static void ListenTransport(
        this KestrelServerOptions kestrel, ITransport transport, TransportAddress address, Action<ListenOptions>? configure = null)
    {
        var options = kestrel.ApplicationServices.GetRequiredService<TransportListeningOptions>();
        kestrel.Limits.Http2.KeepAlivePingDelay = options.KeepAlivePingDelay;
        kestrel.Limits.Http2.KeepAlivePingTimeout = options.KeepAlivePingTimeout;
        if (address.Kind == TransportKind.Tcp)
        {
            TransportListeningLog.Tcp(kestrel.ApplicationServices.GetRequiredService<ILoggerFactory>().CreateLogger(typeof(TransportListeningExtensions)), address);
        }

        kestrel.Listen(new TransportEndPoint(transport, address), listen =>
        {
            listen.Protocols = HttpProtocols.Http2;
            configure?.Invoke(listen);
        });
    }
}
