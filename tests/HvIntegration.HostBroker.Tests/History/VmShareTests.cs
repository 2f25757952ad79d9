using System.Diagnostics;
using DuckDB.NET.Data;
using HvIntegration.Model;
using HvIntegration.History;
using HvIntegration.History.Database;
using HvIntegration.Protocol.Metrics;

namespace HvIntegration.HostBroker.Tests.History;

/// <summary>One VM that makes names, boots and processes without end, beside one that is well.</summary>
[Collection(MemoryMeasured.Name)]
public sealed class VmShareTests(ITestOutputHelper output)
{
    private static readonly Guid Hostile = Guid.Parse("99999999-0000-0000-0000-000000000001");
    private static readonly Guid HostileBoot = Guid.Parse("99999999-0000-0000-0000-000000000002");

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Commit_SeriesWithoutEnd_LeavesTheRestOutOfThatVmOnly()
    {
        // Arrange
        await using var bench = await HistoryBench.OpenAsync();

        // Act: 30 batches of 1,500 names each that were never there before, one of a good VM between
        for (var second = 0; second < 30; second++)
        {
            bench.Time.SetUtcNow(HistoryBench.Start.AddSeconds(second + 0.5));
            var commit = bench.Commit(second);
            await bench.Store.CommitAsync(commit with { Batches = [Unique(bench, second, 1500), .. commit.Batches], ClockExchanges = [.. commit.ClockExchanges, bench.Exchange(second, Hostile, HostileBoot)] }, Cancellation);
        }

        // Assert
        var counts = Assert.Single(bench.Store.Status.LeftOut);
        Assert.Equal(Hostile, counts.Key);
        Assert.Equal(30 * 1500 - VmShare.SeriesMax, counts.Value.Values);
        Assert.Equal(2, (await bench.CpuAsync(0, 29)).Count);
        Assert.Equal(29, (await bench.CpuAsync(0, 29))[1].Points.Count);
        Assert.Equal(30UL, bench.Store.CommittedSequence(Hostile, HostileBoot));
        var (theirs, leftOut) = await bench.Store.QueryCountedAsync(Hostile, GuestMetrics.CpuTime.Id, HistoryBench.StartSecond, HistoryBench.StartSecond + 30, 1000, Cancellation);
        Assert.InRange(theirs.Count, 0, VmShare.AnswerSeriesMax);
        Assert.True(leftOut > 0);
        await bench.ReopenAsync();
        await bench.Store.CommitAsync(new HistoryCommit([Unique(bench, 30, 1500)], [], [], [], []), Cancellation);
        Assert.Equal(1500, bench.Store.Status.LeftOut[Hostile].Values);
    }

    [Fact]
    public async Task Commit_OneNameOverTheShare_IsWrittenWithoutIt()
    {
        // Arrange
        await using var bench = await HistoryBench.OpenAsync();
        await bench.Store.CommitAsync(new HistoryCommit([Unique(bench, 0, 4000)], [], [], [], []), Cancellation);
        await bench.Store.CommitAsync(new HistoryCommit([Unique(bench, 1, 4000)], [], [], [], []), Cancellation);
        await bench.Store.CommitAsync(new HistoryCommit([Unique(bench, 2, VmShare.SeriesMax - 8000)], [], [], [], []), Cancellation);
        bench.Time.SetUtcNow(HistoryBench.Start.AddSeconds(20));

        // Act: what it has been sending, with one name more
        for (var second = 3; second < 20; second++)
        {
            var known = Unique(bench, 0, 3);
            var guestNs = HistoryBench.GuestBootNs + (second * HistoryBench.SecondNs);
            await bench.Store.CommitAsync(
                new HistoryCommit(
                    [known with { Sequence = (ulong)second + 1, StartMonotonicNs = guestNs, Samples = [.. known.Samples.Select(s => s with { StartMonotonicNs = guestNs, EndMonotonicNs = guestNs, Value = second }), new GuestSample(new SeriesKey(GuestMetrics.CpuTime.Id, "one more"), guestNs, guestNs, 1)] }],
                    [bench.Exchange(second, Hostile, HostileBoot)], [], [], []), Cancellation);
        }

        // Assert
        var series = await bench.Store.QueryAsync(Hostile, GuestMetrics.CpuTime.Id, HistoryBench.StartSecond + 3, HistoryBench.StartSecond + 20, 100, Cancellation);
        Assert.Equal(3, series.Count(s => s.Points.Count > 10));
        Assert.Equal(17, bench.Store.Status.LeftOut[Hostile].Values);
    }

