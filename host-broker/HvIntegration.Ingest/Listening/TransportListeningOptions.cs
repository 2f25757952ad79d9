namespace HvIntegration.Ingest.Listening;

/// <summary>Bounds of the listener, and how it notices a frozen guest.</summary>
internal sealed record TransportListeningOptions
{
    /// <summary>Maximum number of connections in total.</summary>
    /// <value>Default 2,048.</value>
    public int ConnectionsMax { get; init; } = 2_048;

    /// <summary>Connections of one peer address; the session layer admits one agent of them.</summary>
    /// <value>Default 4.</value>
    public int ConnectionsPerPeerMax { get; init; } = 4;

    /// <summary>Hang up on vsock peers with a port of 1024 or above before HTTP starts.</summary>
    /// <value>Default false: the session layer refuses them with a sentence the agent can show.</value>
    public bool RefuseUnprivilegedPorts { get; init; }

    /// <summary>Silence after which the broker asks whether the agent lives; a frozen guest is noticed by this.</summary>
    /// <value>At least 1 s. Default 10 s.</value>
    public TimeSpan KeepAlivePingDelay { get; init; } = TimeSpan.FromSeconds(10);

    /// <summary>Wait for the answer, then the connection is given up.</summary>
    /// <value>At least 1 s. Default 10 s.</value>
    public TimeSpan KeepAlivePingTimeout { get; init; } = TimeSpan.FromSeconds(10);

    /// <summary>Wait after an accept that failed, which would spin otherwise.</summary>
    /// <value>Default 200 ms.</value>
    public TimeSpan AcceptRetryDelay { get; init; } = TimeSpan.FromMilliseconds(200);
}
