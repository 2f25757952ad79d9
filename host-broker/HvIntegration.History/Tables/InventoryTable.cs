using DuckDB.NET.Data;
using HvIntegration.Model;

namespace HvIntegration.History.Tables;

/// <summary>Table <c>partition_info</c> of every file: what the inventory said of each VM, with the commit it came with.</summary>
internal static class InventoryTable
{
    /// <summary>Writes entries in the connection's transaction.</summary>
    /// <param name="connection">With an open transaction.</param>
    /// <param name="alias">The file.</param>
    /// <param name="numbers">Gives each VM its number in the file.</param>
    /// <param name="revision">Commit they come with.</param>
    /// <param name="entries">The entries.</param>
    public static void Append(DuckDBConnection connection, string alias, SegmentDictionary numbers, long revision, IEnumerable<PartitionInfo> entries)
    {
        using var appender = connection.CreateAppender(alias, "main", "partition_info");
        foreach (var info in entries)
        {
            appender.CreateRow()
                .AppendValue(numbers.Partition(info.Id)).AppendValue(revision).AppendValue(info.Name).AppendValue((sbyte)info.State)
                .AppendValue(info.VirtualProcessors).AppendValue(info.CpuLimit).AppendValue(info.MemoryMaximumBytes).AppendValue(info.AgentAddress)
                .EndRow();
        }
    }

    /// <summary>Newest entry of every partition in a file, with the commit it came with.</summary>
    public static List<(long Revision, PartitionInfo Info)> Newest(DuckDBConnection connection, string alias)
    {
        var found = new List<(long, PartitionInfo)>();
        using var command = connection.CreateCommand();
        command.CommandText = $"""
            SELECT p.guid, i.revision, i.name, i.state, i.virtual_processors, i.cpu_limit, i.memory_max, i.agent_address
            FROM {alias}.main.partition_info i JOIN {alias}.main.partition p ON p.id = i.partition
            QUALIFY row_number() OVER (PARTITION BY i.partition ORDER BY i.revision DESC) = 1
            """;
        using var reader = command.ExecuteReader();
        while (reader.Read())
        {
            found.Add((reader.GetInt64(1), new PartitionInfo(
                reader.GetGuid(0), reader.GetString(2), (PartitionState)reader.GetFieldValue<sbyte>(3), reader.GetInt32(4),
                reader.IsDBNull(5) ? null : reader.GetDouble(5), reader.IsDBNull(6) ? null : reader.GetDouble(6), reader.IsDBNull(7) ? null : reader.GetString(7))));
        }

        return found;
    }
}
