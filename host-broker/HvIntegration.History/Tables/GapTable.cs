using DuckDB.NET.Data;
using HvIntegration.Model;

namespace HvIntegration.History.Tables;

/// <summary>Tables <c>gap</c> of raw files and <c>window_gap</c> of files of windows: what was said of each gap. Files of before 2026-11-29 have none.</summary>
internal static class GapTable
{
    private const string Columns = "commit_id BIGINT NOT NULL, second BIGINT NOT NULL, partition INTEGER NOT NULL, began BIGINT NOT NULL, from_second BIGINT NOT NULL, to_second BIGINT NOT NULL, cause VARCHAR NOT NULL";

    /// <summary>Statement that makes the table where it is not there; a window's rows have its start first.</summary>
    public static string Create(HistoryTier tier, string alias) =>
        $"CREATE TABLE IF NOT EXISTS {alias}.main.{Name(tier)}({(tier == HistoryTier.Second ? "" : "start BIGINT NOT NULL, ")}{Columns});";

    /// <summary>Name of the table in a file of a tier.</summary>
    public static string Name(HistoryTier tier) => tier == HistoryTier.Second ? "gap" : "window_gap";

    /// <summary>Writes the rows of one commit into a raw file.</summary>
    public static void Append(DuckDBConnection connection, string alias, SegmentDictionary numbers, long commitId, IReadOnlyList<GapRow> rows)
    {
        using var appender = connection.CreateAppender(alias, "main", Name(HistoryTier.Second));
        foreach (var row in rows)
        {
            Append(appender.CreateRow(), numbers, commitId, row);
        }
    }

    /// <summary>Writes the rows of one window into a file of windows.</summary>
    public static void AppendWindow(DuckDBConnection connection, string alias, SegmentDictionary numbers, long start, IEnumerable<(long CommitId, GapRow Row)> rows)
    {
        using var appender = connection.CreateAppender(alias, "main", Name(HistoryTier.Minute));
        foreach (var (commitId, row) in rows)
        {
            Append(appender.CreateRow().AppendValue(start), numbers, commitId, row);
        }
    }

    /// <summary>Files that have a table of gaps, by their name in SQL.</summary>
    public static HashSet<string> Files(DuckDBConnection connection)
    {
        using var command = connection.CreateCommand();
        command.CommandText = $"SELECT database_name FROM duckdb_tables() WHERE table_name IN ('{Name(HistoryTier.Second)}', '{Name(HistoryTier.Minute)}')";
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
    /// <param name="alias">The file, which has a table of gaps.</param>
    /// <param name="tier">Its tier.</param>
    /// <param name="range">Which rows <c>g</c> of partitions <c>p</c>.</param>
    public static List<(long CommitId, GapRow Row)> Newest(DuckDBConnection connection, string alias, HistoryTier tier, string range)
    {
        using var command = connection.CreateCommand();
        command.CommandText = $"""
            SELECT p.guid, g.began, max(g.commit_id), arg_max(g.second, g.commit_id), arg_max(g.from_second, g.commit_id), arg_max(g.to_second, g.commit_id), arg_max(g.cause, g.commit_id)
            FROM {alias}.main.{Name(tier)} g JOIN {alias}.main.partition p ON p.id = g.partition
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

    private static void Append(IDuckDBAppenderRow into, SegmentDictionary numbers, long commitId, in GapRow row) =>
        into.AppendValue(commitId).AppendValue(row.Second).AppendValue(numbers.Partition(row.Partition)).AppendValue(row.Gap.Began)
            .AppendValue(row.Gap.FromSecond).AppendValue(row.Gap.ToSecond).AppendValue(row.Gap.Cause)
            .EndRow();
}
