using HvIntegration.History.Database;
using HvIntegration.History.Faults;
using HvIntegration.History.Files;
using HvIntegration.History.Tables;
using HvIntegration.History.Times;
using HvIntegration.Model;

namespace HvIntegration.History.Committing;

/// <summary>Writes commits: leaves out what is stored already, places guest reads in host time, and stores the rest in one transaction.</summary>
/// <remarks>All calls are the writer's; the counts may be read by any thread.</remarks>
/// <param name="folder">Where the files are.</param>
/// <param name="files">The attached files.</param>
/// <param name="rotation">The file to write to.</param>
/// <param name="state">What was committed before.</param>
/// <param name="leftOut">Learns of times that cannot be true.</param>
/// <param name="faults">Learns whether writes work.</param>
/// <param name="landed">Called with the rows of each commit once they are stored.</param>
/// <param name="calls">Told of calls to the outside.</param>
/// <param name="options">Limits.</param>
/// <param name="clock">Wall time.</param>
/// <param name="logger">Told of faults.</param>
internal sealed class HistoryCommitter(
    HistoryFolder folder, SegmentFiles files, SegmentRotation rotation, CommittedState state, LeftOutBook leftOut, FaultBook faults, Action<RawRows> landed,
    StoreCalls calls, HistoryOptions options, HistoryClock clock, ILogger logger)
{
    private long _committedBatches;
    private long _duplicateBatches;

    /// <summary>Batches that were stored since the start.</summary>
    public long CommittedBatches => Volatile.Read(ref _committedBatches);

    /// <summary>Batches that came again and were left out.</summary>
    public long DuplicateBatches => Volatile.Read(ref _duplicateBatches);

    /// <summary>Stores all of it or nothing, and returns when it is on disk.</summary>
    /// <exception cref="HistoryException">Nothing was stored; the sentence says why and what to do.</exception>
    public void Commit(HistoryCommit commit)
    {
        try
        {
            var (file, connection, writer) = rotation.Ready();
            var commitId = state.LastCommitId + 1;
            var nowNs = clock.NowNs;
            var (rows, progress) = Select(commit, nowNs);
            if (rows.IsEmpty)
            {
                return;
            }

            var before = folder.Written(file.Name);
            calls.At(StoreCall.Begin);
            using (var transaction = connection.BeginTransaction())
            {
                writer.Write(connection, rows, commitId, nowNs);
                calls.At(StoreCall.Appended);
                calls.At(StoreCall.Commit);
                transaction.Commit();
                calls.At(StoreCall.Committed);
            }

            ThrowIfGone(file, before);
            Landed(file, commitId, rows, progress, nowNs);
        }
        catch (Exception e) when (HistoryFaults.IsWriteFailure(e))
        {
            var failure = HistoryFaults.Write(e, rotation.Current?.Path ?? folder.FullPath, options);
            if (faults.Write(failure.Message))
            {
                HistoryLog.Fault(logger, failure.Message, failure);
            }

            rotation.Fail(e);
            throw failure;
        }
        catch
        {
            // Our own bug: it surfaces, but what is in memory must not stay ahead of the file.
            rotation.LetGo(restart: false);
            throw;
        }
    }

    // What was committed must be where its path leads: a file that was removed or replaced takes commits as before, and nobody finds them again.
    private void ThrowIfGone(Segment segment, (long LogBytes, long FileBytes, DateTime FileWrittenUtc) before)
    {
        if (!HistoryFolder.Holds(segment))
        {
            throw HistoryFaults.Gone(segment.Path);
        }

        var after = folder.Written(segment.Name);
        if (after.LogBytes <= before.LogBytes && after.FileBytes == before.FileBytes && after.FileWrittenUtc == before.FileWrittenUtc)
        {
            // Its log alone is gone: what it held is in memory still and goes into the file.
            files.Checkpoint(segment);
            if (folder.Written(segment.Name).FileWrittenUtc == before.FileWrittenUtc)
            {
                throw HistoryFaults.Gone(segment.Path + ".wal");
            }
        }
    }

    private void Landed(Segment file, long commitId, RawRows rows, Dictionary<BootKey, ulong> progress, long nowNs)
    {
        state.LastCommitId = commitId;
        state.Progress.Raise(progress, nowNs);
        _committedBatches += rows.Batches.Count;
        state.Inventory.Note(rows.Partitions);

        if (rows.Range() is var (firstNs, lastNs))
        {
            file.Widen(firstNs, lastNs);
        }

        landed(rows);
        faults.Write(null);
    }

    // Leaves out known sequences and places guest reads in host time.
    private (RawRows Rows, Dictionary<BootKey, ulong> Progress) Select(HistoryCommit commit, long nowNs)
    {
        foreach (var (partition, boot, exchange) in commit.ClockExchanges)
        {
            state.Clocks.Add(new BootKey(partition, boot), exchange);
        }

        var kept = new KeptTime(nowNs, options.SecondHours);
        var progress = new Dictionary<BootKey, ulong>();
        var batches = new List<(GuestBatch, long)>(commit.Batches.Count);
        foreach (var batch in commit.Batches.OrderBy(b => b.Sequence))
        {
            var (boot, sequence) = batch.Position;
            if (sequence <= progress.GetValueOrDefault(boot, state.Progress.Of(boot)))
            {
                _duplicateBatches++;
                continue;
            }

            progress[boot] = sequence;
            var hostNs = state.Clocks.HostNs(boot, batch.StartMonotonicNs, nowNs);
            if (!kept.Holds(hostNs))
            {
                // What a guest's clock says of another year names no minute; its exchanges are kept, so its windows are placed by them or not at all.
                leftOut.Times(batch.Partition, 1);
                hostNs = nowNs;
            }

            batches.Add((batch, hostNs));
        }

        var samples = commit.HostSamples;
        if (samples.Any(s => !kept.Holds(s.EndNs)))
        {
            foreach (var sample in samples.Where(s => !kept.Holds(s.EndNs)))
            {
                leftOut.Times(sample.Partition, 1);
            }

            samples = [.. samples.Where(s => kept.Holds(s.EndNs))];
        }

        var reports = commit.Reports;
        if (reports.Any(r => !kept.Holds(SaturatingTime.Ns(r.Second))))
        {
            foreach (var report in reports.Where(r => !kept.Holds(SaturatingTime.Ns(r.Second))))
            {
                leftOut.Times(report.Partition.Id, 1);
            }

            reports = [.. reports.Where(r => kept.Holds(SaturatingTime.Ns(r.Second)))];
        }

        // The newest word of a commit on a gap is enough.
        var gaps = reports.SelectMany(r => r.GapsTold.Select(g => new GapRow(r.Partition.Id, r.Second, g)))
            .Concat((commit.Gaps ?? []).Where(g => kept.Holds(SaturatingTime.Ns(g.Gap.ToSecond))).Select(g => new GapRow(g.Partition, g.Gap.ToSecond, g.Gap)))
            .GroupBy(g => (g.Partition, g.Gap.Began)).Select(g => g.Last()).ToList();
        return (new RawRows(batches, commit.ClockExchanges, samples, reports, commit.Partitions, gaps, kept), progress);
    }
}
