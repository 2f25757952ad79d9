using HvIntegration.Engine.Options;
using HvIntegration.History.Committing;
using HvIntegration.History.Database;
using HvIntegration.History.Faults;
using HvIntegration.History.Files;
using HvIntegration.History.Reading;
using HvIntegration.History.Rollups;
using HvIntegration.History.Tables;
using HvIntegration.History.Times;
using HvIntegration.Model;

namespace HvIntegration.History.Store;

/// <summary>History in DuckDB files of one folder: raw counters by the hour, 1 min windows by the day, 1 h windows by the month.</summary>
/// <remarks>
/// A commit is one transaction in the newest raw file, so samples and the sequences they bring are there together or not at all.
/// Readers have their own connections and see the last commit; they never hold the writer up. docs/history.md tells the layout.
/// The work is done by the parts that <see cref="Open"/> puts together; this type lets callers in, one writer and a few readers at a time.
/// </remarks>
public sealed class HistoryStore : IHistoryReader, IHistoryWriter, IAsyncDisposable
{
    private const long SecondNs = 1_000_000_000;

    private readonly HistoryFolder _folder;
    private readonly HistoryOptions _options;
    private readonly EngineOptions _engine;
    private readonly ILogger _logger;
    private readonly StoreCalls _calls;
    private readonly HistoryGates _gates;
    private readonly FaultBook _faults = new();
    private readonly LeftOutBook _leftOut;
    private readonly CommittedState _state = new();
    private readonly RollupPlan _plan;
    private readonly SegmentFiles _files;
    private readonly SegmentRotation _rotation;
    private readonly HistoryCommitter _committer;
    private readonly HistoryUpkeep _upkeep;
    private readonly CancellationTokenSource _stopping = new();
    private Task _upkeepLoop = Task.CompletedTask;
    private bool _disposed;

    private HistoryStore(HistoryFolder folder, HistoryOptions options, EngineOptions engine, StoreCalls calls, TimeProvider time, ILogger logger)
    {
        (_folder, _options, _engine, _calls, _logger) = (folder, options, engine, calls, logger);
        var clock = new HistoryClock(time);
        _leftOut = new LeftOutBook((partition, what) => HistoryLog.LeavesOut(logger, partition, what));
        _plan = new RollupPlan(options);
        _gates = new HistoryGates(options.QueriesMax);
        _files = new SegmentFiles(folder, options, calls, NoteAside, clock.NowSecond);
        _rotation = new SegmentRotation(folder, _files, _state, _leftOut, _gates, options, clock);
        _committer = new HistoryCommitter(folder, _files, _rotation, _state, _leftOut, _faults, _plan.Note, calls, options, clock, logger);
        var maker = new WindowMaker(_files, _plan, _state.Inventory, _leftOut, calls, engine, clock, logger);
        var retention = new Retention(folder, _files, options, clock, logger);
        _upkeep = new HistoryUpkeep(folder, _files, _rotation, _plan, maker, retention, _gates, _faults, options, clock, logger);
    }

    /// <inheritdoc/>
    public HistoryStatus Status
    {
        get
        {
            var first = _files.All.Select(s => s.FirstNs).Where(ns => ns != long.MaxValue).DefaultIfEmpty(0).Min();
            return new HistoryStatus(
                _folder.SizeBytes(), (long)_options.SizeMaxMiB << 20, first / SecondNs, _committer.CommittedBatches, _committer.DuplicateBatches, _faults.Text)
            {
                LeftOut = _leftOut.All,
            };
        }
    }

    /// <summary>Windows that wait to be made.</summary>
    internal int PendingWindows => _plan.Count;

    /// <summary>Opens the history of a folder, making both when they are not there.</summary>
    /// <param name="options">Folder and bounds.</param>
    /// <param name="engine">Settings of the live engine: history makes the same seconds of the same reads.</param>
    /// <param name="time">Wall time.</param>
    /// <param name="logger">Told of faults.</param>
    /// <param name="cancellation">Gives up.</param>
    /// <exception cref="HistoryException">The folder cannot be written, is in use, or was written by a newer hvi.</exception>
    public static Task<HistoryStore> OpenAsync(HistoryOptions options, EngineOptions engine, TimeProvider time, ILogger logger, CancellationToken cancellation) =>
        OpenAsync(options, engine, new StoreCalls(), time, logger, cancellation);

    /// <summary>The same, told of each call to the outside.</summary>
    internal static Task<HistoryStore> OpenAsync(HistoryOptions options, EngineOptions engine, StoreCalls calls, TimeProvider time, ILogger logger, CancellationToken cancellation) =>
        Task.Run(() => Open(options, engine, calls, time, logger), cancellation);

    /// <inheritdoc/>
    public async Task CommitAsync(HistoryCommit commit, CancellationToken cancellation)
    {
        ObjectDisposedException.ThrowIf(_disposed, this);
        using (await _gates.WriteAsync(cancellation))
        {
            // A begun transaction is finished whatever the caller wants by then: half a commit is worse than a late stop.
            await Task.Run(() => _committer.Commit(commit), CancellationToken.None);
        }
    }

