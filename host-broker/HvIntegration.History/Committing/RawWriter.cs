using System.Globalization;
using DuckDB.NET.Data;
using HvIntegration.History.Database;
using HvIntegration.History.Faults;
using HvIntegration.History.Tables;
using HvIntegration.History.Times;
using HvIntegration.Model;

namespace HvIntegration.History.Committing;

/// <summary>Writes commits into one raw file.</summary>
/// <remarks>One writer. After a failed transaction it is thrown away and loaded again: its dictionaries may be ahead of the file.</remarks>
internal sealed class RawWriter
{
    // Processes come and go; one numbered twice within an hour is harmless.
    private const int CachedProcessesMax = 8192;

    // Names of the host's counters are few and shared by all VMs; past this many a new one is not told.
    private const int NativesMax = 65_536;
    private const double MicrosPerSecond = 1e6;

    private readonly string _alias;
    private readonly SegmentDictionary _dictionary;
    private readonly LeftOutBook _leftOut;
    private readonly Dictionary<BootKey, int> _boots = [];
    private readonly Dictionary<Guid, Owned> _owned = [];
    private readonly Dictionary<SeriesKey, string> _natives = [];
    private readonly List<(int Id, int Partition, Guid Boot)> _newBoots = [];
    private readonly List<(SeriesKey Key, string Name)> _newNatives = [];
    private readonly List<GuestProcess> _newProcesses = [];
    private readonly List<(int Id, int Boot)> _newProcessIds = [];
    private int _nextBoot;
    private int _nextProcess;

    private RawWriter(string alias, SegmentDictionary dictionary, LeftOutBook leftOut)
    {
        _alias = alias;
        _dictionary = dictionary;
        _leftOut = leftOut;
    }

    /// <summary>Continues a file that has rows already.</summary>
    public static RawWriter Load(DuckDBConnection connection, string alias, LeftOutBook leftOut)
    {
        // A file that an hvi without gaps began.
        DuckDbInstance.Execute(connection, GapTable.Create(HistoryTier.Second, alias));
        var loaded = new RawWriter(alias, SegmentDictionary.Load(connection, alias, HistoryTier.Second), leftOut);
        using var command = connection.CreateCommand();

        // Of a VM with more boots than its share, as an earlier hvi kept them, the newest.
        command.CommandText = string.Create(CultureInfo.InvariantCulture, $"""
            SELECT b.id, p.guid, b.boot FROM {alias}.main.boot b JOIN {alias}.main.partition p ON p.id = b.partition
            QUALIFY row_number() OVER (PARTITION BY b.partition ORDER BY b.id DESC) <= {VmShare.BootsMax}
            """);
        using (var reader = command.ExecuteReader())
        {
            while (reader.Read())
            {
                loaded._boots[new BootKey(reader.GetGuid(1), reader.GetGuid(2))] = reader.GetInt32(0);
                loaded.OwnedBy(reader.GetGuid(1)).Boots++;
            }
        }

        command.CommandText = $"SELECT p.guid, count(*) FROM {alias}.main.process d JOIN {alias}.main.boot b ON b.id = d.boot JOIN {alias}.main.partition p ON p.id = b.partition GROUP BY p.guid";
        using (var reader = command.ExecuteReader())
        {
            while (reader.Read())
            {
                loaded.OwnedBy(reader.GetGuid(0)).Processes = reader.GetInt64(1);
            }
        }

        loaded._nextBoot = Next("boot");
        loaded._nextProcess = Next("process");
        return loaded;

        int Next(string table)
        {
            command.CommandText = $"SELECT coalesce(max(id) + 1, 0) FROM {alias}.main.{table}";
            return Convert.ToInt32(command.ExecuteScalar(), CultureInfo.InvariantCulture);
        }
    }

    /// <summary>Appends a commit in the connection's transaction.</summary>
    /// <param name="connection">With an open transaction.</param>
    /// <param name="rows">What is new in the commit.</param>
    /// <param name="commitId">Rising number of the commit in this folder.</param>
    /// <param name="atNs">Time of the commit, host time.</param>
    public void Write(DuckDBConnection connection, RawRows rows, long commitId, long atNs)
    {
        WriteBatches(connection, rows, commitId);
        WriteSamples(connection, rows);
        WriteProcesses(connection, rows);
        WriteHost(connection, rows.HostSamples, commitId);
        WriteReports(connection, rows.Reports, commitId);
        if (rows.Gaps.Count > 0)
        {
            GapTable.Append(connection, _alias, _dictionary, commitId, rows.Gaps);
        }

        if (rows.Partitions.Count > 0)
        {
            InventoryTable.Append(connection, _alias, _dictionary, commitId, rows.Partitions);
        }

        WriteClock(connection, rows);
        WriteDictionaries(connection);
        CommitLogTable.Append(connection, _alias, commitId, atNs);
    }

