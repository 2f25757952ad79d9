using HvIntegration.Broker.Live;
using HvIntegration.Model;
using HvIntegration.History;
using HvIntegration.Protocol.Metrics;

namespace HvIntegration.HostBroker.Tests.History;

public sealed class HistoryStoreTests
{
    [Fact]
    public async Task Commit_SameSequencesAgain_AreStoredOnce()
    {
        // Arrange
        await using var bench = await HistoryBench.OpenAsync();
        await bench.RunAsync(0, 10);

        // Act: an agent sends again what it saw no answer for, and goes on
        await bench.Store.CommitAsync(new HistoryCommit([.. Enumerable.Range(5, 7).Select(s => bench.Batch((ulong)s + 1, s))], [], [], [], []), TestContext.Current.CancellationToken);

        // Assert
        Assert.Equal(12UL, bench.Store.CommittedSequence(bench.Vm, bench.Boot));
        Assert.Equal(12, bench.Store.Status.CommittedBatches);
        Assert.Equal(5, bench.Store.Status.DuplicateBatches);
    }

    [Fact]
    public async Task CommittedSequence_AfterReopen_IsWhatWasCommitted()
    {
        // Arrange
        await using var bench = await HistoryBench.OpenAsync();
        await bench.RunAsync(0, 7);

        // Act
        await bench.ReopenAsync();

        // Assert
        Assert.Equal(7UL, bench.Store.CommittedSequence(bench.Vm, bench.Boot));
        Assert.Equal(0UL, bench.Store.CommittedSequence(bench.Vm, Guid.NewGuid()));
        Assert.Null(bench.Store.Status.Fault);
    }

    [Fact]
    public async Task CommittedSequence_AfterTheHourTurnedAndReopen_IsCarriedForward()
    {
        // Arrange
        await using var bench = await HistoryBench.OpenAsync();
        await bench.RunAsync(0, 5);
        bench.Time.SetUtcNow(HistoryBench.Start.AddHours(1));
        var other = Guid.NewGuid();
        await bench.Store.CommitAsync(new HistoryCommit([bench.Batch(3, 3600, boot: other)], [], [], [], []), TestContext.Current.CancellationToken);

        // Act
        await bench.ReopenAsync();

        // Assert
        Assert.Equal(2, Directory.GetFiles(bench.Folder, "1s-*.duckdb").Length);
        Assert.Equal(5UL, bench.Store.CommittedSequence(bench.Vm, bench.Boot));
        Assert.Equal(3UL, bench.Store.CommittedSequence(bench.Vm, other));
        Assert.Equal("web-1", Assert.Single(await bench.Store.KnownPartitionsAsync(TestContext.Current.CancellationToken)).Name);
    }

    [Fact]
    public async Task Query_GuestCounter_IsRatePerHostSecondFromRawCounters()
    {
        // Arrange
        await using var bench = await HistoryBench.OpenAsync();
        await bench.RunAsync(0, 20);

        // Act
        var series = await bench.CpuAsync(5, 15);

        // Assert
        Assert.Equal(["idle|0", "user|0"], series.Select(s => s.Series.Instance));
        var user = series[1].Points;
        Assert.Equal(Enumerable.Range(5, 10).Select(s => HistoryBench.StartSecond + s), user.Select(p => p.Second));
        Assert.All(user, p => Assert.Equal(0.25, p.Value, 3));
        Assert.All(user, p => Assert.Equal(1, p.Span));
    }

    [Fact]
    public async Task Query_HostCounterAndGauge_AnswerTheirOwnForm()
    {
        // Arrange
        await using var bench = await HistoryBench.OpenAsync();
        await bench.RunAsync(0, 20);

        // Act
        var run = await bench.Store.QueryAsync(bench.Vm, HostMetrics.VpRunTime.Id, HistoryBench.StartSecond + 2, HistoryBench.StartSecond + 12, 100, TestContext.Current.CancellationToken);
        var memory = await bench.Store.QueryAsync(bench.Vm, GuestMetrics.MemoryAvailable.Id, HistoryBench.StartSecond + 2, HistoryBench.StartSecond + 12, 100, TestContext.Current.CancellationToken);

        // Assert
        Assert.All(Assert.Single(run).Points, p => Assert.Equal(0.5, p.Value, 6));
        var points = Assert.Single(memory).Points;
        Assert.Equal(10, points.Count);
        Assert.All(points, p => Assert.InRange(p.Value, 1e9, 1e9 + 20));
    }

    [Fact]
    public async Task Query_AcrossTheTurnOfTheHour_HasNoGap()
    {
        // Arrange
        await using var bench = await HistoryBench.OpenAsync();
        var turn = 45 * 60;
        await bench.RunAsync(turn - 10, turn + 10);

        // Act
        var series = await bench.CpuAsync(turn - 8, turn + 8);

        // Assert
        Assert.Equal(16, series[0].Points.Count);
    }

    [Fact]
    public async Task Query_LateBatches_LieAtTheirTrueTime()
    {
        // Arrange
        await using var bench = await HistoryBench.OpenAsync();
        await bench.RunAsync(0, 3);
        bench.Time.SetUtcNow(HistoryBench.Start.AddSeconds(300));

        // Act: an agent comes back after five minutes with all it kept
        await bench.Store.CommitAsync(
            new HistoryCommit([.. Enumerable.Range(3, 297).Select(s => bench.Batch((ulong)s + 1, s))], [bench.Exchange(299)], [], [], []), TestContext.Current.CancellationToken);

        // Assert
        var user = (await bench.CpuAsync(0, 299))[1];
        Assert.Equal(299, user.Points.Count(p => Math.Abs(p.Value - 0.25) < 1e-3));
    }

