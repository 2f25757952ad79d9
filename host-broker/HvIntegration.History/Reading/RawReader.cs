using System.Globalization;
using DuckDB.NET.Data;
using HvIntegration.Engine.Options;
using HvIntegration.Engine.Timeline;
using HvIntegration.History.Faults;
using HvIntegration.History.Files;
using HvIntegration.History.Tables;
using HvIntegration.History.Times;
using HvIntegration.Model;
using HvIntegration.Protocol.Metrics;

namespace HvIntegration.History.Reading;

/// <summary>Reads raw counters of one partition back out of the files, placed in host time.</summary>
/// <remarks>
/// Add files oldest first, then take <see cref="Tracks"/>. A guest whose exchanges are not in the files read is left out: its times cannot be placed.
/// Whatever a guest sent, no more than the given number of series and <see cref="ReadsMax"/> reads are in memory; rows come one by one.
/// </remarks>
/// <param name="partition">VM GUID; empty for the host itself.</param>
/// <param name="fromNs">Start of the range, host time.</param>
/// <param name="toNs">End of the range, not in it.</param>
/// <param name="seriesMax">Most series; those that the files know first.</param>
/// <param name="engine">Settings of the live engine, by which reads are placed in time.</param>
internal sealed class RawReader(Guid partition, long fromNs, long toNs, int seriesMax, EngineOptions engine)
{
    /// <summary>Reads are wanted at least this far outside a range, so that its first and last second are whole.</summary>
    public const long MarginNs = 15_000_000_000;

    /// <summary>No read that is further before a range says anything of it.</summary>
    public const long LeadNsMax = CounterWindows.ReachSecondsMax * SecondNs;

    /// <summary>Most reads of a minute of one VM, or of an answer: about 150 MB.</summary>
    public const int ReadsMax = 4_000_000;

    private const long SecondNs = 1_000_000_000;

    private readonly Dictionary<Guid, (List<ClockExchange> Clock, Dictionary<SeriesKey, List<(long StartNs, long SpanNs, double Value)>> Series)> _guests = [];
    private readonly Dictionary<(SeriesKey Series, SampleForm Form), RawTrack> _host = [];
    private readonly HashSet<SeriesKey> _known = [];
    private readonly string _settings = string.Join(", ", CounterWindows.Settings);
    private int _reads;

    /// <summary>Series that found no room; those of the file with most.</summary>
    public int SeriesLeftOut { get; private set; }

    /// <summary>True when reads found no room.</summary>
    public bool IsCut { get; private set; }

    /// <summary>Reads the rows of one metric from one file.</summary>
    public void Add(DuckDBConnection connection, Segment segment, ushort metricId)
    {
        var metric = string.Create(CultureInfo.InvariantCulture, $"s.metric = {metricId}");
        var range = Range(LeadNs(metricId));
        if (MetricCatalog.Find(metricId)?.Side == MetricSide.Host)
        {
            AddHost(connection, segment, metric, range);
            return;
        }

        AddClock(connection, segment);
        AddGuest(connection, segment, metric, range);
    }

    /// <summary>Reads everything; of what is held from before the range (settings) the newest read before it.</summary>
    public void AddAll(DuckDBConnection connection, Segment segment)
    {
        var lead = LeadNs(null);
        AddClock(connection, segment);
        AddGuest(connection, segment, null, Range(lead));
        AddHost(connection, segment, null, Range(lead));
        if (lead < LeadNsMax)
        {
            var held = Between(SaturatingTime.Difference(fromNs, LeadNsMax), SaturatingTime.Difference(fromNs, lead) - 1);
            AddGuest(connection, segment, $"s.metric IN ({_settings})", held, newest: true);
            AddHost(connection, segment, $"s.metric IN ({_settings})", held, newest: true);
        }
    }

    /// <summary>How far before a range the reads of a metric are wanted, nanoseconds; of all that are no settings without one.</summary>
    public long LeadNs(ushort? metricId) => Math.Max(
        MarginNs, (metricId is { } metric ? CounterWindows.ReachSeconds(metric, engine.Timeline) : Math.Max(engine.Timeline.GapSeconds, engine.Timeline.HoldSeconds)) * SecondNs);

    /// <summary>What was read, each track by rising host time.</summary>
    public IEnumerable<RawTrack> Tracks()
    {
        foreach (var (clock, series) in _guests.Values)
        {
            var placement = new GuestPlacement(clock, series.Values.SelectMany(reads => reads.Select(Middle)), engine.Clock);
            foreach (var (key, reads) in series)
            {
                var form = MetricCatalog.Find(key.MetricId)?.Form == MetricForm.Counter ? SampleForm.Cumulative : SampleForm.Gauge;
                var track = new RawTrack(key, form);
                foreach (var read in reads)
                {
                    if (placement.TryHostNs(Middle(read), out var atNs) && IsNear(atNs))
                    {
                        track.Reads.Add((atNs, atNs, read.Value));
                    }
                }

                track.Sort();
                yield return track;
            }
        }

        foreach (var track in _host.Values)
        {
            track.Sort();
            yield return track;
        }
    }

