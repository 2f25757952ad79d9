using System.Globalization;
using System.Runtime.InteropServices;
using DuckDB.NET.Data;
using HvIntegration.Model;

namespace HvIntegration.History.Tables;

/// <summary>Numbers for partitions, series and sets of series within one file, and the rows that tell a reader what they mean.</summary>
/// <remarks>
/// One writer. New entries wait in <see cref="Write"/>'s lists; after a failed transaction the dictionary is loaded again.
/// What is new is accounted to the VM whose rows bring it, up to <see cref="VmShare"/>; a VM that is over finds no room for further names
/// and goes on with those it has, and no other VM notices.
/// </remarks>
internal sealed class SegmentDictionary
{
    /// <summary>The set of no series.</summary>
    public const int EmptySet = -1;

    /// <summary>What finds no room.</summary>
    public const int NoRoom = -2;

    private readonly string _alias;
    private readonly Dictionary<Guid, int> _partitions = [];
    private readonly Dictionary<SeriesKey, int> _series = [];
    private readonly Dictionary<(int Partition, bool FromGuest), Share> _shares = [];
    private readonly List<(int Id, Guid Guid)> _newPartitions = [];
    private readonly List<(int Id, SeriesKey Key)> _newSeries = [];
    private readonly List<(int Id, int[] Series)> _newSets = [];
    private int _nextSet;

    private SegmentDictionary(string alias) => _alias = alias;

    /// <summary>Reads what the file holds.</summary>
    /// <param name="connection">Sees the file.</param>
    /// <param name="alias">Its name.</param>
    /// <param name="tier">Its tier.</param>
    public static SegmentDictionary Load(DuckDBConnection connection, string alias, HistoryTier tier)
    {
        var loaded = new SegmentDictionary(alias);
        using var command = connection.CreateCommand();
        command.CommandText = $"SELECT id, guid FROM {alias}.main.partition";
        using (var reader = command.ExecuteReader())
        {
            while (reader.Read())
            {
                loaded._partitions[reader.GetGuid(1)] = reader.GetInt32(0);
            }
        }

        command.CommandText = $"SELECT id, metric, instance FROM {alias}.main.series";
        using (var reader = command.ExecuteReader())
        {
            while (reader.Read())
            {
                loaded._series[new SeriesKey(reader.GetFieldValue<ushort>(1), reader.GetString(2))] = reader.GetInt32(0);
            }
        }

        command.CommandText = $"SELECT coalesce(max(set_id) + 1, 0) FROM {alias}.main.set_member";
        loaded._nextSet = Convert.ToInt32(command.ExecuteScalar(), CultureInfo.InvariantCulture);
        loaded.LoadShares(command, tier);
        return loaded;
    }

    /// <summary>Number of a partition.</summary>
    public int Partition(Guid guid)
    {
        if (!_partitions.TryGetValue(guid, out var id))
        {
            id = _partitions.Count;
            _partitions.Add(guid, id);
            _newPartitions.Add((id, guid));
        }

        return id;
    }

    /// <summary>Number of a partition; null when it has none yet.</summary>
    public int? Known(Guid guid) => _partitions.TryGetValue(guid, out var id) ? id : null;

    /// <summary>Number of a series; <see cref="NoRoom"/> when it is new and its VM's share is used up.</summary>
    /// <param name="partition">Number of the partition whose row it is in.</param>
    /// <param name="fromGuest">The guest names it; what host and engine name has a share of its own, so that a guest cannot use it up.</param>
    /// <param name="key">Metric and attribute values.</param>
    public int Series(int partition, bool fromGuest, SeriesKey key)
    {
        if (!_series.TryGetValue(key, out var id))
        {
            var share = ShareOf(partition, fromGuest);
            if (share.Series >= VmShare.SeriesMax)
            {
                return NoRoom;
            }

            share.Series++;
            id = _series.Count;
            _series.Add(key, id);
            _newSeries.Add((id, key));
        }

        return id;
    }

    /// <summary>Number of a list of series in this order; <see cref="EmptySet"/> for none, <see cref="NoRoom"/> when it is new and its VM's share is used up.</summary>
    /// <param name="partition">Number of the partition whose row it is.</param>
    /// <param name="fromGuest">The guest tells it.</param>
    /// <param name="series">Numbers of the series.</param>
    public int Set(int partition, bool fromGuest, int[] series)
    {
        if (series.Length == 0)
        {
            return EmptySet;
        }

        var share = ShareOf(partition, fromGuest);
        if (share.Sets.TryGetValue(series, out var id))
        {
            return id;
        }

        if (share.Members + series.Length > VmShare.SetMembersMax)
        {
            return NoRoom;
        }

        id = _nextSet++;
        share.Members += series.Length;
        share.Remember(series, id);
        _newSets.Add((id, series));
        return id;
    }

