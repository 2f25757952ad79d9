namespace HvIntegration.CounterSources.HyperV;

/// <summary>When the inventory is read again: at an interval, soon after a change, and never without a distance. Pure.</summary>
/// <param name="Interval">Time between two rounds without a change.</param>
internal sealed record InventoryPace(TimeSpan Interval)
{
    /// <summary>Least time between two rounds: the start of many VMs reports hundreds of changes a minute, and each round is fourteen queries.</summary>
    public static TimeSpan DistanceMin { get; } = TimeSpan.FromSeconds(3);

    /// <summary>True when the next round is due.</summary>
    /// <param name="sinceRound">Time since the last round ended.</param>
    /// <param name="hasChanged">A change was reported since then.</param>
    public bool IsDue(TimeSpan sinceRound, bool hasChanged) => sinceRound >= Interval || (hasChanged && sinceRound >= DistanceMin);
}
