using System.ComponentModel.DataAnnotations;

namespace HvIntegration.Ingest.Streams;

/// <summary>How agents reach the broker and what they may use.</summary>
internal sealed class AgentOptions
{
    /// <summary>Addresses to listen on, as <c>hvsock://children</c>, <c>vsock://any</c>, <c>unix:///run/hvintegration/vm1.agent.sock</c>.</summary>
    /// <value>Default: none besides the sockets that the counter source names for its VMs.</value>
    public IList<string> Listen { get; } = [];

    /// <summary>Takes vsock peers with a port of 1024 or above, which any user of a Linux guest may bind.</summary>
    /// <value>Default false.</value>
    public bool AllowUnprivilegedPorts { get; set; }

    /// <summary>Longest time a connection whose VM is not in the inventory is held before it is refused.</summary>
    /// <value>Milliseconds, 0 to 60,000. Default 10,000.</value>
    [Range(0, 60_000)]
    public int HoldMs { get; set; } = 10_000;

    /// <summary>Longest wait for Hello and for each of the first clock replies.</summary>
    /// <value>Milliseconds, 500 to 60,000. Default 10,000.</value>
    [Range(500, 60_000)]
    public int HandshakeMs { get; set; } = 10_000;

    /// <summary>Silence after which another agent of the same VM may take the place of the first.</summary>
    /// <value>Milliseconds, 500 to 300,000. Default 10,000.</value>
    [Range(500, 300_000)]
    public int DeadAfterMs { get; set; } = 10_000;

    /// <summary>Silence after which the broker ends a stream.</summary>
    /// <value>Milliseconds, 1,000 to 3,600,000. Default 120,000.</value>
    [Range(1_000, 3_600_000)]
    public int SilenceMs { get; set; } = 120_000;

    /// <summary>Time between two clock probes.</summary>
    /// <value>Milliseconds, 200 to 60,000. Default 2,000.</value>
    [Range(200, 60_000)]
    public int ProbeIntervalMs { get; set; } = 2_000;

    /// <summary>Sampling interval asked of the agents.</summary>
    /// <value>Milliseconds, 200 to 60,000. Default 1,000.</value>
    [Range(200, 60_000)]
    public int IntervalMs { get; set; } = 1_000;

    /// <summary>Processes asked of the agents with each batch.</summary>
    /// <value>0 to 64. Default 20.</value>
    [Range(0, 64)]
    public int ProcessTopN { get; set; } = 20;

    /// <summary>Connections from addresses that no VM has, held at the same time.</summary>
    /// <value>1 to 1,024. Default 64.</value>
    [Range(1, 1_024)]
    public int HeldMax { get; set; } = 64;
}
