using System.Globalization;
using DuckDB.NET.Data;

namespace HvIntegration.HostBroker.History;

/// <summary>The part that goes on beside commits and questions: windows are made, old files are deleted.</summary>
internal sealed partial class HistoryStore
{
    // After a long stop there are many minutes to make; between passes the loop looks at the clock and at the disk.
    private const int WindowsPerPassMax = 10;

    private readonly RollupPlan _plan = new();

    /// <summary>Windows that wait to be made.</summary>
    internal int PendingWindows => _plan.Count;

    /// <summary>Makes the windows that are due and deletes what is too old or too much.</summary>
    internal async Task UpkeepAsync(CancellationToken cancellation)
    {
        for (var i = 0; i < WindowsPerPassMax; i++)
        {
            var oldest = _files.Of(HistoryTier.Second) is [var first, ..] ? first.Name.Start.ToUnixTimeSeconds() : long.MaxValue;
            if (_plan.TakeMinute(NowSecond, _options.RollupGraceSeconds, oldest) is { } minute)
            {
                await MakeAsync(HistoryTier.Minute, minute, cancellation);
            }
            else if (_plan.TakeHour(NowSecond, _options.RollupGraceSeconds) is { } hour)
            {
                await MakeAsync(HistoryTier.Hour, hour, cancellation);
            }
            else
            {
                break;
            }
        }

        await _writer.WaitAsync(cancellation);
        try
        {
            DeleteOld();
        }
        finally
        {
            _writer.Release();
        }
    }

    private async Task UpkeepLoopAsync()
    {
        using var timer = new PeriodicTimer(UpkeepInterval, _time);
        try
        {
            while (await timer.WaitForNextTickAsync(_stopping.Token))
            {
                try
                {
                    await UpkeepAsync(_stopping.Token);
                    _faults.Upkeep(null);
                }
                catch (Exception e) when (e is not OperationCanceledException)
                {
                    var failure = HistoryFaults.Write(e, _folder.FullPath, _options);
                    if (_faults.Upkeep(failure.Message))
                    {
                        HistoryLog.UpkeepFailed(_logger, failure.Message, e);
                    }
                }
            }
        }
        catch (OperationCanceledException)
        {
            // Stopping: what is not made yet is found again at the next start.
        }
    }

    private async Task MakeAsync(HistoryTier tier, long start, CancellationToken cancellation)
    {
        var made = false;
        Segment? file = null;
        var damaged = default(Exception);
        try
        {
            file = await FileForAsync(tier, start, cancellation);
            await _queries.WaitAsync(cancellation);
            try
            {
                await Task.Run(() => Make(tier, start, file), cancellation);
                made = true;
            }
            catch (DuckDBException e) when (HistoryFaults.IsDamaged(e))
            {
                damaged = e;
            }
            finally
            {
                _queries.Release();
            }
        }
        finally
        {
            if (!made)
            {
                Note(tier, start);
            }
        }

        if (damaged is not null)
        {
            await SetAsideAsync(FindDamaged(file), damaged, cancellation);
        }
    }

    private void Make(HistoryTier tier, long start, Segment file)
    {
        using var connection = _files.Connect();
        var reader = new RollupReader(connection, _files.All);
        var (rows, commitId) = tier == HistoryTier.Minute ? reader.Minute(start) : reader.Hour(start);
        Dictionary<Guid, Engine.Model.PartitionInfo> inventory;
        lock (_inventory)
        {
            inventory = new(_inventory);
        }

        RollupWriter.Write(connection, file.Alias, start, rows, commitId, inventory);
        file.Widen(start * SecondNs, start * SecondNs);
        if (tier == HistoryTier.Minute)
        {
            _plan.NoteHour(start);
        }
    }

    private void Note(HistoryTier tier, long start)
    {
        if (tier == HistoryTier.Minute)
        {
            _plan.NoteMinute(start);
        }
        else
        {
            _plan.NoteHour(start);
        }
    }

