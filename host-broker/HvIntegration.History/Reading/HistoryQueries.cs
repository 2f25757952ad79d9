using System.Globalization;
using DuckDB.NET.Data;
using HvIntegration.Engine.Options;
using HvIntegration.Engine.Timeline;
using HvIntegration.History.Faults;
using HvIntegration.History.Files;
using HvIntegration.History.Tables;
using HvIntegration.History.Times;
using HvIntegration.Model;

namespace HvIntegration.History.Reading;

/// <summary>Answers one question over the attached files.</summary>
/// <param name="connection">Of this question only.</param>
/// <param name="segments">Files to look into, oldest first within each tier.</param>
/// <param name="isAttached">False once a file was deleted or set aside: what it held is then simply not there.</param>
/// <param name="damaged">Told of a file that proved damaged; the answer goes on without it.</param>
/// <param name="engine">Settings of the live engine, by which raw counters become seconds.</param>
internal sealed partial class HistoryQueries(DuckDBConnection connection, IReadOnlyList<Segment> segments, Func<Segment, bool> isAttached, Action<Segment, Exception> damaged, EngineOptions engine)
{
    private const long SecondNs = 1_000_000_000;

    // The engine re-windows a day at most at one time; who asks for more gets minutes.
    private const int SecondRangeMax = 86_400;

    // What is not rolled up yet is made from the finer tier, so that a long range ends now and not at the last full hour.
    private const int TailWindowsMax = 90;

    private int _seriesLeftOut;

    /// <summary>Series of one metric of one partition, all or those named; a signal is metric 0 with its id as instance.</summary>
    /// <returns>Those that fit into an answer, and how many did not.</returns>
    public (IReadOnlyList<HistorySeries> Series, int LeftOut) Series(Guid partition, ushort metricId, IReadOnlyList<string>? instances, long fromSecond, long toSecond, int pointsMax)
    {
        var oldest = segments.Where(s => s.FirstNs != long.MaxValue).Select(s => s.FirstNs / SecondNs).DefaultIfEmpty(long.MaxValue).Min();
        var newest = segments.Where(s => s.LastNs != long.MinValue).Select(s => (s.LastNs / SecondNs) + s.Name.Tier.Span()).DefaultIfEmpty(long.MinValue).Max();
        var from = Math.Max(fromSecond, oldest);
        var to = Math.Min(toSecond, newest);
        if (to <= from)
        {
            return ([], 0);
        }

        var tier = TierFor(from, to, pointsMax);
        var span = tier.Span();
        var found = Windows(tier, partition, metricId, instances, from - (from % span), to);
        var merge = (int)((((to - from + span - 1) / span) + pointsMax - 1) / pointsMax);
        var answer = new List<HistorySeries>();
        var points = 0;
        foreach (var (key, value) in found.OrderBy(f => f.Key.MetricId).ThenBy(f => f.Key.Instance, StringComparer.Ordinal))
        {
            // A guest may have thousands of series of one metric; what does not fit is left out whole, never cut in its middle.
            List<HistoryPoint> line = merge > 1 ? Merge(value.Values, span * merge) : [.. value.Values];
            if (answer.Count > 0 && points + line.Count > VmShare.AnswerPointsMax)
            {
                _seriesLeftOut++;
                continue;
            }

            points += line.Count;
            answer.Add(new HistorySeries(key, line));
        }

        return (answer, _seriesLeftOut);
    }

    /// <summary>Verdicts of one partition, joined into spans.</summary>
    public IReadOnlyList<VerdictSpan> Verdicts(Guid partition, long fromSecond, long toSecond)
    {
        var pieces = new List<VerdictSpan>();
        var rawOldest = Oldest(HistoryTier.Second);
        var minuteOldest = Oldest(HistoryTier.Minute);
        foreach (var segment in segments)
        {
            var (from, to) = segment.Name.Tier switch
            {
                HistoryTier.Second => (fromSecond, toSecond),
                HistoryTier.Minute => (fromSecond, Math.Min(toSecond, rawOldest)),
                _ => (fromSecond, Math.Min(toSecond, Math.Min(minuteOldest, rawOldest))),
            };
            if (from < to && segment.Overlaps(Ns(SaturatingTime.Difference(from, segment.Name.Tier.Span())), Ns(to)))
            {
                Try(segment, () => pieces.AddRange(segment.Name.Tier == HistoryTier.Second
                    ? RawVerdicts(segment, partition, from, to)
                    : WindowVerdicts(segment, partition, from, to)));
            }
        }

        var spans = new List<VerdictSpan>();
        foreach (var piece in pieces.OrderBy(p => p.FromSecond).ThenBy(p => p.ToSecond))
        {
            VerdictSpan.Join(spans, piece);
        }

        return spans;
    }

