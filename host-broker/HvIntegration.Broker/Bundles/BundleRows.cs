using HvIntegration.Model;
using HvIntegration.History;
using HvIntegration.Protocol.Metrics;

namespace HvIntegration.Broker.Bundles;

/// <summary>Turns the lines of a bundle into what came in then, and refuses what no broker wrote.</summary>
internal sealed class BundleRows(BundleManifest manifest, BundleInventory inventory)
{
    private const long SecondNs = 1_000_000_000;

    // A guest's reads may be noted a little off their second; a read lasts seconds at most.
    private const long NearNs = 3600 * SecondNs;
    private const long MonotonicMax = long.MaxValue / 4;
    private const int ProcessesMax = 65_536;
    private const int SignalsMax = 4_096;

    private readonly HashSet<Guid> _partitions = [.. inventory.Partitions.Select(p => p.Id)];
    private readonly List<(MetricDefinition? Metric, string Instance, string Native)> _series = [];
    private long _last = manifest.LeadSecond - 1;
    private long _values;
    private int _valuesOfSecond;
    private long _seriesText;

    /// <summary>Checks one line of a bundle part.</summary>
    /// <exception cref="FormatException">It is not what a broker writes; the message says what.</exception>
    public BundleSecond Take(BundleLine line)
    {
        Check(line.Second > _last && line.Second < manifest.ToSecond, $"second {line.Second} is not in the time range of the bundle, or not in order.");
        _last = line.Second;
        _valuesOfSecond = 0;
        foreach (var series in Each(line.Series))
        {
            Check(_series.Count < BundleFormat.SeriesMax && Fits(series.Instance) && Fits(series.Native ?? ""), "series: too many, or a name is too long.");
            Check((_seriesText += series.Instance.Length + (series.Native?.Length ?? 0)) <= BundleFormat.SeriesTextMax, $"series: their names have more than {BundleFormat.SeriesTextMax} characters together.");

            // A metric of a newer hvi is left out; its number stays taken.
            _series.Add((MetricCatalog.Find(series.Metric), series.Instance, series.Native ?? ""));
        }

        return new BundleSecond(
            line.Second, [.. Each(line.Clock).Select(Of)], [.. Each(line.Host).SelectMany(Of)], [.. Each(line.Guest).Select(Of)],
            [.. Each(line.Verdicts).Select(v => Of(v, line.Second))],
            [.. Each(line.Gaps).Select(Of)])
        {
            Values = _valuesOfSecond,
        };
    }

    private static bool Fits(string text) => text.Length <= BundleFormat.TextMax;

    private static void Check(bool holds, string otherwise)
    {
        if (!holds)
        {
            throw new FormatException(otherwise);
        }
    }

    private static IReadOnlyList<T> Each<T>(IReadOnlyList<T>? rows)
        where T : class
    {
        Check(rows?.Contains(null) != true, "a row is null.");
        return rows ?? [];
    }

    private bool IsNear(long hostNs) => hostNs >= (manifest.LeadSecond * SecondNs) - NearNs && hostNs <= (manifest.ToSecond * SecondNs) + NearNs;

    private static bool IsMonotonic(long ns) => ns is >= -MonotonicMax and <= MonotonicMax;

    private (Guid, Guid, ClockExchange) Of(BundleExchange e)
    {
        Check(_partitions.Contains(e.Vm), $"clock: VM {e.Vm} is not in {BundleFormat.Inventory}.");
        Check(IsNear(e.T1) && IsNear(e.T4) && IsMonotonic(e.T2) && IsMonotonic(e.T3), "clock: a time is not in the time range of the bundle.");
        return (e.Vm, e.Boot, new ClockExchange(e.T1, e.T2, e.T3, e.T4));
    }

    private IEnumerable<HostSample> Of(BundleHostRead read)
    {
        Check(read.Vm == Guid.Empty || _partitions.Contains(read.Vm), $"host: VM {read.Vm} is not in {BundleFormat.Inventory}.");
        Check(Enum.IsDefined(read.Form) && IsNear(read.StartNs) && IsNear(read.EndNs) && read.StartNs <= read.EndNs, "host: the form or a time is not valid in this bundle.");
        Check(read.Qualities is null || (read.Qualities.Count == read.Values.Count && read.Qualities.All(Enum.IsDefined)), "host: the number of qualities differs from the number of values.");
        return Values("host", MetricSide.Host, read.Series, read.Values).Select(v => new HostSample(
            read.Vm, v.Series, read.Form, read.StartNs, read.EndNs, v.Value, read.Qualities?[v.Index] ?? SampleQuality.Measured, v.Native));
    }

