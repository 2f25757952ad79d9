namespace HvIntegration.CounterSources.Pdh;

/// <summary>One counter that is read live.</summary>
/// <param name="Set">English name of its set.</param>
/// <param name="Name">English name.</param>
/// <param name="HasInstances">The set has instances: all of them are read with one wildcard.</param>
/// <param name="IsOptional">Not on every build or host: its absence is told, but is no fault.</param>
/// <param name="IsCost">One of many per virtual processor: left out on hosts with very many of them.</param>
internal sealed record LiveCounter(string Set, string Name, bool HasInstances, bool IsOptional, bool IsCost)
{
    /// <summary>English path for PdhAddEnglishCounter.</summary>
    public string Path => HasInstances ? $@"\{Set}(*)\{Name}" : $@"\{Set}\{Name}";
}
