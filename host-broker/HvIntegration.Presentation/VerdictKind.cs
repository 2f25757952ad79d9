namespace HvIntegration.Presentation;

/// <summary>Who is to blame, as colours, signs and filters have it.</summary>
public enum VerdictKind
{
    /// <summary>The VM is healthy: no cause was found.</summary>
    Ok,

    /// <summary>The host, the store below or a neighbour.</summary>
    Host,

    /// <summary>The cause is in the guest.</summary>
    Guest,

    /// <summary>The cause is a configured limit of the VM.</summary>
    Limit,

    /// <summary>Something hurts and nothing explains it.</summary>
    Unclear,

    /// <summary>No second is closed.</summary>
    NoData,
}
