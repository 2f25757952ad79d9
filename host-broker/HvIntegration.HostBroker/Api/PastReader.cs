using HvIntegration.Engine.Model;
using HvIntegration.HostBroker.Api.Contract;
using HvIntegration.HostBroker.History;
using HvIntegration.HostBroker.Hosting;
using HvIntegration.Protocol.Metrics;

namespace HvIntegration.HostBroker.Api;

/// <summary>Answers questions about kept time; changes nothing. The newest second or two may not be kept yet.</summary>
internal sealed class PastReader(IHistoryStore history, BrokerState state, Inventory inventory, Acknowledgements acknowledgements, BrokerReader reader)
{
    /// <summary>Most signals and metrics of one question.</summary>
    public const int NamesMax = 32;

    /// <summary>Most points of one series.</summary>
    public const int PointsMax = 20_000;

    /// <summary>Most points of one answer, all series together.</summary>
    public const int PointsTotalMax = 400_000;

    /// <summary>Most gaps of one answer or episode.</summary>
    public const int GapsMax = 256;

    private const int EpisodeGapsMax = 32;

    /// <summary>Most episodes looked through.</summary>
    public const int EpisodesMax = 20_000;

    /// <summary>VMs with this GUID or name: those of the host, else those history has seen.</summary>
    public async Task<IReadOnlyList<PartitionInfo>> FindAsync(string idOrName, CancellationToken cancellation)
    {
        var here = reader.Find(idOrName);
        if (here.Count > 0)
        {
            return here;
        }

        bool isId = Guid.TryParse(idOrName, out var id);
        return [.. (await history.KnownPartitionsAsync(cancellation)).Where(p => isId ? p.Id == id : p.Name.Equals(idOrName, StringComparison.OrdinalIgnoreCase))];
    }

    /// <summary>Several signals and metrics on one time axis, with the verdicts and episodes of the same time.</summary>
    /// <param name="partition">Which VM.</param>
    /// <param name="signals">Ids of signals.</param>
    /// <param name="metrics">Metrics of the catalog.</param>
    /// <param name="fromSecond">First second.</param>
    /// <param name="toSecond">End, not in it.</param>
    /// <param name="points">Most points per series.</param>
    /// <param name="cancellation">Gives up.</param>
    public async Task<SeriesAnswer> SeriesAsync(
        PartitionInfo partition, IReadOnlyList<string> signals, IReadOnlyList<MetricDefinition> metrics, long fromSecond, long toSecond, int points, CancellationToken cancellation)
    {
        var found = new List<NamedSeriesView>();
        if (signals.Count > 0)
        {
            var kept = await history.QuerySignalsAsync(partition.Id, signals, fromSecond, toSecond, points, cancellation);
            found.AddRange(signals.Select(id => (Id: id, Meaning: SignalCatalog.Find(id))).Select(s => new NamedSeriesView(
                "signal", s.Id, s.Meaning?.Words ?? s.Id, s.Meaning?.Side ?? "none", s.Meaning?.Unit ?? reader.UnitOf(partition, s.Id),
                [.. kept.Where(k => k.Series.Instance == s.Id).Select(Views.Of)])));
        }

        int left = PointsTotalMax - found.Sum(Points);
        foreach (var metric in metrics)
        {
            // A guest may have thousands of series of one metric; what no longer fits is left out as a whole, never cut in its middle.
            var kept = (await history.QueryAsync(partition.Id, metric.Id, fromSecond, toSecond, points, cancellation))
                .TakeWhile(s => (left -= s.Points.Count) >= 0);
            found.Add(new NamedSeriesView(
                "metric", metric.Name, metric.Description, Views.Word(metric.Side), metric.Form == MetricForm.Counter ? metric.Unit + "/s" : metric.Unit,
                [.. kept.Select(Views.Of)]));
        }

        var verdicts = await history.QueryVerdictsAsync(partition.Id, fromSecond, toSecond, cancellation);
        var episodes = await EpisodesAsync(partition.Id, fromSecond, toSecond, cancellation);
        return new SeriesAnswer(reader.Source, new VmRef(partition.Id, partition.Name), fromSecond, toSecond, found, [.. verdicts.Select(Views.Of)], episodes)
        {
            Gaps = Views.Within((await GapsAsync(partition.Id, fromSecond, toSecond, cancellation))[partition.Id], fromSecond, toSecond - 1, GapsMax),
        };

        static int Points(NamedSeriesView series) => series.Series.Sum(s => s.Points.Count);
    }

    /// <summary>One kept second of a VM: what the same screen shows when it looks back. Null when nothing was kept of it.</summary>
    public async Task<MomentAnswer?> MomentAsync(PartitionInfo partition, long second, int processes, CancellationToken cancellation)
    {
        const int Around = 5;
        if (await history.QuerySecondAsync(partition.Id, second, cancellation) is not { } kept)
        {
            return null;
        }

        var episode = kept.EpisodeOnset is { } onset ? await EpisodeAsync(new EpisodeKey(partition.Id, onset), cancellation) : null;
        var top = await history.QueryProcessesAsync(partition.Id, kept.Second - Around, kept.Second + Around, processes, cancellation);
        return new MomentAnswer(
            reader.Source, new VmRef(partition.Id, partition.Name), kept.Second, kept.HasGuest, kept.HasHost, [.. kept.Signals.Select(Views.Of)],
            new RecordedVerdictView(kept.Hypothesis, Views.Word(kept.Side), kept.Probability, kept.Title, kept.Sentence, kept.WhatHelps), episode, [.. top.Select(Views.Of)]);
    }