    private string Range(long leadNs) => Between(SaturatingTime.Difference(fromNs, leadNs), SaturatingTime.Sum(toNs, Math.Max(MarginNs, engine.Timeline.GapSeconds * SecondNs)));

    private static string Between(long fromNs, long toNs) => string.Create(CultureInfo.InvariantCulture, $"BETWEEN {fromNs} AND {toNs}");

    private static long Middle((long StartNs, long SpanNs, double Value) read) => SaturatingTime.Sum(read.StartNs, read.SpanNs / 2);

    // Where the exchanges put a read may be anywhere; what is far from the range says nothing of it.
    private bool IsNear(long atNs) => atNs >= SaturatingTime.Difference(fromNs, LeadNsMax + MarginNs) && atNs <= SaturatingTime.Sum(toNs, 2 * MarginNs);

    private (List<ClockExchange> Clock, Dictionary<SeriesKey, List<(long StartNs, long SpanNs, double Value)>> Series) Guest(Guid boot)
    {
        if (!_guests.TryGetValue(boot, out var guest))
        {
            _guests[boot] = guest = ([], []);
        }

        return guest;
    }

    private void AddClock(DuckDBConnection connection, Segment segment)
    {
        // Exchanges come every 2 s; a few minutes around the range say enough about the drift.
        const long ClockMarginNs = 300_000_000_000;
        foreach (var (boot, exchange) in ClockTable.Of(
            connection, segment.Alias, partition, SaturatingTime.Difference(fromNs, ClockMarginNs), SaturatingTime.Sum(toNs, ClockMarginNs)))
        {
            if (IsCut)
            {
                break;
            }

            Guest(boot).Clock.Add(exchange);
            Count();
        }
    }

    private void AddGuest(DuckDBConnection connection, Segment segment, string? metrics, string range, bool newest = false)
    {
        var alias = segment.Alias + ".main";
        var rows = $"{alias}.guest g JOIN {Boots(segment)} b ON b.id = g.boot WHERE g.host_ns {range}";
        var sets = Sets(connection, alias, $"SELECT DISTINCT g.set_id FROM {rows}", metrics);
        if (sets.Count == 0)
        {
            return;
        }

        using var command = connection.CreateCommand();
        if (newest)
        {
            rows = $"""
                {rows} AND g.set_id IN ({string.Join(", ", sets.Keys)})
                QUALIFY row_number() OVER (PARTITION BY g.boot, g.set_id ORDER BY g.host_ns DESC) = 1
                """;
        }

        var left = Rows(command, rows);
        command.CommandText = $"SELECT b.boot, g.set_id, g.start_ns, g.span_ns, g.vals FROM {rows}";
        command.UseStreamingMode = true;
        using var reader = command.ExecuteReader();
        while (!IsCut && reader.Read())
        {
            left--;
            if (!sets.TryGetValue(reader.GetInt32(1), out var members))
            {
                continue;
            }

            var series = Guest(reader.GetGuid(0)).Series;
            var (start, span) = (reader.GetInt64(2), reader.GetInt64(3));
            var values = reader.GetFieldValue<List<double>>(4);
            foreach (var (position, key) in members)
            {
                if (position <= values.Count && Count())
                {
                    if (!series.TryGetValue(key, out var reads))
                    {
                        series[key] = reads = [];
                    }

                    reads.Add((start, span, values[position - 1]));
                }
            }
        }

        ThrowIfCutShort(segment, left);
    }

