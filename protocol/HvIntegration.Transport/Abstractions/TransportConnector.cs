namespace HvIntegration.Transport.Abstractions;

/// <summary>HTTP/2 over a transport: a handler for any client library that takes one.</summary>
public static class TransportConnector
{
    /// <summary>Base address to give with the handler. The name means nothing and is never looked up.</summary>
    public static Uri BaseAddress { get; } = new("http://hvi");

    /// <summary>A handler whose only connection is a dial of <paramref name="address"/>.</summary>
    /// <param name="transport">Dials; kept by the caller over reconnects.</param>
    /// <param name="address">The broker.</param>
    /// <param name="options">Defaults when null.</param>
    /// <param name="dialled">Told after each dial with its failure, or null when it succeeded: clients hide it in layers of their own exceptions.</param>
    /// <remarks>
    /// A client over a <see cref="SocketsHttpHandler.ConnectCallback"/> has no connection state to ask for: keep your own.
    /// After the broker went away the same handler dials anew with the next call.
    /// </remarks>
    public static SocketsHttpHandler CreateHandler(
        ITransport transport, TransportAddress address, TransportConnectorOptions? options = null, Action<TransportException?>? dialled = null)
    {
        ArgumentNullException.ThrowIfNull(transport);
        ArgumentNullException.ThrowIfNull(address);
        options ??= new TransportConnectorOptions();
        return new SocketsHttpHandler
        {
            ConnectCallback = async (_, cancellation) =>
            {
                try
                {
                    var stream = await transport.DialAsync(address, cancellation);
                    dialled?.Invoke(null);
                    return stream;
                }
                catch (TransportException e)
                {
                    dialled?.Invoke(e);
                    throw;
                }
            },
            ConnectTimeout = options.ConnectTimeout,

            // A proxy variable in a guest must not matter: nothing here goes over a network.
            UseProxy = false,
            UseCookies = false,
            AllowAutoRedirect = false,
            AutomaticDecompression = System.Net.DecompressionMethods.None,
            ActivityHeadersPropagator = null,

            // One connection for one VM, kept as long as it lives.
            MaxConnectionsPerServer = 1,
            EnableMultipleHttp2Connections = false,
            PooledConnectionIdleTimeout = Timeout.InfiniteTimeSpan,
            PooledConnectionLifetime = Timeout.InfiniteTimeSpan,

            KeepAlivePingDelay = options.KeepAlivePingDelay,
            KeepAlivePingTimeout = options.KeepAlivePingTimeout,
            KeepAlivePingPolicy = HttpKeepAlivePingPolicy.Always,
        };
    }
}