    /// <summary>Which file is damaged when a rollup says so: each is read through, the one just written first.</summary>
    private Segment FindDamaged(Segment written)
    {
        using var connection = _files.Connect();
        foreach (var segment in _files.All.OrderByDescending(s => ReferenceEquals(s, written)))
        {
            var tables = segment.Name.Tier == HistoryTier.Second ? (string[])["guest", "host", "report", "clock"] : ["window_values", "window_verdict"];
            try
            {
                foreach (var table in tables)
                {
                    DuckDbInstance.Execute(connection, $"SELECT max(hash(COLUMNS(*))) FROM {segment.Alias}.main.{table}");
                }
            }
            catch (DuckDBException e) when (HistoryFaults.IsDamaged(e))
            {
                return segment;
            }
        }

        return written;
    }

    private async Task<Segment> FileForAsync(HistoryTier tier, long start, CancellationToken cancellation)
    {
        var at = DateTimeOffset.FromUnixTimeSeconds(start);
        var wanted = SegmentName.For(tier, at);
        if (Newest() is { } there)
        {
            return there;
        }

        await _writer.WaitAsync(cancellation);
        try
        {
            return Newest() ?? _files.Create(tier, at, NowNs, (_, _) => { });
        }
        finally
        {
            _writer.Release();
        }

        Segment? Newest() => _files.Of(tier).LastOrDefault(s => s.Name.Start == wanted.Start);
    }

    private void DeleteOld()
    {
        var now = Now;
        foreach (var segment in _files.All.Where(s => !ReferenceEquals(s, _current)).ToList())
        {
            var until = segment.Name.Tier switch
            {
                HistoryTier.Second => segment.Name.End.AddHours(_options.SecondHours),
                HistoryTier.Minute => segment.Name.End.AddDays(_options.MinuteDays),
                _ => segment.Name.End.AddMonths(_options.HourMonths),
            };
            if (until <= now)
            {
                _files.Delete(segment);
                HistoryLog.Deleted(_logger, segment.Path, "older than its tier keeps");
            }
        }

        // Files that were set aside are the administrator's: they neither count here nor go.
        var sizes = _files.All.ToDictionary(s => s, s => _folder.SizeOf(s.Name));
        var total = sizes.Values.Sum();
        foreach (var segment in _files.All.Where(s => !ReferenceEquals(s, _current)).ToList())
        {
            if (total <= (long)_options.SizeMaxMiB << 20)
            {
                break;
            }

            _files.Delete(segment);
            total -= sizes[segment];
            HistoryLog.Deleted(_logger, segment.Path, "history is larger than its limit");
        }
    }

    /// <summary>Finds the windows that a stop, or kill -9, left unmade.</summary>
    private void PlanAll()
    {
        using var connection = _files.Connect();
        PlanTier(connection, HistoryTier.Second, HistoryTier.Minute, 60, a => $"""
            SELECT host_ns // {SecondNs} AS second, commit_id FROM {a}.batch
            UNION ALL SELECT host_ns // {SecondNs}, commit_id FROM {a}.host
            UNION ALL SELECT second, commit_id FROM {a}.report
            """);
        PlanTier(connection, HistoryTier.Minute, HistoryTier.Hour, 3600, a => $"SELECT start AS second, commit_id FROM {a}.window_done");
    }

    private void PlanTier(DuckDBConnection connection, HistoryTier from, HistoryTier to, int span, Func<string, string> rows)
    {
        var done = Newest(to, a => $"SELECT start AS second, commit_id FROM {a}.window_done");
        foreach (var (start, commitId) in Newest(from, rows))
        {
            if (!done.TryGetValue(start, out var made) || made < commitId)
            {
                Note(to, start);
            }
        }

        Dictionary<long, long> Newest(HistoryTier tier, Func<string, string> query)
        {
            var newest = new Dictionary<long, long>();
            foreach (var segment in _files.Of(tier))
            {
                using var command = connection.CreateCommand();
                command.CommandText = string.Create(CultureInfo.InvariantCulture, $"SELECT second - second % {span}, max(commit_id) FROM ({query(segment.Alias + ".main")}) GROUP BY 1");
                using var reader = command.ExecuteReader();
                while (reader.Read())
                {
                    newest[reader.GetInt64(0)] = Math.Max(newest.GetValueOrDefault(reader.GetInt64(0)), reader.GetInt64(1));
                }
            }

            return newest;
        }
    }
}
