namespace HvIntegration.CounterSources.PerformanceCounters;

/// <summary>What becomes of a second column for a series that already has one.</summary>
public enum SameSeries
{
    /// <summary>The first column stays: sets overlap, they do not add up.</summary>
    FirstCounts,

    /// <summary>The columns add up.</summary>
    AddsUp,

    /// <summary>The columns of VMs of one name add up; else the first stays.</summary>
    AddsUpInGroup,

    /// <summary>As <see cref="FirstCounts"/>, but VMs of one name have no value: a sum of theirs means nothing.</summary>
    NotOfGroup,

    /// <summary>The columns add up; one that has no value is left out of the sum.</summary>
    Together,

    /// <summary>The greatest of the columns that have a value counts: of very many rows the worst is shown.</summary>
    Greatest,
}
