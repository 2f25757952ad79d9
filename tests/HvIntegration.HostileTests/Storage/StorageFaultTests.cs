using System.Net;
using HvIntegration.HostileTests.Beside;
using HvIntegration.HostileTests.History;
using HvIntegration.TestKit.Processes;
using HvIntegration.TestKit.Wire;

namespace HvIntegration.HostileTests.Storage;

/// <summary>Storage that fails under a running broker: nothing is acknowledged into nothing, and all goes on by itself when the cause is gone.</summary>
public sealed class StorageFaultTests(ITestOutputHelper output)
{
    private const string Vm = "good";
    private static readonly TimeSpan HealMax = TimeSpan.FromSeconds(20);
    private static readonly TimeSpan FaultTime = TimeSpan.FromSeconds(4);

    // A commit under way ends after the fault: what it acknowledges may lie in the files that are gone.
    private const long UnderWayNs = 2_000_000_000;

    [Fact]
    public async Task Disk_FullAndFreeAgain_NothingAcknowledgedIsLost()
    {
        using var disk = SmallDisk.Mount(8);
        await using var broker = await BrokerWithVms.StartAsync(Programs.Hvi, [Vm], historyFolder: Path.Join(disk.FullPath, "history"));
        await using var agent = Start(broker);
        await Task.Delay(FaultTime, TestContext.Current.CancellationToken);

        string ballast = Path.Join(disk.FullPath, "ballast");
        await FillAsync(ballast);
        await Task.Delay(FaultTime * 2, TestContext.Current.CancellationToken);
        var (status, said) = await broker.AskAsync("readyz");
        int waiting = agent.Unacknowledged;
        File.Delete(ballast);

        output.WriteLine($"full: {status}, {said.Trim()}; {waiting} batches waited");
        Assert.Equal(HttpStatusCode.ServiceUnavailable, status);
        await HealedAsync(broker, agent);
        Assert.Equal(0, await broker.StopAsync());
        Assert.Empty(HistoryFiles.Faults(broker.HistoryFolder, agent));
    }

    [Fact]
    public async Task Folder_Removed_NothingIsAcknowledgedIntoNothing()
    {
        await using var broker = await BrokerWithVms.StartAsync(Programs.Hvi, [Vm]);
        await using var agent = Start(broker);
        await Task.Delay(FaultTime, TestContext.Current.CancellationToken);
        Assert.True(await agent.AcknowledgedAsync(HealMax));

        Directory.Delete(broker.HistoryFolder, recursive: true);
        long removedNs = WireClient.MonotonicNs;
        await Task.Delay(FaultTime, TestContext.Current.CancellationToken);
        foreach (string path in (string[])["readyz", "api/v1/status"])
        {
            var (status, text) = await broker.AskAsync(path);
            output.WriteLine($"{path}: {status} {text[..Math.Min(200, text.Length)].ReplaceLineEndings(" ")}");
            Assert.NotEqual(HttpStatusCode.InternalServerError, status);
        }

        await HealedAsync(broker, agent);
        Assert.DoesNotContain(broker.Process.LogLines(), l => l.TrimStart().StartsWith("at ", StringComparison.Ordinal));
        Assert.Equal(0, await broker.StopAsync());
        Assert.Empty(HistoryFiles.Faults(broker.HistoryFolder, agent, removedNs + UnderWayNs));
    }

    private static SteadyAgent Start(BrokerWithVms broker)
    {
        var agent = new SteadyAgent(broker.SocketOf(Vm), new SteadyPlan(Vm, new Guid(7, 0, 0, new byte[8]), 4));
        agent.Start();
        return agent;
    }

    private static async Task HealedAsync(BrokerWithVms broker, SteadyAgent agent)
    {
        Assert.Null(await broker.ReadyAsync(HealMax));
        Assert.True(await agent.FinishAsync(HealMax), $"{agent.Unacknowledged} batches were never acknowledged: {string.Join(", ", agent.StreamEnds)}\n{broker.LogEnd()}");
    }

    private static async Task FillAsync(string path)
    {
        byte[] chunk = new byte[65_536];
        await using var file = new FileStream(path, FileMode.CreateNew, FileAccess.Write, FileShare.None, bufferSize: 0);
        try
        {
            while (true)
            {
                await file.WriteAsync(chunk);
            }
        }
        catch (IOException)
        {
            // Full.
        }
    }
}
