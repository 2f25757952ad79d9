using System.Globalization;
using DuckDB.NET.Data;

namespace HvIntegration.History.Tables;

/// <summary>Table <c>commit_log</c> of a raw file: number and time of each commit.</summary>
internal static class CommitLogTable
{
    /// <summary>Writes a commit in the connection's transaction.</summary>
    public static void Append(DuckDBConnection connection, string alias, long commitId, long atNs)
    {
        using var appender = connection.CreateAppender(alias, "main", "commit_log");
        appender.CreateRow().AppendValue(commitId).AppendValue(atNs).EndRow();
    }

    /// <summary>Number of the newest commit; 0 without one.</summary>
    public static long Newest(DuckDBConnection connection, string alias)
    {
        using var command = connection.CreateCommand();
        command.CommandText = $"SELECT coalesce(max(id), 0) FROM {alias}.main.commit_log";
        return Convert.ToInt64(command.ExecuteScalar(), CultureInfo.InvariantCulture);
    }
}
