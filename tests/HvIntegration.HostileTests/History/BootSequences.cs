namespace HvIntegration.HostileTests.History;

/// <summary>What history has of one boot.</summary>
/// <param name="Boot">Boot of a guest.</param>
/// <param name="Counts">Its sequences, each with how often it is there.</param>
internal sealed record BootSequences(Guid Boot, IReadOnlyDictionary<ulong, int> Counts)
{
    /// <summary>Sequences that are there more than once.</summary>
    public int Twice => Counts.Count(c => c.Value > 1);

    /// <summary>Places at which one or more sequences are not there; each run of an agent begins behind one.</summary>
    public int Gaps
    {
        get
        {
            var sorted = Counts.Keys.Order().ToList();
            return sorted.Skip(1).Where((sequence, i) => sequence != sorted[i] + 1).Count();
        }
    }
}