    [Fact]
    public async Task Commit_BootsWithoutEnd_LeaveTheOthersClocksAndProgress()
    {
        // Arrange
        await using var bench = await HistoryBench.OpenAsync();
        await bench.RunAsync(0, 3);

        // Act: more boots than any table of all VMs ever held
        for (var i = 0; i < 9; i++)
        {
            var boots = Enumerable.Range(i * 1000, 1000).Select(b => new Guid(b, 9, 9, new byte[8])).ToList();
            await bench.Store.CommitAsync(new HistoryCommit([.. boots.Select(b => bench.Batch(1, 3, vm: Hostile, boot: b))], [.. boots.Select(b => bench.Exchange(3, Hostile, b))], [], [], []), Cancellation);
        }

        bench.Time.SetUtcNow(HistoryBench.Start.AddSeconds(200));
        await bench.Store.CommitAsync(new HistoryCommit([bench.Batch(4, 3)], [], [], [], []), Cancellation);

        // Assert: the late batch still lies where it was read, not where it came in
        Assert.Equal(9000 - VmShare.BootsMax, bench.Store.Status.LeftOut[Hostile].Batches);
        Assert.Equal(4UL, bench.Store.CommittedSequence(bench.Vm, bench.Boot));
        Assert.Equal(4, (await bench.Store.QueryRawAsync([bench.Vm], HistoryBench.StartSecond, HistoryBench.StartSecond + 10, Cancellation)).Batches.Count);
        bench.Time.SetUtcNow(HistoryBench.Start.AddHours(1));
        await bench.Store.CommitAsync(new HistoryCommit([bench.Batch(5, 3600)], [], [], [], []), Cancellation);
        await bench.ReopenAsync();
        Assert.Equal(5UL, bench.Store.CommittedSequence(bench.Vm, bench.Boot));
        Assert.Equal(1UL, bench.Store.CommittedSequence(Hostile, new Guid(8999, 9, 9, new byte[8])));
        await bench.Store.DisposeAsync();
        await using var connection = new DuckDBConnection($"Data Source={Path.Combine(bench.Folder, "1s-20260304T11.duckdb")}");
        connection.Open();
        await using var command = connection.CreateCommand();
        command.CommandText = "SELECT count(*) FROM progress";
        Assert.InRange(Convert.ToInt64(await command.ExecuteScalarAsync(Cancellation), System.Globalization.CultureInfo.InvariantCulture), 2, 9);
    }

