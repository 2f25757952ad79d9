using System.Globalization;
using HvIntegration.History.Files;
using HvIntegration.History.Tables;
using HvIntegration.History.Times;
using HvIntegration.Model;

namespace HvIntegration.History.Reading;

/// <content>The raw tier read back whole: batches, exchanges, host samples and what was said of them.</content>
internal sealed partial class HistoryQueries
{
    // The reads of a batch follow its start by what its collectors take.
    private const long BatchNsMax = 15_000_000_000;
    private const double SecondsPerMicro = 1e-6;

    /// <summary>Values of a stretch of the raw tier: those of the guests that are wanted, and all of the host.</summary>
    public (long Guest, long Host) CountRaw(IReadOnlyCollection<Guid> insides, long fromSecond, long toSecond)
    {
        long guest = 0;
        long host = 0;
        foreach (var segment in RawSegments(fromSecond, toSecond))
        {
            Try(segment, () =>
            {
                var alias = segment.Alias + ".main";
                guest += Number($"""
                    SELECT coalesce(sum(len(g.vals)), 0)::BIGINT FROM {alias}.guest g JOIN {alias}.boot b ON b.id = g.boot JOIN {alias}.partition p ON p.id = b.partition
                    WHERE {OneOf(insides)} AND {Within("g.host_ns", fromSecond, toSecond)}
                    """);
                host += Number($"SELECT coalesce(sum(len(vals)), 0)::BIGINT FROM {alias}.host WHERE {Within("host_ns", fromSecond, toSecond)}");
            });
        }

        return (guest, host);
    }

    /// <summary>A stretch of the raw tier as it came in.</summary>
    /// <param name="insides">Guests whose inside, and whose verdicts, are wanted.</param>
    /// <param name="fromSecond">First second.</param>
    /// <param name="toSecond">End, not in it.</param>
    public RawStretch Raw(IReadOnlyCollection<Guid> insides, long fromSecond, long toSecond)
    {
        var batches = new List<(GuestBatch Batch, long HostNs)>();
        var exchanges = new List<(Guid, Guid, ClockExchange Exchange)>();
        var samples = new List<HostSample>();
        var seconds = new Dictionary<(Guid, long), RecordedSecond>();
        foreach (var segment in RawSegments(fromSecond, toSecond))
        {
            Try(segment, () =>
            {
                ReadBatches(segment, insides, fromSecond, toSecond, batches);
                exchanges.AddRange(ClockTable.Where(connection, segment.Alias, $"{OneOf(insides)} AND {Within("c.t4_host", fromSecond, toSecond)}")
                    .Select(e => (e.Boot.Partition, e.Boot.Boot, e.Exchange)));
                ReadHostSamples(segment, fromSecond, toSecond, samples);
                ReadSeconds(segment, insides, fromSecond, toSecond, seconds);
            });
        }

        return new RawStretch(
            [.. batches.OrderBy(b => b.HostNs)], [.. exchanges.OrderBy(e => e.Exchange.T4HostNs)], [.. samples.OrderBy(s => s.EndNs)],
            [.. seconds.OrderBy(s => s.Key.Item2).Select(s => (s.Key.Item1, s.Value))]);
    }

    private static string OneOf(IReadOnlyCollection<Guid> partitions) => $"p.guid IN ({string.Join(", ", partitions.Select(id => $"'{id}'"))})";

    private static string Within(string column, long fromSecond, long toSecond) =>
        string.Create(CultureInfo.InvariantCulture, $"{column} >= {Ns(fromSecond)} AND {column} < {Ns(toSecond)}");

    private IEnumerable<Segment> RawSegments(long fromSecond, long toSecond) =>
        segments.Where(s => s.Name.Tier == HistoryTier.Second && s.Overlaps(Ns(fromSecond), Ns(toSecond)));

    private long Number(string sql)
    {
        using var command = connection.CreateCommand();
        command.CommandText = sql;
        return Convert.ToInt64(command.ExecuteScalar(), CultureInfo.InvariantCulture);
    }

