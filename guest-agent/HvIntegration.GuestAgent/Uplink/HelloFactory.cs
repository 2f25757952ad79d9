using System.Reflection;
using Google.Protobuf;
using HvIntegration.GuestAgent.Collection;
using HvIntegration.GuestAgent.Sampling;
using HvIntegration.Protocol.Codec;
using HvIntegration.Protocol.Handshake;
using HvIntegration.Protocol.Metrics;
using HvIntegration.Protocol.V1;

namespace HvIntegration.GuestAgent.Uplink;

/// <summary>Makes the first message of a stream.</summary>
internal static class HelloFactory
{
    /// <summary>Version of this agent, as released.</summary>
    public static string AgentVersion { get; } =
        typeof(HelloFactory).Assembly.GetCustomAttribute<AssemblyInformationalVersionAttribute>()?.InformationalVersion.Split('+')[0] ?? "0.0.0";

    /// <summary>Makes a Hello of this moment.</summary>
    /// <param name="identity">Facts about the guest.</param>
    /// <param name="collectors">Names in wire order.</param>
    /// <param name="firstSequence">Of this run.</param>
    /// <param name="clock">Guest clocks.</param>
    public static Hello Create(GuestIdentity identity, IReadOnlyList<string> collectors, ulong firstSequence, IGuestClock clock)
    {
        var hello = new Hello
        {
            ProtocolMajor = ProtocolVersion.Major,
            ProtocolMinor = ProtocolVersion.Minor,
            AgentVersion = AgentVersion,
            OsFamily = identity.OsFamily,
            OsDescription = LabelText.Cut(identity.OsDescription, ProtocolLimits.LabelBytesMax),
            KernelVersion = LabelText.Cut(identity.KernelVersion, ProtocolLimits.LabelBytesMax),
            HostName = LabelText.Cut(identity.HostName, ProtocolLimits.LabelBytesMax),
            BootId = ByteString.CopyFrom(identity.BootId.ToByteArray(bigEndian: true)),
            FirstSequence = firstSequence,
            LogicalProcessors = (uint)identity.LogicalProcessors,
            MemoryTotalBytes = identity.MemoryTotalBytes,
            MonotonicNs = (ulong)clock.MonotonicNs,
            SinceBootNs = (ulong)clock.SinceBootNs,
            Capabilities = { "burst", "process-table" },
            Collectors = { collectors },
        };
        foreach (MetricDefinition metric in GuestMetrics.All)
        {
            hello.Catalog.Add(new MetricDescriptor
            {
                Id = metric.Id,
                Name = metric.Name,
                Unit = metric.Unit,
                Kind = (MetricKind)metric.Form,
                Scale = metric.Scale,
                Attributes = { metric.Attributes },
            });
        }

        foreach (var (key, value) in identity.Hints.Take(ProtocolLimits.HelloEntriesMax))
        {
            hello.IdentityHints.Add(new IdentityHint
            {
                Key = LabelText.Cut(key, ProtocolLimits.LabelBytesMax),
                Value = LabelText.Cut(value, ProtocolLimits.LabelBytesMax),
            });
        }

        return hello;
    }
}