    /// <summary>Number of a boot; <see cref="SegmentDictionary.NoRoom"/> when it is new and its VM's share is used up.</summary>
    private int Boot(BootKey boot)
    {
        if (!_boots.TryGetValue(boot, out var id))
        {
            var owned = OwnedBy(boot.Partition);
            if (owned.Boots >= VmShare.BootsMax)
            {
                return SegmentDictionary.NoRoom;
            }

            owned.Boots++;
            id = _nextBoot++;
            _boots.Add(boot, id);
            _newBoots.Add((id, _dictionary.Partition(boot.Partition), boot.Boot));
        }

        return id;
    }

    private int Process(Owned owned, int boot, GuestProcess process)
    {
        var key = (boot, process.Pid, process.StartTimeMs);
        if (!owned.ProcessIds.TryGetValue(key, out var id))
        {
            if (owned.Processes >= VmShare.ProcessesMax)
            {
                return SegmentDictionary.NoRoom;
            }

            if (owned.ProcessIds.Count >= CachedProcessesMax)
            {
                owned.ProcessIds.Clear();
            }

            owned.Processes++;
            id = _nextProcess++;
            owned.ProcessIds.Add(key, id);
            _newProcesses.Add(process);
            _newProcessIds.Add((id, boot));
        }

        return id;
    }

    private Owned OwnedBy(Guid partition)
    {
        if (!_owned.TryGetValue(partition, out var owned))
        {
            _owned[partition] = owned = new Owned();
        }

        return owned;
    }

    private void WriteBatches(DuckDBConnection connection, RawRows rows, long commitId)
    {
        if (rows.Batches.Count == 0)
        {
            return;
        }

        using var appender = connection.CreateAppender(_alias, "main", "batch");
        foreach (var (batch, hostNs) in rows.Batches)
        {
            var boot = Boot(batch.Position.Boot);
            if (boot == SegmentDictionary.NoRoom)
            {
                _leftOut.Batches(batch.Partition, 1);
                continue;
            }

            appender.CreateRow()
                .AppendValue(commitId).AppendValue(hostNs).AppendValue(boot).AppendValue(batch.Sequence)
                .AppendValue(batch.StartMonotonicNs).AppendValue(batch.ProcessesTotal).AppendValue(batch.WallClock)
                .EndRow();
        }
    }

    private void WriteSamples(DuckDBConnection connection, RawRows rows)
    {
        if (rows.Batches.Count == 0)
        {
            return;
        }

        var members = new List<int>();
        var values = new List<double>();
        using var appender = connection.CreateAppender(_alias, "main", "guest");
        foreach (var (batch, hostNs) in rows.Batches)
        {
            var boot = Boot(batch.Position.Boot);
            if (boot == SegmentDictionary.NoRoom)
            {
                continue;
            }

            var partition = _dictionary.Partition(batch.Partition);
            var samples = batch.Samples;
            var leftOut = 0;
            for (var from = 0; from < samples.Count;)
            {
                // A collector's values follow each other and were read at one time: one row.
                var first = samples[from];
                var to = from;
                members.Clear();
                values.Clear();
                for (; to < samples.Count && samples[to].StartMonotonicNs == first.StartMonotonicNs && samples[to].EndMonotonicNs == first.EndMonotonicNs; to++)
                {
                    var series = _dictionary.Series(partition, fromGuest: true, samples[to].Series);
                    if (series == SegmentDictionary.NoRoom)
                    {
                        leftOut++;
                        continue;
                    }

                    members.Add(series);
                    values.Add(samples[to].Value);
                }

                from = to;
                var set = _dictionary.Set(partition, fromGuest: true, [.. members]);
                if (set is SegmentDictionary.NoRoom or SegmentDictionary.EmptySet)
                {
                    leftOut += members.Count;
                    continue;
                }

                appender.CreateRow()
                    .AppendValue(rows.Placed(hostNs, first.StartMonotonicNs, batch.StartMonotonicNs)).AppendValue(boot).AppendValue(set)
                    .AppendValue(first.StartMonotonicNs).AppendValue(SaturatingTime.Difference(first.EndMonotonicNs, first.StartMonotonicNs)).AppendValue(values)
                    .EndRow();
            }

            _leftOut.Values(batch.Partition, leftOut);
        }
    }