    private void AddHost(DuckDBConnection connection, Segment segment, string? metrics, string range, bool newest = false)
    {
        var alias = segment.Alias + ".main";
        var rows = $"{alias}.host h WHERE h.partition IN (SELECT id FROM {alias}.partition WHERE guid = '{partition}') AND h.host_ns {range}";
        var sets = Sets(connection, alias, $"SELECT DISTINCT h.set_id FROM {rows}", metrics);
        if (sets.Count == 0)
        {
            return;
        }

        using var command = connection.CreateCommand();
        if (newest)
        {
            rows = $"""
                {rows} AND h.set_id IN ({string.Join(", ", sets.Keys)})
                QUALIFY row_number() OVER (PARTITION BY h.set_id, h.form ORDER BY h.host_ns DESC) = 1
                """;
        }

        var left = Rows(command, rows);
        command.CommandText = $"SELECT h.set_id, h.form, h.host_ns, h.span_ns, h.vals, h.qualities FROM {rows}";
        command.UseStreamingMode = true;
        using var reader = command.ExecuteReader();
        while (!IsCut && reader.Read())
        {
            left--;
            if (!sets.TryGetValue(reader.GetInt32(0), out var members))
            {
                continue;
            }

            var form = (SampleForm)reader.GetFieldValue<sbyte>(1);
            var endNs = reader.GetInt64(2);
            var startNs = SaturatingTime.Difference(endNs, reader.GetInt64(3));
            var values = reader.GetFieldValue<List<double>>(4);
            var qualities = reader.GetFieldValue<List<sbyte>>(5);
            foreach (var (position, key) in members)
            {
                if (position <= values.Count && (SampleQuality)qualities[position - 1] != SampleQuality.Missing && Count())
                {
                    if (!_host.TryGetValue((key, form), out var track))
                    {
                        _host[(key, form)] = track = new RawTrack(key, form);
                    }

                    track.Reads.Add((startNs, endNs, values[position - 1]));
                }
            }
        }

        ThrowIfCutShort(segment, left);
    }

    private static long Rows(DuckDBCommand command, string rows)
    {
        command.CommandText = $"SELECT count(*) FROM (SELECT 1 FROM {rows})";
        return Convert.ToInt64(command.ExecuteScalar(), CultureInfo.InvariantCulture);
    }

    // A result that comes row by row ends without a word where DuckDB fails on the way: half an answer must not pass for one.
    private void ThrowIfCutShort(Segment segment, long left)
    {
        if (left > 0 && !IsCut)
        {
            throw new CutShortException($"DuckDB returned {segment.Path} without its last {left} rows, most likely for lack of memory.");
        }
    }

    /// <summary>Which value of a row is which series, for the sets of a question that hold series which found room.</summary>
    private Dictionary<int, List<(int Position, SeriesKey Key)>> Sets(DuckDBConnection connection, string alias, string sets, string? metrics)
    {
        var ofMetric = metrics is null ? "" : metrics + " AND ";
        var used = $"{alias}.series s WHERE {ofMetric}s.id IN (SELECT m.series FROM {alias}.set_member m WHERE m.set_id IN ({sets}))";
        var series = new Dictionary<int, SeriesKey>();
        using var command = connection.CreateCommand();

        // A file is read past what others fill it with: those that have room already, then the oldest.
        command.CommandText = string.Create(CultureInfo.InvariantCulture, $"SELECT s.id, s.metric, s.instance FROM {used} ORDER BY s.id LIMIT {seriesMax}");
        var read = 0;
        using (var reader = command.ExecuteReader())
        {
            for (; reader.Read(); read++)
            {
                var key = new SeriesKey(reader.GetFieldValue<ushort>(1), reader.GetString(2));
                if (_known.Contains(key) || _known.Count < seriesMax)
                {
                    _known.Add(key);
                    series.Add(reader.GetInt32(0), key);
                }
            }
        }

        if (read >= seriesMax || _known.Count >= seriesMax)
        {
            command.CommandText = $"SELECT count(*) FROM {used}";
            SeriesLeftOut = Math.Max(SeriesLeftOut, (int)Math.Min(int.MaxValue, Convert.ToInt64(command.ExecuteScalar(), CultureInfo.InvariantCulture) - series.Count));
        }

        var found = new Dictionary<int, List<(int, SeriesKey)>>();
        if (series.Count == 0)
        {
            return found;
        }

        command.CommandText = string.Create(CultureInfo.InvariantCulture, $"""
            SELECT m.set_id, m.position, m.series FROM {alias}.set_member m
            WHERE m.set_id IN ({sets}) AND m.series BETWEEN {series.Keys.Min()} AND {series.Keys.Max()}
            """);
        using (var reader = command.ExecuteReader())
        {
            while (!IsCut && reader.Read())
            {
                if (series.TryGetValue(reader.GetInt32(2), out var key) && Count())
                {
                    var set = reader.GetInt32(0);
                    if (!found.TryGetValue(set, out var members))
                    {
                        found[set] = members = [];
                    }

                    members.Add((reader.GetInt32(1), key));
                }
            }
        }

        return found;
    }

    private string Boots(Segment segment) =>
        $"(SELECT b.id, b.boot FROM {segment.Alias}.main.boot b JOIN {segment.Alias}.main.partition p ON p.id = b.partition WHERE p.guid = '{partition}')";

    private bool Count()
    {
        IsCut |= _reads >= ReadsMax;
        _reads++;
        return !IsCut;
    }
}
