namespace HvIntegration.HostBroker.Dashboard;

/// <summary>Who is to blame, as colours, signs and filters have it.</summary>
public enum VerdictKind
{
    /// <summary>Nothing is wrong.</summary>
    Ok,

    /// <summary>The host, the store below or a neighbour.</summary>
    Host,

    /// <summary>The guest itself.</summary>
    Guest,

    /// <summary>A configured limit.</summary>
    Limit,

    /// <summary>Something hurts and nothing explains it.</summary>
    Unclear,

    /// <summary>No second is closed.</summary>
    NoData,
}
