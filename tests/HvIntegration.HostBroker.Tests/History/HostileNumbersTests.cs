using DuckDB.NET.Data;
using HvIntegration.Model;
using HvIntegration.History;
using HvIntegration.History.Database;
using HvIntegration.Protocol.Metrics;

namespace HvIntegration.HostBroker.Tests.History;

/// <summary>Numbers no honest guest sends, beside a guest that is well: its answers are right all the same.</summary>
public sealed class HostileNumbersTests
{
    private const double GreatestMicros = 9.3e12;
    private static readonly Guid Hostile = Guid.Parse("99999999-0000-0000-0000-000000000001");
    private static readonly Guid HostileBoot = Guid.Parse("99999999-0000-0000-0000-000000000002");

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Query_OneVmsExtremeProcesses_LeaveTheOthersAnswersRight()
    {
        // Arrange
        await using var bench = await HistoryBench.OpenAsync();
        await bench.RunAsync(0, 5);
        await bench.Store.CommitAsync(new HistoryCommit([Extreme(bench, 1), Extreme(bench, 2)], [], [], [], []), Cancellation);
        await bench.RunAsync(5, 10);

        // Act
        var use = Assert.Single(await bench.Store.QueryProcessesAsync(bench.Vm, HistoryBench.StartSecond, HistoryBench.StartSecond + 10, 5, Cancellation));
        var theirs = await bench.Store.QueryProcessesAsync(Hostile, HistoryBench.StartSecond, HistoryBench.StartSecond + 10, 5, Cancellation);

        // Assert
        Assert.Equal(1.5, use.CpuShare, 5);
        Assert.All(theirs, u => Assert.True(double.IsFinite(u.CpuShare)));
    }

    [Fact]
    public async Task Query_StoredExtremesOfOneVm_LeaveTheOthersAnswersAndMinutesRight()
    {
        // Arrange: a folder in which an earlier hvi kept what a guest said
        await using var bench = await HistoryBench.OpenAsync();
        await bench.RunAsync(0, 70);
        await bench.Store.CommitAsync(new HistoryCommit([bench.Batch(1, 3, vm: Hostile, boot: HostileBoot)], [bench.Exchange(3, Hostile, HostileBoot)], [], [], []), Cancellation);
        await bench.Store.DisposeAsync();
        await WriteExtremesAsync(Directory.GetFiles(bench.Folder, "1s-*.duckdb").Single());
        bench.Time.SetUtcNow(HistoryBench.Start.AddSeconds(100));

        // Act
        await bench.ReopenAsync();
        var planned = bench.Store.PendingWindows;
        await bench.Store.UpkeepAsync(Cancellation);
        var use = Assert.Single(await bench.Store.QueryProcessesAsync(bench.Vm, HistoryBench.StartSecond, HistoryBench.StartSecond + 70, 5, Cancellation));
        var minutes = await bench.Store.QueryAsync(bench.Vm, GuestMetrics.MemoryAvailable.Id, HistoryBench.StartSecond, HistoryBench.StartSecond + 60, 2, Cancellation);
        foreach (var vm in (Guid[])[bench.Vm, Hostile])
        {
            await bench.Store.QueryRawAsync([vm], 0, long.MaxValue, Cancellation);
            await bench.Store.QueryAsync(vm, GuestMetrics.CpuTime.Id, long.MinValue, long.MaxValue, 100, Cancellation);
            await bench.Store.QueryProcessesAsync(vm, long.MinValue, long.MaxValue, 5, Cancellation);
        }

        // Assert
        Assert.InRange(planned, 1, 4);
        Assert.Equal(1.5, use.CpuShare, 5);
        Assert.Equal(60, Assert.Single(Assert.Single(minutes).Points).Span);
        Assert.Null(bench.Store.Status.Fault);
    }

    [Theory]
    [InlineData(0, long.MaxValue)]
    [InlineData(long.MinValue, long.MaxValue)]
    public async Task Query_AllOfTime_AnswersAllThereIs(long from, long to)
    {
        // Arrange
        await using var bench = await HistoryBench.OpenAsync();
        await bench.RunAsync(0, 10, hypothesis: "slow-store");

        // Act
        var verdicts = await bench.Store.QueryVerdictsAsync(bench.Vm, from, to, Cancellation);
        var processes = await bench.Store.QueryProcessesAsync(bench.Vm, from, to, 5, Cancellation);
        var series = await bench.Store.QueryAsync(bench.Vm, GuestMetrics.CpuTime.Id, from, to, 10_000, Cancellation);
        var raw = await bench.Store.QueryRawAsync([bench.Vm], from, to, Cancellation);
        var counted = await bench.Store.CountRawAsync([bench.Vm], from, to, Cancellation);
        await bench.Store.QueryEpisodesAsync(null, null, from, to, 5, Cancellation);
        await bench.Store.QueryGapsAsync(null, from, to, Cancellation);

        // Assert
        Assert.Equal("slow-store", Assert.Single(verdicts).Hypothesis);
        Assert.Equal("init", Assert.Single(processes).Name);
        Assert.Equal(2, series.Count);
        Assert.Equal(10, raw.Batches.Count);
        Assert.All(raw.Batches, b => Assert.Equal(3, b.Batch.Samples.Count));
        Assert.Equal(30, counted.Guest);
    }

