using System.Text;
using DuckDB.NET.Data;
using HvIntegration.Engine.Options;
using HvIntegration.History;
using HvIntegration.History.Database;
using HvIntegration.History.Store;
using Microsoft.Extensions.Logging.Abstractions;

namespace HvIntegration.HostBroker.Tests.History;

public sealed class HistoryFailureTests
{
    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Commit_FullDisk_TellsItKeepsWhatWasThereAndGoesOnOnceThereIsRoom()
    {
        // Arrange
        using var mount = TestMount.Tmpfs(6);
        var filler = Path.Combine(mount.FullPath, "filler");
        File.WriteAllBytes(filler, new byte[3 << 20]);
        await using var bench = await HistoryBench.OpenAsync(Path.Combine(mount.FullPath, "history"));

        // Act: until it is full, and a few tries more
        var second = 0;
        HistoryException? failure = null;
        for (; second < 3000 && failure is null; second++)
        {
            failure = await TryAsync(bench, second);
        }

        var fault = bench.Store.Status.Fault;
        var again = await TryAsync(bench, second - 1);
        var committed = bench.Store.CommittedSequence(bench.Vm, bench.Boot);
        var readable = await bench.CpuAsync(0, 5);
        File.Delete(filler);
        await bench.RunAsync(second - 1, second + 20);
        await bench.ReopenAsync();

        // Assert
        Assert.NotNull(failure);
        Assert.Contains("disk is full", failure.Message);
        Assert.Contains(bench.Folder, failure.Message);
        Assert.Contains("SizeMaxMiB", failure.Message);
        Assert.Equal(failure.Message, fault);
        Assert.NotNull(again);
        Assert.Equal((ulong)second - 1, committed);
        Assert.NotEmpty(readable);
        Assert.Null(bench.Store.Status.Fault);
        Assert.Equal((ulong)second + 20, bench.Store.CommittedSequence(bench.Vm, bench.Boot));
        var all = (await bench.CpuAsync(0, second + 10))[1].Points;
        Assert.Equal(second + 10, all.Count);
    }

    [Fact]
    public async Task Open_ReadOnlyFolder_NamesFolderAndRemedy()
    {
        // Arrange
        using var mount = TestMount.Tmpfs(1);
        mount.MakeReadOnly();
        await using var bench = HistoryBench.Closed(Path.Combine(mount.FullPath, "history"));

        // Act
        var failure = await Assert.ThrowsAsync<HistoryException>(bench.ReopenAsync);

        // Assert
        Assert.Contains(bench.Folder, failure.Message);
        Assert.Contains("cannot be written", failure.Message);
        Assert.Contains("History:Folder", failure.Message);
    }

    [Fact]
    public async Task Open_FolderThatBecameReadOnly_NamesFolderAndRemedy()
    {
        // Arrange
        using var mount = TestMount.Tmpfs(8);
        await using var bench = await HistoryBench.OpenAsync(Path.Combine(mount.FullPath, "history"));
        bench.KeepFolder = true;
        await bench.RunAsync(0, 3);
        await bench.Store.DisposeAsync();
        mount.MakeReadOnly();

        // Act
        var failure = await Assert.ThrowsAsync<HistoryException>(() => HistoryStore.OpenAsync(bench.Options, new EngineOptions(), bench.Time, NullLogger.Instance, Cancellation));

        // Assert
        Assert.Contains("cannot be written", failure.Message);
    }

    [Fact]
    public async Task Open_SecondBroker_IsRefused()
    {
        // Arrange
        await using var bench = await HistoryBench.OpenAsync();

        // Act
        var failure = await Assert.ThrowsAsync<HistoryException>(() => HistoryStore.OpenAsync(bench.Options, new EngineOptions(), bench.Time, NullLogger.Instance, Cancellation));

        // Assert
        Assert.Contains("in use by another hvi broker", failure.Message);
        await bench.RunAsync(0, 2);
        Assert.Equal(2UL, bench.Store.CommittedSequence(bench.Vm, bench.Boot));
    }

