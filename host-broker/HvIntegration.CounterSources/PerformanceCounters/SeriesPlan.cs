using HvIntegration.Model;

namespace HvIntegration.CounterSources.PerformanceCounters;

/// <summary>The series that are made of columns: table rows in, targets out, in the order in which they came.</summary>
/// <param name="columns">Columns of the recording or of the live read.</param>
public sealed class SeriesPlan(ColumnIndex columns)
{
    private readonly Dictionary<(Guid Partition, SeriesKey Series), HostTarget> _targets = [];
    private readonly Dictionary<(Guid Partition, SeriesKey Series), List<int>> _together = [];

    /// <summary>The series that were planned so far.</summary>
    public IReadOnlyCollection<HostTarget> Targets => _targets.Values;

    /// <summary>Columns that no series is made of.</summary>
    public int Unused => columns.Paths.Count - _targets.Values.SelectMany(t => t.Columns.Concat(t.Times)).Distinct().Count();

    /// <summary>The companion without which a row makes no series of this path; null when all are there.</summary>
    public string? Missing(CounterRow row, CounterPath path) => row.Times.Concat(row.Plus).Concat(row.With).FirstOrDefault(c => columns.Sibling(path, c) < 0);

    /// <summary>Adds the series that a row makes of a column, if it makes one.</summary>
    /// <param name="row">Row of the column's counter.</param>
    /// <param name="column">Position of the column in the header.</param>
    /// <param name="owner">What its instance is about.</param>
    public void Add(CounterRow row, int column, SeriesOwner owner)
    {
        var path = columns.Paths[column];
        if ((row.Same == SameSeries.NotOfGroup && owner.IsGroup) || IsToldBetter(row, path) || Missing(row, path) is not null)
        {
            return;
        }

        var series = Key(row, owner);
        bool together = row.Same is SameSeries.Together or SameSeries.Greatest;
        if (together && _together.TryGetValue((owner.Partition, series), out var members))
        {
            members.Add(column);
            return;
        }

        bool sum = row.Same == SameSeries.AddsUp || (row.Same == SameSeries.AddsUpInGroup && owner.IsGroup);
        if (sum && Find(owner.Partition, series) is { } known)
        {
            _targets[(owner.Partition, series)] = known with { Columns = [.. known.Columns, column] };
            return;
        }

        List<int> sources = [column, .. row.Plus.Select(c => columns.Sibling(path, c))];
        if (together)
        {
            _together[(owner.Partition, series)] = sources;
        }

        Put(new HostTarget(owner.Partition, series, row.Form, row.Factor, Native(row, path), sources)
        {
            Times = [.. row.Times.Select(c => columns.Sibling(path, c))],
            Offset = row.Offset,
            Quality = row.Quality > owner.Quality ? row.Quality : owner.Quality,
            ZeroIsNone = row.ZeroIsNone,
            MayBeCapped = row.MayBeCapped,
            SkipMissing = row.Same == SameSeries.Together,
            AsPresence = row.AsPresence,
            IsGreatest = row.Same == SameSeries.Greatest,
        });
    }

    /// <summary>Adds a series that no row tells; of two for one key the first stays.</summary>
    public void Put(HostTarget target) => _targets.TryAdd((target.Partition, target.Series), target);

    /// <summary>A series; null when there is none.</summary>
    public HostTarget? Find(Guid partition, SeriesKey series) => _targets.GetValueOrDefault((partition, series));

    /// <summary>Takes a series out.</summary>
    public void Remove(Guid partition, SeriesKey series) => _targets.Remove((partition, series));

    private bool IsToldBetter(CounterRow row, CounterPath path) =>
        row.UnlessAny.Any(c => columns.Sibling(path, c) >= 0) || (row.UnlessAll.Count > 0 && row.UnlessAll.All(c => columns.Sibling(path, c) >= 0));

    private static SeriesKey Key(CounterRow row, SeriesOwner owner) => (owner.Label, row.Attribute) switch
    {
        (null, null) => HostSeries.Of(row.Metric),
        ({ } label, null) => HostSeries.Of(row.Metric, label),
        (null, { } attribute) => HostSeries.Of(row.Metric, attribute),
        ({ } label, { } attribute) => HostSeries.Of(row.Metric, label, attribute),
    };

    private static string Native(CounterRow row, CounterPath path) =>
        row.Native ?? (row.NamesSet ? path.Set : row.TimesWord is { } word ? $"{path.Counter} x {word}" : path.Counter);
}
