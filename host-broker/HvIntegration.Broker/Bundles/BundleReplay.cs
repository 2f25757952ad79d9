using HvIntegration.Api.Contract;
using HvIntegration.Broker.Live;
using HvIntegration.Broker.Queries;
using HvIntegration.Engine;
using HvIntegration.Model;
using HvIntegration.Engine.Options;
using HvIntegration.History;

namespace HvIntegration.Broker.Bundles;

/// <summary>Takes a bundle in: what was recorded goes to history as it was, and a model with the rules of this hvi judges the same samples again.</summary>
internal sealed class BundleReplay
{
    // As long as the live engine waits for the side that is late, and a little more.
    private const int LagSeconds = 5;

    // What waits for a commit is bounded in seconds, values and bytes, whichever comes first: a sparse second has hardly any, a made one may have many.
    private const int CommitSeconds = 60;
    private const int CommitValues = 100_000;
    private const int CommitBytes = 4 << 20;
    private const long SecondNs = 1_000_000_000;

    private static readonly Verdict NotJudged = new(new VerdictStatement(StatementKind.NotJudged, "", Side.None, Guid.Empty, ""), 0);

    private readonly HostModel _model;
    private readonly Dictionary<Guid, List<VerdictSpan>> _again = [];
    private readonly Dictionary<(Guid Vm, long Onset), Trouble> _troubles = [];
    private readonly Dictionary<Guid, PartitionReport> _reports = [];
    private readonly Dictionary<Guid, PartitionInfo> _partitions;
    private readonly HashSet<Guid> _insides;

    private BundleReplay(BundleReader reader, EngineOptions rules)
    {
        Manifest = reader.Manifest;
        Inventory = reader.Inventory;
        RuleDifferences = Bundles.RuleDifferences.Between(reader.Rules, rules);
        Recorded = [.. reader.Episodes];
        _partitions = Inventory.Partitions.ToDictionary(p => p.Id);
        _insides = [.. Inventory.Insides];
        _model = new HostModel(rules);
        _model.UpdateInventory(Inventory.Partitions);
    }

    /// <summary>What the bundle says it is.</summary>
    public BundleManifest Manifest { get; }

    /// <summary>The VMs of the host.</summary>
    public BundleInventory Inventory { get; }

    /// <summary>Episodes as they were told when they were recorded.</summary>
    public IReadOnlyList<BundleEpisode> Recorded { get; }

    /// <summary>Settings in which the rules of then and now differ, one sentence each.</summary>
    public IReadOnlyList<string> RuleDifferences { get; }

    /// <summary>Newest raw values of the replayed bundle.</summary>
    public LatestSamples Latest { get; } = new();

    /// <summary>Newest report of each VM, judged again.</summary>
    public IReadOnlyDictionary<Guid, PartitionReport> Reports => _reports;

    /// <summary>Newest second that was judged again.</summary>
    public long Second { get; private set; }

    /// <summary>Takes a bundle in.</summary>
    /// <param name="reader">Reader of the bundle.</param>
    /// <param name="store">Empty history, whose clock stands at the bundle's end.</param>
    /// <param name="rules">Limits and windows to judge by.</param>
    /// <param name="progress">Told the unpacked bytes that are taken in.</param>
    /// <param name="cancellation">Cancels the operation.</param>
    /// <exception cref="BundleException">A row cannot be used.</exception>
    /// <exception cref="HistoryException">The temporary folder cannot be written.</exception>
    public static async Task<BundleReplay> RunAsync(BundleReader reader, IHistoryWriter store, EngineOptions rules, IProgress<long>? progress, CancellationToken cancellation)
    {
        var replay = new BundleReplay(reader, rules);
        await store.CommitAsync(new HistoryCommit([], [], [], [], replay.Inventory.Partitions), cancellation);
        var waiting = new List<BundleSecond>();
        long newestNs = 0;
        int values = 0;
        int bytes = 0;
        await foreach (var second in reader.SecondsAsync(progress, cancellation))
        {
            replay.Feed(second);
            newestNs = second.HostSamples.Select(s => s.EndNs).Append(newestNs).Max();
            waiting.Add(second);
            values += second.Values;
            bytes += second.Bytes;
            if (waiting.Count >= CommitSeconds || values >= CommitValues || bytes >= CommitBytes)
            {
                await replay.CommitAsync(store, waiting, cancellation);
                (values, bytes) = (0, 0);
            }
        }

        await replay.CommitAsync(store, waiting, cancellation);

        // Only what host samples reach to the end of: half a second says nothing.
        replay.Close(Math.Min(newestNs / SecondNs, replay.Manifest.ToSecond));
        return replay;
    }

    /// <summary>What the rules of now say of a VM over time.</summary>
    public IReadOnlyList<VerdictSpan> Again(Guid vm) => _again.GetValueOrDefault(vm, []);

    /// <summary>What the rules of now say of a second; null when nothing.</summary>
    public VerdictSpan? AgainAt(Guid vm, long second) => Again(vm).FirstOrDefault(s => s.FromSecond <= second && s.ToSecond >= second);