    private void ReadBatches(Segment segment, IReadOnlyCollection<Guid> insides, long fromSecond, long toSecond, List<(GuestBatch Batch, long HostNs)> found)
    {
        var alias = segment.Alias + ".main";
        var boots = new Dictionary<int, List<OpenBatch>>();
        using (var command = connection.CreateCommand())
        {
            command.CommandText = string.Create(CultureInfo.InvariantCulture, $"""
                SELECT t.boot, p.guid, b.boot, t.sequence, t.start_ns, t.processes_total, t.wall_ns, t.host_ns
                FROM {alias}.batch t JOIN {alias}.boot b ON b.id = t.boot JOIN {alias}.partition p ON p.id = b.partition
                WHERE {OneOf(insides)} AND t.host_ns >= {Ns(fromSecond)} AND t.host_ns < {SaturatingTime.Sum(Ns(toSecond), BatchNsMax)} ORDER BY t.start_ns
                """);
            using var reader = command.ExecuteReader();
            while (reader.Read())
            {
                var batch = new GuestBatch(
                    reader.GetGuid(1), reader.GetGuid(2), reader.GetFieldValue<ulong>(3), reader.GetInt64(4), [], 0, [], reader.GetInt32(5), reader.IsDBNull(6) ? null : reader.GetInt64(6));
                if (!boots.TryGetValue(reader.GetInt32(0), out var list))
                {
                    boots[reader.GetInt32(0)] = list = [];
                }

                list.Add(new OpenBatch(batch, reader.GetInt64(7)));
            }
        }

        // A row does not name its batch: it is the newest one of its boot that had begun when it was read.
        OpenBatch? Of(int boot, long atNs)
        {
            if (!boots.TryGetValue(boot, out var list))
            {
                return null;
            }

            int low = 0;
            for (int high = list.Count; low < high;)
            {
                int middle = (low + high) / 2;
                (low, high) = list[middle].Batch.StartMonotonicNs <= atNs ? (middle + 1, high) : (low, middle);
            }

            return low > 0 ? list[low - 1] : null;
        }

        using (var command = connection.CreateCommand())
        {
            command.CommandText = string.Create(CultureInfo.InvariantCulture, $"""
                SELECT g.boot, g.start_ns, g.span_ns, s.metric, s.instance, g.vals[m.position]
                FROM {alias}.guest g JOIN {alias}.boot b ON b.id = g.boot JOIN {alias}.partition p ON p.id = b.partition
                JOIN {alias}.set_member m ON m.set_id = g.set_id JOIN {alias}.series s ON s.id = m.series
                WHERE {OneOf(insides)} AND g.host_ns >= {Ns(fromSecond)} AND g.host_ns < {SaturatingTime.Sum(Ns(toSecond), BatchNsMax)}
                ORDER BY g.boot, g.start_ns, g.set_id, m.position
                """);
            using var reader = command.ExecuteReader();
            while (reader.Read())
            {
                var start = reader.GetInt64(1);
                Of(reader.GetInt32(0), start)?.Samples.Add(
                    new GuestSample(new SeriesKey(reader.GetFieldValue<ushort>(3), reader.GetString(4)), start, SaturatingTime.Sum(start, reader.GetInt64(2)), reader.GetDouble(5)));
            }
        }

        ReadProcessTables(alias, insides, fromSecond, toSecond, Of);
        found.AddRange(boots.Values.SelectMany(list => list).Where(b => b.HostNs < Ns(toSecond))
            .Select(b => (b.Batch with { Samples = b.Samples, Processes = b.Processes, ProcessMonotonicNs = b.ProcessNs }, b.HostNs)));
    }

    private void ReadProcessTables(string alias, IReadOnlyCollection<Guid> insides, long fromSecond, long toSecond, Func<int, long, OpenBatch?> of)
    {
        using var command = connection.CreateCommand();
        command.CommandText = string.Create(CultureInfo.InvariantCulture, $"""
            WITH reads AS (
              SELECT r.*, unnest(range(1, len(r.processes) + 1)) AS n
              FROM {alias}.process_read r JOIN {alias}.boot b ON b.id = r.boot JOIN {alias}.partition p ON p.id = b.partition
              WHERE {OneOf(insides)} AND r.host_ns >= {Ns(fromSecond)} AND r.host_ns < {SaturatingTime.Sum(Ns(toSecond), BatchNsMax)})
            SELECT r.boot, r.read_ns, d.pid, d.start_ms, d.name, d.command_hash, d.user_id, d.parent_pid, d.session_id,
              r.cpu_user_us[n], r.cpu_system_us[n], r.run_wait_us[n], r.resident[n], r.private[n], r.major_faults[n], r.read_bytes[n], r.write_bytes[n],
              r.threads[n], r.states[n], r.handles[n]
            FROM reads r JOIN {alias}.process d ON d.id = r.processes[n]
            ORDER BY r.boot, r.read_ns, n
            """);
        using var reader = command.ExecuteReader();
        while (reader.Read())
        {
            var readNs = reader.GetInt64(1);
            if (of(reader.GetInt32(0), readNs) is not { } batch)
            {
                continue;
            }

            batch.ProcessNs = readNs;
            batch.Processes.Add(new GuestProcess(
                reader.GetInt32(2), reader.GetFieldValue<ulong>(3), reader.GetString(4), reader.GetFieldValue<ulong>(5), reader.GetFieldValue<uint>(6), reader.GetInt32(7), reader.GetFieldValue<uint>(8),
                reader.GetInt64(9) * SecondsPerMicro, reader.GetInt64(10) * SecondsPerMicro, reader.GetInt64(11) * SecondsPerMicro,
                reader.GetInt64(12), reader.GetInt64(13), reader.GetInt64(14), reader.GetInt64(15), reader.GetInt64(16),
                reader.GetInt32(17), reader.GetString(18) is [var state, ..] ? state : '?', reader.GetInt64(19)));
        }
    }

