namespace HvIntegration.CounterSources;

/// <summary>Whether one counter of the host is there.</summary>
/// <param name="Set">English name of the set.</param>
/// <param name="Counter">English name.</param>
/// <param name="Instances">Instances in the newest read; 0 when there are none or it is missing.</param>
/// <param name="Missing">Why it is not there, one clause; null when it is.</param>
/// <param name="IsOptional">Not on every build: its absence is no fault.</param>
public sealed record CounterCoverage(string Set, string Counter, int Instances, string? Missing, bool IsOptional)
{
    /// <summary>Reads in which Windows returned no array, because a row had no value, and the values were made of the raw counters.</summary>
    public long ReadsFromRaw { get; init; }
}
