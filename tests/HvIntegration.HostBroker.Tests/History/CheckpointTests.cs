using HvIntegration.History;
using HvIntegration.History.Database;

namespace HvIntegration.HostBroker.Tests.History;

/// <summary>A file of history is brought to its end while others write.</summary>
public sealed class CheckpointTests
{
    [Fact]
    public async Task Checkpoint_WhileAnotherTransactionWrites_WaitsForItsEnd()
    {
        // Arrange
        var folder = Directory.CreateTempSubdirectory("hvi-checkpoint-");
        using var instance = DuckDbInstance.Open(new HistoryOptions { Folder = folder.FullName, MemoryMaxMiB = 64 }, new StoreCalls(_ => { }));
        instance.Attach(Path.Combine(folder.FullName, "one.duckdb"), "one");
        using var writer = instance.Connect();
        DuckDbInstance.Execute(writer, "CREATE TABLE one.main.t (n INTEGER)");
        DuckDbInstance.Execute(writer, "INSERT INTO one.main.t VALUES (1)");
        var transaction = await writer.BeginTransactionAsync(TestContext.Current.CancellationToken);
        DuckDbInstance.Execute(writer, "UPDATE one.main.t SET n = 2");

        // Act
        var checkpoint = Task.Run(() => instance.Checkpoint("one"), TestContext.Current.CancellationToken);
        await Task.Delay(200, TestContext.Current.CancellationToken);
        bool waited = !checkpoint.IsCompleted;
        await transaction.CommitAsync(TestContext.Current.CancellationToken);
        await checkpoint;

        // Assert
        Assert.True(waited);
        instance.Detach("one");
        folder.Delete(recursive: true);
    }
}
