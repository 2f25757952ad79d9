using System.Globalization;
using DuckDB.NET.Data;
using HvIntegration.Engine.Model;

namespace HvIntegration.HostBroker.History;

/// <summary>Writes windows into one file of the 1 min or 1 h tier.</summary>
/// <remarks>A window written again replaces what was there, in one transaction: rolling up twice, or after kill -9, changes nothing.</remarks>
internal static class RollupWriter
{
    /// <summary>Replaces one window.</summary>
    /// <param name="connection">Without a transaction.</param>
    /// <param name="alias">File.</param>
    /// <param name="start">Start of the window, host second.</param>
    /// <param name="rows">By partition.</param>
    /// <param name="commitId">Newest commit that is in the rows.</param>
    /// <param name="inventory">Names for partitions the file does not know yet, or knows otherwise.</param>
    public static void Write(
        DuckDBConnection connection, string alias, long start, IReadOnlyDictionary<Guid, WindowRows> rows, long commitId, IReadOnlyDictionary<Guid, PartitionInfo> inventory)
    {
        using var transaction = connection.BeginTransaction();
        var dictionary = SegmentDictionary.Load(connection, alias);
        var at = start.ToString(CultureInfo.InvariantCulture);
        DuckDbInstance.Execute(connection, $"DELETE FROM {alias}.main.window_values WHERE start = {at}; DELETE FROM {alias}.main.window_verdict WHERE start = {at}; DELETE FROM {alias}.main.window_done WHERE start = {at}; {SegmentSchema.CreateGaps(HistoryTier.Minute, alias)} DELETE FROM {alias}.main.window_gap WHERE start = {at}");
        using (var appender = connection.CreateAppender(alias, "main", "window_values"))
        {
            foreach (var (partition, row) in rows)
            {
                var set = dictionary.Set([.. row.Values.Keys.Select(k => dictionary.Series(new SeriesKey(k.MetricId, k.Instance)))]);
                appender.CreateRow()
                    .AppendValue(start).AppendValue(dictionary.Partition(partition)).AppendValue(set)
                    .AppendValue(row.Values.Values.Select(v => v.Mean).ToArray()).AppendValue(row.Values.Values.Select(v => v.Minimum).ToArray()).AppendValue(row.Values.Values.Select(v => v.Maximum).ToArray())
                    .AppendValue(row.Values.Values.Select(v => v.Count).ToArray())
                    .EndRow();
            }
        }

        using (var appender = connection.CreateAppender(alias, "main", "window_verdict"))
        {
            foreach (var (partition, row) in rows)
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

        using (var appender = connection.CreateAppender(alias, "main", SegmentSchema.Gaps(HistoryTier.Minute)))
        {
            foreach (var (commit, row) in rows.Values.SelectMany(r => r.Gaps))
            {
                appender.CreateRow()
                    .AppendValue(start).AppendValue(commit).AppendValue(row.Second).AppendValue(dictionary.Partition(row.Partition)).AppendValue(row.Gap.Began)
                    .AppendValue(row.Gap.FromSecond).AppendValue(row.Gap.ToSecond).AppendValue(row.Gap.Cause)
                    .EndRow();
            }
        }

        WriteInventory(connection, alias, dictionary, rows.Keys, commitId, inventory);
        dictionary.Write(connection);
        using (var appender = connection.CreateAppender(alias, "main", "window_done"))
        {
            appender.CreateRow().AppendValue(start).AppendValue(commitId).EndRow();
        }

        transaction.Commit();
    }

    private static void WriteInventory(
        DuckDBConnection connection, string alias, SegmentDictionary dictionary, IEnumerable<Guid> partitions, long revision, IReadOnlyDictionary<Guid, PartitionInfo> inventory)
    {
        var known = HistoryQueries.Inventory(connection, alias).ToDictionary(i => i.Info.Id, i => i.Info);
        using var appender = connection.CreateAppender(alias, "main", "partition_info");
        foreach (var partition in partitions)
        {
            if (inventory.TryGetValue(partition, out var info) && info with { Activity = PartitionActivity.None } != known.GetValueOrDefault(partition))
            {
                appender.CreateRow()
                    .AppendValue(dictionary.Partition(partition)).AppendValue(revision).AppendValue(info.Name).AppendValue((sbyte)info.State)
                    .AppendValue(info.VirtualProcessors).AppendValue(info.CpuLimit).AppendValue(info.MemoryMaximumBytes).AppendValue(info.AgentAddress)
                    .EndRow();
            }
        }
    }
}