    [Fact]
    public async Task QuerySignal_MissingValue_IsAbsentNotZero()
    {
        // Arrange
        await using var bench = await HistoryBench.OpenAsync();
        await bench.RunAsync(0, 5);

        // Act
        var steal = await bench.Store.QuerySignalAsync(bench.Vm, "cpu.steal", HistoryBench.StartSecond, HistoryBench.StartSecond + 10, 100, TestContext.Current.CancellationToken);
        var ready = await bench.Store.QuerySignalAsync(bench.Vm, "cpu.ready", HistoryBench.StartSecond, HistoryBench.StartSecond + 10, 100, TestContext.Current.CancellationToken);

        // Assert
        Assert.Equal(5, steal.Points.Count);
        Assert.All(steal.Points, p => Assert.Equal(0.1, p.Value, 6));
        Assert.Empty(ready.Points);
    }

    [Fact]
    public async Task QueryVerdicts_ChangingCause_GivesOneSpanEach()
    {
        // Arrange
        await using var bench = await HistoryBench.OpenAsync();
        await bench.RunAsync(0, 10);
        await bench.RunAsync(10, 20, hypothesis: "host-cpu-contention");
        await bench.RunAsync(20, 25);

        // Act
        var spans = await bench.Store.QueryVerdictsAsync(bench.Vm, HistoryBench.StartSecond, HistoryBench.StartSecond + 100, TestContext.Current.CancellationToken);

        // Assert
        Assert.Equal(
            [("none", 0L, 9L), ("host-cpu-contention", 10, 19), ("none", 20, 24)],
            spans.Select(s => (s.Hypothesis, s.FromSecond - HistoryBench.StartSecond, s.ToSecond - HistoryBench.StartSecond)));
    }

    [Fact]
    public async Task QueryProcesses_RangeOverTwoReopenings_GivesMeanUse()
    {
        // Arrange
        await using var bench = await HistoryBench.OpenAsync();
        await bench.RunAsync(0, 5);
        await bench.ReopenAsync();
        await bench.RunAsync(5, 10);

        // Act
        var use = Assert.Single(await bench.Store.QueryProcessesAsync(bench.Vm, HistoryBench.StartSecond, HistoryBench.StartSecond + 10, 5, TestContext.Current.CancellationToken));

        // Assert: one second of user and half a second of system time in each second
        Assert.Equal("init", use.Name);
        Assert.Equal(1.5, use.CpuShare, 5);
        Assert.Equal(4e6, use.ResidentBytes);
        Assert.Equal(0, use.ReadBytesPerSecond);
    }

    [Fact]
    public async Task KnownPartitions_RenamedVm_GivesTheNewestName()
    {
        // Arrange
        await using var bench = await HistoryBench.OpenAsync();
        await bench.RunAsync(0, 1);

        // Act
        await bench.Store.CommitAsync(new HistoryCommit([], [], [], [], [bench.Info("web-2")]), TestContext.Current.CancellationToken);

        // Assert
        var info = Assert.Single(await bench.Store.KnownPartitionsAsync(TestContext.Current.CancellationToken));
        Assert.Equal(bench.Info("web-2"), info);
    }

    [Fact]
    public async Task QueryEpisodes_EpisodeThatRestedBeforeItsEnd_EndsWhereItsCauseHeldLast()
    {
        // Arrange: 40 s of harm, then 30 s in which the episode is open and rests.
        await using var bench = await HistoryBench.OpenAsync();
        var log = new EpisodeLog();
        for (var second = 0; second < 90; second++)
        {
            var held = Math.Min(second, 49);
            var report = bench.Report(second, second is >= 10 and < 50 ? "cpu.contention" : "none");
            report = second is < 10 or >= 80
                ? report
                : report with { Episode = new Episode(0, bench.Vm, "cpu.contention", HistoryBench.StartSecond + 10, HistoryBench.StartSecond + held, null, 0.5, report.Verdict) };
            bench.Time.SetUtcNow(HistoryBench.Start.AddSeconds(second + 0.5));
            await bench.Store.CommitAsync(bench.Commit(second) with { Reports = [report] }, TestContext.Current.CancellationToken);
            log.Note(report);
        }

        // Act
        var kept = Assert.Single(await bench.Store.QueryEpisodesAsync(bench.Vm, null, HistoryBench.StartSecond, HistoryBench.StartSecond + 90, 5, TestContext.Current.CancellationToken));

        // Assert: after a restart the same length is told as before it.
        Assert.Equal((10L, 49L), (kept.OnsetSecond - HistoryBench.StartSecond, kept.LastSecond - HistoryBench.StartSecond));
        Assert.Equal(kept.LastSecond, Assert.Single(log.All).EndSecond);
    }

    [Fact]
    public async Task OpenEpisode_OfAVmThatLeaves_EndsWithIt()
    {
        await using var bench = await HistoryBench.OpenAsync();
        var log = new EpisodeLog();
        var report = bench.Report(40, "cpu.contention");
        log.Note(report with { Episode = new Episode(0, bench.Vm, "cpu.contention", HistoryBench.StartSecond + 10, HistoryBench.StartSecond + 38, null, 0.5, report.Verdict) });

        log.Keep(new HashSet<Guid> { bench.Vm });
        Assert.Null(Assert.Single(log.All).EndSecond);
        log.Keep(new HashSet<Guid>());

        Assert.Equal(HistoryBench.StartSecond + 38, Assert.Single(log.All).EndSecond);
    }
}
