using System.Buffers;
using Google.Protobuf;
using Grpc.Core;
using HvIntegration.GuestAgent.Sampling;
using HvIntegration.Protocol.V1;

namespace HvIntegration.GuestAgent.Uplink;

/// <summary>The gRPC method with marshallers of our own.</summary>
/// <remarks>
/// Kept batches go out verbatim, and the two stamps of a clock reply are taken at the outermost points a client has:
/// t2 before the probe is parsed, t3 while the reply is serialised.
/// </remarks>
internal static class TelemetryMethod
{
    /// <summary>Makes the description of the call that gRPC needs.</summary>
    /// <param name="clock">Clock of the stamps.</param>
    public static Method<AgentFrame, BrokerFrame> Create(IGuestClock clock) => new(
        MethodType.DuplexStreaming,
        Telemetry.Descriptor.FullName,
        nameof(Telemetry.TelemetryClient.Connect),
        Marshallers.Create<AgentFrame>((frame, context) => Serialize(frame, context, clock), _ => throw new NotSupportedException("an agent receives no agent messages")),
        Marshallers.Create<BrokerFrame>((_, _) => throw new NotSupportedException("an agent sends no broker messages"), context =>
        {
            long now = clock.MonotonicNs;
            return new BrokerFrame(BrokerMessage.Parser.ParseFrom(context.PayloadAsReadOnlySequence()), now);
        }));

    private static void Serialize(AgentFrame frame, SerializationContext context, IGuestClock clock)
    {
        if (frame.Message is { } message)
        {
            if (message.ClockReply is { } reply)
            {
                reply.T3GuestMonotonicNs = (ulong)clock.MonotonicNs;
            }

            context.SetPayloadLength(message.CalculateSize());
            message.WriteTo(context.GetBufferWriter());
        }
        else
        {
            context.SetPayloadLength(frame.Length);
            context.GetBufferWriter().Write(frame.Buffer.AsSpan(0, frame.Length));
        }

        context.Complete();
    }
}