    /// <summary>Processes that were sent in a range, busiest first.</summary>
    public IReadOnlyList<ProcessUse> Processes(Guid partition, long fromSecond, long toSecond, int rowsMax)
    {
        var spans = new Dictionary<(Guid Boot, int Pid, ulong StartMs), (ProcessRead First, ProcessRead Last, string Name)>();
        foreach (var segment in RawSegments(fromSecond, toSecond))
        {
            Try(segment, () => ReadProcesses(segment, partition, fromSecond, toSecond, spans));
        }

        return [.. spans.Select(s => Use(s.Key.Pid, s.Value.Name, s.Value.First, s.Value.Last)).OfType<ProcessUse>().OrderByDescending(u => u.CpuShare).ThenBy(u => u.Pid).Take(rowsMax)];
    }

    /// <summary>Newest inventory entry of every partition in the files.</summary>
    public IReadOnlyList<PartitionInfo> Partitions()
    {
        var newest = new Dictionary<Guid, (long Revision, PartitionInfo Info)>();
        foreach (var segment in segments)
        {
            Try(segment, () =>
            {
                foreach (var (revision, info) in InventoryTable.Newest(connection, segment.Alias))
                {
                    if (!newest.TryGetValue(info.Id, out var known) || known.Revision <= revision)
                    {
                        newest[info.Id] = (revision, info);
                    }
                }
            });
        }

        return [.. newest.Values.Select(v => v.Info).OrderBy(i => i.Name, StringComparer.OrdinalIgnoreCase).ThenBy(i => i.Id)];
    }

    private static List<HistoryPoint> Merge(IEnumerable<HistoryPoint> points, int span) =>
    [
        .. points.GroupBy(p => p.Second - (p.Second % span)).Select(g => new HistoryPoint(
            g.Key, span, g.Average(p => p.Value), g.Min(p => p.Minimum), g.Max(p => p.Maximum))),
    ];

    private static void Aggregate(SortedDictionary<long, HistoryPoint> into, IEnumerable<HistoryPoint> finer, int span, long fromSecond)
    {
        foreach (var point in Merge(finer, span).Where(p => p.Second >= fromSecond && !into.ContainsKey(p.Second)))
        {
            into.Add(point.Second, point);
        }
    }

    private long Oldest(HistoryTier tier) =>
        segments.Where(s => s.Name.Tier == tier && s.FirstNs != long.MaxValue).Select(s => s.FirstNs / SecondNs).DefaultIfEmpty(long.MaxValue).Min();

    private HistoryTier TierFor(long from, long to, int pointsMax)
    {
        foreach (var tier in (ReadOnlySpan<HistoryTier>)[HistoryTier.Second, HistoryTier.Minute])
        {
            // The first window of a coarser tier may begin before its files do; that alone is no reason to be coarser still.
            if (tier == HistoryTier.Second && to - from > SecondRangeMax)
            {
                continue;
            }

            var covers = Oldest(tier) <= from + tier.Span() || segments.All(s => s.Name.Tier <= tier || s.FirstNs / SecondNs >= Oldest(tier) - s.Name.Tier.Span());
            if (covers && (to - from + tier.Span() - 1) / tier.Span() <= pointsMax)
            {
                return tier;
            }
        }

        return HistoryTier.Hour;
    }