    private void ReadHostSamples(Segment segment, long fromSecond, long toSecond, List<HostSample> found)
    {
        var alias = segment.Alias + ".main";
        using var command = connection.CreateCommand();
        command.CommandText = $"""
            WITH natives AS (SELECT metric, instance, last(name ORDER BY rowid) AS name FROM {alias}.native GROUP BY metric, instance)
            SELECT p.guid, h.form, h.host_ns, h.span_ns, s.metric, s.instance, h.vals[m.position], h.qualities[m.position], coalesce(n.name, '')
            FROM {alias}.host h JOIN {alias}.partition p ON p.id = h.partition
            JOIN {alias}.set_member m ON m.set_id = h.set_id JOIN {alias}.series s ON s.id = m.series
            LEFT JOIN natives n ON n.metric = s.metric AND n.instance = s.instance
            WHERE {Within("h.host_ns", fromSecond, toSecond)}
            ORDER BY h.host_ns, h.partition, h.form, h.span_ns, h.set_id, m.position
            """;
        using var reader = command.ExecuteReader();
        while (reader.Read())
        {
            var endNs = reader.GetInt64(2);
            found.Add(new HostSample(
                reader.GetGuid(0), new SeriesKey(reader.GetFieldValue<ushort>(4), reader.GetString(5)), (SampleForm)reader.GetFieldValue<sbyte>(1), SaturatingTime.Difference(endNs, reader.GetInt64(3)), endNs,
                reader.GetDouble(6), (SampleQuality)reader.GetFieldValue<sbyte>(7), reader.GetString(8)));
        }
    }

    private void ReadSeconds(Segment segment, IReadOnlyCollection<Guid> insides, long fromSecond, long toSecond, Dictionary<(Guid, long), RecordedSecond> found)
    {
        var sets = new Dictionary<int, List<string>>();
        var rows = new List<(Guid Partition, int Set, RecordedSecond Second)>();
        using (var command = connection.CreateCommand())
        {
            command.CommandText = string.Create(CultureInfo.InvariantCulture, $"""
                SELECT {SecondColumns}, p.guid
                FROM {segment.Alias}.main.report r JOIN {segment.Alias}.main.partition p ON p.id = r.partition
                WHERE {OneOf(insides)} AND r.second >= {fromSecond} AND r.second < {toSecond}
                WINDOW same AS (PARTITION BY r.partition, r.second)
                QUALIFY row_number() OVER (PARTITION BY r.partition, r.second ORDER BY r.commit_id DESC) = 1
                ORDER BY r.second
                """);
            using var reader = command.ExecuteReader();
            while (reader.Read())
            {
                rows.Add((reader.GetGuid(15), reader.GetInt32(14), SecondOf(reader, [])));
            }
        }

        foreach (var (partition, set, second) in rows)
        {
            if (!sets.TryGetValue(set, out var ids))
            {
                sets[set] = ids = SignalIdsOf(segment, set);
            }

            found[(partition, second.Second)] = second with { Signals = [.. second.Signals.Zip(ids, (signal, id) => signal with { Id = id })] };
        }
    }

    private sealed record OpenBatch(GuestBatch Batch, long HostNs)
    {
        public List<GuestSample> Samples { get; } = [];

        public List<GuestProcess> Processes { get; } = [];

        public long ProcessNs { get; set; }
    }
}