    [Fact]
    public async Task Open_NewerFormat_RefusesAndLeavesEverything()
    {
        // Arrange
        await using var bench = await HistoryBench.OpenAsync();
        await bench.RunAsync(0, 2);
        await bench.Store.DisposeAsync();
        File.WriteAllText(Path.Combine(bench.Folder, "format.json"), """{"Format":2,"Because":"later"}""");
        var before = Contents(bench.Folder);

        // Act
        var failure = await Assert.ThrowsAsync<HistoryException>(() => HistoryStore.OpenAsync(bench.Options, new EngineOptions(), bench.Time, NullLogger.Instance, Cancellation));

        // Assert
        Assert.Contains("format.json", failure.Message);
        Assert.Contains("Update hvi", failure.Message);
        Assert.Equal(before, Contents(bench.Folder));
    }

    [Theory]
    [InlineData("hvi")]
    [InlineData("DuckDB")]
    public async Task Open_NewerFile_RefusesAndLeavesEverything(string newer)
    {
        // Arrange
        await using var bench = await HistoryBench.OpenAsync();
        await bench.RunAsync(0, 2);
        await bench.Store.DisposeAsync();
        var file = Directory.GetFiles(bench.Folder, "1s-*.duckdb").Single();
        if (newer == "hvi")
        {
            using var connection = new DuckDBConnection($"Data Source={file}");
            connection.Open();
            DuckDbInstance.Execute(connection, "UPDATE meta SET format = 2");
        }
        else
        {
            var bytes = File.ReadAllBytes(file);
            bytes[12] = 250;
            File.WriteAllBytes(file, bytes);
        }

        var before = Contents(bench.Folder);

        // Act
        var failure = await Assert.ThrowsAsync<HistoryException>(() => HistoryStore.OpenAsync(bench.Options, new EngineOptions(), bench.Time, NullLogger.Instance, Cancellation));

        // Assert
        Assert.Contains(file, failure.Message);
        Assert.Contains("newer hvi", failure.Message);
        Assert.Equal(before, Contents(bench.Folder));
    }

    [Fact]
    public async Task FileVersionMax_OfTheLibraryInUse_IsWhatItWrites()
    {
        // Arrange
        await using var bench = await HistoryBench.OpenAsync();
        await bench.Store.DisposeAsync();

        // Act
        var version = DuckDbInstance.FileVersion(Directory.GetFiles(bench.Folder, "1s-*.duckdb").Single());

        // Assert
        Assert.Equal(DuckDbInstance.FileVersionMax, version);
    }

    [Theory]
    [InlineData("head")]
    [InlineData("middle")]
    [InlineData("cut")]
    [InlineData("empty")]
    [InlineData("text")]
    public async Task Open_DamagedNewestFile_IsSetAsideUntouchedAndHistoryGoesOn(string damage)
    {
        // Arrange
        await using var bench = await HistoryBench.OpenAsync();
        await bench.RunAsync(0, 30);
        await bench.Store.DisposeAsync();
        var file = Directory.GetFiles(bench.Folder, "1s-*.duckdb").Single();
        var bytes = Damage(File.ReadAllBytes(file), damage);
        File.WriteAllBytes(file, bytes);

        // Act
        await bench.ReopenAsync();
        await bench.RunAsync(30, 40);

        // Assert
        var aside = Directory.GetFiles(bench.Folder, "*.damaged-*").Single();
        Assert.Equal(bytes, File.ReadAllBytes(aside));
        var fault = bench.Store.Status.Fault;
        Assert.NotNull(fault);
        Assert.Contains(file, fault);
        Assert.Contains(aside, fault);
        Assert.Equal(40UL, bench.Store.CommittedSequence(bench.Vm, bench.Boot));
        Assert.NotEmpty(await bench.CpuAsync(30, 39));
        Assert.True(File.Exists(Path.Combine(bench.Folder, "1s-20260304T10-1.duckdb")));
    }

    [Fact]
    public async Task Open_DamagedLogAfterAKill_IsSetAsideWithItsFile()
    {
        // Arrange: the folder as a kill leaves it, the log in use
        await using var bench = await HistoryBench.OpenAsync();
        await bench.RunAsync(0, 30);
        await using var copy = HistoryBench.Closed();
        Directory.CreateDirectory(copy.Folder);
        foreach (var file in Directory.GetFiles(bench.Folder, "1s-*"))
        {
            File.Copy(file, Path.Combine(copy.Folder, Path.GetFileName(file)));
        }

        var log = Directory.GetFiles(copy.Folder, "*.wal").Single();
        var bytes = File.ReadAllBytes(log);
        bytes[bytes.Length / 2] ^= 0x55;
        File.WriteAllBytes(log, bytes);

        // Act
        await copy.ReopenAsync();

        // Assert
        Assert.Equal(2, Directory.GetFiles(copy.Folder, "*.damaged-*").Length);
        Assert.Contains("damaged", copy.Store.Status.Fault);
        await copy.RunAsync(30, 32);
    }