    private Dictionary<SeriesKey, SortedDictionary<long, HistoryPoint>> Windows(HistoryTier tier, Guid partition, ushort metricId, IReadOnlyList<string>? instances, long from, long to)
    {
        if (tier == HistoryTier.Second)
        {
            return metricId == SegmentSchema.SignalMetricId ? RawSignals(partition, instances, from, to) : RawMetric(partition, metricId, from, to);
        }

        var span = tier.Span();
        var found = new Dictionary<SeriesKey, SortedDictionary<long, HistoryPoint>>();
        var done = from;
        foreach (var segment in segments.Where(s => s.Name.Tier == tier && s.Overlaps(Ns(from), Ns(to))))
        {
            Try(segment, () => ReadWindows(segment, partition, metricId, instances, from, to, found));
            done = Math.Max(done, (segment.LastNs / SecondNs) + span);
        }

        // The newest windows are not rolled up yet.
        var tail = Math.Max(done, to - ((long)span * TailWindowsMax));
        tail -= tail % span;
        if (tail < to)
        {
            foreach (var (key, points) in Windows(tier - 1, partition, metricId, instances, tail, to))
            {
                if (!found.TryGetValue(key, out var into))
                {
                    if (found.Count >= VmShare.AnswerSeriesMax)
                    {
                        continue;
                    }

                    found[key] = into = [];
                }

                Aggregate(into, points.Values, span, tail);
            }
        }

        return found;
    }

    private Dictionary<SeriesKey, SortedDictionary<long, HistoryPoint>> RawMetric(Guid partition, ushort metricId, long from, long to)
    {
        var raw = new RawReader(partition, Ns(from), Ns(to), VmShare.AnswerSeriesMax, engine);
        var lead = raw.LeadNs(metricId);
        foreach (var segment in segments.Where(s => s.Name.Tier == HistoryTier.Second && s.Overlaps(SaturatingTime.Difference(Ns(from), lead), SaturatingTime.Sum(Ns(to), lead))))
        {
            Try(segment, () => raw.Add(connection, segment, metricId));
        }

        _seriesLeftOut = Math.Max(_seriesLeftOut, raw.SeriesLeftOut);
        var found = new Dictionary<SeriesKey, SortedDictionary<long, HistoryPoint>>();
        foreach (var track in raw.Tracks())
        {
            if (!found.TryGetValue(track.Series, out var points))
            {
                found[track.Series] = points = [];
            }

            var values = CounterWindows.PerSecond(track.Reads, track.Series, track.Form, from, to - 1, engine.Timeline);
            for (var i = 0; i < values.Length; i++)
            {
                if (double.IsFinite(values[i]))
                {
                    points[from + i] = new HistoryPoint(from + i, 1, values[i], values[i], values[i]);
                }
            }
        }

        return found;
    }

    private Dictionary<SeriesKey, SortedDictionary<long, HistoryPoint>> RawSignals(Guid partition, IReadOnlyList<string>? instances, long from, long to)
    {
        var found = new Dictionary<SeriesKey, SortedDictionary<long, HistoryPoint>>();
        foreach (var segment in RawSegments(from, to))
        {
            Try(segment, () =>
            {
                using var command = connection.CreateCommand();
                command.CommandText = string.Create(CultureInfo.InvariantCulture, $"""
                    SELECT r.second, s.instance, r.vals[m.position]
                    FROM {segment.Alias}.main.report r JOIN {segment.Alias}.main.partition p ON p.id = r.partition
                    JOIN {segment.Alias}.main.set_member m ON m.set_id = r.set_id JOIN {segment.Alias}.main.series s ON s.id = m.series
                    WHERE p.guid = '{partition}' AND s.metric = {SegmentSchema.SignalMetricId} {InstanceFilter(instances)}
                      AND r.second >= {from} AND r.second < {to}
                    ORDER BY r.commit_id
                    """);
                AddInstances(command, instances);
                using var reader = command.ExecuteReader();
                while (reader.Read())
                {
                    double value = reader.GetFloat(2);
                    if (double.IsFinite(value))
                    {
                        var key = new SeriesKey(SegmentSchema.SignalMetricId, reader.GetString(1));
                        if (!found.TryGetValue(key, out var points))
                        {
                            found[key] = points = [];
                        }

                        points[reader.GetInt64(0)] = new HistoryPoint(reader.GetInt64(0), 1, value, value, value);
                    }
                }
            });
        }

        return found;
    }

