using DuckDB.NET.Data;
using HvIntegration.Model;
using HvIntegration.History;

namespace HvIntegration.HostBroker.Tests.History;

/// <summary>Gaps in files: the newest word counts, minutes outlive seconds, files without the table open.</summary>
public sealed class GapHistoryTests
{
    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task QueryGaps_SeveralWordsOnOneGap_GivesTheNewestAlsoAfterAReopening()
    {
        await using var bench = await HistoryBench.OpenAsync();
        await TellAsync(bench, 20, Gap(18, 18, 20, GapCauses.GuestSilent));
        await TellAsync(bench, 31, Gap(18, 18, 30, GapCauses.Migration));
        await TellAsync(bench, 43, Gap(40, 40, 42, GapCauses.GuestSilent));
        await bench.ReopenAsync();
        await TellAsync(bench, 44, Gap(40, 43, 42, GapCauses.GuestSilent));

        var (vm, gap) = Assert.Single(await GapsAsync(bench, 0, 100));

        Assert.Equal((bench.Vm, Gap(18, 18, 30, GapCauses.Migration)), (vm, gap));
        Assert.Single(await GapsAsync(bench, 30, 31));
        Assert.Empty(await GapsAsync(bench, 31, 60));
        Assert.Empty(await bench.Store.QueryGapsAsync(Guid.NewGuid(), HistoryBench.StartSecond, HistoryBench.StartSecond + 100, Cancellation));
    }

    [Fact]
    public async Task QueryGaps_AfterTheRawHourWasDeleted_AnswersFromMinutes()
    {
        await using var bench = await HistoryBench.OpenAsync();
        await bench.RunAsync(0, 60);
        await TellAsync(bench, 60, Gap(55, 55, 59, GapCauses.GuestSilent));
        await bench.RunAsync(61, 90);
        await TellAsync(bench, 90, Gap(55, 55, 89, GapCauses.Saved));
        bench.Time.SetUtcNow(HistoryBench.Start.AddSeconds(300));
        await bench.Store.UpkeepAsync(Cancellation);
        bench.Time.SetUtcNow(HistoryBench.Start.AddHours(26));
        await bench.Store.CommitAsync(new HistoryCommit([], [], [bench.HostRun(26 * 3600)], [], []), Cancellation);
        await bench.Store.UpkeepAsync(Cancellation);

        Assert.False(File.Exists(Path.Combine(bench.Folder, "1s-20260304T10.duckdb")));
        Assert.Equal(Gap(55, 55, 89, GapCauses.Saved), Assert.Single(await GapsAsync(bench, 0, 200)).Gap);
    }

    [Fact]
    public async Task Open_FileOfAnHviWithoutGaps_HasNoneAndTakesNewOnes()
    {
        await using var bench = await HistoryBench.OpenAsync();
        await bench.RunAsync(0, 130);
        bench.Time.SetUtcNow(HistoryBench.Start.AddSeconds(140));
        await bench.Store.UpkeepAsync(Cancellation);
        await bench.Store.DisposeAsync();
        foreach (string file in Directory.GetFiles(bench.Folder, "*.duckdb"))
        {
            await using var connection = new DuckDBConnection($"DataSource={file}");
            await connection.OpenAsync(Cancellation);
            await using var command = connection.CreateCommand();
            command.CommandText = "DROP TABLE IF EXISTS gap; DROP TABLE IF EXISTS window_gap; CHECKPOINT";
            await command.ExecuteNonQueryAsync(Cancellation);
        }

        await bench.ReopenAsync();
        var before = await GapsAsync(bench, 0, 200);
        await TellAsync(bench, 150, Gap(146, 146, 149, GapCauses.Paused));
        bench.Time.SetUtcNow(HistoryBench.Start.AddSeconds(300));
        await bench.Store.UpkeepAsync(Cancellation);
        await bench.ReopenAsync();

        Assert.Empty(before);
        Assert.Equal(GapCauses.Paused, Assert.Single(await GapsAsync(bench, 0, 200)).Gap.Cause);
    }

    private static DataGap Gap(long began, long from, long to, string cause) =>
        new(HistoryBench.StartSecond + began, HistoryBench.StartSecond + from, HistoryBench.StartSecond + to, cause);

    private static async Task TellAsync(HistoryBench bench, int second, DataGap gap)
    {
        bench.Time.SetUtcNow(HistoryBench.Start.AddSeconds(second + 0.5));
        await bench.Store.CommitAsync(bench.Commit(second) with { Reports = [bench.Report(second) with { GapsTold = [gap] }] }, Cancellation);
    }

    private static Task<IReadOnlyList<(Guid Partition, DataGap Gap)>> GapsAsync(HistoryBench bench, int from, int to) =>
        bench.Store.QueryGapsAsync(null, HistoryBench.StartSecond + from, HistoryBench.StartSecond + to, Cancellation);
}
