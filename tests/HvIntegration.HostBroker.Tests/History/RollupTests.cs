using DuckDB.NET.Data;
using HvIntegration.History;
using HvIntegration.Protocol.Metrics;

namespace HvIntegration.HostBroker.Tests.History;

public sealed class RollupTests
{
    [Fact]
    public async Task Query_FewerPointsThanSeconds_AnswersMinutesWithLeastAndGreatest()
    {
        // Arrange
        await using var bench = await HistoryBench.OpenAsync();
        await bench.RunAsync(0, 200);
        await bench.Store.UpkeepAsync(TestContext.Current.CancellationToken);

        // Act
        var memory = await bench.Store.QueryAsync(bench.Vm, GuestMetrics.MemoryAvailable.Id, HistoryBench.StartSecond, HistoryBench.StartSecond + 180, 10, TestContext.Current.CancellationToken);

        // Assert
        var points = Assert.Single(memory).Points;
        Assert.Equal([0L, 60, 120], points.Select(p => p.Second - HistoryBench.StartSecond));
        Assert.All(points, p => Assert.Equal(60, p.Span));
        Assert.All(points, p => Assert.True(p.Minimum <= p.Value && p.Value <= p.Maximum));
        Assert.Single(Directory.GetFiles(bench.Folder, "1min-*.duckdb"));
    }

    [Fact]
    public async Task Query_MinuteNotOverYet_IsMadeFromSeconds()
    {
        // Arrange
        await using var bench = await HistoryBench.OpenAsync();
        await bench.RunAsync(0, 100);
        await bench.Store.UpkeepAsync(TestContext.Current.CancellationToken);

        // Act
        var user = (await bench.CpuAsync(0, 100, 5))[1].Points;

        // Assert
        Assert.Equal([0L, 60], user.Select(p => p.Second - HistoryBench.StartSecond));
        Assert.All(user, p => Assert.Equal(0.25, p.Value, 3));
    }

    [Fact]
    public async Task Upkeep_LateDataWithinTheHour_MakesTheMinuteAgain()
    {
        // Arrange
        await using var bench = await HistoryBench.OpenAsync();
        await bench.RunAsync(0, 20);
        bench.Time.SetUtcNow(HistoryBench.Start.AddSeconds(140));
        await bench.Store.UpkeepAsync(TestContext.Current.CancellationToken);
        var before = Rows(bench, HistoryTier.Minute).Single(r => r.Start == HistoryBench.StartSecond).Seconds;

        // Act
        await bench.Store.CommitAsync(new HistoryCommit([.. Enumerable.Range(20, 110).Select(s => bench.Batch((ulong)s + 1, s))], [bench.Exchange(130)], [], [], []), TestContext.Current.CancellationToken);
        await bench.Store.UpkeepAsync(TestContext.Current.CancellationToken);

        // Assert
        var after = Rows(bench, HistoryTier.Minute);
        Assert.Equal(19, before);
        Assert.Equal(60, after.Single(r => r.Start == HistoryBench.StartSecond).Seconds);
        Assert.Equal(after.Count, after.Select(r => r.Start).Distinct().Count());
    }

    [Fact]
    public async Task Open_AfterAStopBeforeTheRollup_PlansWhatIsMissing()
    {
        // Arrange
        await using var bench = await HistoryBench.OpenAsync();
        await bench.RunAsync(0, 130);

        // Act: as after kill -9, nothing was rolled up
        await bench.ReopenAsync();
        bench.Time.SetUtcNow(HistoryBench.Start.AddSeconds(300));
        await bench.Store.UpkeepAsync(TestContext.Current.CancellationToken);
        await bench.ReopenAsync();

        // Assert
        Assert.Equal([0L, 60, 120], Rows(bench, HistoryTier.Minute).Select(r => r.Start - HistoryBench.StartSecond).Where(s => s >= 0));
    }

    [Fact]
    public async Task Upkeep_HourOver_GivesOneHourWindowOfAllItsSeconds()
    {
        // Arrange: two minutes before the full hour and one after
        await using var bench = await HistoryBench.OpenAsync();
        var turn = 45 * 60;
        await bench.RunAsync(turn - 120, turn + 61, hypothesis: "slow-store");
        bench.Time.SetUtcNow(HistoryBench.Start.AddSeconds(turn + 130));

        // Act
        await bench.Store.UpkeepAsync(TestContext.Current.CancellationToken);

        // Assert
        var hour = Assert.Single(Rows(bench, HistoryTier.Hour));
        Assert.Equal(HistoryBench.StartSecond + turn - 3600, hour.Start);
        Assert.Equal(120, hour.Seconds);
        Assert.Single(Directory.GetFiles(bench.Folder, "1h-202603.duckdb"));
    }

