using DuckDB.NET.Data;
using HvIntegration.Engine.Model;

namespace HvIntegration.HostBroker.History;

/// <summary>Writes commits into one raw file.</summary>
/// <remarks>One writer. After a failed transaction it is thrown away and loaded again: its dictionaries may be ahead of the file.</remarks>
internal sealed class RawWriter
{
    // Processes come and go; a process numbered twice within an hour is harmless.
    private const int ProcessesMax = 65_536;
    private const double MicrosPerSecond = 1e6;

    private readonly string _alias;
    private readonly SegmentDictionary _dictionary;
    private readonly Dictionary<(Guid Partition, Guid Boot), int> _boots = [];
    private readonly Dictionary<(int Boot, int Pid, ulong StartMs), int> _processes = [];
    private readonly Dictionary<SeriesKey, string> _natives = [];
    private readonly List<(int Id, int Partition, Guid Boot)> _newBoots = [];
    private readonly List<(SeriesKey Key, string Name)> _newNatives = [];
    private readonly List<GuestProcess> _newProcesses = [];
    private readonly List<(int Id, int Boot)> _newProcessIds = [];
    private readonly List<int> _members = [];
    private readonly List<double> _values = [];
    private readonly List<sbyte> _qualities = [];
    private int _nextProcess;

    private RawWriter(string alias, SegmentDictionary dictionary)
    {
        _alias = alias;
        _dictionary = dictionary;
    }

    /// <summary>Continues a file.</summary>
    public static RawWriter Load(DuckDBConnection connection, string alias)
    {
        // A file that an hvi without gaps began.
        DuckDbInstance.Execute(connection, SegmentSchema.CreateGaps(HistoryTier.Second, alias));
        var loaded = new RawWriter(alias, SegmentDictionary.Load(connection, alias));
        using var command = connection.CreateCommand();
        command.CommandText = $"SELECT b.id, p.guid, b.boot FROM {alias}.main.boot b JOIN {alias}.main.partition p ON p.id = b.partition";
        using (var reader = command.ExecuteReader())
        {
            while (reader.Read())
            {
                loaded._boots[(reader.GetGuid(1), reader.GetGuid(2))] = reader.GetInt32(0);
            }
        }

        command.CommandText = $"SELECT coalesce(max(id) + 1, 0) FROM {alias}.main.process";
        loaded._nextProcess = Convert.ToInt32(command.ExecuteScalar(), System.Globalization.CultureInfo.InvariantCulture);
        return loaded;
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
        WriteGaps(connection, rows.Gaps, commitId);
        WriteInventory(connection, rows.Partitions, commitId);
        WriteClock(connection, rows);
        WriteDictionaries(connection);
        using var log = connection.CreateAppender(_alias, "main", "commit_log");
        log.CreateRow().AppendValue(commitId).AppendValue(atNs).EndRow();
    }

    private int Boot(Guid partition, Guid boot)
    {
        if (!_boots.TryGetValue((partition, boot), out var id))
        {
            id = _boots.Count;
            _boots.Add((partition, boot), id);
            _newBoots.Add((id, _dictionary.Partition(partition), boot));
        }

        return id;
    }

