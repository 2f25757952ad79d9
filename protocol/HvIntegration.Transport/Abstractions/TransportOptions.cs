namespace HvIntegration.Transport.Abstractions;

/// <summary>How sockets are opened. The defaults are the product's; tests and the lab change single values.</summary>
public sealed record TransportOptions
{
    /// <summary>Longest wait for one connection.</summary>
    /// <value>100 ms to 300 s, or null for the family's own limit (2 s on a Linux Hyper-V guest). Default null.</value>
    public TimeSpan? ConnectTimeout { get; init; }

    /// <summary>Bind a local vsock port of 512 to 1023 before dialling, which proves privilege to the broker.</summary>
    /// <value>Default true. Needs CAP_NET_BIND_SERVICE.</value>
    public bool PrivilegedLocalPort { get; init; } = true;

    /// <summary>Where sysfs is mounted: the guest's socket transport is looked up there before the host is dialled.</summary>
    public string SysfsRoot { get; init; } = "/sys";

    /// <summary>Allow dialling TCP addresses that are not loopback: for the lab, whose guests reach their own Unix socket through a relay address.</summary>
    /// <value>Default false. Listening stays on loopback whatever is set here.</value>
    public bool TcpDialBeyondLoopback { get; init; }

    /// <summary>Connections the kernel keeps before they are accepted.</summary>
    public int Backlog { get; init; } = 128;

    /// <summary>Source of local ports; a seeded one makes tests repeatable.</summary>
    public Random Random { get; init; } = new();

    /// <summary>Clock of the timeouts.</summary>
    public TimeProvider Time { get; init; } = TimeProvider.System;
}
