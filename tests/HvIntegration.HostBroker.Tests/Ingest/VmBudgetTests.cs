using HvIntegration.Api.Contract;
using HvIntegration.Ingest.Budgets;
using Google.Protobuf;
using Grpc.Core;
using HvIntegration.Protocol.Metrics;
using HvIntegration.Protocol.V1;

namespace HvIntegration.HostBroker.Tests.Ingest;

/// <summary>What one VM may cost, seen from the wire of the whole broker: the other VM of the host is always well.</summary>
public sealed class VmBudgetTests
{
    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Hello_FalseTime_BuysNoRate()
    {
        await using var broker = await TestBroker.StartAsync();
        await using var good = await broker.DialAsync(TestBroker.Batch);
        await good.EnterAsync();
        await using var liar = await broker.DialAsync(TestBroker.Web);
        var hello = liar.Hello();
        hello.MonotonicNs = ulong.MaxValue;
        await liar.SendAsync(hello);
        Assert.NotNull((await liar.NextAsync()).Welcome);

        for (ulong sequence = 1; sequence <= 100; sequence++)
        {
            await liar.SendAsync(ScriptedAgent.Sample(sequence, first: sequence == 1));
        }

        await good.SendAsync(ScriptedAgent.Sample(1, first: true));
        await good.AcknowledgedAsync(1);
        await liar.AcknowledgedAsync(100);
        Assert.True(broker.Ledger(TestBroker.Web)[LedgerEntry.Throttled] > 0);
        Assert.Equal(0, broker.Ledger(TestBroker.Batch)[LedgerEntry.Throttled]);
    }

    [Fact]
    public async Task KeptBatches_SentAgainAndAgain_AreTheVmsAllowanceAndNotTheStreams()
    {
        await using var broker = await TestBroker.StartAsync(o => o.Budgets.KeptBatches = 60);
        for (int stream = 0; stream < 3; stream++)
        {
            await using var agent = await broker.DialAsync(TestBroker.Web);
            await agent.EnterAsync();
            long now = ScriptedAgent.MonotonicNs;
            for (ulong sequence = 1; sequence <= 50; sequence++)
            {
                await agent.SendAsync(ScriptedAgent.Sample(sequence, first: sequence == 1, now - 600_000_000_000 + ((long)sequence * 1_000_000_000)));
            }

            await agent.AcknowledgedAsync(50);
        }

        Assert.True(broker.Ledger(TestBroker.Web)[LedgerEntry.Throttled] > 0);
    }

    [Fact]
    public async Task Series_MoreThanTheBudget_AreLeftOutAndTheVmIsNamed()
    {
        await using var broker = await TestBroker.StartAsync(o => o.Budgets.SeriesPerHour = 64);
        await using var agent = await broker.DialAsync(TestBroker.Web);
        await agent.EnterAsync();
        var batch = ScriptedAgent.Sample(1, first: true);
        for (uint slot = 2; slot < 130; slot++)
        {
            batch.Series.Add(new SeriesDefinition { Collector = 0, Slot = slot, MetricId = GuestMetrics.CpuTime.Id, Attributes = { "user", $"{slot}" } });
        }

        await agent.SendAsync(batch);
        await agent.AcknowledgedAsync(1);

        var status = await broker.Client.GetAsync<StatusAnswer>("api/v1/status", Cancellation);
        var web = status.Agents.Single(a => a.Id == TestBroker.Web.Id);
        Assert.Equal(130 - 64, web.Counts["series_over_budget"]);
        Assert.Contains("series", web.Spent);
        Assert.Empty(status.Agents.Single(a => a.Id == TestBroker.Batch.Id).Spent);
        await ReadyAsync(broker);
    }

    [Fact]
    public async Task Boots_MoreThanTheBudget_AreRefusedAndTheOtherVmEnters()
    {
        await using var broker = await TestBroker.StartAsync(o => o.Budgets.BootsPerHour = 6);
        for (int boot = 0; boot < 2; boot++)
        {
            await using var agent = await broker.DialAsync(TestBroker.Web);
            await agent.EnterAsync();
        }

        await TestBroker.EventuallyAsync(async () => (await broker.VmAsync(TestBroker.Web)).Agent.State == "no-agent", "the last stream has ended");
        await using var third = await broker.DialAsync(TestBroker.Web);
        await third.SendAsync(third.Hello());
        var refuse = (await third.NextAsync()).Refuse;

        Assert.Equal(RefuseReason.Limit, refuse.Reason);
        Assert.Contains("boots more often", refuse.Text, StringComparison.Ordinal);
        await using var other = await broker.DialAsync(TestBroker.Batch);
        await other.EnterAsync();
    }

