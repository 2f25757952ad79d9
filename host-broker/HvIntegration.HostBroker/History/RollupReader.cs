using System.Globalization;
using DuckDB.NET.Data;
using HvIntegration.Engine.Model;
using HvIntegration.Engine.Timeline;

namespace HvIntegration.HostBroker.History;

/// <summary>Makes the rows of one window out of the finer tier.</summary>
/// <param name="connection">Of this caller only.</param>
/// <param name="segments">Files of the finer tier.</param>
internal sealed class RollupReader(DuckDBConnection connection, IReadOnlyList<Segment> segments)
{
    private const long SecondNs = 1_000_000_000;
    private const int MinuteSeconds = 60;

    private readonly Dictionary<Guid, WindowRows> _rows = [];

    /// <summary>A minute out of raw counters, reports and exchanges.</summary>
    /// <returns>Rows by partition, and the newest commit that is surely in them.</returns>
    public (Dictionary<Guid, WindowRows> Rows, long CommitId) Minute(long start)
    {
        var (fromNs, toNs) = (start * SecondNs, (start + MinuteSeconds) * SecondNs);
        var files = segments.Where(s => s.Name.Tier == HistoryTier.Second && s.Overlaps(fromNs - RawReader.MarginNs, toNs + RawReader.MarginNs)).ToList();

        // Read before the rows: a commit that lands in between is then rolled up once more and never missed.
        var commitId = files.Select(f => Scalar($"SELECT coalesce(max(id), 0) FROM {f.Alias}.main.commit_log")).DefaultIfEmpty(0).Max();
        var raw = new RawReader(fromNs, toNs);
        foreach (var file in files)
        {
            raw.AddAll(connection, file);
        }

        foreach (var (partition, track) in raw.Tracks())
        {
            if (WindowStatistic.Of(CounterWindows.PerSecond(track.Reads, track.Form, start, start + MinuteSeconds - 1)) is { } statistic)
            {
                Of(partition).Add(track.Series, statistic);
            }
        }

        AddReports(files, start);
        AddGaps(files, string.Create(CultureInfo.InvariantCulture, $"g.second >= {start} AND g.second < {start + MinuteSeconds}"));
        return (_rows, commitId);
    }

    /// <summary>An hour out of its minutes.</summary>
    /// <returns>Rows by partition, and the newest commit that is surely in them.</returns>
    public (Dictionary<Guid, WindowRows> Rows, long CommitId) Hour(long start)
    {
        const int HourSeconds = 3600;
        var commitId = 0L;
        var files = segments.Where(s => s.Name.Tier == HistoryTier.Minute && s.Overlaps(start * SecondNs, (start + HourSeconds) * SecondNs)).ToList();
        AddGaps(files, string.Create(CultureInfo.InvariantCulture, $"g.start >= {start} AND g.start < {start + HourSeconds}"));
        foreach (var file in files)
        {
            var range = string.Create(CultureInfo.InvariantCulture, $"w.start >= {start} AND w.start < {start + HourSeconds}");
            commitId = Math.Max(commitId, Scalar($"SELECT coalesce(max(commit_id), 0) FROM {file.Alias}.main.window_done w WHERE {range}"));
            using var command = connection.CreateCommand();
            command.CommandText = $"""
                SELECT p.guid, s.metric, s.instance, w.means[m.position], w.mins[m.position], w.maxs[m.position], w.counts[m.position]
                FROM {file.Alias}.main.window_values w JOIN {file.Alias}.main.partition p ON p.id = w.partition
                JOIN {file.Alias}.main.set_member m ON m.set_id = w.set_id JOIN {file.Alias}.main.series s ON s.id = m.series
                WHERE {range} ORDER BY w.start
                """;
            using (var reader = command.ExecuteReader())
            {
                while (reader.Read())
                {
                    Of(reader.GetGuid(0)).Add(
                        new SeriesKey(reader.GetFieldValue<ushort>(1), reader.GetString(2)),
                        new WindowStatistic(reader.GetFloat(3), reader.GetFloat(4), reader.GetFloat(5), reader.GetFieldValue<ushort>(6)));
                }
            }

            command.CommandText = $"""
                SELECT p.guid, w.hypothesis, w.side, w.first_second, w.last_second, w.seconds, w.probability, w.title, w.sentence, w.what_helps, w.episode_onset, w.severity
                FROM {file.Alias}.main.window_verdict w JOIN {file.Alias}.main.partition p ON p.id = w.partition
                WHERE {range} ORDER BY w.first_second
                """;
            using (var reader = command.ExecuteReader())
            {
                while (reader.Read())
                {
                    Of(reader.GetGuid(0)).Add(new WindowVerdict(
                        reader.GetString(1), (Side)reader.GetFieldValue<sbyte>(2), reader.GetInt64(3), reader.GetInt64(4), reader.GetInt32(5), reader.GetDouble(6),
                        reader.GetString(7), reader.GetString(8), reader.GetString(9), reader.IsDBNull(10) ? null : reader.GetInt64(10), reader.IsDBNull(11) ? null : reader.GetDouble(11)));
                }
            }
        }

        return (_rows, commitId);
    }

