using System.Globalization;
using DuckDB.NET.Data;
using HvIntegration.History.Database;
using HvIntegration.History.Faults;
using HvIntegration.History.Tables;
using HvIntegration.Model;

namespace HvIntegration.History.Rollups;

/// <summary>Writes windows into one file of the 1 min or 1 h tier.</summary>
/// <remarks>A window written again replaces what was there, in one transaction: rolling up twice, or after kill -9, changes nothing.</remarks>
internal static class RollupWriter
{
    /// <summary>Replaces one window of some partitions.</summary>
    /// <param name="connection">Without a transaction.</param>
    /// <param name="alias">File.</param>
    /// <param name="start">Start of the window, host second.</param>
    /// <param name="rows">By partition; those that are not in it keep what they have.</param>
    /// <param name="commitId">Newest commit that is in the rows.</param>
    /// <param name="isDone">The window has all its partitions now.</param>
    /// <param name="inventory">Names for partitions the file does not know yet, or knows otherwise.</param>
    /// <param name="leftOut">Told what found no room.</param>
    public static void Write(
        DuckDBConnection connection, string alias, long start, IReadOnlyDictionary<Guid, WindowRows> rows, long commitId, bool isDone, IReadOnlyDictionary<Guid, PartitionInfo> inventory, LeftOutBook leftOut)
    {
        using var transaction = connection.BeginTransaction();
        var dictionary = SegmentDictionary.Load(connection, alias, HistoryTier.Minute);
        var at = start.ToString(CultureInfo.InvariantCulture);
        DuckDbInstance.Execute(connection, GapTable.Create(HistoryTier.Minute, alias));
        var written = rows.Where(r => !r.Value.IsEmpty).ToDictionary();
        var ids = string.Join(", ", rows.Keys.Select(p => dictionary.Known(p)).OfType<int>().Select(id => id.ToString(CultureInfo.InvariantCulture)));
        if (ids.Length > 0)
        {
            foreach (var table in (ReadOnlySpan<string>)["window_values", "window_verdict", "window_gap"])
            {
                DuckDbInstance.Execute(connection, $"DELETE FROM {alias}.main.{table} WHERE start = {at} AND partition IN ({ids})");
            }
        }

        using (var appender = connection.CreateAppender(alias, "main", "window_values"))
        {
            foreach (var (partition, row) in written)
            {
                WriteValues(appender, dictionary, start, partition, row, leftOut);
            }
        }

        using (var appender = connection.CreateAppender(alias, "main", "window_verdict"))
        {
            foreach (var (partition, row) in written)
            {
                foreach (var verdict in row.Verdicts)
                {
                    appender.CreateRow()
                        .AppendValue(start).AppendValue(dictionary.Partition(partition)).AppendValue(verdict.Hypothesis).AppendValue((sbyte)verdict.Side)
                        .AppendValue(verdict.FirstSecond).AppendValue(verdict.LastSecond).AppendValue(verdict.Seconds).AppendValue(verdict.Probability)
                        .AppendValue(verdict.Title).AppendValue(verdict.Sentence).AppendValue(verdict.WhatHelps).AppendValue(verdict.EpisodeOnset).AppendValue(verdict.Severity)
                        .EndRow();
                }
            }
        }

        GapTable.AppendWindow(connection, alias, dictionary, start, written.Values.SelectMany(r => r.Gaps));
        WriteInventory(connection, alias, dictionary, written.Keys, commitId, inventory);
        dictionary.Write(connection);
        if (isDone)
        {
            WindowDoneTable.Replace(connection, alias, start, commitId);
        }

        transaction.Commit();
    }

    private static void WriteValues(DuckDBAppender appender, SegmentDictionary dictionary, long start, Guid partition, WindowRows row, LeftOutBook leftOut)
    {
        var id = dictionary.Partition(partition);
        var members = new List<int>(row.Values.Count);
        var values = new List<WindowStatistic>(row.Values.Count);
        foreach (var ((metric, instance), value) in row.Values)
        {
            var series = dictionary.Series(id, fromGuest: false, new SeriesKey(metric, instance));
            if (series != SegmentDictionary.NoRoom)
            {
                members.Add(series);
                values.Add(value);
            }
        }

        var set = dictionary.Set(id, fromGuest: false, [.. members]);
        if (set == SegmentDictionary.NoRoom)
        {
            leftOut.WindowSeries(partition, row.Values.Count + row.SeriesLeftOut);
            return;
        }

        leftOut.WindowSeries(partition, row.Values.Count - members.Count + row.SeriesLeftOut);
        appender.CreateRow()
            .AppendValue(start).AppendValue(id).AppendValue(set)
            .AppendValue(values.Select(v => v.Mean).ToArray()).AppendValue(values.Select(v => v.Minimum).ToArray()).AppendValue(values.Select(v => v.Maximum).ToArray())
            .AppendValue(values.Select(v => v.Count).ToArray())
            .EndRow();
    }

    private static void WriteInventory(
        DuckDBConnection connection, string alias, SegmentDictionary dictionary, IEnumerable<Guid> partitions, long revision, IReadOnlyDictionary<Guid, PartitionInfo> inventory)
    {
        var known = InventoryTable.Newest(connection, alias).ToDictionary(i => i.Info.Id, i => i.Info);
        InventoryTable.Append(connection, alias, dictionary, revision, partitions
            .Select(inventory.GetValueOrDefault).OfType<PartitionInfo>()
            .Where(info => info with { Activity = PartitionActivity.None } != known.GetValueOrDefault(info.Id)));
    }
}