    /// <inheritdoc/>
    public ulong CommittedSequence(Guid partition, Guid bootId) => _state.Progress.Of(new BootKey(partition, bootId));

    /// <inheritdoc/>
    public async Task<IReadOnlyList<HistorySeries>> QueryAsync(Guid partition, ushort metricId, long fromSecond, long toSecond, int pointsMax, CancellationToken cancellation) =>
        (await QueryCountedAsync(partition, metricId, fromSecond, toSecond, pointsMax, cancellation)).Series;

    /// <inheritdoc/>
    public Task<(IReadOnlyList<HistorySeries> Series, int LeftOut)> QueryCountedAsync(Guid partition, ushort metricId, long fromSecond, long toSecond, int pointsMax, CancellationToken cancellation)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(pointsMax, 1);
        return AskAsync(q => q.Series(partition, metricId, null, fromSecond, toSecond, pointsMax), cancellation);
    }

    /// <inheritdoc/>
    public async Task<HistorySeries> QuerySignalAsync(Guid partition, string signalId, long fromSecond, long toSecond, int pointsMax, CancellationToken cancellation)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(pointsMax, 1);
        var found = await AskAsync(q => q.Series(partition, SegmentSchema.SignalMetricId, [signalId], fromSecond, toSecond, pointsMax).Series, cancellation);
        return found.Count > 0 ? found[0] : new HistorySeries(new SeriesKey(SegmentSchema.SignalMetricId, signalId), []);
    }

    /// <inheritdoc/>
    public Task<IReadOnlyList<HistorySeries>> QuerySignalsAsync(Guid partition, IReadOnlyList<string> signalIds, long fromSecond, long toSecond, int pointsMax, CancellationToken cancellation)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(pointsMax, 1);
        ArgumentOutOfRangeException.ThrowIfZero(signalIds.Count);
        return AskAsync(q => q.Series(partition, SegmentSchema.SignalMetricId, signalIds, fromSecond, toSecond, pointsMax).Series, cancellation);
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
        await _upkeepLoop;
        await _gates.WriteAsync(CancellationToken.None);
        await _gates.ExcludeReadersAsync();
        _rotation.Dispose();
        _files.Dispose();
        _folder.Dispose();
        _stopping.Dispose();
        _gates.Dispose();
    }

    /// <summary>Makes the windows that are due and deletes what is too old or too much, now and not in the background.</summary>
    internal Task UpkeepAsync(CancellationToken cancellation) => _upkeep.PassAsync(cancellation);

    private static HistoryStore Open(HistoryOptions options, EngineOptions engine, StoreCalls calls, TimeProvider time, ILogger logger)
    {
        var folder = HistoryFolder.Open(options.Folder, calls);
        try
        {
            HistoryStore? store = null;
            try
            {
                store = new HistoryStore(folder, options, engine, calls, time, logger);
                store._rotation.LoadNewest();
                store._rotation.Ready();
                store._upkeep.PlanAll();
            }
            catch (Exception e) when (HistoryFaults.IsWriteFailure(e))
            {
                store?._rotation.LetGo(restart: false);
                store?._files.Dispose();
                throw HistoryFaults.Write(e, folder.FullPath, options);
            }

            if (options.BackgroundUpkeep)
            {
                store._upkeepLoop = Task.Run(() => store._upkeep.RunAsync(time, store._stopping.Token));
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

    private async Task<T> AskAsync<T>(Func<HistoryQueries, T> question, CancellationToken cancellation)
    {
        ObjectDisposedException.ThrowIf(_disposed, this);
        var damaged = new List<(Segment, Exception)>();
        T answer;
        using (await _gates.ReadAsync(cancellation))
        {
            answer = await Task.Run(() => Ask(question, damaged), cancellation);
        }

        foreach (var (segment, reason) in damaged)
        {
            try
            {
                using (await _gates.WriteAsync(cancellation))
                {
                    _rotation.SetAside(segment, reason);
                }
            }
            catch (Exception e) when (HistoryFaults.IsWriteFailure(e))
            {
                // The answer stands; the file is found damaged again by the next question or start.
                HistoryLog.Fault(_logger, HistoryFaults.Write(e, segment.Path, _options).Message, e);
            }
        }

        return answer;
    }

    private T Ask<T>(Func<HistoryQueries, T> question, List<(Segment, Exception)> damaged)
    {
        try
        {
            using var connection = _files.Connect();
            _calls.At(StoreCall.Read);
            return question(new HistoryQueries(connection, _files.All, s => _files.All.Contains(s), (segment, e) => damaged.Add((segment, e)), _engine));
        }
        catch (Exception e) when ((HistoryFaults.IsWriteFailure(e) && e is not HistoryException) || e is CutShortException)
        {
            throw new HistoryException($"History in {_folder.FullPath} could not answer: {HistoryFaults.FirstLine(e)} Request a shorter range or fewer points, or raise {HistoryOptions.SectionName}:{nameof(HistoryOptions.MemoryMaxMiB)} (now {_options.MemoryMaxMiB}).", e);
        }
    }

    private void NoteAside(string sentence, Exception? reason)
    {
        HistoryLog.Fault(_logger, sentence, reason);
        _faults.Aside(sentence);
    }
}
