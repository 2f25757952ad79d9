using HvIntegration.GuestAgent.Sampling;
using HvIntegration.Protocol.Handshake;
using HvIntegration.Transport.Abstractions;

namespace HvIntegration.GuestAgent.Hosting;

/// <summary>What an administrator can set. Every option has one name in file, environment and command line.</summary>
internal sealed class AgentOptions
{
    /// <summary>Address of the broker.</summary>
    /// <value>Default <c>hvsock://parent</c> on Windows, <c>vsock://2</c> elsewhere.</value>
    public TransportAddress Broker { get; set; } =
        TransportAddress.Parse(OperatingSystem.IsWindows() ? "hvsock://parent" : "vsock://2", ProtocolLimits.VsockPort);

    /// <summary>Time between two samples, milliseconds.</summary>
    /// <value>Milliseconds, 100 to 60,000. Default 1000.</value>
    public int IntervalMs { get; set; } = 1000;

    /// <summary>Time between reads of all processes.</summary>
    /// <value>Milliseconds, 100 to 60,000. Default 1000.</value>
    public int ProcessIntervalMs { get; set; } = 1000;

    /// <summary>Processes sent with each read.</summary>
    /// <value>0 to 64; 0 reads no processes. Default 20.</value>
    public int TopN { get; set; } = 20;

    /// <summary>Most bytes of samples kept while the broker is away.</summary>
    /// <value>MiB, 1 to 256. Default 8.</value>
    public int RingMib { get; set; } = 8;

    /// <summary>Longest time samples are kept while the broker is away.</summary>
    /// <value>Minutes, 1 to 1440. Default 15.</value>
    public int RingMinutes { get; set; } = 15;

    /// <summary>How the sampling threads compete for processors.</summary>
    public SamplingPriority Priority { get; set; } = SamplingPriority.Auto;

    /// <summary>Collectors that are not run.</summary>
    public IReadOnlyList<string> Disable { get; set; } = [];

    /// <summary>Dial from a vsock port below 1024, which proves privilege to the broker.</summary>
    public bool PrivilegedPort { get; set; } = true;

    /// <summary>Allow a TCP broker address off this machine: lab and development only.</summary>
    public bool AllowTcp { get; set; }

    /// <summary>Least severe log message that is written.</summary>
    public Microsoft.Extensions.Logging.LogLevel LogLevel { get; set; } = Microsoft.Extensions.Logging.LogLevel.Information;

    /// <summary>Folder that stands for <c>/</c>: fixtures in tests.</summary>
    public string Root { get; set; } = "/";

    /// <summary>What the transport takes from these options.</summary>
    public TransportOptions ToTransportOptions() => new() { PrivilegedLocalPort = PrivilegedPort, TcpDialBeyondLoopback = AllowTcp };
}