    private GuestBatch Of(BundleBatch batch)
    {
        Check(_partitions.Contains(batch.Vm), $"guest: VM {batch.Vm} is not in {BundleFormat.Inventory}.");
        Check(IsMonotonic(batch.StartNs) && IsMonotonic(batch.ProcessNs) && Each(batch.Reads).All(r => IsMonotonic(r.StartNs) && IsMonotonic(r.EndNs)), "guest: a time is not valid.");
        Check(batch.Processes.Count <= ProcessesMax && Each(batch.Processes).All(p => Fits(p.Name) && p.State is >= ' ' and <= '~'), "guest: too many processes, or one is malformed.");
        return new GuestBatch(
            batch.Vm, batch.Boot, batch.Sequence, batch.StartNs,
            [.. batch.Reads.SelectMany(r => Values("guest", MetricSide.Guest, r.Series, r.Values).Select(v => new GuestSample(v.Series, r.StartNs, r.EndNs, v.Value)))],
            batch.ProcessNs, batch.Processes, batch.ProcessesTotal, batch.WallNs);
    }

    private (Guid, RecordedSecond) Of(BundleVerdict verdict, long second)
    {
        var said = verdict.Said;
        Check(_partitions.Contains(verdict.Vm), $"verdicts: VM {verdict.Vm} is not in {BundleFormat.Inventory}.");
        Check(said.Second == second && said.Signals.Count <= SignalsMax && Enum.IsDefined(said.Side), "verdicts: second, signals or side is malformed.");
        Check(said.Signals.All(s => s.Id is { Length: <= 200 } && Enum.IsDefined(s.Quality)), "verdicts: a signal is malformed.");
        Check(
            Fits(said.Hypothesis) && Fits(said.Title) && Fits(said.Sentence) && Fits(said.WhatHelps) && said.Probability is >= 0 and <= 1 && said.Severity is null or (>= 0 and <= 1),
            "verdicts: a text is too long, or a number is not from 0 to 1.");
        Check(said.EpisodeOnset is null || Math.Abs(said.EpisodeOnset.Value - second) <= 366 * 86_400, "verdicts: the onset is not a valid time.");
        return (verdict.Vm, said);
    }

    private (Guid, DataGap) Of(BundleGap gap)
    {
        Check(_partitions.Contains(gap.Vm), $"gaps: VM {gap.Vm} is not in {BundleFormat.Inventory}.");
        Check(gap.FromSecond <= gap.ToSecond && IsNear(gap.FromSecond) && IsNear(gap.ToSecond), "gaps: a time is not in the time range of the bundle.");
        Check(gap.Cause.Length is > 0 and <= GapCauses.LengthMax && gap.Cause.All(c => char.IsAsciiLetterLower(c) || c == '-'), "gaps: the cause is not valid.");
        return (gap.Vm, new DataGap(gap.FromSecond, gap.FromSecond, gap.ToSecond, gap.Cause));

        bool IsNear(long second) => second >= manifest.LeadSecond && second < manifest.ToSecond;
    }

    private List<(SeriesKey Series, string Native, double Value, int Index)> Values(string part, MetricSide side, IReadOnlyList<int> numbers, IReadOnlyList<double> values)
    {
        Check(numbers.Count == values.Count, $"{part}: {numbers.Count} series have {values.Count} values.");
        Check((_values += values.Count) <= BundleFormat.ValuesMax, $"there are more than {BundleFormat.ValuesMax} values.");
        Check((_valuesOfSecond += values.Count) <= BundleFormat.ValuesOfSecondMax, $"second {_last} has more than {BundleFormat.ValuesOfSecondMax} values.");
        var found = new List<(SeriesKey, string, double, int)>(values.Count);
        for (int i = 0; i < values.Count; i++)
        {
            Check(numbers[i] >= 0 && numbers[i] < _series.Count, $"{part}: there is no series {numbers[i]}.");
            var (metric, instance, native) = _series[numbers[i]];
            if (metric?.Side == side)
            {
                found.Add((new SeriesKey(metric.Id, instance), native, values[i], i));
            }
        }

        return found;
    }
}