    private int Process(int boot, GuestProcess process)
    {
        var key = (boot, process.Pid, process.StartTimeMs);
        if (!_processes.TryGetValue(key, out var id))
        {
            if (_processes.Count >= ProcessesMax)
            {
                _processes.Clear();
            }

            id = _nextProcess++;
            _processes.Add(key, id);
            _newProcesses.Add(process);
            _newProcessIds.Add((id, boot));
        }

        return id;
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
            appender.CreateRow()
                .AppendValue(commitId).AppendValue(hostNs).AppendValue(Boot(batch.Partition, batch.BootId)).AppendValue(batch.Sequence)
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

        using var appender = connection.CreateAppender(_alias, "main", "guest");
        foreach (var (batch, hostNs) in rows.Batches)
        {
            var boot = Boot(batch.Partition, batch.BootId);
            var samples = batch.Samples;
            for (var from = 0; from < samples.Count;)
            {
                // A collector's values follow each other and were read at one time: one row.
                var first = samples[from];
                var to = from;
                _members.Clear();
                _values.Clear();
                for (; to < samples.Count && samples[to].StartMonotonicNs == first.StartMonotonicNs && samples[to].EndMonotonicNs == first.EndMonotonicNs; to++)
                {
                    _members.Add(_dictionary.Series(samples[to].Series));
                    _values.Add(samples[to].Value);
                }

                appender.CreateRow()
                    .AppendValue(hostNs + (first.StartMonotonicNs - batch.StartMonotonicNs)).AppendValue(boot).AppendValue(_dictionary.Set([.. _members]))
                    .AppendValue(first.StartMonotonicNs).AppendValue(first.EndMonotonicNs - first.StartMonotonicNs).AppendValue(_values)
                    .EndRow();
                from = to;
            }
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

            var boot = Boot(batch.Partition, batch.BootId);
            appender.CreateRow()
                .AppendValue(hostNs + (batch.ProcessMonotonicNs - batch.StartMonotonicNs)).AppendValue(boot).AppendValue(batch.ProcessMonotonicNs)
                .AppendValue(list.Select(p => Process(boot, p)).ToArray())
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

        using var appender = connection.CreateAppender(_alias, "main", "host");
        // Sources give the values of one counter set together; what was read at one time of one partition in one form is one row.
        foreach (var read in samples.GroupBy(s => (s.Partition, s.Form, s.StartNs, s.EndNs)))
        {
            _members.Clear();
            _values.Clear();
            _qualities.Clear();
            foreach (var sample in read)
            {
                _members.Add(_dictionary.Series(sample.Series));
                _values.Add(sample.Value);
                _qualities.Add((sbyte)sample.Quality);
                if (!_natives.TryGetValue(sample.Series, out var name) || !string.Equals(name, sample.NativeName, StringComparison.Ordinal))
                {
                    _natives[sample.Series] = sample.NativeName;
                    _newNatives.Add((sample.Series, sample.NativeName));
                }
            }

            var key = read.Key;
            appender.CreateRow()
                .AppendValue(commitId).AppendValue(key.EndNs).AppendValue(_dictionary.Partition(key.Partition)).AppendValue((sbyte)key.Form)
                .AppendValue(_dictionary.Set([.. _members])).AppendValue(key.EndNs - key.StartNs).AppendValue(_values).AppendValue(_qualities)
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
            var signals = report.Signals;
            var verdict = report.Verdict;

            // The seconds that name an episode are its length: one that rests may be over already.
            var told = report.Rests ? null : report.Episode;
            appender.CreateRow()
                .AppendValue(commitId).AppendValue(report.Second).AppendValue(_dictionary.Partition(report.Partition.Id)).AppendValue(report.HasGuest).AppendValue(report.HasHost)
                .AppendValue(_dictionary.Set([.. signals.Select(s => _dictionary.Series(new SeriesKey(SegmentSchema.SignalMetricId, s.Id)))]))
                .AppendValue(signals.Select(s => (float)s.Value).ToArray()).AppendValue(signals.Select(s => (float)s.ErrorBar).ToArray()).AppendValue(signals.Select(s => (sbyte)s.Quality).ToArray())
                .AppendValue(verdict.Hypothesis).AppendValue((sbyte)verdict.Side).AppendValue(verdict.Probability)
                .AppendValue(verdict.Title).AppendValue(verdict.Sentence).AppendValue(verdict.WhatHelps)
                .AppendValue(told?.OnsetSecond).AppendValue(told?.Severity)
                .EndRow();
        }
    }

    private void WriteGaps(DuckDBConnection connection, IReadOnlyList<GapRow> gaps, long commitId)
    {
        if (gaps.Count == 0)
        {
            return;
        }

        using var appender = connection.CreateAppender(_alias, "main", SegmentSchema.Gaps(HistoryTier.Second));
        foreach (var (partition, second, gap) in gaps)
        {
            appender.CreateRow()
                .AppendValue(commitId).AppendValue(second).AppendValue(_dictionary.Partition(partition)).AppendValue(gap.Began).AppendValue(gap.FromSecond).AppendValue(gap.ToSecond)
                .AppendValue(gap.Cause)
                .EndRow();
        }
    }

    private void WriteInventory(DuckDBConnection connection, IReadOnlyList<PartitionInfo> partitions, long revision)
    {
        if (partitions.Count == 0)
        {
            return;
        }

        using var appender = connection.CreateAppender(_alias, "main", "partition_info");
        foreach (var info in partitions)
        {
            appender.CreateRow()
                .AppendValue(_dictionary.Partition(info.Id)).AppendValue(revision).AppendValue(info.Name).AppendValue((sbyte)info.State)
                .AppendValue(info.VirtualProcessors).AppendValue(info.CpuLimit).AppendValue(info.MemoryMaximumBytes).AppendValue(info.AgentAddress)
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
            appender.CreateRow()
                .AppendValue(Boot(partition, boot)).AppendValue(exchange.T1HostNs).AppendValue(exchange.T2GuestNs)
                .AppendValue(exchange.T3GuestNs).AppendValue(exchange.T4HostNs)
                .EndRow();
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
}
