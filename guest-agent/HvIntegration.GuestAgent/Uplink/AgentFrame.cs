using HvIntegration.Protocol.V1;

namespace HvIntegration.GuestAgent.Uplink;

/// <summary>One message on its way out: bytes that are sent as they are, a message, or a clock reply that is stamped last.</summary>
/// <remarks>Used again for each write: a stream has one write at a time.</remarks>
internal sealed class AgentFrame
{
    /// <summary>Bytes of an encoded AgentMessage.</summary>
    public byte[] Buffer { get; set; } = [];

    /// <summary>Bytes of <see cref="Buffer"/> in use; used when <see cref="Message"/> is null.</summary>
    public int Length { get; set; }

    /// <summary>A message that is serialised when it is written.</summary>
    public AgentMessage? Message { get; set; }
}
