using System.Globalization;
using DuckDB.NET.Data;
using HvIntegration.Engine.Options;
using HvIntegration.Engine.Timeline;
using HvIntegration.History.Files;
using HvIntegration.History.Reading;
using HvIntegration.History.Tables;
using HvIntegration.History.Times;
using HvIntegration.Model;

namespace HvIntegration.History.Rollups;

/// <summary>Makes the rows of one window of one partition out of the finer tier: only its rows are read, so nobody else's can be in the way.</summary>
/// <param name="connection">Of this caller only.</param>
/// <param name="files">Files of the finer tier that touch the window.</param>
/// <param name="start">Start of the window, host second.</param>
/// <param name="engine">Settings of the live engine, by which raw counters become seconds.</param>
internal sealed class RollupReader(DuckDBConnection connection, IReadOnlyList<Segment> files, long start, EngineOptions engine)
{
    private const int MinuteSeconds = 60;
    private const int HourSeconds = 3600;

    /// <summary>Files that touch a window.</summary>
    public static IReadOnlyList<Segment> FilesOf(HistoryTier tier, long start, IReadOnlyList<Segment> segments)
    {
        var (finer, marginNs) = tier == HistoryTier.Minute ? (HistoryTier.Second, RawReader.LeadNsMax) : (HistoryTier.Minute, 0L);
        var (fromNs, toNs) = (SaturatingTime.Ns(start), SaturatingTime.Ns(start + tier.Span()));
        return [.. segments.Where(s => s.Name.Tier == finer && s.Overlaps(SaturatingTime.Difference(fromNs, marginNs), SaturatingTime.Sum(toNs, marginNs)))];
    }

    /// <summary>The newest commit that is surely in the window.</summary>
    /// <remarks>Asked before the rows are read: a commit that lands in between is then rolled up once more and never missed.</remarks>
    public long CommitId(HistoryTier tier) => files
        .Select(f => tier == HistoryTier.Minute ? CommitLogTable.Newest(connection, f.Alias) : WindowDoneTable.Newest(connection, f.Alias, start, start + HourSeconds))
        .DefaultIfEmpty(0).Max();

    /// <summary>Everybody the files know.</summary>
    public IReadOnlySet<Guid> Partitions()
    {
        var found = new HashSet<Guid>();
        foreach (var file in files)
        {
            using var command = connection.CreateCommand();
            command.CommandText = $"SELECT guid FROM {file.Alias}.main.partition";
            using var reader = command.ExecuteReader();
            while (reader.Read())
            {
                found.Add(reader.GetGuid(0));
            }
        }

        return found;
    }

    /// <summary>A minute of one partition out of its raw counters, reports and exchanges.</summary>
    public WindowRows Minute(Guid partition)
    {
        var rows = new WindowRows();
        AddReports(partition, rows);
        AddGaps(partition, rows, string.Create(CultureInfo.InvariantCulture, $"g.second >= {start} AND g.second < {start + MinuteSeconds}"));
        var raw = new RawReader(partition, SaturatingTime.Ns(start), SaturatingTime.Ns(start + MinuteSeconds), VmShare.WindowSeriesMax, engine);
        foreach (var file in files)
        {
            raw.AddAll(connection, file);
        }

        foreach (var track in raw.Tracks())
        {
            if (WindowStatistic.Of(CounterWindows.PerSecond(track.Reads, track.Series, track.Form, start, start + MinuteSeconds - 1, engine.Timeline)) is { } statistic)
            {
                rows.Add(track.Series, statistic);
            }
        }

        rows.SeriesLeftOut += raw.SeriesLeftOut;
        return rows;
    }