    /// <summary>Appends the new entries in the connection's transaction.</summary>
    public void Write(DuckDBConnection connection)
    {
        if (_newPartitions.Count > 0)
        {
            using var appender = connection.CreateAppender(_alias, "main", "partition");
            foreach (var (id, guid) in _newPartitions)
            {
                appender.CreateRow().AppendValue(id).AppendValue(guid).EndRow();
            }
        }

        if (_newSeries.Count > 0)
        {
            using var appender = connection.CreateAppender(_alias, "main", "series");
            foreach (var (id, key) in _newSeries)
            {
                appender.CreateRow().AppendValue(id).AppendValue(key.MetricId).AppendValue(key.Instance).EndRow();
            }
        }

        if (_newSets.Count > 0)
        {
            using var appender = connection.CreateAppender(_alias, "main", "set_member");
            foreach (var (id, series) in _newSets)
            {
                for (var i = 0; i < series.Length; i++)
                {
                    appender.CreateRow().AppendValue(id).AppendValue(i + 1).AppendValue(series[i]).EndRow();
                }
            }
        }

        _newPartitions.Clear();
        _newSeries.Clear();
        _newSets.Clear();
    }

    /// <summary>What each partition has used of its share, and in a file of windows the sets it used last.</summary>
    private void LoadShares(DuckDBCommand command, HistoryTier tier)
    {
        var used = tier == HistoryTier.Second
            ? $"SELECT DISTINCT b.partition, true AS guest, g.set_id FROM {_alias}.main.guest g JOIN {_alias}.main.boot b ON b.id = g.boot UNION SELECT DISTINCT partition, false, set_id FROM {_alias}.main.host UNION SELECT DISTINCT partition, false, set_id FROM {_alias}.main.report"
            : $"SELECT DISTINCT partition, false AS guest, set_id FROM {_alias}.main.window_values";
        command.CommandText = $"SELECT u.partition, u.guest, count(DISTINCT m.series), count(*) FROM ({used}) u JOIN {_alias}.main.set_member m ON m.set_id = u.set_id GROUP BY u.partition, u.guest";
        using (var reader = command.ExecuteReader())
        {
            while (reader.Read())
            {
                var share = ShareOf(reader.GetInt32(0), reader.GetBoolean(1));
                share.Series = (int)Math.Min(int.MaxValue, reader.GetInt64(2));
                share.Members = reader.GetInt64(3);
            }
        }

        if (tier == HistoryTier.Second)
        {
            // One writer stays with its file: after a start each set is written once more, and harmless.
            return;
        }

        command.CommandText = $"""
            SELECT l.partition, m.set_id, m.series FROM (SELECT partition, arg_max(set_id, start) AS set_id FROM {_alias}.main.window_values GROUP BY partition) l
            JOIN {_alias}.main.set_member m ON m.set_id = l.set_id ORDER BY l.partition, m.position
            """;
        using (var reader = command.ExecuteReader())
        {
            var last = new Dictionary<int, (int Set, List<int> Members)>();
            while (reader.Read())
            {
                if (!last.TryGetValue(reader.GetInt32(0), out var set))
                {
                    last[reader.GetInt32(0)] = set = (reader.GetInt32(1), []);
                }

                set.Members.Add(reader.GetInt32(2));
            }

            foreach (var (partition, (set, members)) in last)
            {
                ShareOf(partition, fromGuest: false).Remember([.. members], set);
            }
        }
    }

    private Share ShareOf(int partition, bool fromGuest)
    {
        if (!_shares.TryGetValue((partition, fromGuest), out var share))
        {
            _shares[(partition, fromGuest)] = share = new Share();
        }

        return share;
    }

    private sealed class Share
    {
        // Sets are found again by their content. Where series come and go every second this VM's cache starts over; a set written twice is harmless.
        private const int CachedMembersMax = 262_144;

        private int _cached;

        public int Series { get; set; }

        public long Members { get; set; }

        public Dictionary<int[], int> Sets { get; } = new(SequenceComparer.Instance);

        public void Remember(int[] series, int id)
        {
            if (_cached > CachedMembersMax)
            {
                Sets.Clear();
                _cached = 0;
            }

            Sets[series] = id;
            _cached += series.Length;
        }
    }

    private sealed class SequenceComparer : IEqualityComparer<int[]>
    {
        public static readonly SequenceComparer Instance = new();

        public bool Equals(int[]? x, int[]? y) => x.AsSpan().SequenceEqual(y);

        public int GetHashCode(int[] obj)
        {
            var hash = new HashCode();
            hash.AddBytes(MemoryMarshal.AsBytes(obj.AsSpan()));
            return hash.ToHashCode();
        }
    }
}
