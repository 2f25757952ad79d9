using HvIntegration.Protocol.V1;

namespace HvIntegration.Ingest.Events;

/// <summary>Something that an agent noticed about itself or about the guest's clock.</summary>
/// <param name="Second">Host second in which it happened, Unix.</param>
/// <param name="Kind">What happened; unspecified for a kind that this version does not know.</param>
/// <param name="Text">The agent's sentence: one line, cleaned and cut.</param>
internal sealed record AgentEventEntry(long Second, AgentEventKind Kind, string Text);
