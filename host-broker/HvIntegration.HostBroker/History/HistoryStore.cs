using System.Diagnostics.CodeAnalysis;
using System.Globalization;
using DuckDB.NET.Data;
using HvIntegration.Engine.Model;
using Microsoft.Extensions.Logging;

namespace HvIntegration.HostBroker.History;

/// <summary>History in DuckDB files of one folder: raw counters by the hour, 1 min windows by the day, 1 h windows by the month.</summary>
/// <remarks>
/// A commit is one transaction in the newest raw file, so samples and the sequences they bring are there together or not at all.
/// Readers have their own connections and see the last commit; they never hold the writer up. docs/history.md tells the layout.
/// </remarks>
[SuppressMessage("Design", "CA1031:Do not catch general exception types", Justification = "Upkeep runs for ever: what fails is told, logged and tried again.")]
internal sealed partial class HistoryStore : IHistoryStore
{
    private const long SecondNs = 1_000_000_000;

    // A file of raw counters is closed early at this share of the whole size, so that deleting the oldest never takes everything.
    private const int FileShareMax = 8;
    private static readonly TimeSpan UpkeepInterval = TimeSpan.FromSeconds(1);

    // Agents keep 15 minutes; a boot that brought nothing for this long has nothing left to send again.
    private static readonly TimeSpan ProgressKept = TimeSpan.FromHours(48);

    private readonly HistoryFolder _folder;
    private readonly HistoryOptions _options;
    private readonly TimeProvider _time;
    private readonly ILogger _logger;
    private readonly SegmentFiles _files;
    private readonly CommitProgress _progress = new();
    private readonly GuestClocks _clocks = new();
    private readonly Dictionary<Guid, PartitionInfo> _inventory = [];

    // Order where both are taken: writer, then queries.
    private readonly SemaphoreSlim _writer = new(1, 1);
    private readonly SemaphoreSlim _queries;
    private readonly CancellationTokenSource _stopping = new();
    private readonly FaultBook _faults = new();
    private Segment? _current;
    private RawWriter? _raw;
    private DuckDBConnection? _connection;
    private bool _restart;
    private long _lastCommitId;
    private long _committedBatches;
    private long _duplicateBatches;
    private Task _upkeep = Task.CompletedTask;
    private bool _disposed;

    private HistoryStore(HistoryFolder folder, HistoryOptions options, TimeProvider time, ILogger logger)
    {
        _folder = folder;
        _options = options;
        _time = time;
        _logger = logger;
        _queries = new SemaphoreSlim(options.QueriesMax, options.QueriesMax);
        _files = new SegmentFiles(folder, options, NoteAside, NowSecond);
    }

    /// <inheritdoc/>
    public HistoryStatus Status
    {
        get
        {
            var first = _files.All.Select(s => s.FirstNs).Where(ns => ns != long.MaxValue).DefaultIfEmpty(0).Min();
            return new HistoryStatus(
                _folder.SizeBytes(), (long)_options.SizeMaxMiB << 20, first / SecondNs, Volatile.Read(ref _committedBatches), Volatile.Read(ref _duplicateBatches), _faults.Text);
        }
    }

    private DateTimeOffset Now => _time.GetUtcNow();

    private long NowNs => (Now.UtcTicks - DateTimeOffset.UnixEpoch.UtcTicks) * 100;

    private long NowSecond => Now.ToUnixTimeSeconds();

    /// <summary>Opens the history of a folder, making both when they are not there.</summary>
    /// <exception cref="HistoryException">The folder cannot be written, is in use, or was written by a newer hvi.</exception>
    public static async Task<HistoryStore> OpenAsync(HistoryOptions options, TimeProvider time, ILogger logger, CancellationToken cancellation)
    {
        return await Task.Run(() => Open(options, time, logger), cancellation);
    }

    /// <inheritdoc/>
    public async Task CommitAsync(HistoryCommit commit, CancellationToken cancellation)
    {
        ObjectDisposedException.ThrowIf(_disposed, this);
        await _writer.WaitAsync(cancellation);
        try
        {
            // A begun transaction is finished whatever the caller wants by then: half a commit is worse than a late stop.
            await Task.Run(() => Commit(commit), CancellationToken.None);
        }
        finally
        {
            _writer.Release();
        }
    }

    /// <inheritdoc/>
    public ulong CommittedSequence(Guid partition, Guid bootId) => _progress.Of(partition, bootId);

