using HvIntegration.Api.Contract;

namespace HvIntegration.Broker.Queries;

/// <summary>What an opened bundle knows of the agents that were connected when it was written.</summary>
/// <param name="Vm">VM that the bundle is about.</param>
/// <param name="Agent">Its agent, as it was.</param>
/// <param name="Guests">VMs whose guest side is in the bundle.</param>
internal sealed record RecordedGuests(Guid Vm, AgentView Agent, IReadOnlyList<Guid> Guests);
