using System.Runtime.InteropServices;
using DuckDB.NET.Data;
using HvIntegration.Engine.Model;

namespace HvIntegration.HostBroker.History;

/// <summary>Numbers for partitions, series and sets of series within one file, and the rows that tell a reader what they mean.</summary>
/// <remarks>One writer. New entries wait in <see cref="Write"/>'s lists; after a failed transaction the dictionary is loaded again.</remarks>
internal sealed class SegmentDictionary
{
    private const int EmptySet = -1;

    // Sets are found again by their content. When series come and go every second the cache starts over; a set written twice is harmless.
    private const int SetsMax = 16_384;

    private readonly string _alias;
    private readonly Dictionary<Guid, int> _partitions = [];
    private readonly Dictionary<SeriesKey, int> _series = [];
    private readonly Dictionary<int[], int> _sets = new(SequenceComparer.Instance);
    private readonly List<(int Id, Guid Guid)> _newPartitions = [];
    private readonly List<(int Id, SeriesKey Key)> _newSeries = [];
    private readonly List<(int Id, int[] Series)> _newSets = [];
    private int _nextSet;

    private SegmentDictionary(string alias) => _alias = alias;

    /// <summary>Reads what the file holds.</summary>
    public static SegmentDictionary Load(DuckDBConnection connection, string alias)
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

        command.CommandText = $"SELECT set_id, series FROM {alias}.main.set_member ORDER BY set_id, position";
        using (var reader = command.ExecuteReader())
        {
            List<int> members = [];
            var current = -1;
            while (reader.Read())
            {
                var id = reader.GetInt32(0);
                if (id != current)
                {
                    loaded.Remember(current, members);
                    current = id;
                }

                members.Add(reader.GetInt32(1));
            }

            loaded.Remember(current, members);
        }

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

    /// <summary>Number of a series.</summary>
    public int Series(SeriesKey key)
    {
        if (!_series.TryGetValue(key, out var id))
        {
            id = _series.Count;
            _series.Add(key, id);
            _newSeries.Add((id, key));
        }

        return id;
    }

    /// <summary>Number of a list of series in this order; <see cref="EmptySet"/> for none.</summary>
    public int Set(int[] series)
    {
        if (series.Length == 0)
        {
            return EmptySet;
        }

        if (!_sets.TryGetValue(series, out var id))
        {
            if (_sets.Count >= SetsMax)
            {
                _sets.Clear();
            }

            id = _nextSet++;
            _sets.Add(series, id);
            _newSets.Add((id, series));
        }

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

    private void Remember(int id, List<int> members)
    {
        if (members.Count > 0)
        {
            _sets[[.. members]] = id;
            _nextSet = Math.Max(_nextSet, id + 1);
            members.Clear();
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
