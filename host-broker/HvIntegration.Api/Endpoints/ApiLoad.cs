using HvIntegration.Api.Access;
using HvIntegration.Broker.Queries;

namespace HvIntegration.Api.Endpoints;

/// <summary>What the API counts of its own callers.</summary>
internal sealed class ApiLoad(EventStreams streams, ConnectionBudget budget, ApiSecurity security) : IApiLoad
{
    /// <inheritdoc/>
    public int StreamsOpen => streams.Open;

    /// <inheritdoc/>
    public long ConnectionsRefused => budget.Refused;

    /// <inheritdoc/>
    public long WrongTokens => security.WrongTokens.Total;
}