    private void ReadWindows(Segment segment, Guid partition, ushort metricId, IReadOnlyList<string>? instances, long from, long to, Dictionary<SeriesKey, SortedDictionary<long, HistoryPoint>> found)
    {
        var span = segment.Name.Tier.Span();
        using var command = connection.CreateCommand();
        command.CommandText = string.Create(CultureInfo.InvariantCulture, $"""
            WITH mine AS MATERIALIZED (
              SELECT w.start, w.set_id, w.means, w.mins, w.maxs FROM {segment.Alias}.main.window_values w
              WHERE w.partition IN (SELECT id FROM {segment.Alias}.main.partition WHERE guid = '{partition}') AND w.start >= {from} AND w.start < {to})
            SELECT w.start, s.instance, w.means[m.position], w.mins[m.position], w.maxs[m.position]
            FROM mine w JOIN {segment.Alias}.main.set_member m ON m.set_id = w.set_id JOIN {segment.Alias}.main.series s ON s.id = m.series
            WHERE s.metric = {metricId} {InstanceFilter(instances)}
            """);
        AddInstances(command, instances);
        var refused = new HashSet<string>(StringComparer.Ordinal);
        using var reader = command.ExecuteReader();
        while (reader.Read())
        {
            var key = new SeriesKey(metricId, reader.GetString(1));
            if (!found.TryGetValue(key, out var points))
            {
                if (found.Count >= VmShare.AnswerSeriesMax)
                {
                    refused.Add(key.Instance);
                    continue;
                }

                found[key] = points = [];
            }

            var start = reader.GetInt64(0);
            points[start] = new HistoryPoint(start, span, reader.GetFloat(2), reader.GetFloat(3), reader.GetFloat(4));
        }

        _seriesLeftOut = Math.Max(_seriesLeftOut, refused.Count);
    }

    private static ProcessUse? Use(int pid, string name, ProcessRead first, ProcessRead last)
    {
        const double Micro = 1e-6;
        var seconds = SaturatingTime.Difference(last.ReadNs, first.ReadNs) / (double)SecondNs;
        return seconds <= 0
            ? null
            : new ProcessUse(
                pid, name, (last.CpuUs - first.CpuUs) * Micro / seconds, (last.RunWaitUs - first.RunWaitUs) * Micro / seconds, last.Resident,
                (last.ReadBytes - first.ReadBytes) / seconds, (last.WriteBytes - first.WriteBytes) / seconds, (last.MajorFaults - first.MajorFaults) / seconds);
    }

    private void ReadProcesses(
        Segment segment, Guid partition, long from, long to, Dictionary<(Guid Boot, int Pid, ulong StartMs), (ProcessRead First, ProcessRead Last, string Name)> spans)
    {
        using var command = connection.CreateCommand();
        command.CommandText = string.Create(CultureInfo.InvariantCulture, $"""
            WITH mine AS (SELECT b.id, b.boot AS guid FROM {segment.Alias}.main.boot b JOIN {segment.Alias}.main.partition p ON p.id = b.partition WHERE p.guid = '{partition}'),
            rows AS MATERIALIZED (
              SELECT r.boot, r.read_ns, r.processes, r.cpu_user_us, r.cpu_system_us, r.run_wait_us, r.resident, r.read_bytes, r.write_bytes, r.major_faults
              FROM {segment.Alias}.main.process_read r WHERE r.boot IN (SELECT id FROM mine) AND {Within("r.host_ns", from, to)}),
            reads AS (
              SELECT boot, read_ns, unnest(processes) AS process, unnest(cpu_user_us)::DOUBLE AS user_us, unnest(cpu_system_us)::DOUBLE AS system_us, unnest(run_wait_us)::DOUBLE AS run_wait_us,
                unnest(resident) AS resident, unnest(read_bytes)::DOUBLE AS read_bytes, unnest(write_bytes)::DOUBLE AS write_bytes, unnest(major_faults)::DOUBLE AS major_faults
              FROM rows),
            ends AS (SELECT *, row_number() OVER (PARTITION BY process ORDER BY read_ns) AS up, row_number() OVER (PARTITION BY process ORDER BY read_ns DESC) AS down FROM reads)
            SELECT b.guid, d.pid, d.start_ms, d.name, e.read_ns, e.user_us + e.system_us, e.run_wait_us, e.resident, e.read_bytes, e.write_bytes, e.major_faults
            FROM ends e JOIN {segment.Alias}.main.process d ON d.id = e.process JOIN mine b ON b.id = e.boot
            WHERE e.up = 1 OR e.down = 1
            """);
        using var reader = command.ExecuteReader();
        while (reader.Read())
        {
            var key = (reader.GetGuid(0), reader.GetInt32(1), reader.GetFieldValue<ulong>(2));
            var read = new ProcessRead(reader.GetInt64(4), reader.GetDouble(5), reader.GetDouble(6), reader.GetInt64(7), reader.GetDouble(8), reader.GetDouble(9), reader.GetDouble(10));
            var span = spans.TryGetValue(key, out var known) ? known : (First: read, Last: read, Name: reader.GetString(3));
            spans[key] = (read.ReadNs < span.First.ReadNs ? read : span.First, read.ReadNs > span.Last.ReadNs ? read : span.Last, span.Name);
        }
    }

