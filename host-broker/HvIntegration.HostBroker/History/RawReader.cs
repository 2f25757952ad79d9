using System.Globalization;
using DuckDB.NET.Data;
using HvIntegration.Engine.Model;
using HvIntegration.Protocol.Metrics;

namespace HvIntegration.HostBroker.History;

/// <summary>Reads raw counters back out of the files, placed in host time.</summary>
/// <remarks>Add files oldest first, then take <see cref="Tracks"/>. A guest whose exchanges are not in the files read is left out: its times cannot be placed.</remarks>
internal sealed class RawReader(long fromNs, long toNs)
{
    /// <summary>Reads are wanted this far outside a range, so that its first and last second are whole.</summary>
    public const long MarginNs = 15_000_000_000;

    private readonly Dictionary<(Guid Partition, Guid Boot), (List<ClockExchange> Clock, Dictionary<SeriesKey, List<(long StartNs, long SpanNs, double Value)>> Series)> _guests = [];
    private readonly Dictionary<(Guid Partition, SeriesKey Series, SampleForm Form), RawTrack> _host = [];

    /// <summary>Reads one metric of one partition.</summary>
    public void Add(DuckDBConnection connection, Segment segment, Guid partition, ushort metricId)
    {
        if (MetricCatalog.Find(metricId)?.Side == MetricSide.Host)
        {
            AddHost(connection, segment, $"p.guid = '{partition}' AND s.metric = {metricId}");
            return;
        }

        AddClock(connection, segment, $"p.guid = '{partition}'");
        AddGuest(connection, segment, $"p.guid = '{partition}' AND s.metric = {metricId}");
    }

    /// <summary>Reads everything.</summary>
    public void AddAll(DuckDBConnection connection, Segment segment)
    {
        AddClock(connection, segment, "true");
        AddGuest(connection, segment, "true");
        AddHost(connection, segment, "true");
    }

    /// <summary>What was read, each track by rising host time.</summary>
    public IEnumerable<(Guid Partition, RawTrack Track)> Tracks()
    {
        foreach (var ((partition, _), (clock, series)) in _guests)
        {
            var placement = new GuestPlacement(clock, series.Values.SelectMany(reads => reads.Select(Middle)));
            foreach (var (key, reads) in series)
            {
                var form = MetricCatalog.Find(key.MetricId)?.Form == MetricForm.Counter ? SampleForm.Cumulative : SampleForm.Gauge;
                var track = new RawTrack(key, form);
                foreach (var read in reads)
                {
                    if (placement.TryHostNs(Middle(read), out var atNs))
                    {
                        track.Reads.Add((atNs, atNs, read.Value));
                    }
                }

                track.Sort();
                yield return (partition, track);
            }
        }

        foreach (var ((partition, _, _), track) in _host)
        {
            track.Sort();
            yield return (partition, track);
        }
    }

    private static long Middle((long StartNs, long SpanNs, double Value) read) => read.StartNs + (read.SpanNs / 2);

    private (List<ClockExchange> Clock, Dictionary<SeriesKey, List<(long StartNs, long SpanNs, double Value)>> Series) Guest(Guid partition, Guid boot)
    {
        if (!_guests.TryGetValue((partition, boot), out var guest))
        {
            _guests[(partition, boot)] = guest = ([], []);
        }

        return guest;
    }

    private void AddClock(DuckDBConnection connection, Segment segment, string where)
    {
        // Exchanges come every 2 s; a few minutes around the range say enough about the drift.
        const long ClockMarginNs = 300_000_000_000;
        using var command = connection.CreateCommand();
        command.CommandText = string.Create(CultureInfo.InvariantCulture, $"""
            SELECT p.guid, b.boot, c.t1_host, c.t2_guest, c.t3_guest, c.t4_host
            FROM {segment.Alias}.main.clock c JOIN {segment.Alias}.main.boot b ON b.id = c.boot JOIN {segment.Alias}.main.partition p ON p.id = b.partition
            WHERE {where} AND c.t1_host BETWEEN {fromNs - ClockMarginNs} AND {toNs + ClockMarginNs}
            """);
        using var reader = command.ExecuteReader();
        while (reader.Read())
        {
            Guest(reader.GetGuid(0), reader.GetGuid(1)).Clock.Add(new ClockExchange(reader.GetInt64(2), reader.GetInt64(3), reader.GetInt64(4), reader.GetInt64(5)));
        }
    }

    private void AddGuest(DuckDBConnection connection, Segment segment, string where)
    {
        using var command = connection.CreateCommand();
        command.CommandText = string.Create(CultureInfo.InvariantCulture, $"""
            SELECT p.guid, b.boot, s.metric, s.instance, g.start_ns, g.span_ns, g.vals[m.position]
            FROM {segment.Alias}.main.guest g
            JOIN {segment.Alias}.main.boot b ON b.id = g.boot JOIN {segment.Alias}.main.partition p ON p.id = b.partition
            JOIN {segment.Alias}.main.set_member m ON m.set_id = g.set_id JOIN {segment.Alias}.main.series s ON s.id = m.series
            WHERE {where} AND g.host_ns BETWEEN {fromNs - MarginNs} AND {toNs + MarginNs}
            """);
        using var reader = command.ExecuteReader();
        while (reader.Read())
        {
            var series = Guest(reader.GetGuid(0), reader.GetGuid(1)).Series;
            var key = new SeriesKey(reader.GetFieldValue<ushort>(2), reader.GetString(3));
            if (!series.TryGetValue(key, out var reads))
            {
                series[key] = reads = [];
            }

            reads.Add((reader.GetInt64(4), reader.GetInt64(5), reader.GetDouble(6)));
        }
    }

    private void AddHost(DuckDBConnection connection, Segment segment, string where)
    {
        using var command = connection.CreateCommand();
        command.CommandText = string.Create(CultureInfo.InvariantCulture, $"""
            SELECT p.guid, s.metric, s.instance, h.form, h.host_ns, h.span_ns, h.vals[m.position]
            FROM {segment.Alias}.main.host h JOIN {segment.Alias}.main.partition p ON p.id = h.partition
            JOIN {segment.Alias}.main.set_member m ON m.set_id = h.set_id JOIN {segment.Alias}.main.series s ON s.id = m.series
            WHERE {where} AND h.host_ns BETWEEN {fromNs - MarginNs} AND {toNs + MarginNs} AND h.qualities[m.position] <> {(int)SampleQuality.Missing}
            """);
        using var reader = command.ExecuteReader();
        while (reader.Read())
        {
            var form = (SampleForm)reader.GetFieldValue<sbyte>(3);
            var key = (reader.GetGuid(0), new SeriesKey(reader.GetFieldValue<ushort>(1), reader.GetString(2)), form);
            if (!_host.TryGetValue(key, out var track))
            {
                _host[key] = track = new RawTrack(key.Item2, form);
            }

            var endNs = reader.GetInt64(4);
            track.Reads.Add((endNs - reader.GetInt64(5), endNs, reader.GetDouble(6)));
        }
    }
}
