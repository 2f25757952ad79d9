using System.Diagnostics.CodeAnalysis;
using System.Globalization;
using DuckDB.NET.Data;
using HvIntegration.History.Committing;
using HvIntegration.History.Database;
using HvIntegration.History.Faults;
using HvIntegration.History.Files;
using HvIntegration.History.Tables;
using HvIntegration.History.Times;

namespace HvIntegration.History.Rollups;

/// <summary>The work that goes on next to commits and questions: windows that are due are made, old files are deleted.</summary>
/// <param name="folder">Where the files are.</param>
/// <param name="files">The attached files.</param>
/// <param name="rotation">The file that commits go to.</param>
/// <param name="plan">Windows that wait to be made.</param>
/// <param name="maker">Makes one of them.</param>
/// <param name="retention">Deletes what is too old or too much.</param>
/// <param name="gates">Who may use the files.</param>
/// <param name="faults">Learns whether upkeep works.</param>
/// <param name="options">Limits.</param>
/// <param name="clock">Wall time.</param>
/// <param name="logger">Told of faults.</param>
[SuppressMessage("Design", "CA1031:Do not catch general exception types", Justification = "Maintenance runs permanently: a failure is reported, logged and retried.")]
internal sealed class HistoryUpkeep(
    HistoryFolder folder, SegmentFiles files, SegmentRotation rotation, RollupPlan plan, WindowMaker maker, Retention retention, HistoryGates gates, FaultBook faults,
    HistoryOptions options, HistoryClock clock, ILogger logger)
{
    // After a long stop there are many minutes to make; between passes the loop looks at the clock and at the disk.
    private const int WindowsPerPassMax = 10;
    private const long SecondNs = 1_000_000_000;
    private static readonly TimeSpan Interval = TimeSpan.FromSeconds(1);

    /// <summary>Makes a pass every second until it is canceled. Faults are noted and logged, and end nothing.</summary>
    public async Task RunAsync(TimeProvider time, CancellationToken cancellation)
    {
        using var timer = new PeriodicTimer(Interval, time);
        try
        {
            while (await timer.WaitForNextTickAsync(cancellation))
            {
                try
                {
                    await PassAsync(cancellation);
                    faults.Upkeep(null);
                }
                catch (Exception e) when (e is not OperationCanceledException)
                {
                    var failure = HistoryFaults.Write(e, folder.FullPath, options);
                    if (faults.Upkeep(failure.Message))
                    {
                        HistoryLog.UpkeepFailed(logger, failure.Message, e);
                    }
                }
            }
        }
        catch (OperationCanceledException)
        {
            // Stopping: what is not made yet is found again at the next start.
        }
    }

    /// <summary>Makes the windows that are due and deletes what is too old or too much; the second whatever the first meets.</summary>
    public async Task PassAsync(CancellationToken cancellation)
    {
        try
        {
            await MakeWindowsAsync(cancellation);
        }
        finally
        {
            using (await gates.WriteAsync(cancellation))
            {
                retention.DeleteOld(rotation.Current);
            }
        }
    }

    /// <summary>Finds the windows that a stop, or kill -9, left unmade.</summary>
    public void PlanAll()
    {
        using var connection = files.Connect();
        PlanTier(connection, HistoryTier.Second, HistoryTier.Minute, 60, a => $"SELECT host_ns // {SecondNs} AS second, commit_id FROM ({SegmentSchema.PlacedRows(a, options.SecondHours)})");
        PlanTier(connection, HistoryTier.Minute, HistoryTier.Hour, 3600, WindowDoneTable.Rows);
    }

    private async Task MakeWindowsAsync(CancellationToken cancellation)
    {
        for (var i = 0; i < WindowsPerPassMax; i++)
        {
            var oldest = files.Of(HistoryTier.Second) is [var first, ..] ? first.Name.Start.ToUnixTimeSeconds() : long.MaxValue;
            if (plan.TakeMinute(clock.NowSecond, options.RollupGraceSeconds, oldest) is { } minute)
            {
                await MakeAsync(HistoryTier.Minute, minute, cancellation);
            }
            else if (plan.TakeHour(clock.NowSecond, options.RollupGraceSeconds) is { } hour)
            {
                await MakeAsync(HistoryTier.Hour, hour, cancellation);
            }
            else
            {
                break;
            }
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
            using var reading = await gates.ReadAsync(cancellation);
            try
            {
                await Task.Run(() => maker.Make(tier, start, file), cancellation);
                if (!HistoryFolder.Holds(file))
                {
                    throw HistoryFaults.Gone(file.Path);
                }

                made = true;
            }
            catch (DuckDBException e) when (HistoryFaults.IsDamaged(e))
            {
                damaged = e;
            }
        }
        catch (Exception e) when (e is not OperationCanceledException && !made)
        {
            // The folder, the disk or DuckDB itself: younger windows get their turn before this one is tried again.
            plan.NoteLater(tier, start, clock.NowSecond + WindowMaker.TryAgainSeconds);
            if (HistoryFaults.IsInvalidated(e) || (file is not null && !HistoryFolder.Holds(file)))
            {
                using (await gates.WriteAsync(cancellation))
                {
                    rotation.LetGo(restart: true);
                }
            }

            throw;
        }

        if (!made)
        {
            plan.Note(tier, start);
        }

        if (damaged is not null)
        {
            var suspect = FindDamaged(file);
            using (await gates.WriteAsync(cancellation))
            {
                rotation.SetAside(suspect, damaged);
            }
        }
    }

    // Which file is damaged when a rollup says so: each is read through, the one just written first.
    private Segment FindDamaged(Segment written)
    {
        using var connection = files.Connect();
        foreach (var segment in files.All.OrderByDescending(s => ReferenceEquals(s, written)))
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

        using (await gates.WriteAsync(cancellation))
        {
            return Newest() ?? files.Create(tier, at, clock.NowNs, (_, _) => { });
        }

        Segment? Newest() => files.Of(tier).LastOrDefault(s => s.Name.Start == wanted.Start) is { } newest && !files.IsOverfull(newest) ? newest : null;
    }

    private void PlanTier(DuckDBConnection connection, HistoryTier from, HistoryTier to, int span, Func<string, string> rows)
    {
        var done = Newest(to, WindowDoneTable.Rows);
        foreach (var (start, commitId) in Newest(from, rows))
        {
            if (!done.TryGetValue(start, out var made) || made < commitId)
            {
                plan.Note(to, start);
            }
        }

        Dictionary<long, long> Newest(HistoryTier tier, Func<string, string> query)
        {
            var newest = new Dictionary<long, long>();
            foreach (var segment in files.Of(tier))
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
