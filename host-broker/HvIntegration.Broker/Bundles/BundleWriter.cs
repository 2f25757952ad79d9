using HvIntegration.Api.Contract;
using HvIntegration.Broker.Live;
using HvIntegration.Broker.Queries;
using HvIntegration.Engine.Options;
using System.IO.Compression;
using HvIntegration.Model;
using HvIntegration.History;
using HvIntegration.Protocol.Metrics;
using Microsoft.Extensions.Options;

namespace HvIntegration.Broker.Bundles;

/// <summary>Writes incident bundles from history, a short stretch at a time: memory does not grow with the range, and a slow reader holds no question.</summary>
internal sealed class BundleWriter(
    IHistoryReader history, Inventory inventory, BrokerReader reader, PastQueries past, EpisodeQueries episodes, IOptions<EngineOptions> options)
{
    private const long SecondNs = 1_000_000_000;
    private const int ChunkSeconds = 30;

    private static readonly Guid HostItself = Guid.Empty;

    /// <summary>Most bundles that are written at one time.</summary>
    public const int OpenMax = 2;

    private int _open;

    /// <summary>Takes a place; false when all are taken. Give it back with <see cref="Leave"/>.</summary>
    public bool TryEnter()
    {
        if (Interlocked.Increment(ref _open) <= OpenMax)
        {
            return true;
        }

        Leave();
        return false;
    }

    /// <summary>Gives a place back.</summary>
    public void Leave() => Interlocked.Decrement(ref _open);

    /// <summary>Checks what is asked for; nothing is written before.</summary>
    /// <returns>Null when the raw counters of that time are not kept.</returns>
    /// <exception cref="BadHttpRequestException">The range is too long or holds too much.</exception>
    public async Task<BundlePlan?> PlanAsync(PartitionInfo vm, long fromSecond, long toSecond, bool withUsers, bool withOthers, CancellationToken cancellation)
    {
        if (toSecond - fromSecond > BundleFormat.RangeSecondsMax)
        {
            throw new BadHttpRequestException(
                $"The range from {fromSecond} to {toSecond} is {toSecond - fromSecond} s; a bundle has at most {BundleFormat.RangeSecondsMax} s. Choose the time range of the incident.");
        }

        var plan = new BundlePlan(
            vm, fromSecond, toSecond, withUsers, withOthers, withOthers ? [.. inventory.Partitions.Select(p => p.Id).Append(vm.Id).Distinct()] : [vm.Id]);
        var (_, host) = await history.CountRawAsync(plan.Insides, fromSecond, toSecond, cancellation);
        var (guestAll, hostAll) = await history.CountRawAsync(plan.Insides, plan.LeadSecond, toSecond, cancellation);
        if (guestAll + hostAll > BundleFormat.ValuesMax)
        {
            throw new BadHttpRequestException(
                $"The time range and the {BundleFormat.LeadSeconds} s before it contain {guestAll + hostAll} values; a bundle has at most {BundleFormat.ValuesMax}. Choose a shorter time range{(withOthers ? ", or omit the other VMs" : "")}.");
        }

        return host + guestAll > 0 ? plan : null;
    }

    /// <summary>Writes a bundle of a VM and a time range.</summary>
    public async Task WriteAsync(BundlePlan plan, Stream output, CancellationToken cancellation)
    {
        var partitions = (await history.KnownPartitionsAsync(cancellation)).Concat(inventory.Partitions).Append(plan.Vm).ToList();
        var privacy = new BundlePrivacy(plan.WithUsers, plan.WithOthers);
        var names = partitions.GroupBy(p => p.Id).ToDictionary(g => g.Key, g => g.Last().Name);
        await using var zip = await ZipArchive.CreateAsync(output, ZipArchiveMode.Create, leaveOpen: true, entryNameEncoding: null, cancellation);
        var seen = new HashSet<Guid> { plan.Vm.Id };
        var parts = new List<BundlePart> { await WriteSecondsAsync(zip, plan, privacy, names, seen, cancellation) };
        var known = partitions.GroupBy(p => p.Id).Select(g => g.Last()).Where(p => seen.Contains(p.Id)).Take(BundleFormat.PartitionsMax);
        parts.Add(await PartWriter.WriteAsync(
            zip, BundleFormat.Inventory, new BundleInventory([.. known], [.. plan.Insides.Where(seen.Contains)], reader.Vm(plan.Vm).Agent), cancellation));
        parts.Add(await PartWriter.WriteAsync(zip, BundleFormat.Rules, options.Value, cancellation));
        parts.Add(await PartWriter.WriteAsync(zip, BundleFormat.Episodes, await EpisodesAsync(plan, privacy, cancellation), cancellation));
        await PartWriter.WriteAsync(
            zip, BundleFormat.Manifest,
            new BundleManifest(
                BundleFormat.Version, ProductVersion.Text, reader.NowSecond, reader.Source, new VmRef(plan.Vm.Id, plan.Vm.Name), plan.FromSecond, plan.ToSecond,
                plan.LeadSecond, plan.WithUsers, plan.WithOthers, parts),
            cancellation);
    }

    private async Task<List<BundleEpisode>> EpisodesAsync(BundlePlan plan, BundlePrivacy privacy, CancellationToken cancellation)
    {
        var found = new List<BundleEpisode>();
        foreach (var vm in plan.Insides)
        {
            found.AddRange((await episodes.ListAsync(vm, plan.LeadSecond, plan.ToSecond, cancellation))
                .Select(e => privacy.Of(Views.Of(e), e.Verdict is { } verdict ? Views.Of(verdict) : null)));
        }

        return found;
    }

    private async Task<BundlePart> WriteSecondsAsync(
        ZipArchive zip, BundlePlan plan, BundlePrivacy privacy, Dictionary<Guid, string> names, HashSet<Guid> seen, CancellationToken cancellation)
    {
        var numbers = new Dictionary<BundleSeries, int>();
        var gaps = new List<BundleGap>();
        foreach (var vm in plan.Insides)
        {
            gaps.AddRange((await past.GapsOfAsync(vm, plan.LeadSecond, plan.ToSecond, cancellation)).Select(g => new BundleGap(vm, g.FromSecond, g.ToSecond, g.Cause)));
        }

        seen.UnionWith(gaps.Select(g => g.Vm));
        var ended = gaps.ToLookup(g => g.ToSecond);
        await using var part = await PartWriter.OpenAsync(zip, BundleFormat.Seconds, cancellation);
        for (long from = plan.LeadSecond; from < plan.ToSecond; from += ChunkSeconds)
        {
            long to = Math.Min(plan.ToSecond, from + ChunkSeconds);
            var stretch = await history.QueryRawAsync(plan.Insides, from, to, cancellation);
            var clock = stretch.ClockExchanges.ToLookup(e => e.Exchange.T4HostNs / SecondNs);
            var host = stretch.HostSamples.Select(privacy.Of).ToLookup(s => s.EndNs / SecondNs);
            var guest = stretch.Batches.ToLookup(b => b.HostNs / SecondNs);
            var said = stretch.Seconds.ToLookup(s => s.Second.Second);
            for (long second = from; second < to; second++)
            {
                var series = new List<BundleSeries>();
                var line = new BundleLine(
                    second, null, Some(clock[second].Select(Of)), Some(HostReads(host[second], numbers, series)),
                    Some(guest[second].Select(b => Of(b.Batch, privacy, numbers, series))), Some(said[second].Select(s => new BundleVerdict(s.Partition, privacy.Of(s.Second, names.GetValueOrDefault(s.Partition, s.Partition.ToString()))))),
                    Some(ended[second]));
                if (line is not { Clock: null, Host: null, Guest: null, Verdicts: null, Gaps: null })
                {
                    seen.UnionWith(host[second].Select(s => s.Partition).Where(id => id != HostItself));
                    seen.UnionWith(guest[second].Select(b => b.Batch.Partition));
                    await part.WriteAsync(line with { Series = Some(series) }, cancellation);
                }
            }
        }

        return part.Finish();
    }

    private static List<T>? Some<T>(IEnumerable<T> items) => items.ToList() is { Count: > 0 } some ? some : null;

    private static int Number(BundleSeries key, Dictionary<BundleSeries, int> numbers, List<BundleSeries> series)
    {
        if (!numbers.TryGetValue(key, out int number))
        {
            numbers.Add(key, number = numbers.Count);
            series.Add(key);
        }

        return number;
    }

    private static string NameOf(SeriesKey key) => MetricCatalog.Find(key.MetricId)?.Name ?? "";

    private static BundleExchange Of((Guid Partition, Guid BootId, ClockExchange Exchange) e) =>
        new(e.Partition, e.BootId, e.Exchange.T1HostNs, e.Exchange.T2GuestNs, e.Exchange.T3GuestNs, e.Exchange.T4HostNs);

    private static IEnumerable<BundleHostRead> HostReads(IEnumerable<HostSample> samples, Dictionary<BundleSeries, int> numbers, List<BundleSeries> series) => samples
        .Where(s => NameOf(s.Series).Length > 0)
        .GroupBy(s => (s.Partition, s.Form, s.StartNs, s.EndNs))
        .Select(g => new BundleHostRead(
            g.Key.Partition, g.Key.Form, g.Key.StartNs, g.Key.EndNs, [.. g.Select(s => Number(new BundleSeries(NameOf(s.Series), s.Series.Instance, s.NativeName), numbers, series))],
            [.. g.Select(s => s.Value)], g.All(s => s.Quality == SampleQuality.Measured) ? null : [.. g.Select(s => s.Quality)]));

    private static BundleBatch Of(GuestBatch batch, BundlePrivacy privacy, Dictionary<BundleSeries, int> numbers, List<BundleSeries> series) => new(
        batch.Partition, batch.BootId, batch.Sequence, batch.StartMonotonicNs,
        [
            .. batch.Samples.Where(s => NameOf(s.Series).Length > 0).GroupBy(s => (s.StartMonotonicNs, s.EndMonotonicNs)).Select(g => new BundleGuestRead(
                g.Key.StartMonotonicNs, g.Key.EndMonotonicNs, [.. g.Select(s => Number(new BundleSeries(NameOf(s.Series), s.Series.Instance), numbers, series))], [.. g.Select(s => s.Value)])),
        ],
        batch.ProcessMonotonicNs, [.. batch.Processes.Select(privacy.Of)], batch.ProcessesTotal, batch.WallClock);
}