    [Fact]
    public async Task Commit_ProcessesWithoutEnd_LeaveTheRestOutOfThatVmOnly()
    {
        // Arrange
        await using var bench = await HistoryBench.OpenAsync();
        await bench.RunAsync(0, 2);

        // Act
        for (var i = 0; i < 12; i++)
        {
            var batch = bench.Batch((ulong)i + 1, 2, vm: Hostile, boot: HostileBoot);
            await bench.Store.CommitAsync(new HistoryCommit([batch with { Processes = [.. Enumerable.Range(0, 6000).Select(p => batch.Processes[0] with { Pid = p, StartTimeMs = (ulong)i })] }], [], [], [], []), Cancellation);
        }

        await bench.RunAsync(2, 6);

        // Assert
        Assert.Equal(72_000 - VmShare.ProcessesMax, bench.Store.Status.LeftOut[Hostile].Processes);
        Assert.False(bench.Store.Status.LeftOut.ContainsKey(bench.Vm));
        Assert.Equal(1.5, Assert.Single(await bench.Store.QueryProcessesAsync(bench.Vm, HistoryBench.StartSecond, HistoryBench.StartSecond + 6, 5, Cancellation)).CpuShare, 5);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Upkeep_StoredMinuteOfOneVmTooLargeForMemory_MakesTheOthersAndDeletes(bool restarted)
    {
        // Arrange: as an earlier hvi kept it, a minute of 29,900 new series a second of one VM beside three others
        await using var bench = HistoryBench.Closed();
        bench.Options.MemoryMaxMiB = 256;
        await bench.ReopenAsync();
        var good = Enumerable.Range(1, 3).Select(i => (Vm: new Guid(i, 5, 5, new byte[8]), Boot: new Guid(i, 6, 6, new byte[8]))).ToList();
        for (var second = 0; second < 65; second++)
        {
            bench.Time.SetUtcNow(HistoryBench.Start.AddSeconds(second + 0.5));
            await bench.Store.CommitAsync(
                new HistoryCommit(
                    [.. good.Select(g => bench.Batch((ulong)second + 1, second, vm: g.Vm, boot: g.Boot)), bench.Batch((ulong)second + 1, second, vm: Hostile, boot: HostileBoot)],
                    [.. good.Select(g => bench.Exchange(second, g.Vm, g.Boot)), bench.Exchange(second, Hostile, HostileBoot)], [], [], []), Cancellation);
        }

        await bench.Store.DisposeAsync();
        await FloodAsync(Directory.GetFiles(bench.Folder, "1s-*.duckdb").Single());
        await bench.ReopenAsync();
        var before = Environment.WorkingSet;
        var watch = Stopwatch.StartNew();

        // Act
        for (var i = 0; i < 4; i++)
        {
            bench.Time.SetUtcNow(HistoryBench.Start.AddSeconds(80 + (i * 60)));
            await bench.Store.UpkeepAsync(Cancellation);
            if (restarted && i == 0)
            {
                await bench.ReopenAsync();
            }
        }

        watch.Stop();
        output.WriteLine($"windows made in {watch.Elapsed.TotalSeconds:F1} s, working set {before >> 20} MiB before and {Environment.WorkingSet >> 20} MiB after, peak {Process.GetCurrentProcess().PeakWorkingSet64 >> 20} MiB; left out {string.Join(' ', bench.Store.Status.LeftOut)}");

        // Assert
        Assert.Null(bench.Store.Status.Fault);
        Assert.Equal(1, bench.Store.PendingWindows);
        foreach (var (vm, _) in good)
        {
            var minute = Assert.Single((await bench.Store.QueryAsync(vm, GuestMetrics.MemoryAvailable.Id, HistoryBench.StartSecond, HistoryBench.StartSecond + 60, 1, Cancellation)).Single().Points);
            Assert.Equal(60, minute.Span);
        }

        Assert.True(bench.Store.Status.LeftOut[Hostile] is { Windows: > 0 } or { WindowSeries: > 0 });
        var (theirs, leftOut) = await bench.Store.QueryCountedAsync(Hostile, GuestMetrics.CpuTime.Id, HistoryBench.StartSecond, HistoryBench.StartSecond + 60, 60, Cancellation);
        Assert.InRange(theirs.Count, 1, VmShare.AnswerSeriesMax);
        Assert.True(leftOut > 1000, $"{theirs.Count} series, {leftOut} left out");
    }

    [Fact]
    public async Task Upkeep_MinuteOfOneVmThatCannotBeMade_IsTriedThreeTimesThenLeftOutAndTheOthersStand()
    {
        // Arrange: a minute of two VMs, one of which has a row that nobody can read
        await using var bench = HistoryBench.Closed();
        await bench.ReopenAsync();
        for (var second = 0; second < 65; second++)
        {
            bench.Time.SetUtcNow(HistoryBench.Start.AddSeconds(second + 0.5));
            await bench.Store.CommitAsync(
                new HistoryCommit(
                    [bench.Batch((ulong)second + 1, second), bench.Batch((ulong)second + 1, second, vm: Hostile, boot: HostileBoot)],
                    [bench.Exchange(second), bench.Exchange(second, Hostile, HostileBoot)], [], [], []), Cancellation);
        }

        await bench.Store.DisposeAsync();
        await PoisonAsync(Directory.GetFiles(bench.Folder, "1s-*.duckdb").Single());
        await bench.ReopenAsync();
        var tried = new List<long>();

        // Act: upkeep is due 5 s after the first try and 30 s after the second
        foreach (var second in (int[])[80, 83, 86, 110, 118])
        {
            bench.Time.SetUtcNow(HistoryBench.Start.AddSeconds(second));
            await bench.Store.UpkeepAsync(Cancellation);
            tried.Add(bench.Store.Status.LeftOut.GetValueOrDefault(Hostile).Windows);
        }

        // Assert
        Assert.Equal([0L, 0, 0, 0, 1], tried);
        Assert.Null(bench.Store.Status.Fault);
        Assert.False(bench.Store.Status.LeftOut.ContainsKey(bench.Vm));
        var minute = Assert.Single((await bench.Store.QueryAsync(bench.Vm, GuestMetrics.MemoryAvailable.Id, HistoryBench.StartSecond, HistoryBench.StartSecond + 60, 1, Cancellation)).Single().Points);
        Assert.Equal(60, minute.Span);
    }

    private static async Task PoisonAsync(string file)
    {
        await using var connection = new DuckDBConnection($"Data Source={file}");
        connection.Open();
        await using var command = connection.CreateCommand();
        command.CommandText = $"UPDATE guest SET vals = [NULL] WHERE boot IN (SELECT b.id FROM boot b JOIN partition p ON p.id = b.partition WHERE p.guid = '{Hostile}')";
        Assert.True(await command.ExecuteNonQueryAsync(Cancellation) > 0);
    }

    private static GuestBatch Unique(HistoryBench bench, int second, int count)
    {
        var batch = bench.Batch((ulong)second + 1, second, vm: Hostile, boot: HostileBoot);
        var at = batch.StartMonotonicNs;
        return batch with
        {
            Samples = [.. Enumerable.Range(0, count).Select(i => new GuestSample(new SeriesKey(GuestMetrics.CpuTime.Id, $"user|{second}.{i}"), at, at + 1000, i))],
            Processes = [],
        };
    }

    private static async Task FloodAsync(string file)
    {
        await using var connection = new DuckDBConnection($"Data Source={file};memory_limit=2GB");
        connection.Open();
        const int Sets = 1200;
        const int PerSet = 1495;
        DuckDbInstance.Execute(connection, $"""
            INSERT INTO series SELECT 100 + range, {GuestMetrics.CpuTime.Id}, 'user|' || range FROM range({Sets * PerSet});
            INSERT INTO set_member SELECT 100 + range // {PerSet}, 1 + range % {PerSet}, 100 + range FROM range({Sets * PerSet});
            INSERT INTO guest SELECT g.host_ns + s.range * 50000000, g.boot, 100 + s.range, g.start_ns + s.range * 50000000, 1000, list_transform(range({PerSet}), x -> x::DOUBLE)
            FROM (SELECT min(host_ns) AS host_ns, boot, min(start_ns) AS start_ns FROM guest WHERE boot = (SELECT b.id FROM boot b JOIN partition p ON p.id = b.partition WHERE p.guid = '{Hostile}') GROUP BY boot) g, range({Sets}) s;
            """);
    }
}
