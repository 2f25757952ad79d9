using HvIntegration.Protocol.V1;

namespace HvIntegration.GuestAgent.Uplink;

/// <summary>One message of the broker.</summary>
/// <param name="Message">Parsed.</param>
/// <param name="ReceivedNs">Guest monotonic time before it was parsed: stamp t2 of a clock probe.</param>
internal sealed record BrokerFrame(BrokerMessage Message, long ReceivedNs);
