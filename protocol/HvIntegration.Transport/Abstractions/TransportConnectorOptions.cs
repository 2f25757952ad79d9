namespace HvIntegration.Transport.Abstractions;

/// <summary>How an HTTP/2 client keeps its one connection.</summary>
public sealed record TransportConnectorOptions
{
    /// <summary>Silence after which the client asks whether the broker lives.</summary>
    /// <value>At least 1 s. Default 10 s.</value>
    public TimeSpan KeepAlivePingDelay { get; init; } = TimeSpan.FromSeconds(10);

    /// <summary>Wait for the answer, then the connection is given up.</summary>
    /// <value>At least 1 s. Default 10 s.</value>
    public TimeSpan KeepAlivePingTimeout { get; init; } = TimeSpan.FromSeconds(10);

    /// <summary>Longest wait for a connection, over all that dialling does.</summary>
    /// <value>Default 15 s.</value>
    public TimeSpan ConnectTimeout { get; init; } = TimeSpan.FromSeconds(15);
}
