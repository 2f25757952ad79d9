using System.Diagnostics;
using System.Globalization;
using DuckDB.NET.Data;
using HvIntegration.Engine.Options;
using HvIntegration.History;
using HvIntegration.History.Store;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Time.Testing;

namespace HvIntegration.HostBroker.Tests.History;

/// <summary>kill -9 at any moment: nothing acknowledged is lost, nothing is there twice.</summary>
public sealed class KillTests(ITestOutputHelper output)
{
    private const int Rounds = 50;
    private const int VirtualMachines = 3;

    // Ends a child that hangs. It is no measure of time: the class runs at the lowest priority beside others.
    private static readonly TimeSpan ChildTimeout = TimeSpan.FromMinutes(10);

    [Fact]
    public async Task Commit_KilledFiftyTimes_LosesNothingAcknowledgedAndDuplicatesNothing()
    {
        // Arrange
        var folder = Path.Combine(Path.GetTempPath(), $"hvi-kill-{Environment.ProcessId}");
        Directory.CreateDirectory(folder);
        var random = new Random(20260304);
        var acknowledged = 0UL;
        var watch = Stopwatch.StartNew();
        var (ahead, fileCount) = (0, 0);
        try
        {
            for (var round = 0; round < Rounds; round++)
            {
                // Act: every fifth is killed while it starts, the others while they commit. It begins at what was acknowledged, as an agent does.
                acknowledged = Math.Max(acknowledged, await RunAndKillAsync(folder, acknowledged + 1, random.Next(1, 40), random.Next(0, 12), whileStarting: round % 5 == 4, random.Next(60, 700)));

                // Assert
                await using (var store = await OpenAsync(folder))
                {
                    Assert.Null(store.Status.Fault);
                    for (var vm = 1; vm <= VirtualMachines; vm++)
                    {
                        var committed = store.CommittedSequence(new Guid(vm, 0, 0, new byte[8]), new Guid(vm, 1, 0, new byte[8]));
                        Assert.True(committed >= acknowledged, $"round {round}: {acknowledged} was acknowledged, {committed} is there");
                        ahead += committed > acknowledged ? 1 : 0;
                    }
                }

                var files = Directory.GetFiles(folder, "1s-*.duckdb").Order(StringComparer.Ordinal).ToList();
                fileCount = files.Count;
                AssertEachOnce(round == Rounds - 1 ? files : files.TakeLast(2), round == Rounds - 1 ? acknowledged : null);
            }
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }

        output.WriteLine($"{Rounds} kills in {watch.Elapsed.TotalSeconds:F1} s, {acknowledged} acknowledged commits in {fileCount} raw files; {ahead} times a commit had landed that was not acknowledged yet");
        Assert.True(acknowledged > Rounds);
    }

    private static Task<HistoryStore> OpenAsync(string folder) => HistoryStore.OpenAsync(
        new HistoryOptions { Folder = folder, BackgroundUpkeep = false, MemoryMaxMiB = 128, SecondHours = 8760 }, new EngineOptions(),
        new FakeTimeProvider(DateTimeOffset.UnixEpoch.AddSeconds(1_770_000_000)), NullLogger.Instance, TestContext.Current.CancellationToken);

    private static async Task<ulong> RunAndKillAsync(string folder, ulong first, int afterCommits, int afterMs, bool whileStarting, int startMs)
    {
        using var child = Process.Start(new ProcessStartInfo(
            "dotnet", [Path.Combine(AppContext.BaseDirectory, "HvIntegration.HistoryKillChild.dll"), folder, first.ToString(CultureInfo.InvariantCulture), (first + 100_000).ToString(CultureInfo.InvariantCulture)])
        { RedirectStandardOutput = true, RedirectStandardError = true })!;
        using var timeout = CancellationTokenSource.CreateLinkedTokenSource(TestContext.Current.CancellationToken);
        timeout.CancelAfter(ChildTimeout);
        var acknowledged = 0UL;
        try
        {
            var killing = whileStarting ? KillAfterAsync(child, startMs, timeout.Token) : null;
            while (await child.StandardOutput.ReadLineAsync(timeout.Token) is { } line)
            {
                if (line != "open")
                {
                    acknowledged = ulong.Parse(line.AsSpan("ack ".Length), CultureInfo.InvariantCulture);
                    if (acknowledged >= first + (ulong)afterCommits)
                    {
                        killing ??= KillAfterAsync(child, afterMs, timeout.Token);
                    }
                }
            }

            Assert.True(killing is not null, await child.StandardError.ReadToEndAsync(timeout.Token));
            await killing;
        }
        finally
        {
            if (!child.HasExited)
            {
                child.Kill();
            }
        }

        await child.WaitForExitAsync(timeout.Token);
        Assert.Equal(137, child.ExitCode);
        return acknowledged;
    }

    private static async Task KillAfterAsync(Process child, int milliseconds, CancellationToken cancellation)
    {
        await Task.Delay(milliseconds, cancellation);
        child.Kill();
    }

    private static void AssertEachOnce(IEnumerable<string> files, ulong? upTo)
    {
        var seen = new HashSet<(int Vm, ulong Sequence)>();
        foreach (var file in files)
        {
            using var connection = new DuckDBConnection($"Data Source={file};ACCESS_MODE=READ_ONLY");
            connection.Open();
            using var command = connection.CreateCommand();
            command.CommandText = """
                SELECT b.boot, t.sequence, (SELECT count(*) FROM guest g WHERE g.boot = t.boot AND g.start_ns = t.start_ns), (SELECT any_value(g.vals[1]) FROM guest g WHERE g.boot = t.boot AND g.start_ns = t.start_ns)
                FROM batch t JOIN boot b ON b.id = t.boot
                """;
            using var reader = command.ExecuteReader();
            while (reader.Read())
            {
                var sequence = reader.GetFieldValue<ulong>(1);
                var vm = int.Parse(reader.GetGuid(0).ToString("N").AsSpan(0, 8), NumberStyles.HexNumber, CultureInfo.InvariantCulture);
                Assert.True(seen.Add((vm, sequence)), $"{file}: sequence {sequence} of VM {vm} is there twice");
                Assert.Equal(1, reader.GetInt64(2));
                Assert.Equal(sequence, reader.GetDouble(3));
            }
        }

        for (var sequence = 1UL; sequence <= upTo; sequence++)
        {
            for (var vm = 1; vm <= VirtualMachines; vm++)
            {
                Assert.True(seen.Contains((vm, sequence)), $"sequence {sequence} of VM {vm} is missing");
            }
        }
    }
}
