namespace HvIntegration.Recordings;

/// <summary>Result of a diagnosis of recordings of one or more hosts.</summary>
/// <param name="Hosts">One for each host, in the order of the recordings; one without a host where only guests were given.</param>
/// <param name="Common">What a reader should know of recordings that several hosts share, one sentence each.</param>
internal sealed record OfflineAnswer(IReadOnlyList<OfflineResult> Hosts, IReadOnlyList<string> Common)
{
    /// <summary>What a reader should know of how it all was read, one sentence each.</summary>
    public IReadOnlyList<string> Notices => [.. Common.Concat(Hosts.SelectMany(h => h.Notices)).Distinct()];

    /// <summary>True when at least one VM could be judged in at least one second.</summary>
    public bool HasJudged => Hosts.Any(h => h.Vms.Any(v => v.IsJudged));
}
