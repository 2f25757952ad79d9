using System.Globalization;
using DuckDB.NET.Data;
using HvIntegration.History.Database;

namespace HvIntegration.History.Tables;

/// <summary>Table <c>window_done</c> of a file of windows: which of them have all their partitions, and up to which commit.</summary>
internal static class WindowDoneTable
{
    /// <summary>Rows of the table as start and commit, for a query around them.</summary>
    public static string Rows(string alias) => $"SELECT start AS second, commit_id FROM {alias}.window_done";

    /// <summary>Newest commit of all windows; 0 without one.</summary>
    public static long Newest(DuckDBConnection connection, string alias) => Newest(connection, alias, "");

    /// <summary>Newest commit of the windows that start in a range of host seconds, its end not in it; 0 without one.</summary>
    public static long Newest(DuckDBConnection connection, string alias, long fromSecond, long toSecond) =>
        Newest(connection, alias, string.Create(CultureInfo.InvariantCulture, $" w WHERE w.start >= {fromSecond} AND w.start < {toSecond}"));

    /// <summary>A window is complete up to a commit; replaces what was known of it, in the connection's transaction.</summary>
    public static void Replace(DuckDBConnection connection, string alias, long start, long commitId)
    {
        DuckDbInstance.Execute(connection, string.Create(CultureInfo.InvariantCulture, $"DELETE FROM {alias}.main.window_done WHERE start = {start}"));
        using var appender = connection.CreateAppender(alias, "main", "window_done");
        appender.CreateRow().AppendValue(start).AppendValue(commitId).EndRow();
    }

    private static long Newest(DuckDBConnection connection, string alias, string range)
    {
        using var command = connection.CreateCommand();
        command.CommandText = $"SELECT coalesce(max(commit_id), 0) FROM {alias}.main.window_done{range}";
        return Convert.ToInt64(command.ExecuteScalar(), CultureInfo.InvariantCulture);
    }
}