    [Fact]
    public async Task Query_AnyBlockDamaged_AnswersWithWhatIsLeftAndCommitsGoOn()
    {
        // Arrange: two hours, the older one large enough for several blocks
        await using var bench = await HistoryBench.OpenAsync();
        for (var i = 0; i < 4; i++)
        {
            await bench.Store.CommitAsync(new HistoryCommit([.. Enumerable.Range(i * 600, 600).Select(s => bench.Batch((ulong)s + 1, s, 0.25 + (0.001 * (s % 7))))], [bench.Exchange(i * 600)], [], [], []), Cancellation);
        }

        bench.Time.SetUtcNow(HistoryBench.Start.AddHours(1));
        await bench.Store.CommitAsync(new HistoryCommit([bench.Batch(5000, 3600)], [], [], [], []), Cancellation);
        await bench.Store.DisposeAsync();
        var blocks = (int)((new FileInfo(Path.Combine(bench.Folder, "1s-20260304T10.duckdb")).Length - 12_288) / 262_144);
        Assert.InRange(blocks, 2, 40);
        var intact = 0;
        for (var block = 0; block < blocks; block++)
        {
            await using var copy = HistoryBench.Closed();
            Directory.CreateDirectory(copy.Folder);
            foreach (var file in Directory.GetFiles(bench.Folder).Where(f => !f.EndsWith("lock", StringComparison.Ordinal)))
            {
                File.Copy(file, Path.Combine(copy.Folder, Path.GetFileName(file)));
            }

            using (var damaged = new FileStream(Path.Combine(copy.Folder, "1s-20260304T10.duckdb"), FileMode.Open))
            {
                damaged.Seek(12_288 + (262_144L * block) + 1000, SeekOrigin.Begin);
                damaged.Write(Encoding.ASCII.GetBytes(new string('x', 4000)));
            }

            copy.Time.SetUtcNow(HistoryBench.Start.AddHours(1.1));

            // Act
            await copy.ReopenAsync();
            await copy.CpuAsync(0, 2400);
            await copy.Store.UpkeepAsync(Cancellation);
            await copy.Store.CommitAsync(new HistoryCommit([copy.Batch(5001, 3601)], [], [], [], []), Cancellation);

            // Assert
            Assert.Equal(5001UL, copy.Store.CommittedSequence(copy.Vm, copy.Boot));
            if (copy.Store.Status.Fault is { } fault)
            {
                Assert.Contains("set aside unchanged", fault);
                Assert.True(File.Exists(Directory.GetFiles(copy.Folder, "*.damaged-*").Single()));
            }
            else
            {
                intact++;
            }
        }

        Assert.True(intact < blocks, "no damage was noticed at all");
    }

    private static async Task<HistoryException?> TryAsync(HistoryBench bench, int second)
    {
        bench.Time.SetUtcNow(HistoryBench.Start.AddSeconds(second));
        try
        {
            await bench.Store.CommitAsync(bench.Commit(second), Cancellation);
            return null;
        }
        catch (HistoryException e)
        {
            return e;
        }
    }

    private static byte[] Damage(byte[] bytes, string how)
    {
        switch (how)
        {
            case "head":
                bytes.AsSpan(0, 200).Fill(0x5a);
                return bytes;
            case "middle":
                for (var i = 4096; i < bytes.Length; i += 50)
                {
                    bytes[i] ^= 0x55;
                }

                return bytes;
            case "cut":
                return bytes[..(bytes.Length / 2)];
            case "empty":
                return [];
            default:
                return Encoding.UTF8.GetBytes("this is not a database");
        }
    }

    private static Dictionary<string, string> Contents(string folder) =>
        Directory.GetFiles(folder).ToDictionary(f => f, f => Convert.ToHexString(System.Security.Cryptography.SHA256.HashData(File.ReadAllBytes(f))));
}
