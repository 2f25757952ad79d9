using HvIntegration.Broker.Live;
using HvIntegration.History;
using HvIntegration.Model;

namespace HvIntegration.Broker.Queries;

/// <summary>Episodes, in memory and in history, as one list: of an episode that both have, memory knows more.</summary>
internal sealed class EpisodeQueries(IHistoryReader history, BrokerState state, VmQueries vms, PastQueries past, Acknowledgements acknowledgements)
{
    /// <summary>A list of episodes reaches this many seconds back unless somebody asks for another time: 7 days.</summary>
    public const long ListSeconds = 7 * 86_400;

    /// <summary>Most episodes of one list.</summary>
    public const int EpisodesMax = 20_000;

    // Ends of questions; the greatest second whose nanoseconds are still a number.
    private const long Never = long.MaxValue / 4_000_000_000;
    private const int GapsMax = 32;

    private static readonly ILookup<Guid, DataGap> NoGaps = Array.Empty<(Guid Id, DataGap Gap)>().ToLookup(g => g.Id, g => g.Gap);

    /// <summary>Episodes in memory as a view has them: open ones and those that ended lately, newest onset first.</summary>
    public IReadOnlyList<KnownEpisode> InMemory(BrokerView view, IReadOnlyDictionary<Guid, string> names) =>
        [.. view.Episodes.DistinctBy(KeyOf).Select(e => Of(e, Name(names, e.Partition)))];

    /// <summary>Episodes that touch a range, newest onset first.</summary>
    /// <param name="partition">Of one VM; null for all.</param>
    /// <param name="fromSecond">First second of the range, Unix.</param>
    /// <param name="toSecond">End, not in it.</param>
    /// <param name="cancellation">Cancels the operation.</param>
    /// <exception cref="HistoryException">History cannot be read.</exception>
    public async Task<IReadOnlyList<KnownEpisode>> ListAsync(Guid? partition, long fromSecond, long toSecond, CancellationToken cancellation)
    {
        var live = state.View.Episodes
            .Where(e => (partition is null || e.Partition == partition) && e.OnsetSecond < toSecond && (e.EndSecond ?? long.MaxValue) >= fromSecond)
            .DistinctBy(KeyOf).ToDictionary(KeyOf);
        var kept = await history.QueryEpisodesAsync(partition, null, fromSecond, toSecond, EpisodesMax, cancellation);
        var gaps = kept.Count > 0 ? await past.GapsAsync(partition, kept.Min(k => k.OnsetSecond), kept.Max(k => k.LastSecond) + 1, cancellation) : NoGaps;
        var names = await vms.NamesAsync(kept.Select(k => k.Partition).Concat(live.Keys.Select(k => k.Partition)), cancellation);
        return
        [
            .. live.Values.Select(e => Of(e, Name(names, e.Partition)))
                .Concat(kept.Where(k => !live.ContainsKey(new EpisodeKey(k.Partition, k.OnsetSecond))).Select(k => Of(k, Name(names, k.Partition), gaps)))
                .OrderByDescending(e => e.Key.OnsetSecond).ThenBy(e => e.Key.Partition).Take(EpisodesMax),
        ];
    }

    /// <summary>One episode; null when neither memory nor history has it.</summary>
    /// <exception cref="HistoryException">History cannot be read.</exception>
    public async Task<KnownEpisode?> OneAsync(EpisodeKey key, CancellationToken cancellation)
    {
        string name = Name(await vms.NamesAsync([key.Partition], cancellation), key.Partition);
        if (state.View.Episodes.FirstOrDefault(e => KeyOf(e) == key) is { } live)
        {
            return Of(live, name);
        }

        var kept = await history.QueryEpisodesAsync(key.Partition, key.OnsetSecond, key.OnsetSecond, Never, 1, cancellation);
        return kept is [var found, ..] ? Of(found, name, await past.GapsAsync(key.Partition, found.OnsetSecond, found.LastSecond + 1, cancellation)) : null;
    }

    /// <summary>The episode of a VM that held at a second, the newest where two touch it; null when there is none.</summary>
    /// <exception cref="HistoryException">History cannot be read.</exception>
    public async Task<KnownEpisode?> AtAsync(Guid partition, long second, CancellationToken cancellation) =>
        await ListAsync(partition, second, second + 1, cancellation) is [var newest, ..] ? newest : null;

    /// <summary>An episode in memory as every view shows it.</summary>
    public KnownEpisode Of(Episode episode, string vmName) => new(
        KeyOf(episode), vmName, episode.Hypothesis, episode.Verdict.Side, episode.Verdict.Title, episode.Verdict.Sentence, episode.Verdict.Probability, episode.Severity,
        episode.HeldSecond, episode.EndSecond, episode.Verdict, episode.Gaps, acknowledgements.Of(KeyOf(episode)));

    private static EpisodeKey KeyOf(Episode episode) => new(episode.Partition, episode.OnsetSecond);

    private static string Name(IReadOnlyDictionary<Guid, string> names, Guid id) => names.GetValueOrDefault(id) ?? id.ToString();

    private KnownEpisode Of(EpisodeRecord kept, string vmName, ILookup<Guid, DataGap> gaps)
    {
        var key = new EpisodeKey(kept.Partition, kept.OnsetSecond);
        return new KnownEpisode(
            key, vmName, kept.Hypothesis, kept.Side, kept.Title, kept.Sentence, kept.Probability, kept.Severity, kept.LastSecond, kept.LastSecond, null,
            PastQueries.Within(gaps[kept.Partition], kept.OnsetSecond, kept.LastSecond, GapsMax), acknowledgements.Of(key));
    }
}
