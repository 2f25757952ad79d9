using System.Globalization;
using DuckDB.NET.Data;
using HvIntegration.Model;

namespace HvIntegration.History.Tables;

/// <summary>Table <c>clock</c> of a raw file: the exchanges by which the reads of each boot are placed in host time.</summary>
internal static class ClockTable
{
    // Enough to place reads until the next exchange comes.
    private const int NewestPerBoot = 4;

    /// <summary>Writes the row of one exchange.</summary>
    /// <param name="appender">Of the table.</param>
    /// <param name="boot">Number of the boot in this file.</param>
    /// <param name="exchange">The exchange.</param>
    public static void Append(DuckDBAppender appender, int boot, in ClockExchange exchange) =>
        appender.CreateRow().AppendValue(boot).AppendValue(exchange.T1HostNs).AppendValue(exchange.T2GuestNs).AppendValue(exchange.T3GuestNs).AppendValue(exchange.T4HostNs).EndRow();

    /// <summary>The newest exchanges of the newest boots of each VM, by rising host time.</summary>
    public static List<(BootKey Boot, ClockExchange Exchange)> Newest(DuckDBConnection connection, string alias, int bootsMax) => Read(connection, alias, $"""
        WHERE b.id IN (SELECT id FROM {alias}.main.boot QUALIFY row_number() OVER (PARTITION BY partition ORDER BY id DESC) <= {bootsMax})
        QUALIFY row_number() OVER (PARTITION BY c.boot ORDER BY c.t1_host DESC) <= {NewestPerBoot}
        ORDER BY c.t1_host
        """);

    /// <summary>Exchanges <c>c</c> of boots <c>b</c> and partitions <c>p</c> for which a condition holds, in any order.</summary>
    public static List<(BootKey Boot, ClockExchange Exchange)> Where(DuckDBConnection connection, string alias, string condition) =>
        Read(connection, alias, "WHERE " + condition);

    /// <summary>Exchanges of one VM whose first stamp lies in a range of host time, both ends in it, row by row.</summary>
    public static IEnumerable<(Guid Boot, ClockExchange Exchange)> Of(DuckDBConnection connection, string alias, Guid partition, long fromNs, long toNs)
    {
        using var command = connection.CreateCommand();
        command.CommandText = string.Create(CultureInfo.InvariantCulture, $"{Select(alias)} WHERE p.guid = '{partition}' AND c.t1_host BETWEEN {fromNs} AND {toNs}");
        using var reader = command.ExecuteReader();
        while (reader.Read())
        {
            yield return (reader.GetGuid(1), Exchange(reader));
        }
    }

    private static List<(BootKey Boot, ClockExchange Exchange)> Read(DuckDBConnection connection, string alias, string rest)
    {
        var found = new List<(BootKey, ClockExchange)>();
        using var command = connection.CreateCommand();
        command.CommandText = $"{Select(alias)} {rest}";
        using var reader = command.ExecuteReader();
        while (reader.Read())
        {
            found.Add((new BootKey(reader.GetGuid(0), reader.GetGuid(1)), Exchange(reader)));
        }

        return found;
    }

    private static string Select(string alias) => $"""
        SELECT p.guid, b.boot, c.t1_host, c.t2_guest, c.t3_guest, c.t4_host
        FROM {alias}.main.clock c JOIN {alias}.main.boot b ON b.id = c.boot JOIN {alias}.main.partition p ON p.id = b.partition
        """;

    private static ClockExchange Exchange(DuckDBDataReader reader) => new(reader.GetInt64(2), reader.GetInt64(3), reader.GetInt64(4), reader.GetInt64(5));
}
