using HvIntegration.Protocol.V1;

namespace HvIntegration.GuestAgent.Collection;

/// <summary>Result of one read.</summary>
/// <param name="Status">Ok, unavailable or failed.</param>
/// <param name="Reason">Empty when ok; else one clause that names the source and what is missing.</param>
internal readonly record struct CollectOutcome(CollectorStatus Status, string Reason)
{
    /// <summary>Every series of the collector has a value of this read.</summary>
    public static CollectOutcome Ok => new(CollectorStatus.Ok, "");

    /// <summary>This guest does not have the source.</summary>
    public static CollectOutcome Unavailable(string reason) => new(CollectorStatus.Unavailable, reason);

    /// <summary>The source is there but could not be read.</summary>
    public static CollectOutcome Failed(string reason) => new(CollectorStatus.Failed, reason);
}
