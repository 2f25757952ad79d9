using HvIntegration.History;

namespace HvIntegration.HostBroker.Tests.History;

/// <summary>What is taken away under a running store: nothing is acknowledged into it, and history goes on by itself.</summary>
public sealed class LostFolderTests
{
    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData("removed")]
    [InlineData("moved")]
    [InlineData("replaced")]
    [InlineData("emptied")]
    [InlineData("newest file removed")]
    [InlineData("newest file replaced")]
    public async Task Commit_TakenAway_IsNotAcknowledgedAndStartsAnew(string how)
    {
        // Arrange
        Assert.SkipUnless(OperatingSystem.IsLinux(), "Windows does not let open files be removed");
        await using var bench = await HistoryBench.OpenAsync();
        await bench.RunAsync(0, 5);
        var newest = Directory.GetFiles(bench.Folder, "1s-*.duckdb").Single();
        var away = bench.Folder + "-away";

        // Act
        try
        {
            TakeAway(bench.Folder, newest, away, how);
            var status = bench.Store.Status;
            var failure = await Assert.ThrowsAsync<HistoryException>(() => bench.RunAsync(5, 6));
            var fault = bench.Store.Status.Fault;
            var acknowledged = bench.Store.CommittedSequence(bench.Vm, bench.Boot);
            await bench.RunAsync(5, 10);

            // Assert
            Assert.Null(status.Fault);
            Assert.Equal(failure.Message, fault);
            Assert.Contains(newest, failure.Message);
            Assert.Contains("removed, moved or replaced", failure.Message);
            Assert.Equal(5UL, acknowledged);
            Assert.Null(bench.Store.Status.Fault);
            if (!OperatingSystem.IsWindows() && how is ("removed" or "moved"))
            {
                Assert.Equal(
                    UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute | UnixFileMode.GroupRead | UnixFileMode.GroupExecute, File.GetUnixFileMode(bench.Folder));
            }

            await bench.ReopenAsync();
            Assert.Null(bench.Store.Status.Fault);
            Assert.Equal(10UL, bench.Store.CommittedSequence(bench.Vm, bench.Boot));
            Assert.Equal(5, (await bench.Store.QueryRawAsync([bench.Vm], HistoryBench.StartSecond + 5, HistoryBench.StartSecond + 10, Cancellation)).Batches.Count);
        }
        finally
        {
            if (Directory.Exists(away))
            {
                Directory.Delete(away, recursive: true);
            }
        }
    }

    [Fact]
    public async Task Commit_LogRemovedAlone_LosesNothingAcknowledged()
    {
        // Arrange
        Assert.SkipUnless(OperatingSystem.IsLinux(), "Windows does not let open files be removed");
        await using var bench = await HistoryBench.OpenAsync();
        await bench.RunAsync(0, 5);

        // Act
        File.Delete(Directory.GetFiles(bench.Folder, "*.wal").Single());
        for (var second = 5; second < 10; second++)
        {
            try
            {
                await bench.RunAsync(second, second + 1);
            }
            catch (HistoryException)
            {
                await bench.RunAsync(second, second + 1);
            }
        }

        await bench.ReopenAsync();

        // Assert
        Assert.Equal(10UL, bench.Store.CommittedSequence(bench.Vm, bench.Boot));
        Assert.Equal(10, (await bench.Store.QueryRawAsync([bench.Vm], HistoryBench.StartSecond, HistoryBench.StartSecond + 10, Cancellation)).Batches.Count);
    }

    [Fact]
    public async Task Upkeep_FileOfMinutesRemoved_IsMadeAgain()
    {
        // Arrange
        Assert.SkipUnless(OperatingSystem.IsLinux(), "Windows does not let open files be removed");
        await using var bench = await HistoryBench.OpenAsync();
        await bench.RunAsync(0, 135);
        await bench.Store.UpkeepAsync(Cancellation);
        File.Delete(Directory.GetFiles(bench.Folder, "1min-*.duckdb").Single());
        await bench.RunAsync(135, 200);

        // Act
        await Assert.ThrowsAsync<HistoryException>(() => bench.Store.UpkeepAsync(Cancellation));
        await bench.RunAsync(200, 210);
        await bench.Store.UpkeepAsync(Cancellation);
        await bench.ReopenAsync();
        await bench.Store.UpkeepAsync(Cancellation);

        // Assert
        Assert.True(File.Exists(Directory.GetFiles(bench.Folder, "1min-*.duckdb").Single()));
        Assert.Equal([0L, 60, 120], (await bench.CpuAsync(0, 180, 3))[1].Points.Select(p => p.Second - HistoryBench.StartSecond));
    }

    [Fact]
    public async Task Commit_NoInodesLeft_TellsItAndGoesOnOnceThereAreSome()
    {
        // Arrange: 20 inodes, taken by empty files
        using var mount = TestMount.Tmpfs(64, 20);
        await using var bench = await HistoryBench.OpenAsync(Path.Combine(mount.FullPath, "history"));
        await bench.RunAsync(0, 3);
        var fillers = new List<string>();
        try
        {
            while (true)
            {
                var filler = Path.Combine(mount.FullPath, $"filler-{fillers.Count}");
                File.WriteAllBytes(filler, []);
                fillers.Add(filler);
            }
        }
        catch (IOException)
        {
            // Full.
        }

        // Act: the hour turns, a new file is needed
        bench.Time.SetUtcNow(HistoryBench.Start.AddHours(1));
        var commit = new HistoryCommit([bench.Batch(4, 3600)], [bench.Exchange(3600)], [], [], []);
        var failure = await Assert.ThrowsAsync<HistoryException>(() => bench.Store.CommitAsync(commit, Cancellation));
        var fault = bench.Store.Status.Fault;
        fillers.ForEach(File.Delete);
        await bench.Store.CommitAsync(commit, Cancellation);

        // Assert
        Assert.Contains("no inodes left", failure.Message);
        Assert.Equal(failure.Message, fault);
        Assert.Null(bench.Store.Status.Fault);
        Assert.Empty(Directory.GetFiles(bench.Folder, "*.new*"));
        await bench.ReopenAsync();
        Assert.Equal(4UL, bench.Store.CommittedSequence(bench.Vm, bench.Boot));
        bench.KeepFolder = true;
    }

    private static void TakeAway(string folder, string newest, string away, string how)
    {
        switch (how)
        {
            case "removed":
                Directory.Delete(folder, recursive: true);
                break;
            case "moved":
                Directory.Move(folder, away);
                break;
            case "replaced":
                Directory.Move(folder, away);
                Directory.CreateDirectory(folder);
                break;
            case "emptied":
                foreach (var file in Directory.GetFiles(folder))
                {
                    File.Delete(file);
                }

                break;
            case "newest file removed":
                File.Delete(newest);
                break;
            default:
                File.Copy(newest, newest + ".copy");
                File.Move(newest + ".copy", newest, overwrite: true);
                break;
        }
    }
}