    private void WriteProcesses(DuckDBConnection connection, RawRows rows)
    {
        if (!rows.Batches.Any(b => b.Batch.Processes.Count > 0))
        {
            return;
        }

        using var appender = connection.CreateAppender(_alias, "main", "process_read");
        foreach (var (batch, hostNs) in rows.Batches)
        {
            var list = batch.Processes;
            if (list.Count == 0)
            {
                continue;
            }

            var boot = Boot(batch.Position.Boot);
            if (boot == SegmentDictionary.NoRoom)
            {
                continue;
            }

            var owned = OwnedBy(batch.Partition);
            var ids = list.Select(p => Process(owned, boot, p)).ToArray();
            if (ids.Contains(SegmentDictionary.NoRoom))
            {
                list = [.. list.Where((_, i) => ids[i] != SegmentDictionary.NoRoom)];
                _leftOut.Processes(batch.Partition, ids.Length - list.Count);
                ids = [.. ids.Where(id => id != SegmentDictionary.NoRoom)];
            }

            appender.CreateRow()
                .AppendValue(rows.Placed(hostNs, batch.ProcessMonotonicNs, batch.StartMonotonicNs)).AppendValue(boot).AppendValue(batch.ProcessMonotonicNs)
                .AppendValue(ids)
                .AppendValue(Column(list, p => p.CpuUserSeconds * MicrosPerSecond)).AppendValue(Column(list, p => p.CpuSystemSeconds * MicrosPerSecond)).AppendValue(Column(list, p => p.RunWaitSeconds * MicrosPerSecond))
                .AppendValue(Column(list, p => p.ResidentBytes)).AppendValue(Column(list, p => p.PrivateBytes)).AppendValue(Column(list, p => p.MajorFaults))
                .AppendValue(Column(list, p => p.ReadBytes)).AppendValue(Column(list, p => p.WriteBytes))
                .AppendValue(list.Select(p => p.Threads).ToArray()).AppendValue(string.Concat(list.Select(p => p.State))).AppendValue(list.Select(p => p.Handles).ToArray())
                .EndRow();
        }
    }

    // Whole numbers, as the guest counted them: they pack to a third of what floating point takes.
    private static long[] Column(IReadOnlyList<GuestProcess> processes, Func<GuestProcess, double> value)
    {
        var column = new long[processes.Count];
        for (var i = 0; i < column.Length; i++)
        {
            // Saturates at the ends of the range; not a number is 0.
            column[i] = (long)Math.Round(value(processes[i]));
        }

        return column;
    }

    private void WriteHost(DuckDBConnection connection, IReadOnlyList<HostSample> samples, long commitId)
    {
        if (samples.Count == 0)
        {
            return;
        }

        var members = new List<int>();
        var values = new List<double>();
        var qualities = new List<sbyte>();
        using var appender = connection.CreateAppender(_alias, "main", "host");
        // Sources give the values of one counter set together; what was read at one time of one partition in one form is one row.
        foreach (var read in samples.GroupBy(s => (s.Partition, s.Form, s.StartNs, s.EndNs)))
        {
            members.Clear();
            values.Clear();
            qualities.Clear();
            var partition = _dictionary.Partition(read.Key.Partition);
            var leftOut = 0;
            foreach (var sample in read)
            {
                var series = _dictionary.Series(partition, fromGuest: false, sample.Series);
                if (series == SegmentDictionary.NoRoom)
                {
                    leftOut++;
                    continue;
                }

                members.Add(series);
                values.Add(sample.Value);
                qualities.Add((sbyte)sample.Quality);
                var isKnown = _natives.TryGetValue(sample.Series, out var name);
                if (isKnown ? !string.Equals(name, sample.NativeName, StringComparison.Ordinal) : _natives.Count < NativesMax)
                {
                    _natives[sample.Series] = sample.NativeName;
                    _newNatives.Add((sample.Series, sample.NativeName));
                }
            }

            var key = read.Key;
            var set = _dictionary.Set(partition, fromGuest: false, [.. members]);
            if (set is SegmentDictionary.NoRoom or SegmentDictionary.EmptySet)
            {
                _leftOut.Values(key.Partition, leftOut + members.Count);
                continue;
            }

            _leftOut.Values(key.Partition, leftOut);
            appender.CreateRow()
                .AppendValue(commitId).AppendValue(key.EndNs).AppendValue(partition).AppendValue((sbyte)key.Form)
                .AppendValue(set).AppendValue(SaturatingTime.Difference(key.EndNs, key.StartNs)).AppendValue(values).AppendValue(qualities)
                .EndRow();
        }
    }