    [Fact]
    public async Task Connections_DialledInALoop_AreHungUpOnCountedAndTheOtherVmEnters()
    {
        await using var broker = await TestBroker.StartAsync(o => o.Budgets.StreamsPerHour = 60);
        var address = new Transport.Abstractions.UnixAddress(Path.Combine(broker.Folder, "web-01.agent.sock"));
        await TestBroker.EventuallyAsync(() => File.Exists(address.Path), "the broker listens");
        for (int i = 0; i < 30; i++)
        {
            await using var stream = await Transport.Transports.For(address).DialAsync(address, Cancellation);
        }

        await TestBroker.EventuallyAsync(
            () => broker.Ledger(TestBroker.Web)[LedgerEntry.ConnectionsRefused] > 0 && broker.Ledger(TestBroker.Web)[LedgerEntry.ConnectionsWithoutStream] > 0,
            "what came to nothing is counted to the VM that dialled");
        var status = await broker.Client.GetAsync<StatusAnswer>("api/v1/status", Cancellation);
        Assert.Contains("connections", status.Agents.Single(a => a.Id == TestBroker.Web.Id).Spent);
        await using var other = await broker.DialAsync(TestBroker.Batch);
        await other.EnterAsync();
    }

    [Fact]
    public async Task Processes_ValuesThatNoProcessCanHave_AreLeftOutAndEveryAnswerStands()
    {
        await using var broker = await TestBroker.StartAsync();
        await using var agent = await broker.DialAsync(TestBroker.Web);
        await using var good = await broker.DialAsync(TestBroker.Batch);
        await agent.EnterAsync();
        await good.EnterAsync();

        await agent.SendAsync(Processes(1, long.MaxValue, long.MaxValue));
        await good.SendAsync(Processes(1, 1_000_000, 500_000));
        await good.SendAsync(Processes(2, 600_000, 200_000));
        await agent.AcknowledgedAsync(1);
        await good.AcknowledgedAsync(2);

        Assert.Equal(1, broker.Ledger(TestBroker.Web)[LedgerEntry.OutOfRange]);
        long now = TimeProvider.System.GetUtcNow().ToUnixTimeSeconds();
        await ReadyAsync(broker);
        foreach (var vm in new[] { TestBroker.Web, TestBroker.Batch })
        {
            await broker.Client.GetAsync<TopProcessesAnswer>($"api/v1/vms/{vm.Name}/processes/top?from={now - 60}&to={now + 5}", Cancellation);
        }
    }

    [Fact]
    public async Task Counter_GrowsFasterThanAMachineCanCount_IsLeftOut()
    {
        await using var broker = await TestBroker.StartAsync();
        await using var agent = await broker.DialAsync(TestBroker.Web);
        await agent.EnterAsync();
        var leap = ScriptedAgent.Sample(2, first: false);
        leap.Readings[0].Deltas[0] = 1L << 55;

        await agent.SendAsync(ScriptedAgent.Sample(1, first: true));
        await agent.SendAsync(leap);
        await agent.AcknowledgedAsync(2);

        Assert.Equal(1, broker.Ledger(TestBroker.Web)[LedgerEntry.OutOfRange]);
    }

    [Theory]
    [InlineData(3_600L)]
    [InlineData(-172_800L)]
    public async Task Batch_OfATimeThatCannotBe_IsEmptiedAndTheStreamGoesOn(long offsetSeconds)
    {
        await using var broker = await TestBroker.StartAsync();
        await using var agent = await broker.DialAsync(TestBroker.Web);
        agent.AheadNs = 864_000_000_000_000;
        await agent.EnterAsync();
        long now = ScriptedAgent.MonotonicNs + agent.AheadNs;

        await agent.SendAsync(ScriptedAgent.Sample(1, first: true, now + (offsetSeconds * 1_000_000_000)));
        await agent.SendAsync(ScriptedAgent.Sample(2, first: false, now));
        await agent.AcknowledgedAsync(2);

        Assert.Equal(1, broker.Ledger(TestBroker.Web)[LedgerEntry.OutOfTime]);
        Assert.Equal(0, broker.Service<HvIntegration.Broker.Live.BrokerState>().View.Counts["engine_samples_refused"]);
    }

