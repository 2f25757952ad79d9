using System.Globalization;
using DuckDB.NET.Data;
using HvIntegration.Model;

namespace HvIntegration.History.Tables;

/// <summary>Table <c>progress</c> of a raw file: how far each boot was stored when the file began. What its own batches add is read with it.</summary>
internal static class ProgressTable
{
    /// <summary>Writes entries in the connection's transaction.</summary>
    public static void Append(DuckDBConnection connection, string alias, IEnumerable<(StreamPosition Position, long AtNs)> entries)
    {
        using var appender = connection.CreateAppender(alias, "main", "progress");
        foreach (var ((boot, sequence), atNs) in entries)
        {
            appender.CreateRow().AppendValue(boot.Partition).AppendValue(boot.Boot).AppendValue(sequence).AppendValue(atNs).EndRow();
        }
    }

    /// <summary>Highest sequence of each boot in the file, the oldest first; of each VM the newest boots.</summary>
    /// <param name="connection">Sees the file.</param>
    /// <param name="alias">The file.</param>
    /// <param name="nowNs">Age of what the file's own batches tell, Unix nanoseconds.</param>
    /// <param name="bootsMax">Most boots of one VM.</param>
    public static List<(StreamPosition Position, long AtNs)> Newest(DuckDBConnection connection, string alias, long nowNs, int bootsMax)
    {
        var found = new List<(StreamPosition, long)>();
        using var command = connection.CreateCommand();
        command.CommandText = string.Create(CultureInfo.InvariantCulture, $"""
            SELECT partition, boot, max(sequence), max(at_ns) FROM (
              SELECT partition, boot, sequence, at_ns FROM {alias}.main.progress
              UNION ALL
              SELECT p.guid, b.boot, t.sequence, {nowNs} FROM (SELECT boot, max(sequence) AS sequence FROM {alias}.main.batch GROUP BY boot) t
              JOIN {alias}.main.boot b ON b.id = t.boot JOIN {alias}.main.partition p ON p.id = b.partition)
            GROUP BY partition, boot
            QUALIFY row_number() OVER (PARTITION BY partition ORDER BY max(at_ns) DESC, max(sequence) DESC) <= {bootsMax}
            ORDER BY max(at_ns)
            """);
        using var reader = command.ExecuteReader();
        while (reader.Read())
        {
            found.Add((new StreamPosition(new BootKey(reader.GetGuid(0), reader.GetGuid(1)), reader.GetFieldValue<ulong>(2)), reader.GetInt64(3)));
        }

        return found;
    }
}
