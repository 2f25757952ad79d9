namespace HvIntegration.Broker.Queries;

/// <summary>What the API counts of its own callers: the status of the broker includes it, and the API is above the queries.</summary>
internal interface IApiLoad
{
    /// <summary>Event streams that are open now.</summary>
    int StreamsOpen { get; }

    /// <summary>Connections refused since the start because one account or machine had too many.</summary>
    long ConnectionsRefused { get; }

    /// <summary>Requests with a wrong token since the start.</summary>
    long WrongTokens { get; }
}
