using HvIntegration.Engine.Options;
using HvIntegration.History.Committing;
using HvIntegration.History.Database;
using HvIntegration.History.Faults;
using HvIntegration.History.Files;
using HvIntegration.History.Times;

namespace HvIntegration.History.Rollups;

/// <summary>Makes one window of all VMs, so that a VM whose window cannot be made keeps no other from its own.</summary>
/// <remarks>One window at a time. A VM that fails is tried again a few times, then its window is left out and counted.</remarks>
/// <param name="files">The attached files.</param>
/// <param name="plan">Learns of the hour that a minute belongs to, and of windows to try again.</param>
/// <param name="inventory">Names of the VMs.</param>
/// <param name="leftOut">Learns what finds no room.</param>
/// <param name="calls">Told of calls to the outside.</param>
/// <param name="engine">Settings of the live engine, by which raw counters become seconds.</param>
/// <param name="clock">Wall time.</param>
/// <param name="logger">Told of windows that were left out.</param>
internal sealed class WindowMaker(
    SegmentFiles files, RollupPlan plan, KnownPartitions inventory, LeftOutBook leftOut, StoreCalls calls, EngineOptions engine, HistoryClock clock, ILogger logger)
{
    // How often a window of a VM is tried, and how long it waits before each further time; younger windows do not wait for it.
    private const int TriesMax = 3;
    private const int TriedMax = 1024;

    // Windows of VMs are written together up to this many series.
    private const int SeriesAtOnceMax = 65_536;
    private static readonly int[] s_tryAgainSeconds = [5, 30];
    private readonly Dictionary<(HistoryTier Tier, long Start), int> _tries = [];
    private readonly HashSet<Guid> _unmakable = [];

    /// <summary>How long a window waits before it is tried the second time, seconds.</summary>
    public static int TryAgainSeconds => s_tryAgainSeconds[0];

    /// <summary>Makes a window VM by VM, so that memory is that of one and none of them is ahead of the others.</summary>
    /// <param name="tier">Minute or hour.</param>
    /// <param name="start">Start of the window, host second.</param>
    /// <param name="file">File of that tier to write to.</param>
    /// <exception cref="DuckDB.NET.Data.DuckDBException">The fault is not of one VM's rows: a file, the disk or DuckDB itself.</exception>
    public void Make(HistoryTier tier, long start, Segment file)
    {
        using var connection = files.Connect();
        calls.At(StoreCall.Read);
        var sources = RollupReader.FilesOf(tier, start, files.All);
        var reader = new RollupReader(connection, sources, start, engine);
        var commitId = reader.CommitId(tier);
        var names = inventory.All;
        var failed = new List<(Guid Partition, Exception Reason)>();
        var ready = new Dictionary<Guid, WindowRows>();
        var (series, done) = (0, false);
        foreach (var partition in reader.Partitions())
        {
            if (TryOfOneVm(partition, failed, () => ready[partition] = tier == HistoryTier.Minute ? reader.Minute(partition) : reader.Hour(partition)))
            {
                _unmakable.Remove(partition);
                series += ready[partition].Values.Count;
                if (series > SeriesAtOnceMax)
                {
                    Write(isLast: false);
                }
            }
        }

        Write(isLast: true);
        if (failed.Count > 0 && sources.Any(f => !files.All.Contains(f)))
        {
            throw failed[0].Reason;
        }

        var again = SettleFailed(tier, start, failed);
        if (!again)
        {
            _tries.Remove((tier, start));
        }

        if (!again && !done)
        {
            calls.At(StoreCall.Commit);
            RollupWriter.Write(connection, file.Alias, start, new Dictionary<Guid, WindowRows>(), commitId, isDone: true, names, leftOut);
        }

        file.Widen(SaturatingTime.Ns(start), SaturatingTime.Ns(start));
        if (tier == HistoryTier.Minute)
        {
            plan.NoteHour(start);
        }

        void Write(bool isLast)
        {
            // Together; where that fails, one by one, to find the VM it fails for.
            var together = new List<(Guid, Exception)>();
            var isDone = isLast && failed.Count == 0;
            calls.At(StoreCall.Begin);
            if (!TryOfOneVm(Guid.Empty, together, () => RollupWriter.Write(connection, file.Alias, start, ready, commitId, isDone, names, leftOut)))
            {
                isDone = false;
                foreach (var (partition, rows) in ready)
                {
                    TryOfOneVm(partition, failed, () => RollupWriter.Write(connection, file.Alias, start, new Dictionary<Guid, WindowRows> { [partition] = rows }, commitId, isDone: false, names, leftOut));
                }
            }

            (done, series) = (isDone, 0);
            ready.Clear();
        }
    }

    private static bool TryOfOneVm(Guid partition, List<(Guid Partition, Exception Reason)> failed, Action make)
    {
        try
        {
            make();
            return true;
        }
        catch (Exception e) when (HistoryFaults.IsOfRows(e))
        {
            failed.Add((partition, e));
            return false;
        }
    }

    // Decides what becomes of VMs of which a window could not be made; true when the window is tried again.
    private bool SettleFailed(HistoryTier tier, long start, List<(Guid Partition, Exception Reason)> failed)
    {
        if (failed.Count == 0)
        {
            return false;
        }

        var tries = _tries.GetValueOrDefault((tier, start)) + 1;
        if (tries < TriesMax && _tries.Count < TriedMax && failed.Any(f => !_unmakable.Contains(f.Partition)))
        {
            _tries[(tier, start)] = tries;
            plan.NoteLater(tier, start, clock.NowSecond + s_tryAgainSeconds[tries - 1]);
            return true;
        }

        foreach (var (partition, reason) in failed)
        {
            leftOut.Windows(partition, 1);
            if (_unmakable.Count < TriedMax && _unmakable.Add(partition))
            {
                HistoryLog.WindowLeftOut(logger, tier, start, partition, HistoryFaults.FirstLine(reason), reason);
            }
        }

        return false;
    }
}
