using System.Globalization;
using DuckDB.NET.Data;
using HvIntegration.Engine.Model;

namespace HvIntegration.HostBroker.History;

/// <content>Gaps read back: the newest word on each, over all tiers.</content>
internal sealed partial class HistoryQueries
{
    // A gap that goes on is told again this often, and its end within this time of a range counts for the range.
    private const int GapRetoldSeconds = 60;
    private const int GapToldLaterSeconds = 86_400;

    /// <summary>Gaps that touch a range, oldest first.</summary>
    public IReadOnlyList<(Guid Partition, DataGap Gap)> Gaps(Guid? partition, long fromSecond, long toSecond)
    {
        var (first, last) = (fromSecond - GapRetoldSeconds, Math.Min(toSecond, long.MaxValue / SecondNs) + GapToldLaterSeconds);
        var newest = new Dictionary<(Guid Partition, long Began), (long CommitId, GapRow Row)>();
        var withGaps = WithGaps(connection);
        var range = string.Create(CultureInfo.InvariantCulture, $"g.second >= {first} AND g.began < {toSecond}") + (partition is { } id ? $" AND p.guid = '{id}'" : "");
        foreach (var segment in segments.Where(s => withGaps.Contains(s.Alias) && s.Overlaps(Ns(first - Span(s.Name.Tier)), Ns(last))))
        {
            Try(segment, () =>
            {
                foreach (var word in NewestWords(connection, segment, range))
                {
                    var key = (word.Row.Partition, word.Row.Gap.Began);
                    if (!newest.TryGetValue(key, out var known) || known.CommitId <= word.CommitId)
                    {
                        newest[key] = word;
                    }
                }
            });
        }

        return
        [
            .. newest.Values.Select(w => (w.Row.Partition, w.Row.Gap)).Where(g => !g.Gap.IsFilled && g.Gap.FromSecond < toSecond && g.Gap.ToSecond >= fromSecond)
                .OrderBy(g => g.Gap.FromSecond).ThenBy(g => g.Partition),
        ];
    }

    /// <summary>Files that have a table of gaps, by their name in SQL: those an older hvi wrote have none.</summary>
    internal static HashSet<string> WithGaps(DuckDBConnection connection)
    {
        using var command = connection.CreateCommand();
        command.CommandText = $"SELECT database_name FROM duckdb_tables() WHERE table_name IN ('{SegmentSchema.Gaps(HistoryTier.Second)}', '{SegmentSchema.Gaps(HistoryTier.Minute)}')";
        using var reader = command.ExecuteReader();
        var found = new HashSet<string>(StringComparer.Ordinal);
        while (reader.Read())
        {
            found.Add(reader.GetString(0));
        }

        return found;
    }

    /// <summary>The newest word on each gap among rows of one file.</summary>
    /// <param name="connection">Sees the file.</param>
    /// <param name="segment">The file, which has a table of gaps.</param>
    /// <param name="range">Which rows <c>g</c> of partitions <c>p</c>.</param>
    internal static List<(long CommitId, GapRow Row)> NewestWords(DuckDBConnection connection, Segment segment, string range)
    {
        using var command = connection.CreateCommand();
        command.CommandText = $"""
            SELECT p.guid, g.began, max(g.commit_id), arg_max(g.second, g.commit_id), arg_max(g.from_second, g.commit_id), arg_max(g.to_second, g.commit_id), arg_max(g.cause, g.commit_id)
            FROM {segment.Alias}.main.{SegmentSchema.Gaps(segment.Name.Tier)} g JOIN {segment.Alias}.main.partition p ON p.id = g.partition
            WHERE {range} GROUP BY p.guid, g.began
            """;
        using var reader = command.ExecuteReader();
        var found = new List<(long, GapRow)>();
        while (reader.Read())
        {
            found.Add((
                reader.GetInt64(2),
                new GapRow(reader.GetGuid(0), reader.GetInt64(3), new DataGap(reader.GetInt64(1), reader.GetInt64(4), reader.GetInt64(5), reader.GetString(6)))));
        }

        return found;
    }
}