    [Fact]
    public async Task HistoryShare_Spent_TheVmIsKeptThinnerAndStillAcknowledged()
    {
        await using var broker = await TestBroker.StartAsync(o => o.Budgets.HistoryKiBPerHour = 1);
        await using var agent = await broker.DialAsync(TestBroker.Web);
        await agent.EnterAsync();

        for (ulong sequence = 1; sequence <= 40; sequence++)
        {
            await agent.SendAsync(ScriptedAgent.Sample(sequence, first: sequence == 1));
        }

        await agent.AcknowledgedAsync(40);
        Assert.InRange(broker.Ledger(TestBroker.Web)[LedgerEntry.HistoryOverShare], 20, 39);
    }

    [Fact]
    public async Task History_FailsWithOneVmsData_ThatVmIsKeptWithoutThemAndTheOthersAreAcknowledged()
    {
        await using var broker = await TestBroker.StartAsync();
        await using var poison = await broker.DialAsync(TestBroker.Web);
        await using var good = await broker.DialAsync(TestBroker.Batch);
        await poison.EnterAsync();
        await good.EnterAsync();
        broker.Disk.FaultOf = c => c.Batches.Any(b => b.Partition == TestBroker.Web.Id && b.Samples.Count > 0) ? new OverflowException("a fault of ours") : null;

        await poison.SendAsync(ScriptedAgent.Sample(1, first: true));
        await good.SendAsync(ScriptedAgent.Sample(1, first: true));
        await good.AcknowledgedAsync(1);
        await poison.AcknowledgedAsync(1);

        Assert.Equal(1, broker.Ledger(TestBroker.Web)[LedgerEntry.HistoryUnwritable]);
        await ReadyAsync(broker);
    }

    [Fact]
    public async Task History_FailsUntilTheQueueIsFull_HealsByItselfAndNothingAcknowledgedIsMissing()
    {
        // Arrange: a VM whose queue takes only a few of its batches
        await using var broker = await TestBroker.StartAsync(o =>
        {
            o.Budgets.InFlightMiB = 1;
            o.Budgets.KeptBatches = 100_000;
        });
        var boot = Guid.NewGuid();
        await using var agent = await broker.DialAsync(TestBroker.Web, boot);
        await agent.EnterAsync();
        broker.Disk.IsFull = true;
        long now = ScriptedAgent.MonotonicNs;

        // Act
        for (ulong sequence = 1; sequence <= 3_000; sequence++)
        {
            await agent.SendAsync(ScriptedAgent.Sample(sequence, first: sequence == 1, now - 700_000_000_000 + ((long)sequence * 100_000_000)));
        }

        await TestBroker.EventuallyAsync(() => broker.Ledger(TestBroker.Web)[LedgerEntry.HistoryDeferred] > 0, "some batches found no room");
        broker.Disk.IsFull = false;

        // Assert: the stream is ended so that the agent sends again what is not acknowledged
        await Assert.ThrowsAnyAsync<RpcException>(async () =>
        {
            while (true)
            {
                await agent.NextAsync();
            }
        });
        await using var again = await broker.DialAsync(TestBroker.Web, boot);
        var welcome = await again.EnterAsync();
        Assert.InRange(welcome.CommittedSequence, 1UL, 2_999UL);
        for (ulong sequence = 1; sequence <= 3_000; sequence++)
        {
            await again.SendAsync(ScriptedAgent.Sample(sequence, first: sequence == 1, now - 700_000_000_000 + ((long)sequence * 100_000_000)));
        }

        await again.AcknowledgedAsync(3_000);
        Assert.Equal(3_000UL, broker.Disk.CommittedSequence(TestBroker.Web.Id, boot));
    }

    private static Task ReadyAsync(TestBroker broker) => TestBroker.EventuallyAsync(
        async () => (await broker.Client.GetAsync<StatusAnswer>("api/v1/status", Cancellation)).Ready, "the broker is ready");

    private static SampleBatch Processes(ulong sequence, long user, long system)
    {
        var batch = ScriptedAgent.Sample(sequence, first: sequence == 1);
        if (sequence == 1)
        {
            batch.Processes.Add(new ProcessDefinition { Slot = 0, Pid = 7, StartTimeMs = 1, Name = "postgres" });
        }

        batch.ProcessRows = new ProcessRows { ProcessesTotal = 1, Present = ByteString.CopyFrom(1), CpuUserUs = { user }, CpuSystemUs = { system } };
        return batch;
    }
}