    private void WriteReports(DuckDBConnection connection, IReadOnlyList<PartitionReport> reports, long commitId)
    {
        if (reports.Count == 0)
        {
            return;
        }

        using var appender = connection.CreateAppender(_alias, "main", "report");
        foreach (var report in reports)
        {
            var partition = _dictionary.Partition(report.Partition.Id);
            var signals = report.Signals;
            var ids = signals.Select(s => _dictionary.Series(partition, fromGuest: false, new SeriesKey(SegmentSchema.SignalMetricId, s.Id))).ToArray();
            if (ids.Contains(SegmentDictionary.NoRoom))
            {
                signals = [.. signals.Where((_, i) => ids[i] != SegmentDictionary.NoRoom)];
                ids = [.. ids.Where(id => id != SegmentDictionary.NoRoom)];
                _leftOut.Values(report.Partition.Id, report.Signals.Count - signals.Count);
            }

            var set = _dictionary.Set(partition, fromGuest: false, ids);
            if (set == SegmentDictionary.NoRoom)
            {
                _leftOut.Values(report.Partition.Id, signals.Count);
                (set, signals) = (SegmentDictionary.EmptySet, []);
            }

            var verdict = report.Verdict;

            // The seconds that name an episode are its length: one that rests may be over already.
            var told = report.Rests ? null : report.Episode;
            appender.CreateRow()
                .AppendValue(commitId).AppendValue(report.Second).AppendValue(partition).AppendValue(report.HasGuest).AppendValue(report.HasHost)
                .AppendValue(set)
                .AppendValue(signals.Select(s => (float)s.Value).ToArray()).AppendValue(signals.Select(s => (float)s.ErrorBar).ToArray()).AppendValue(signals.Select(s => (sbyte)s.Quality).ToArray())
                .AppendValue(verdict.Hypothesis).AppendValue((sbyte)verdict.Side).AppendValue(verdict.Probability)
                .AppendValue(verdict.Title).AppendValue(verdict.Sentence).AppendValue(verdict.WhatHelps)
                .AppendValue(told?.OnsetSecond).AppendValue(told?.Severity)
                .EndRow();
        }
    }

    private void WriteClock(DuckDBConnection connection, RawRows rows)
    {
        if (rows.ClockExchanges.Count == 0)
        {
            return;
        }

        using var appender = connection.CreateAppender(_alias, "main", "clock");
        foreach (var (partition, boot, exchange) in rows.ClockExchanges)
        {
            var id = Boot(new BootKey(partition, boot));
            if (id == SegmentDictionary.NoRoom)
            {
                continue;
            }

            ClockTable.Append(appender, id, exchange);
        }
    }

    private void WriteDictionaries(DuckDBConnection connection)
    {
        if (_newBoots.Count > 0)
        {
            using var appender = connection.CreateAppender(_alias, "main", "boot");
            foreach (var (id, partition, boot) in _newBoots)
            {
                appender.CreateRow().AppendValue(id).AppendValue(partition).AppendValue(boot).EndRow();
            }
        }

        if (_newNatives.Count > 0)
        {
            using var appender = connection.CreateAppender(_alias, "main", "native");
            foreach (var (key, name) in _newNatives)
            {
                appender.CreateRow().AppendValue(key.MetricId).AppendValue(key.Instance).AppendValue(name).EndRow();
            }
        }

        if (_newProcesses.Count > 0)
        {
            using var appender = connection.CreateAppender(_alias, "main", "process");
            for (var i = 0; i < _newProcesses.Count; i++)
            {
                var process = _newProcesses[i];
                appender.CreateRow()
                    .AppendValue(_newProcessIds[i].Id).AppendValue(_newProcessIds[i].Boot).AppendValue(process.Pid).AppendValue(process.StartTimeMs)
                    .AppendValue(process.Name).AppendValue(process.CommandHash).AppendValue(process.UserId).AppendValue(process.ParentPid).AppendValue(process.SessionId)
                    .EndRow();
            }
        }

        _newBoots.Clear();
        _newNatives.Clear();
        _newProcesses.Clear();
        _newProcessIds.Clear();
        _dictionary.Write(connection);
    }

    /// <summary>What one VM has in this file.</summary>
    private sealed class Owned
    {
        public int Boots { get; set; }

        public long Processes { get; set; }

        public Dictionary<(int Boot, int Pid, ulong StartMs), int> ProcessIds { get; } = [];
    }
}