    private List<VerdictSpan> RawVerdicts(Segment segment, Guid partition, long from, long to)
    {
        var bySecond = new SortedDictionary<long, VerdictSpan>();
        using var command = connection.CreateCommand();
        command.CommandText = string.Create(CultureInfo.InvariantCulture, $"""
            SELECT r.second, r.hypothesis, r.probability, r.sentence
            FROM {segment.Alias}.main.report r JOIN {segment.Alias}.main.partition p ON p.id = r.partition
            WHERE p.guid = '{partition}' AND r.second >= {from} AND r.second < {to} ORDER BY r.commit_id
            """);
        using var reader = command.ExecuteReader();
        while (reader.Read())
        {
            bySecond[reader.GetInt64(0)] = new VerdictSpan(partition, reader.GetInt64(0), reader.GetInt64(0), reader.GetString(1), reader.GetDouble(2), reader.GetString(3));
        }

        return [.. bySecond.Values];
    }

    private List<VerdictSpan> WindowVerdicts(Segment segment, Guid partition, long from, long to)
    {
        var found = new List<VerdictSpan>();
        using var command = connection.CreateCommand();
        command.CommandText = string.Create(CultureInfo.InvariantCulture, $"""
            SELECT w.first_second, w.last_second, w.hypothesis, w.probability, w.sentence
            FROM {segment.Alias}.main.window_verdict w JOIN {segment.Alias}.main.partition p ON p.id = w.partition
            WHERE p.guid = '{partition}' AND w.last_second >= {from} AND w.first_second < {to}
            """);
        using var reader = command.ExecuteReader();
        while (reader.Read())
        {
            found.Add(new VerdictSpan(partition, reader.GetInt64(0), Math.Min(reader.GetInt64(1), to - 1), reader.GetString(2), reader.GetDouble(3), reader.GetString(4)));
        }

        return found;
    }

    private static string InstanceFilter(IReadOnlyList<string>? instances) =>
        instances is null ? "" : $"AND s.instance IN ({string.Join(", ", instances.Select((_, i) => string.Create(CultureInfo.InvariantCulture, $"$i{i}")))})";

    private static void AddInstances(DuckDBCommand command, IReadOnlyList<string>? instances)
    {
        for (var i = 0; i < instances?.Count; i++)
        {
            command.Parameters.Add(new DuckDBParameter(string.Create(CultureInfo.InvariantCulture, $"i{i}"), instances[i]));
        }
    }

    private void Try(Segment segment, Action read)
    {
        try
        {
            read();
        }
        catch (DuckDBException e) when (HistoryFaults.IsDamaged(e))
        {
            damaged(segment, e);
        }
        catch (DuckDBException) when (!isAttached(segment))
        {
            // Deleted while the question ran: as if it had been asked a moment later.
        }
    }

    private readonly record struct ProcessRead(long ReadNs, double CpuUs, double RunWaitUs, long Resident, double ReadBytes, double WriteBytes, double MajorFaults);
}