    [Fact]
    public async Task Query_AfterTheRawHourWasDeleted_AnswersFromMinutesAndKeepsVerdicts()
    {
        // Arrange
        await using var bench = await HistoryBench.OpenAsync();
        await bench.RunAsync(0, 120);
        await bench.RunAsync(120, 180, hypothesis: "slow-store");
        bench.Time.SetUtcNow(HistoryBench.Start.AddSeconds(300));
        await bench.Store.UpkeepAsync(TestContext.Current.CancellationToken);

        // Act
        bench.Time.SetUtcNow(HistoryBench.Start.AddHours(26));
        await bench.Store.CommitAsync(new HistoryCommit([], [], [bench.HostRun(26 * 3600)], [], []), TestContext.Current.CancellationToken);
        await bench.Store.UpkeepAsync(TestContext.Current.CancellationToken);

        // Assert
        Assert.False(File.Exists(Path.Combine(bench.Folder, "1s-20260304T10.duckdb")));
        var user = (await bench.CpuAsync(0, 180))[1].Points;
        Assert.Equal([0L, 60, 120], user.Select(p => p.Second - HistoryBench.StartSecond));
        var spans = await bench.Store.QueryVerdictsAsync(bench.Vm, HistoryBench.StartSecond, HistoryBench.StartSecond + 180, TestContext.Current.CancellationToken);
        Assert.Equal(["none", "slow-store"], spans.Select(s => s.Hypothesis));
        Assert.Equal(120, spans[1].FromSecond - HistoryBench.StartSecond);
        Assert.Equal(2UL + 178, bench.Store.CommittedSequence(bench.Vm, bench.Boot));
    }

    [Fact]
    public async Task Upkeep_OverTheSizeLimit_DeletesTheOldestFilesAndKeepsTheNewest()
    {
        // Arrange: a limit of 16 MiB and hours of about 6 MiB
        await using var bench = HistoryBench.Closed();
        bench.Options.SizeMaxMiB = 16;
        await bench.ReopenAsync();
        var random = new Random(7);
        for (var hour = 0; hour < 5; hour++)
        {
            bench.Time.SetUtcNow(HistoryBench.Start.AddHours(hour));
            for (var i = 0; i < 3; i++)
            {
                var noise = Enumerable.Range(0, 100_000).Select(n => bench.HostRun((hour * 3600) + (i * 0.01), random.NextDouble()) with { Series = new(HostMetrics.VpRunTime.Id, $"{n % 500}"), EndNs = HistoryBench.HostNs((hour * 3600) + i) + (n / 500) });
                await bench.Store.CommitAsync(new HistoryCommit([], [], [.. noise], [], []), TestContext.Current.CancellationToken);
            }
        }

        // Act
        await bench.Store.UpkeepAsync(TestContext.Current.CancellationToken);

        // Assert
        var files = Directory.GetFiles(bench.Folder, "1s-*.duckdb").Select(Path.GetFileName).Order().ToList();
        Assert.DoesNotContain("1s-20260304T10.duckdb", files);
        Assert.Contains("1s-20260304T14", files[^1]);
        Assert.InRange(bench.Store.Status.SizeBytes, 1, 17L << 20);
    }

    private static List<(long Start, int Seconds)> Rows(HistoryBench bench, HistoryTier tier)
    {
        // The test looks into a copy: the file itself is held by the store.
        var prefix = tier == HistoryTier.Minute ? "1min-" : "1h-";
        var copy = Path.Combine(bench.Folder, "look.copy");
        Directory.CreateDirectory(copy);
        var found = new List<(long, int)>();
        foreach (var file in Directory.GetFiles(bench.Folder, $"{prefix}*.duckdb*"))
        {
            File.Copy(file, Path.Combine(copy, Path.GetFileName(file)), overwrite: true);
        }

        foreach (var file in Directory.GetFiles(copy, $"{prefix}*.duckdb"))
        {
            using var connection = new DuckDBConnection($"Data Source={file}");
            connection.Open();
            using var command = connection.CreateCommand();
            command.CommandText = $"SELECT w.start, w.counts[m.position] FROM window_values w JOIN set_member m USING (set_id) JOIN series s ON s.id = m.series WHERE s.metric = {GuestMetrics.CpuTime.Id} AND s.instance = 'user|0' ORDER BY 1";
            using var reader = command.ExecuteReader();
            while (reader.Read())
            {
                found.Add((reader.GetInt64(0), reader.GetFieldValue<ushort>(1)));
            }
        }

        Directory.Delete(copy, recursive: true);
        return found;
    }
}
