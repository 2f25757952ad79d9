using HvIntegration.HostileTests.Beside;
using HvIntegration.HostileTests.History;
using HvIntegration.TestKit.Processes;
using HvIntegration.TestKit.Wire;

namespace HvIntegration.HostileTests.Kills;

/// <summary>kill -9 of broker and agent at any moment: none lost, none twice, no wrong value. bench/kills runs the long form.</summary>
public sealed class KillTests(ITestOutputHelper output)
{
    private const string Steady = "steady";
    private const string Real = "real";
    private const double BatchesPerSecond = 20;
    private static readonly TimeSpan StartMax = TimeSpan.FromSeconds(60);

    [Fact]
    public async Task Kill_BrokerAndAgent_LosesNothingAndStoresNothingTwice()
    {
        var random = new Random(RunLength.Seed);
        int brokerLeft = RunLength.BrokerKills, agentLeft = RunLength.AgentKills;
        await using var broker = await BrokerWithVms.StartAsync(Programs.Hvi, [Steady, Real]);
        await using var steady = new SteadyAgent(broker.SocketOf(Steady), new SteadyPlan(Steady, new Guid(9, 0, 0, new byte[8]), BatchesPerSecond));
        steady.Start();
        var agent = StartAgent(broker);
        long began = TimeProvider.System.GetTimestamp();
        try
        {
            await broker.AgentLiveAsync(Real, StartMax);
            while (brokerLeft + agentLeft > 0)
            {
                if (random.Next(brokerLeft + agentLeft) < brokerLeft)
                {
                    // Every fifth dies while it starts.
                    await broker.KillAsync();
                    await broker.RestartAsync();
                    if (brokerLeft-- % 5 != 0)
                    {
                        await broker.ReachableAsync(StartMax);
                    }

                    await Task.Delay(random.Next(100, 1_500), TestContext.Current.CancellationToken);
                }
                else
                {
                    agentLeft--;
                    await agent.DisposeAsync();
                    await Task.Delay(random.Next(0, 300), TestContext.Current.CancellationToken);
                    agent = StartAgent(broker);

                    // A run that is killed before it was let in leaves nothing to look for.
                    await broker.ReachableAsync(StartMax);
                    await broker.AgentLiveAsync(Real, StartMax);
                    await Task.Delay(random.Next(500, 2_000), TestContext.Current.CancellationToken);
                }
            }

            await broker.ReachableAsync(StartMax);
            await broker.AgentLiveAsync(Real, StartMax);
            Assert.True(await steady.FinishAsync(StartMax), $"{steady.Unacknowledged} batches were never acknowledged");
        }
        finally
        {
            await agent.DisposeAsync();
        }

        Assert.Equal(0, await broker.StopAsync());
        var faults = HistoryFiles.Faults(broker.HistoryFolder, steady);
        var real = Assert.Single(HistoryFiles.Boots(broker.HistoryFolder), b => b.Boot != steady.Plan.BootId);
        output.WriteLine(
            $"seed {RunLength.Seed}: {RunLength.BrokerKills} kills of the broker and {RunLength.AgentKills} of the agent in {TimeProvider.System.GetElapsedTime(began).TotalSeconds:0} s; "
            + $"{steady.Batches.Count} batches acknowledged to the steady agent over {steady.StreamEnds.Count} streams, {string.Join("; ", faults.DefaultIfEmpty("each is there once with its values"))}; "
            + $"{real.Counts.Count} of the real agent, {real.Twice} twice, {real.Gaps} gaps");
        Assert.Empty(faults);
        Assert.Equal(0, real.Twice);
        Assert.InRange(real.Gaps, 0, RunLength.AgentKills);
    }

    private static ChildProcess StartAgent(BrokerWithVms broker) =>
        ChildProcess.Start(Programs.Agent, ["run", "--broker", "unix://" + broker.SocketOf(Real)], Path.Join(broker.Folder, "agent.log"));
}
