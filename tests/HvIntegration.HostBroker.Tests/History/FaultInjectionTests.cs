using DuckDB.NET.Data;
using HvIntegration.History;
using HvIntegration.History.Database;

namespace HvIntegration.HostBroker.Tests.History;

/// <summary>Calls of the store to the file system and to DuckDB fail, one after the other, over a scripted hour that turns.</summary>
public sealed class FaultInjectionTests(ITestOutputHelper output)
{
    // Set, every call is made to fail, which takes minutes; else this many, spread over the script.
    private const string EveryVariable = "HVI_EVERY_FAULT";
    private const int RunsMax = 25;
    private const int TriesMax = 12;
    private static readonly string[] s_causes = ["No space left on device", "Read-only file system", "Out of Memory Error: failed to allocate data", "FATAL Error: database has been invalidated", "Input/output error"];

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData(1)]
    [InlineData(3)]
    public async Task Store_AnyCallFails_LosesNothingAcknowledgedAndGoesOn(int calls)
    {
        // Arrange: how many calls the script makes
        var total = 0;
        await using (var dry = HistoryBench.Closed())
        {
            dry.Before = _ => total++;
            await ScriptAsync(dry);
        }

        var (failures, answers) = (0, 0);
        var stride = Environment.GetEnvironmentVariable(EveryVariable) is null ? Math.Max(1, total / RunsMax) : 1;
        for (var failing = calls; failing < total; failing += stride)
        {
            await using var bench = HistoryBench.Closed();
            var at = 0;
            var name = default(StoreCall?);
            bench.Before = call =>
            {
                var n = at++;
                if (n >= failing && n < failing + calls)
                {
                    name ??= call;
                    throw new IOException(s_causes[failing % s_causes.Length]);
                }
            };

            // Act
            var (failed, answered) = await ScriptAsync(bench);
            failures += failed;
            answers += answered;

            // Assert
            bench.Before = null;
            await bench.ReopenAsync();
            Assert.True(bench.Store.Status.Fault is null, $"call {failing} ({name}): {bench.Store.Status.Fault}");
            await bench.Store.DisposeAsync();
            Assert.Equal(Enumerable.Range(1, 12).Select(i => (ulong)i), Sequences(bench.Folder));
            Assert.Empty(Directory.GetFiles(bench.Folder, "*.damaged-*"));
        }

        output.WriteLine($"{total} calls, every {stride} made to fail {calls} in a row; {failures} sentences told, {answers} questions answered");
        Assert.InRange(total, 40, 2000);
        Assert.True(failures > 0 && answers > 0);
    }

    /// <summary>Opens, commits over the turn of an hour, makes windows, deletes, asks and opens again; what fails is tried again, as the broker does.</summary>
    private static async Task<(int Failures, int Answers)> ScriptAsync(HistoryBench bench)
    {
        var (failures, answers) = (0, 0);
        await TryAsync(bench.ReopenAsync);
        for (var i = 0; i < 12; i++)
        {
            var second = i < 6 ? (44 * 60) + (i * 11) : (45 * 60) + ((i - 6) * 25) + 10;
            bench.Time.SetUtcNow(HistoryBench.Start.AddSeconds(second));
            var commit = bench.Commit(second);
            await TryAsync(() => bench.Store.CommitAsync(commit with { Batches = [bench.Batch((ulong)i + 1, second)] }, Cancellation));
            Assert.Equal((ulong)i + 1, bench.Store.CommittedSequence(bench.Vm, bench.Boot));
            if (i % 4 == 3)
            {
                await TryAsync(() => bench.Store.UpkeepAsync(Cancellation));
                await TryAsync(async () =>
                {
                    await bench.CpuAsync(0, 3600);
                    answers++;
                });
                Assert.True(bench.Store.Status.SizeBytes > 0);
            }

            if (i == 8)
            {
                await TryAsync(bench.ReopenAsync);
            }
        }

        return (failures, answers);

        async Task TryAsync(Func<Task> act)
        {
            for (var i = 0; i < TriesMax; i++)
            {
                try
                {
                    await act();
                    return;
                }
                catch (Exception e) when (e is HistoryException or IOException or DuckDBException)
                {
                    Assert.True(e is not HistoryException || e.Message.EndsWith('.'), e.Message);
                    failures++;
                }
            }

            Assert.Fail($"still failing after {TriesMax} tries");
        }
    }

    private static List<ulong> Sequences(string folder)
    {
        var found = new List<ulong>();
        foreach (var file in Directory.GetFiles(folder, "1s-*.duckdb"))
        {
            using var connection = new DuckDBConnection($"Data Source={file}");
            connection.Open();
            using var command = connection.CreateCommand();
            command.CommandText = "SELECT t.sequence FROM batch t JOIN guest g ON g.boot = t.boot AND g.start_ns = t.start_ns";
            using var reader = command.ExecuteReader();
            while (reader.Read())
            {
                found.Add(reader.GetFieldValue<ulong>(0));
            }
        }

        found.Sort();
        return found;
    }
}
