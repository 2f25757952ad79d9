using HvIntegration.Protocol.V1;

namespace HvIntegration.GuestAgent.Collection;

/// <summary>A collector that notices moments beside its values; the sampling loop asks after each read.</summary>
internal interface IEventSource
{
    /// <summary>Takes what was noticed since the last call; false when nothing was.</summary>
    bool TryTakeEvent(out CollectorEvent moment);
}

/// <summary>Something that happened between two reads.</summary>
/// <param name="Kind">As on the wire.</param>
/// <param name="Text">One clause for an administrator.</param>
internal readonly record struct CollectorEvent(AgentEventKind Kind, string Text);
