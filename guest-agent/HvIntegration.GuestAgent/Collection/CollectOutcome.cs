using HvIntegration.Protocol.V1;

namespace HvIntegration.GuestAgent.Collection;

/// <summary>Result of one read.</summary>
/// <param name="Status">Ok, unavailable or failed.</param>
/// <param name="Reason">One clause that names the source and what is missing; with ok, what is missing beside the values. Empty when nothing is.</param>
internal readonly record struct CollectOutcome(CollectorStatus Status, string Reason)
{
    /// <summary>Every series of the collector has a value of this read.</summary>
    public static CollectOutcome Ok => new(CollectorStatus.Ok, "");

    /// <summary>The collector works, but a part of its source is missing.</summary>
    public static CollectOutcome Partial(string reason) => new(CollectorStatus.Ok, reason);

    /// <summary>This guest does not have the source.</summary>
    public static CollectOutcome Unavailable(string reason) => new(CollectorStatus.Unavailable, reason);

    /// <summary>The source is there but could not be read.</summary>
    public static CollectOutcome Failed(string reason) => new(CollectorStatus.Failed, reason);
}
