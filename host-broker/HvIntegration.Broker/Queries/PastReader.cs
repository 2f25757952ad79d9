using HvIntegration.Api.Contract;
using HvIntegration.Broker.Live;
using HvIntegration.Model;
using HvIntegration.History;
using HvIntegration.Protocol.Metrics;

namespace HvIntegration.Broker.Queries;

/// <summary>Answers about kept time, as the API writes them.</summary>
internal sealed class PastReader(IHistoryReader history, PastQueries past, EpisodeQueries episodes, BrokerReader reader)
{
    /// <summary>Most signals and metrics of one question.</summary>
    public const int NamesMax = 32;

    /// <summary>Most points of one series.</summary>
    public const int PointsMax = 20_000;

    /// <summary>Most points of one answer, all series together.</summary>
    public const int PointsTotalMax = 400_000;

    /// <summary>Several signals and metrics on one time axis, with the verdicts and episodes of the same time.</summary>
    /// <param name="partition">GUID of the VM.</param>
    /// <param name="signals">Ids of the signals to read.</param>
    /// <param name="metrics">Metrics of the catalog.</param>
    /// <param name="fromSecond">First second of the range, Unix.</param>
    /// <param name="toSecond">End, not in it.</param>
    /// <param name="points">Most points per series.</param>
    /// <param name="cancellation">Cancels the operation.</param>
    public async Task<SeriesAnswer> SeriesAsync(
        PartitionInfo partition, IReadOnlyList<string> signals, IReadOnlyList<MetricDefinition> metrics, long fromSecond, long toSecond, int points, CancellationToken cancellation)
    {
        var found = new List<NamedSeriesView>();
        if (signals.Count > 0)
        {
            var kept = await history.QuerySignalsAsync(partition.Id, signals, fromSecond, toSecond, points, cancellation);
            found.AddRange(signals.Select(id => (Id: id, Meaning: SignalMeanings.Find(id))).Select(s => new NamedSeriesView(
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
                "metric", metric.Name, metric.Description, ApiText.Word(metric.Side), metric.Form == MetricForm.Counter ? metric.Unit + "/s" : metric.Unit,
                [.. kept.Select(Views.Of)]));
        }

        var verdicts = await past.VerdictsAsync(partition.Id, fromSecond, toSecond, cancellation);
        var touching = await episodes.ListAsync(partition.Id, fromSecond, toSecond, cancellation);
        var summary = RangeSummary.Of(verdicts, touching, fromSecond, toSecond);
        return new SeriesAnswer(
            reader.Source, new VmRef(partition.Id, partition.Name), fromSecond, toSecond, found, [.. verdicts.Select(Views.Of)], [.. touching.Select(Views.Of)])
        {
            Gaps = [.. (await past.GapsOfAsync(partition.Id, fromSecond, toSecond, cancellation)).Select(Views.Of)],
            Leading = summary.Leading is { } leading ? Views.Of(leading) : null,
            WorstEpisode = summary.Worst?.Key.ToString(),
            MomentSecond = summary.MomentSecond,
        };

        static int Points(NamedSeriesView series) => series.Series.Sum(s => s.Points.Count);
    }

    /// <summary>One kept second of a VM: what the same screen shows when it looks back. Null when nothing was kept of it.</summary>
    public async Task<MomentAnswer?> MomentAsync(PartitionInfo partition, long second, int processes, CancellationToken cancellation)
    {
        if (await past.SecondAsync(partition.Id, second, cancellation) is not { } kept)
        {
            return null;
        }

        var episode = kept.EpisodeOnset is { } onset ? await episodes.OneAsync(new EpisodeKey(partition.Id, onset), cancellation) : null;
        var top = await past.ProcessesAroundAsync(partition.Id, kept.Second, processes, cancellation);
        return new MomentAnswer(
            reader.Source, new VmRef(partition.Id, partition.Name), kept.Second, kept.HasGuest, kept.HasHost, [.. kept.Signals.Select(Views.Of)],
            new RecordedVerdictView(kept.Hypothesis, ApiText.Word(kept.Side), kept.Probability, kept.Title, kept.Sentence, kept.WhatHelps),
            episode is null ? null : Views.Of(episode), [.. top.Processes.Select(Views.Of)])
        {
            ProcessSeconds = top.Seconds,
        };
    }

    /// <summary>Busiest processes of a guest over a stretch, busiest first.</summary>
    public async Task<TopProcessesAnswer> ProcessesAsync(PartitionInfo partition, long fromSecond, long toSecond, int rows, CancellationToken cancellation)
    {
        var found = await past.ProcessesAsync(partition.Id, fromSecond, toSecond, rows, cancellation);
        return new TopProcessesAnswer(reader.Source, new VmRef(partition.Id, partition.Name), fromSecond, toSecond, [.. found.Processes.Select(Views.Of)]);
    }
}