    /// <summary>Busiest processes of a guest over a stretch, busiest first.</summary>
    public async Task<TopProcessesAnswer> ProcessesAsync(PartitionInfo partition, long fromSecond, long toSecond, int rows, CancellationToken cancellation)
    {
        var found = await history.QueryProcessesAsync(partition.Id, fromSecond, toSecond, rows, cancellation);
        return new TopProcessesAnswer(reader.Source, new VmRef(partition.Id, partition.Name), fromSecond, toSecond, [.. found.Select(Views.Of)]);
    }

    /// <summary>Episodes that touch a range, live and kept, newest onset first.</summary>
    /// <param name="partition">Of one VM; null for all.</param>
    /// <param name="fromSecond">First second.</param>
    /// <param name="toSecond">End, not in it.</param>
    /// <param name="cancellation">Gives up.</param>
    public async Task<IReadOnlyList<EpisodeView>> EpisodesAsync(Guid? partition, long fromSecond, long toSecond, CancellationToken cancellation)
    {
        var live = state.View.Episodes.Where(e => (partition is null || e.Partition == partition) && e.OnsetSecond < toSecond && (e.EndSecond ?? long.MaxValue) >= fromSecond)
            .DistinctBy(e => new EpisodeKey(e.Partition, e.OnsetSecond)).ToDictionary(e => new EpisodeKey(e.Partition, e.OnsetSecond));
        var kept = await history.QueryEpisodesAsync(partition, null, fromSecond, toSecond, EpisodesMax, cancellation);
        var gaps = kept.Count > 0 ? await GapsAsync(partition, kept.Min(k => k.OnsetSecond), kept.Max(k => k.LastSecond) + 1, cancellation) : NoGaps;
        var names = await NamesAsync(kept.Select(k => k.Partition).Concat(live.Keys.Select(k => k.Partition)), cancellation);
        return
        [
            .. live.Values.Select(e => Views.Of(e, Name(names, e.Partition), acknowledgements))
                .Concat(kept.Where(k => !live.ContainsKey(new EpisodeKey(k.Partition, k.OnsetSecond))).Select(k => Of(k, names, gaps)))
                .OrderByDescending(e => e.OnsetSecond).ThenBy(e => e.Vm).Take(EpisodesMax),
        ];
    }

    /// <summary>One episode, live or kept; null when there is none.</summary>
    public async Task<EpisodeView?> EpisodeAsync(EpisodeKey key, CancellationToken cancellation)
    {
        var names = await NamesAsync([key.Partition], cancellation);
        if (Live(key) is { } live)
        {
            return Views.Of(live, Name(names, key.Partition), acknowledgements);
        }

        var kept = await history.QueryEpisodesAsync(key.Partition, key.OnsetSecond, key.OnsetSecond, long.MaxValue / 4_000_000_000, 1, cancellation);
        return kept is [var found, ..] ? Of(found, names, await GapsAsync(key.Partition, found.OnsetSecond, found.LastSecond + 1, cancellation)) : null;
    }

    /// <summary>Gaps that touch a range, by VM, oldest first: kept, and as they are now where they go on.</summary>
    /// <param name="partition">Of one VM; null for all.</param>
    /// <param name="fromSecond">First second.</param>
    /// <param name="toSecond">End, not in it.</param>
    /// <param name="cancellation">Gives up.</param>
    public async Task<ILookup<Guid, DataGap>> GapsAsync(Guid? partition, long fromSecond, long toSecond, CancellationToken cancellation)
    {
        var gaps = (await history.QueryGapsAsync(partition, fromSecond, toSecond, cancellation)).ToDictionary(g => (g.Partition, g.Gap.Began), g => g.Gap);
        foreach (var (id, report) in state.View.Reports)
        {
            if (report.Gap is { } now && (partition ?? id) == id && now.FromSecond < toSecond && now.ToSecond >= fromSecond)
            {
                gaps[(id, now.Began)] = now;
            }
        }

        return gaps.OrderBy(g => g.Value.FromSecond).ToLookup(g => g.Key.Partition, g => g.Value);
    }

    /// <summary>Verdict of an episode at its most certain second, while it is in memory.</summary>
    public VerdictView? VerdictOf(EpisodeKey key) => Live(key) is { } live ? Views.Of(live.Verdict) : null;

    private static ILookup<Guid, DataGap> NoGaps { get; } = Array.Empty<(Guid Id, DataGap Gap)>().ToLookup(g => g.Id, g => g.Gap);

    private EpisodeView Of(EpisodeRecord kept, Dictionary<Guid, string> names, ILookup<Guid, DataGap> gaps) =>
        Views.Of(kept, Name(names, kept.Partition), acknowledgements) with { Gaps = Views.Within(gaps[kept.Partition], kept.OnsetSecond, kept.LastSecond, EpisodeGapsMax) };

    private static string Name(Dictionary<Guid, string> names, Guid id) => names.GetValueOrDefault(id, id.ToString());

    private Episode? Live(EpisodeKey key) => state.View.Episodes.FirstOrDefault(e => e.Partition == key.Partition && e.OnsetSecond == key.OnsetSecond);

    private async Task<Dictionary<Guid, string>> NamesAsync(IEnumerable<Guid> wanted, CancellationToken cancellation)
    {
        var names = inventory.Partitions.ToDictionary(p => p.Id, p => p.Name);
        if (wanted.Any(id => !names.ContainsKey(id)))
        {
            foreach (var gone in await history.KnownPartitionsAsync(cancellation))
            {
                names.TryAdd(gone.Id, gone.Name);
            }
        }

        return names;
    }
}