    /// <inheritdoc/>
    public Task<IReadOnlyList<HistorySeries>> QueryAsync(Guid partition, ushort metricId, long fromSecond, long toSecond, int pointsMax, CancellationToken cancellation)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(pointsMax, 1);
        return AskAsync(q => q.Series(partition, metricId, null, fromSecond, toSecond, pointsMax), cancellation);
    }

    /// <inheritdoc/>
    public async Task<HistorySeries> QuerySignalAsync(Guid partition, string signalId, long fromSecond, long toSecond, int pointsMax, CancellationToken cancellation)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(pointsMax, 1);
        var found = await AskAsync(q => q.Series(partition, SegmentSchema.SignalMetricId, [signalId], fromSecond, toSecond, pointsMax), cancellation);
        return found.Count > 0 ? found[0] : new HistorySeries(new SeriesKey(SegmentSchema.SignalMetricId, signalId), []);
    }

    /// <inheritdoc/>
    public Task<IReadOnlyList<HistorySeries>> QuerySignalsAsync(Guid partition, IReadOnlyList<string> signalIds, long fromSecond, long toSecond, int pointsMax, CancellationToken cancellation)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(pointsMax, 1);
        ArgumentOutOfRangeException.ThrowIfZero(signalIds.Count);
        return AskAsync(q => q.Series(partition, SegmentSchema.SignalMetricId, signalIds, fromSecond, toSecond, pointsMax), cancellation);
    }

    /// <inheritdoc/>
    public Task<IReadOnlyList<EpisodeRecord>> QueryEpisodesAsync(Guid? partition, long? onset, long fromSecond, long toSecond, int rowsMax, CancellationToken cancellation)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(rowsMax, 1);
        return AskAsync(q => q.Episodes(partition, onset, fromSecond, toSecond, rowsMax), cancellation);
    }

    /// <inheritdoc/>
    public Task<IReadOnlyList<(Guid Partition, DataGap Gap)>> QueryGapsAsync(Guid? partition, long fromSecond, long toSecond, CancellationToken cancellation) =>
        AskAsync(q => q.Gaps(partition, fromSecond, toSecond), cancellation);

    /// <inheritdoc/>
    public Task<RecordedSecond?> QuerySecondAsync(Guid partition, long second, CancellationToken cancellation) =>
        AskAsync(q => q.Second(partition, second), cancellation);

    /// <inheritdoc/>
    public Task<IReadOnlyList<VerdictSpan>> QueryVerdictsAsync(Guid partition, long fromSecond, long toSecond, CancellationToken cancellation) =>
        AskAsync(q => q.Verdicts(partition, fromSecond, toSecond), cancellation);

    /// <inheritdoc/>
    public Task<IReadOnlyList<ProcessUse>> QueryProcessesAsync(Guid partition, long fromSecond, long toSecond, int rowsMax, CancellationToken cancellation)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(rowsMax, 1);
        return AskAsync(q => q.Processes(partition, fromSecond, toSecond, rowsMax), cancellation);
    }

    /// <inheritdoc/>
    public Task<(long Guest, long Host)> CountRawAsync(IReadOnlyCollection<Guid> insides, long fromSecond, long toSecond, CancellationToken cancellation)
    {
        ArgumentOutOfRangeException.ThrowIfZero(insides.Count);
        return AskAsync(q => q.CountRaw(insides, fromSecond, toSecond), cancellation);
    }

    /// <inheritdoc/>
    public Task<RawStretch> QueryRawAsync(IReadOnlyCollection<Guid> insides, long fromSecond, long toSecond, CancellationToken cancellation)
    {
        ArgumentOutOfRangeException.ThrowIfZero(insides.Count);
        return AskAsync(q => q.Raw(insides, fromSecond, toSecond), cancellation);
    }

    /// <inheritdoc/>
    public Task<IReadOnlyList<PartitionInfo>> KnownPartitionsAsync(CancellationToken cancellation) =>
        AskAsync(q => q.Partitions(), cancellation);

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        if (_disposed)
        {
            return;
        }

        _disposed = true;
        await _stopping.CancelAsync();
        await _upkeep;
        await _writer.WaitAsync();
        await TakeAllQueriesAsync();
        _connection?.Dispose();
        _files.Dispose();
        _folder.Dispose();
        _stopping.Dispose();
        _writer.Dispose();
        _queries.Dispose();
    }

    private static HistoryStore Open(HistoryOptions options, TimeProvider time, ILogger logger)
    {
        var folder = HistoryFolder.Open(options.Folder);
        try
        {
            var store = new HistoryStore(folder, options, time, logger);
            try
            {
                store.LoadNewest();
                store.EnsureWritable();
                store.PlanAll();
            }
            catch (Exception e) when (IsWriteFailure(e))
            {
                store._files.Dispose();
                throw HistoryFaults.Write(e, folder.FullPath, options);
            }

            if (options.BackgroundUpkeep)
            {
                store._upkeep = Task.Run(store.UpkeepLoopAsync);
            }

            var (files, sizeMiB) = (store._files.All.Count, folder.SizeBytes() >> 20);
            HistoryLog.Opened(logger, folder.FullPath, files, sizeMiB);
            return store;
        }
        catch
        {
            folder.Dispose();
            throw;
        }
    }

    private static bool IsWriteFailure(Exception e) => e is DuckDBException or IOException or UnauthorizedAccessException or HistoryException;

    private void Commit(HistoryCommit commit)
    {
        var commitId = _lastCommitId + 1;
        try
        {
            EnsureWritable();
            commitId = _lastCommitId + 1;
            var nowNs = NowNs;
            var (rows, progress) = Select(commit, nowNs);
            if (rows.IsEmpty)
            {
                return;
            }

            using (var transaction = _connection.BeginTransaction())
            {
                _raw.Write(_connection, rows, commitId, nowNs);
                transaction.Commit();
            }

            Landed(commitId, rows, progress, nowNs);
        }
        catch (Exception e) when (IsWriteFailure(e))
        {
            var failure = HistoryFaults.Write(e, _current?.Path ?? _folder.FullPath, _options);
            if (_faults.Write(failure.Message))
            {
                HistoryLog.Fault(_logger, failure.Message, failure);
            }

            LetGo(HistoryFaults.IsInvalidated(e));
            if (HistoryFaults.IsDamaged(e) && _current is not null)
            {
                _files.SetAside(_current, e, NowSecond);
                _current = null;
            }

            throw failure;
        }
        catch
        {
            // Our own bug: it surfaces, but what is in memory must not stay ahead of the file.
            LetGo(restart: false);
            throw;
        }
    }

    private void Landed(long commitId, RawRows rows, Dictionary<(Guid Partition, Guid Boot), ulong> progress, long nowNs)
    {
        _lastCommitId = commitId;
        _progress.Raise(progress, nowNs);
        _committedBatches += rows.Batches.Count;
        lock (_inventory)
        {
            foreach (var info in rows.Partitions)
            {
                _inventory[info.Id] = info;
            }
        }

        if (rows.Range() is var (firstNs, lastNs))
        {
            _current!.Widen(firstNs, lastNs);
        }

        foreach (var (_, hostNs) in rows.Batches)
        {
            _plan.NoteRow(hostNs);
        }

        foreach (var sample in rows.HostSamples)
        {
            _plan.NoteRow(sample.EndNs);
        }

        foreach (var report in rows.Reports)
        {
            _plan.NoteMinute(report.Second - (report.Second % 60));
        }

        if (_faults.Write(null))
        {
            HistoryLog.Recovered(_logger);
        }
    }

    /// <summary>Leaves out known sequences and places guest reads in host time.</summary>
    private (RawRows Rows, Dictionary<(Guid Partition, Guid Boot), ulong> Progress) Select(HistoryCommit commit, long nowNs)
    {
        foreach (var (partition, boot, exchange) in commit.ClockExchanges)
        {
            _clocks.Add(partition, boot, exchange);
        }

        var progress = new Dictionary<(Guid Partition, Guid Boot), ulong>();
        var batches = new List<(GuestBatch, long)>(commit.Batches.Count);
        foreach (var batch in commit.Batches.OrderBy(b => b.Sequence))
        {
            var key = (batch.Partition, batch.BootId);
            if (batch.Sequence <= progress.GetValueOrDefault(key, _progress.Of(batch.Partition, batch.BootId)))
            {
                _duplicateBatches++;
                continue;
            }

            progress[key] = batch.Sequence;
            batches.Add((batch, _clocks.HostNs(batch.Partition, batch.BootId, batch.StartMonotonicNs, nowNs)));
        }

        // The newest word of a commit on a gap is enough.
        var gaps = commit.Reports.SelectMany(r => r.GapsTold.Select(g => new GapRow(r.Partition.Id, r.Second, g)))
            .Concat((commit.Gaps ?? []).Select(g => new GapRow(g.Partition, g.Gap.ToSecond, g.Gap)))
            .GroupBy(g => (g.Partition, g.Gap.Began)).Select(g => g.Last()).ToList();
        return (new RawRows(batches, commit.ClockExchanges, commit.HostSamples, commit.Reports, commit.Partitions, gaps), progress);
    }

    /// <summary>Makes sure that there is a file for now and that what is known of it is what it holds.</summary>
    [MemberNotNull(nameof(_current), nameof(_raw), nameof(_connection))]
    private void EnsureWritable()
    {
        if (_restart)
        {
            // Nobody may hold a connection of the instance that goes; questions are short.
            TakeAllQueriesAsync().GetAwaiter().GetResult();
            try
            {
                _current = null;
                _files.Restart(NowSecond);
            }
            finally
            {
                _queries.Release(_options.QueriesMax);
            }

            _restart = false;
            LoadNewest();
        }
        else if (_raw is null && _current is not null)
        {
            // DuckDB rolled the failed commit back. If it landed after all, its sequences are known now and it is not stored twice.
            LoadNewest();
            _connection = _files.Connect();
            _raw = RawWriter.Load(_connection, _current.Alias);
        }

        var now = Now;
        if (_current is null || _raw is null || _connection is null || SegmentName.For(HistoryTier.Second, now).Start > _current.Name.Start
            || _folder.SizeOf(_current.Name) > ((long)_options.SizeMaxMiB << 20) / FileShareMax)
        {
            Rotate(now);
        }
    }

    [MemberNotNull(nameof(_current), nameof(_raw), nameof(_connection))]
    private void Rotate(DateTimeOffset now)
    {
        var newest = _files.Of(HistoryTier.Second) is [.., var last] ? last : null;
        if (_current is null && newest is not null && newest.Name.Start >= SegmentName.For(HistoryTier.Second, now).Start
            && _folder.SizeOf(newest.Name) <= ((long)_options.SizeMaxMiB << 20) / FileShareMax)
        {
            _current = newest;
        }
        else
        {
            var nowNs = NowNs;
            _current = _files.Create(HistoryTier.Second, newest is not null && newest.Name.Start > now ? newest.Name.Start : now, nowNs, (connection, alias) => CarryForward(connection, alias, nowNs));
        }

        _connection?.Dispose();
        _connection = _files.Connect();
        try
        {
            _raw = RawWriter.Load(_connection, _current.Alias);
        }
        catch (DuckDBException e) when (HistoryFaults.IsDamaged(e))
        {
            _files.SetAside(_current, e, NowSecond);
            _current = null;
            Rotate(now);
        }
    }

    /// <summary>First rows of a new file: what is needed when it is the only one left.</summary>
    private void CarryForward(DuckDBConnection connection, string alias, long nowNs)
    {
        RawWriter.Load(connection, alias).Write(connection, new RawRows([], [], [], [], [.. _inventory.Values], []), _lastCommitId, nowNs);
        using var appender = connection.CreateAppender(alias, "main", "progress");
        foreach (var (partition, boot, sequence, atNs) in _progress.KeepSince(nowNs - (ProgressKept.Ticks * 100)))
        {
            appender.CreateRow().AppendValue(partition).AppendValue(boot).AppendValue(sequence).AppendValue(atNs).EndRow();
        }
    }

    /// <summary>Takes over progress, inventory and the last commit number; files that prove damaged on the way are set aside.</summary>
    private void LoadNewest()
    {
        using var connection = _files.Connect();
        foreach (var segment in _files.All)
        {
            // The number over all files: the newest may have been set aside, and a number must never come twice.
            SetAsideIfDamaged(segment, () => LoadCommitId(connection, segment));
        }

        while (_files.Of(HistoryTier.Second) is [.., var newest] && !SetAsideIfDamaged(newest, () => LoadFrom(connection, newest)))
        {
            // The one before it knows what was committed until the damaged one began.
        }
    }

    private bool SetAsideIfDamaged(Segment segment, Action read)
    {
        try
        {
            read();
            return true;
        }
        catch (DuckDBException e) when (HistoryFaults.IsDamaged(e))
        {
            _files.SetAside(segment, e, NowSecond);
            return false;
        }
    }

    private void LoadCommitId(DuckDBConnection connection, Segment segment)
    {
        using var command = connection.CreateCommand();
        command.CommandText = segment.Name.Tier == HistoryTier.Second
            ? $"SELECT coalesce(max(id), 0) FROM {segment.Alias}.main.commit_log"
            : $"SELECT coalesce(max(commit_id), 0) FROM {segment.Alias}.main.window_done";
        _lastCommitId = Math.Max(_lastCommitId, Convert.ToInt64(command.ExecuteScalar(), CultureInfo.InvariantCulture));
    }

    private void LoadFrom(DuckDBConnection connection, Segment newest)
    {
        using var command = connection.CreateCommand();
        command.CommandText = string.Create(CultureInfo.InvariantCulture, $"""
            SELECT partition, boot, max(sequence), max(at_ns) FROM (
              SELECT partition, boot, sequence, at_ns FROM {newest.Alias}.main.progress
              UNION ALL
              SELECT p.guid, b.boot, t.sequence, {NowNs} FROM (SELECT boot, max(sequence) AS sequence FROM {newest.Alias}.main.batch GROUP BY boot) t
              JOIN {newest.Alias}.main.boot b ON b.id = t.boot JOIN {newest.Alias}.main.partition p ON p.id = b.partition)
            GROUP BY partition, boot
            """);
        using (var reader = command.ExecuteReader())
        {
            while (reader.Read())
            {
                _progress.Load(reader.GetGuid(0), reader.GetGuid(1), reader.GetFieldValue<ulong>(2), reader.GetInt64(3));
            }
        }

        lock (_inventory)
        {
            foreach (var (_, info) in HistoryQueries.Inventory(connection, newest.Alias))
            {
                _inventory[info.Id] = info;
            }
        }

        foreach (var (partition, boot, exchange) in NewestExchanges(connection, newest))
        {
            _clocks.Add(partition, boot, exchange);
        }
    }

    private static List<(Guid Partition, Guid Boot, ClockExchange Exchange)> NewestExchanges(DuckDBConnection connection, Segment segment)
    {
        var found = new List<(Guid, Guid, ClockExchange)>();
        using var command = connection.CreateCommand();
        command.CommandText = $"""
            SELECT p.guid, b.boot, c.t1_host, c.t2_guest, c.t3_guest, c.t4_host
            FROM {segment.Alias}.main.clock c JOIN {segment.Alias}.main.boot b ON b.id = c.boot JOIN {segment.Alias}.main.partition p ON p.id = b.partition
            QUALIFY row_number() OVER (PARTITION BY c.boot ORDER BY c.t1_host DESC) <= 4
            ORDER BY c.t1_host
            """;
        using var reader = command.ExecuteReader();
        while (reader.Read())
        {
            found.Add((reader.GetGuid(0), reader.GetGuid(1), new ClockExchange(reader.GetInt64(2), reader.GetInt64(3), reader.GetInt64(4), reader.GetInt64(5))));
        }

        return found;
    }

    /// <summary>After a failed write: the next commit goes on from what is in the file, not from what was in memory.</summary>
    private void LetGo(bool restart)
    {
        _raw = null;
        _connection?.Dispose();
        _connection = null;
        _restart |= restart;
    }

    private async Task<T> AskAsync<T>(Func<HistoryQueries, T> question, CancellationToken cancellation)
    {
        ObjectDisposedException.ThrowIf(_disposed, this);
        var damaged = new List<(Segment, Exception)>();
        T answer;
        await _queries.WaitAsync(cancellation);
        try
        {
            answer = await Task.Run(() => Ask(question, damaged), cancellation);
        }
        finally
        {
            _queries.Release();
        }

        foreach (var (segment, reason) in damaged)
        {
            await SetAsideAsync(segment, reason, cancellation);
        }

        return answer;
    }

    private T Ask<T>(Func<HistoryQueries, T> question, List<(Segment, Exception)> damaged)
    {
        try
        {
            using var connection = _files.Connect();
            return question(new HistoryQueries(connection, _files.All, s => _files.All.Contains(s), (segment, e) => damaged.Add((segment, e))));
        }
        catch (DuckDBException e)
        {
            throw new HistoryException($"History in {_folder.FullPath} could not answer: {HistoryFaults.FirstLine(e)} Ask for a shorter range or fewer points, or raise {HistoryOptions.SectionName}:{nameof(HistoryOptions.MemoryMaxMiB)} (now {_options.MemoryMaxMiB}).", e);
        }
    }

    private async Task SetAsideAsync(Segment segment, Exception reason, CancellationToken cancellation)
    {
        await _writer.WaitAsync(cancellation);
        try
        {
            if (ReferenceEquals(segment, _current))
            {
                LetGo(restart: false);
                _current = null;
            }

            _files.SetAside(segment, reason, NowSecond);
        }
        finally
        {
            _writer.Release();
        }
    }

    private async Task TakeAllQueriesAsync()
    {
        for (var i = 0; i < _options.QueriesMax; i++)
        {
            await _queries.WaitAsync();
        }
    }

    private void NoteAside(string sentence, Exception? reason)
    {
        HistoryLog.Fault(_logger, sentence, reason);
        _faults.Aside(sentence);
    }
}