    [Theory]
    [InlineData(long.MaxValue)]
    [InlineData(long.MinValue)]
    public async Task QuerySecond_NoSuchTime_IsNothing(long second)
    {
        // Arrange
        await using var bench = await HistoryBench.OpenAsync();
        await bench.RunAsync(0, 3);

        // Act
        var kept = await bench.Store.QuerySecondAsync(bench.Vm, second, Cancellation);

        // Assert
        Assert.Null(kept);
    }

    [Fact]
    public async Task Commit_TimesFarAway_PlanNothingAndAreCountedForTheirVm()
    {
        // Arrange: a clock exchange that puts the guest's reads wherever it likes
        await using var bench = await HistoryBench.OpenAsync();
        await bench.RunAsync(0, 2);
        bench.Time.SetUtcNow(HistoryBench.Start.AddSeconds(2));

        // Act
        for (var i = 0; i < 50; i++)
        {
            var batch = bench.Batch((ulong)i + 1, 0, vm: Hostile, boot: HostileBoot) with { StartMonotonicNs = i * 3_600_000_000_000L * 1000 };
            await bench.Store.CommitAsync(new HistoryCommit([batch], [bench.Exchange(2, Hostile, HostileBoot)], [], [], []), Cancellation);
        }

        // Assert
        Assert.InRange(bench.Store.PendingWindows, 1, 3);
        Assert.Equal(50UL, bench.Store.CommittedSequence(Hostile, HostileBoot));
        await bench.ReopenAsync();
        Assert.InRange(bench.Store.PendingWindows, 1, 3);
        Assert.InRange(bench.Store.Status.OldestSecond, HistoryBench.StartSecond - 5, HistoryBench.StartSecond);
    }

    private static GuestBatch Extreme(HistoryBench bench, int second) => bench.Batch((ulong)second, second, vm: Hostile, boot: HostileBoot) with
    {
        Processes = [new GuestProcess(7, 1, "x", 1, 0, 0, 0, GreatestMicros, GreatestMicros, double.NaN, double.PositiveInfinity, -1e300, double.MaxValue, double.MinValue, 1e30, int.MaxValue, 'R', long.MinValue)],
        Samples =
        [
            new GuestSample(new SeriesKey(GuestMetrics.CpuTime.Id, "user|0"), long.MinValue, long.MaxValue, double.MaxValue),
            new GuestSample(new SeriesKey(GuestMetrics.MemoryAvailable.Id, ""), long.MaxValue, long.MinValue, double.MinValue),
        ],
    };

    private static async Task WriteExtremesAsync(string file)
    {
        await using var connection = new DuckDBConnection($"Data Source={file}");
        connection.Open();
        const string Greatest = "9223372036854775807";
        const string Boot = "(SELECT max(id) FROM boot)";
        DuckDbInstance.Execute(connection, $"""
            UPDATE process_read SET cpu_user_us = [{Greatest}], cpu_system_us = [{Greatest}], read_ns = -{Greatest} WHERE boot = {Boot};
            INSERT INTO batch SELECT 1, {Greatest}, {Boot}, 2 + range, {Greatest}, 1, {Greatest} FROM range(3000);
            INSERT INTO batch SELECT 1, 1800000000000000000 + range * 60000000000, {Boot}, 4000 + range, range, 1, NULL FROM range(3000);
            INSERT INTO batch VALUES (1, -{Greatest}, {Boot}, 9000, -{Greatest}, 1, -{Greatest});
            INSERT INTO guest SELECT host_ns, boot, set_id, {Greatest}, {Greatest}, [1.7e308, 1.7e308, 1.7e308] FROM guest WHERE boot = {Boot};
            INSERT INTO guest SELECT host_ns, boot, set_id, -{Greatest}, -{Greatest}, [-1.7e308, 'nan'::DOUBLE, 'inf'::DOUBLE] FROM guest WHERE boot = {Boot};
            INSERT INTO clock VALUES ({Boot}, {Greatest}, 0, {Greatest}, {Greatest}), ({Boot}, -{Greatest}, {Greatest}, -{Greatest}, {Greatest});
            INSERT INTO clock SELECT {Boot}, t1_host + 1, {Greatest}, -{Greatest}, t4_host FROM clock WHERE t1_host BETWEEN 1 AND 2000000000000000000;
            INSERT INTO report SELECT commit_id, {Greatest}, partition, has_guest, has_host, set_id, vals, errors, qualities, hypothesis, side, probability, title, sentence, what_helps, {Greatest}, severity FROM report LIMIT 1;
            """);
    }
}
