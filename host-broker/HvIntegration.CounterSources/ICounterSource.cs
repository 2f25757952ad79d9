using HvIntegration.Model;

namespace HvIntegration.CounterSources;

/// <summary>Where host numbers come from. Anything but <see cref="Live"/> is labelled wherever its data is shown.</summary>
public enum SourceOrigin
{
    /// <summary>Counters of this machine, now.</summary>
    Live,

    /// <summary>Counters of a recording, also of another machine.</summary>
    Replayed,

    /// <summary>Made by a seeded simulation, of no machine.</summary>
    Simulated,
}

/// <summary>Gives host-side samples and the inventory of partitions, the same whatever stands behind it.</summary>
public interface ICounterSource : IAsyncDisposable
{
    /// <summary>Stable lower-case name: "qemu", "pdh-csv", "simulated"; the page <c>docs/counter-sources/&lt;name&gt;.md</c> explains it.</summary>
    string Name { get; }

    /// <summary>Live, replayed or simulated.</summary>
    SourceOrigin Origin { get; }

    /// <summary>What is shown beside its numbers on every page; null for the usual words of its origin.</summary>
    string? Words => null;

    /// <summary>Reads once: inventory, samples and faults since the previous read. Called once per interval by one caller.</summary>
    /// <param name="nowNs">Host time of the read: Unix nanoseconds of the broker's steady clock.</param>
    /// <param name="cancellation">Ends the read; what was read until then is given up.</param>
    /// <returns>What was read. A part that failed is a fault in it, never an exception that hides the rest.</returns>
    ValueTask<CounterReading> ReadAsync(long nowNs, CancellationToken cancellation);
}

/// <summary>Result of one read of a source.</summary>
/// <param name="Partitions">Inventory as of this read.</param>
/// <param name="Samples">Host samples, rising time per series.</param>
/// <param name="Faults">What could not be read, one sentence each with the reason and the remedy.</param>
/// <param name="Ended">True when a recording has no more rows.</param>
public sealed record CounterReading(
    IReadOnlyList<PartitionInfo> Partitions, IReadOnlyList<HostSample> Samples, IReadOnlyList<string> Faults, bool Ended)
{
    /// <summary>Which counters are there and which are missing, and why; empty where the source does not choose them.</summary>
    public IReadOnlyList<CounterCoverage> Coverage { get; init; } = [];
}