    private void AddReports(List<Segment> files, long start)
    {
        var range = string.Create(CultureInfo.InvariantCulture, $"r.second >= {start} AND r.second < {start + MinuteSeconds}");
        var signals = new Dictionary<(Guid Partition, string Signal), double[]>();
        var verdicts = new SortedDictionary<(Guid Partition, long Second), WindowVerdict>();
        foreach (var file in files)
        {
            using var command = connection.CreateCommand();
            command.CommandText = $"""
                SELECT p.guid, r.second, s.instance, r.vals[m.position]
                FROM {file.Alias}.main.report r JOIN {file.Alias}.main.partition p ON p.id = r.partition
                JOIN {file.Alias}.main.set_member m ON m.set_id = r.set_id JOIN {file.Alias}.main.series s ON s.id = m.series
                WHERE {range} ORDER BY r.commit_id
                """;
            using (var reader = command.ExecuteReader())
            {
                while (reader.Read())
                {
                    var key = (reader.GetGuid(0), reader.GetString(2));
                    if (!signals.TryGetValue(key, out var values))
                    {
                        signals[key] = values = new double[MinuteSeconds];
                        values.AsSpan().Fill(double.NaN);
                    }

                    values[(int)(reader.GetInt64(1) - start)] = reader.GetFloat(3);
                }
            }

            command.CommandText = $"""
                SELECT p.guid, r.second, r.hypothesis, r.side, r.probability, r.title, r.sentence, r.what_helps, r.episode_onset, r.severity
                FROM {file.Alias}.main.report r JOIN {file.Alias}.main.partition p ON p.id = r.partition
                WHERE {range} ORDER BY r.commit_id
                """;
            using (var reader = command.ExecuteReader())
            {
                while (reader.Read())
                {
                    var second = reader.GetInt64(1);
                    verdicts[(reader.GetGuid(0), second)] = new WindowVerdict(
                        reader.GetString(2), (Side)reader.GetFieldValue<sbyte>(3), second, second, 1, reader.GetDouble(4),
                        reader.GetString(5), reader.GetString(6), reader.GetString(7), reader.IsDBNull(8) ? null : reader.GetInt64(8), reader.IsDBNull(9) ? null : reader.GetDouble(9));
                }
            }
        }

        foreach (var ((partition, signal), values) in signals)
        {
            if (WindowStatistic.Of(values) is { } statistic)
            {
                Of(partition).Add(new SeriesKey(SegmentSchema.SignalMetricId, signal), statistic);
            }
        }

        foreach (var ((partition, _), verdict) in verdicts)
        {
            Of(partition).Add(verdict);
        }
    }

    private void AddGaps(IEnumerable<Segment> files, string range)
    {
        var withGaps = HistoryQueries.WithGaps(connection);
        foreach (var file in files.Where(f => withGaps.Contains(f.Alias)))
        {
            foreach (var (commitId, row) in HistoryQueries.NewestWords(connection, file, range))
            {
                Of(row.Partition).Gaps.Add((commitId, row));
            }
        }
    }

    private WindowRows Of(Guid partition)
    {
        if (!_rows.TryGetValue(partition, out var rows))
        {
            _rows[partition] = rows = new WindowRows();
        }

        return rows;
    }

    private long Scalar(string sql)
    {
        using var command = connection.CreateCommand();
        command.CommandText = sql;
        return Convert.ToInt64(command.ExecuteScalar(), CultureInfo.InvariantCulture);
    }
}