    /// <summary>An hour of one partition out of its minutes.</summary>
    public WindowRows Hour(Guid partition)
    {
        var rows = new WindowRows();
        AddGaps(partition, rows, string.Create(CultureInfo.InvariantCulture, $"g.start >= {start} AND g.start < {start + HourSeconds}"));
        foreach (var file in files)
        {
            var range = string.Create(CultureInfo.InvariantCulture, $"w.partition IN (SELECT id FROM {file.Alias}.main.partition WHERE guid = '{partition}') AND w.start >= {start} AND w.start < {start + HourSeconds}");
            using var command = connection.CreateCommand();
            command.CommandText = $"""
                WITH mine AS MATERIALIZED (SELECT * FROM {file.Alias}.main.window_values w WHERE {range})
                SELECT s.metric, s.instance, w.means[m.position], w.mins[m.position], w.maxs[m.position], w.counts[m.position]
                FROM mine w JOIN {file.Alias}.main.set_member m ON m.set_id = w.set_id JOIN {file.Alias}.main.series s ON s.id = m.series
                """;
            using (var reader = command.ExecuteReader())
            {
                while (reader.Read())
                {
                    rows.Add(
                        new SeriesKey(reader.GetFieldValue<ushort>(0), reader.GetString(1)),
                        new WindowStatistic(reader.GetFloat(2), reader.GetFloat(3), reader.GetFloat(4), reader.GetFieldValue<ushort>(5)));
                }
            }

            command.CommandText = $"""
                SELECT w.hypothesis, w.side, w.first_second, w.last_second, w.seconds, w.probability, w.title, w.sentence, w.what_helps, w.episode_onset, w.severity
                FROM {file.Alias}.main.window_verdict w WHERE {range} ORDER BY w.first_second
                """;
            using (var reader = command.ExecuteReader())
            {
                while (reader.Read())
                {
                    rows.Add(new WindowVerdict(
                        reader.GetString(0), (Side)reader.GetFieldValue<sbyte>(1), reader.GetInt64(2), reader.GetInt64(3), reader.GetInt32(4), reader.GetDouble(5),
                        reader.GetString(6), reader.GetString(7), reader.GetString(8), reader.IsDBNull(9) ? null : reader.GetInt64(9), reader.IsDBNull(10) ? null : reader.GetDouble(10)));
                }
            }
        }

        return rows;
    }

    private void AddReports(Guid partition, WindowRows rows)
    {
        var signals = new Dictionary<string, double[]>(StringComparer.Ordinal);
        var verdicts = new SortedDictionary<long, WindowVerdict>();
        foreach (var file in files)
        {
            var range = string.Create(CultureInfo.InvariantCulture, $"r.partition IN (SELECT id FROM {file.Alias}.main.partition WHERE guid = '{partition}') AND r.second >= {start} AND r.second < {start + MinuteSeconds}");
            using var command = connection.CreateCommand();
            command.CommandText = $"""
                WITH mine AS MATERIALIZED (SELECT r.second, r.vals, r.set_id, r.commit_id FROM {file.Alias}.main.report r WHERE {range})
                SELECT r.second, s.instance, r.vals[m.position]
                FROM mine r JOIN {file.Alias}.main.set_member m ON m.set_id = r.set_id JOIN {file.Alias}.main.series s ON s.id = m.series
                ORDER BY r.commit_id
                """;
            using (var reader = command.ExecuteReader())
            {
                while (reader.Read())
                {
                    var key = reader.GetString(1);
                    if (!signals.TryGetValue(key, out var values))
                    {
                        signals[key] = values = new double[MinuteSeconds];
                        values.AsSpan().Fill(double.NaN);
                    }

                    values[(int)(reader.GetInt64(0) - start)] = reader.GetFloat(2);
                }
            }

            command.CommandText = $"""
                SELECT r.second, r.hypothesis, r.side, r.probability, r.title, r.sentence, r.what_helps, r.episode_onset, r.severity
                FROM {file.Alias}.main.report r WHERE {range} ORDER BY r.commit_id
                """;
            using (var reader = command.ExecuteReader())
            {
                while (reader.Read())
                {
                    var second = reader.GetInt64(0);
                    verdicts[second] = new WindowVerdict(
                        reader.GetString(1), (Side)reader.GetFieldValue<sbyte>(2), second, second, 1, reader.GetDouble(3),
                        reader.GetString(4), reader.GetString(5), reader.GetString(6), reader.IsDBNull(7) ? null : reader.GetInt64(7), reader.IsDBNull(8) ? null : reader.GetDouble(8));
                }
            }
        }

        foreach (var (signal, values) in signals)
        {
            if (WindowStatistic.Of(values) is { } statistic)
            {
                rows.Add(new SeriesKey(SegmentSchema.SignalMetricId, signal), statistic);
            }
        }

        foreach (var verdict in verdicts.Values)
        {
            rows.Add(verdict);
        }
    }

    private void AddGaps(Guid partition, WindowRows rows, string range)
    {
        var withGaps = GapTable.Files(connection);
        foreach (var file in files.Where(f => withGaps.Contains(f.Alias)))
        {
            rows.Gaps.AddRange(GapTable.Newest(connection, file.Alias, file.Name.Tier, $"{range} AND p.guid = '{partition}'"));
        }
    }
}