    /// <summary>Recorded and judged again, side by side; null when the bundle has nothing that was said of the VM.</summary>
    public async Task<RediagnosisAnswer?> CompareAsync(SourceLabel source, PartitionInfo vm, PastQueries past, EpisodeQueries episodes, CancellationToken cancellation)
    {
        var then = await past.VerdictsAsync(vm.Id, Manifest.FromSecond, Manifest.ToSecond, cancellation);
        var now = Again(vm.Id).Where(s => s.ToSecond >= Manifest.FromSecond).Select(s => s with { FromSecond = Math.Max(s.FromSecond, Manifest.FromSecond) }).ToList();
        var recorded = await episodes.ListAsync(vm.Id, Manifest.FromSecond, Manifest.ToSecond, cancellation);
        var judged = _troubles.Where(t => t.Key.Vm == vm.Id && (t.Value.EndSecond ?? long.MaxValue) >= Manifest.FromSecond).Select(t => t.Value);
        if (LeadingVerdict.Of(then, [.. recorded.Select(Trouble.Of)], Manifest.FromSecond, Manifest.ToSecond) is not { } mainThen
            || LeadingVerdict.Of(now, [.. judged], Manifest.FromSecond, Manifest.ToSecond) is not { } mainNow)
        {
            return null;
        }

        return new RediagnosisAnswer(
            source, new VmRef(vm.Id, vm.Name), Manifest.FromSecond, Manifest.ToSecond, Views.Of(mainThen), Views.Of(mainNow), mainThen.Hypothesis == mainNow.Hypothesis,
            Manifest.Version, RuleDifferences, [.. then.Select(Views.Of)], [.. now.Select(Views.Of)]);
    }

    private void Feed(BundleSecond second)
    {
        foreach (var (partition, boot, exchange) in second.Exchanges)
        {
            _model.AddClockExchange(partition, boot, exchange);
        }

        foreach (var sample in second.HostSamples)
        {
            _model.AddHostSample(sample);
        }

        Latest.Note(second.HostSamples);
        foreach (var batch in second.Batches)
        {
            _model.AddGuestBatch(batch);
            Latest.Note(batch);
        }

        Close(second.Second - LagSeconds);
    }

    private void Close(long toSecond)
    {
        while (_model.AdvanceTo(toSecond, force: true) is { Count: > 0 } reports)
        {
            foreach (var report in reports)
            {
                Second = Math.Max(Second, report.Second);
                if (_insides.Contains(report.Partition.Id))
                {
                    _reports[report.Partition.Id] = report;
                    Add(report);
                    if (report.Episode is { } episode)
                    {
                        // What rests ends where its cause held last, unless the cause comes back.
                        _troubles[(report.Partition.Id, episode.OnsetSecond)] = Trouble.Of(episode) with { EndSecond = episode.HeldSecond };
                    }
                }
                else
                {
                    // From outside alone it could be said to be well while its recorder knew better.
                    _reports[report.Partition.Id] = report with { Verdict = NotJudged, Episode = null };
                }
            }
        }
    }

    private void Add(PartitionReport report)
    {
        var verdict = report.Verdict;
        if (!_again.TryGetValue(report.Partition.Id, out var spans))
        {
            _again[report.Partition.Id] = spans = [];
        }

        VerdictSpan.Join(spans, new VerdictSpan(report.Partition.Id, report.Second, report.Second, verdict.Hypothesis, verdict.Probability, verdict.Sentence));
    }

    private async Task CommitAsync(IHistoryWriter store, List<BundleSecond> seconds, CancellationToken cancellation)
    {
        await store.CommitAsync(
            new HistoryCommit(
                [.. seconds.SelectMany(s => s.Batches)], [.. seconds.SelectMany(s => s.Exchanges)], [.. seconds.SelectMany(s => s.HostSamples)],
                [.. seconds.SelectMany(s => s.Said).Select(s => Report(_partitions[s.Partition], s.Second, Manifest.WithOthers))], [], [.. seconds.SelectMany(s => s.Gaps)]),
            cancellation);
        seconds.Clear();
    }

    /// <summary>A recorded second as history takes it.</summary>
    /// <param name="partition">GUID of the VM.</param>
    /// <param name="said">Verdict at recording time.</param>
    /// <param name="withOthers">The sentence may name what runs elsewhere; else it is left out, whatever its bundle's writer took out of it.</param>
    private static PartitionReport Report(PartitionInfo partition, RecordedSecond said, bool withOthers)
    {
        var words = new RecordedWords(said.Title, withOthers ? said.Sentence : null, said.WhatHelps);
        var verdict = new Verdict(VerdictStatement.OfRecord(said.Hypothesis, said.Side, partition.Id, partition.Name, said.EpisodeOnset, words), said.Probability);
        var episode = said.EpisodeOnset is { } onset ? new Episode(0, partition.Id, said.Hypothesis, onset, said.Second, null, said.Severity ?? 0, verdict) : null;
        return new PartitionReport(
            partition, said.Second, said.HasGuest, said.HasHost, [.. said.Signals.Select(s => new Signal(s.Id, Side.None, s.Value, "1", s.ErrorBar, s.Quality, ""))], verdict, episode, null, []);
    }
}
