using HvIntegration.Api.Contract;
using HvIntegration.Ingest.Budgets;
using Google.Protobuf;
using Grpc.Core;
using HvIntegration.History;
using HvIntegration.Protocol.V1;

namespace HvIntegration.HostBroker.Tests.Ingest;

/// <summary>The broker's end of the wire, against agents good and bad, over real Unix sockets.</summary>
public sealed class TelemetryServiceTests
{
    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Connect_GoodAgent_IsAcknowledgedAfterCommitAndShownLive()
    {
        // Arrange
        await using var broker = await TestBroker.StartAsync();
        await using var agent = await broker.DialAsync(TestBroker.Web);

        // Act
        var welcome = await agent.EnterAsync();
        await agent.SendAsync(ScriptedAgent.Sample(100, first: true));
        await agent.AcknowledgedAsync(100);

        // Assert
        Assert.Equal(0UL, welcome.CommittedSequence);
        Assert.Equal(1_000u, welcome.Configure.IntervalMs);
        var vm = await broker.VmAsync(TestBroker.Web);
        Assert.Equal("live", vm.Agent.State);
        Assert.Equal(100UL, vm.Agent.CommittedSequence);
        Assert.Equal("simulated", vm.Source.Origin);
        Assert.Equal("no-agent", (await broker.VmAsync(TestBroker.Batch)).Agent.State);
    }

    [Fact]
    public async Task Connect_BothSidesReport_ReportHasBothSides()
    {
        // Arrange
        await using var broker = await TestBroker.StartAsync();
        await using var agent = await broker.DialAsync(TestBroker.Web);
        await agent.EnterAsync();
        using var reading = CancellationTokenSource.CreateLinkedTokenSource(Cancellation);
        var pumping = PumpAsync(agent, reading.Token);

        // Act
        ulong sequence = 1;
        VmAnswer? vm = null;
        await TestBroker.EventuallyAsync(
            async () =>
            {
                await agent.SendAsync(ScriptedAgent.Sample(sequence, first: sequence == 1));
                sequence++;
                await Task.Delay(500, Cancellation);
                vm = await broker.VmAsync(TestBroker.Web);
                return vm.Vm is { HasGuest: true, HasHost: true };
            },
            "a second is closed with both sides");

        // Assert: the guest counts a whole processor per batch, two batches a second; the host says that it ran half the time
        Assert.NotNull(vm!.Verdict);
        Assert.NotNull(vm.Clock);
        Assert.Contains(vm.Signals, s => s.Id == "cpu.guest.busy" && s.Value > 0.5);
        Assert.InRange(vm.Signals.Single(s => s.Id == "cpu.host.run").Value!.Value, 0.4, 0.6);
        await reading.CancelAsync();
        await pumping;
    }

    [Theory]
    [InlineData(99u, "update hvi on the host")]
    [InlineData(0u, "update hvi-agent in this guest")]
    public async Task Connect_AnotherMajor_IsRefusedWithWhatToUpdate(uint major, string update)
    {
        await using var broker = await TestBroker.StartAsync();
        await using var agent = await broker.DialAsync(TestBroker.Web);
        var hello = agent.Hello();
        hello.ProtocolMajor = major;

        await agent.SendAsync(hello);
        var refuse = (await agent.NextAsync()).Refuse;

        Assert.Equal(RefuseReason.Version, refuse.Reason);
        Assert.Contains(update, refuse.Text, StringComparison.Ordinal);
        Assert.Contains("rejected", (await broker.VmAsync(TestBroker.Web)).Agent.Reason, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Connect_NewerMinorWithUnknownMetric_WorksAndCountsIt()
    {
        await using var broker = await TestBroker.StartAsync();
        await using var agent = await broker.DialAsync(TestBroker.Web);
        var hello = agent.Hello();
        hello.ProtocolMinor = 77;
        hello.Catalog.Add(new MetricDescriptor { Id = 900, Name = "hvi.guest.from_the_future", Unit = "1", Kind = MetricKind.Gauge, Scale = 1 });
        await agent.SendAsync(hello);
        Assert.Equal(0u, (await agent.NextAsync()).Welcome.ProtocolMinor);

        var batch = ScriptedAgent.Sample(1, first: true);
        batch.Series.Add(new SeriesDefinition { Collector = 0, Slot = 2, MetricId = 900 });
        await agent.SendAsync(batch);
        await agent.AcknowledgedAsync(1);

        Assert.Equal(1, broker.Ledger(TestBroker.Web)[LedgerEntry.UnknownMetrics]);
    }

    [Fact]
    public async Task Connect_SecondAgentOfOneVm_IsRefusedWhileTheFirstLives()
    {
        await using var broker = await TestBroker.StartAsync();
        await using var first = await broker.DialAsync(TestBroker.Web);
        await first.EnterAsync();
        await using var second = await broker.DialAsync(TestBroker.Web);

        await second.SendAsync(second.Hello());
        var refuse = (await second.NextAsync()).Refuse;

        Assert.Equal(RefuseReason.AnotherAgentConnected, refuse.Reason);
        await first.SendAsync(ScriptedAgent.Sample(1, first: true));
        await first.AcknowledgedAsync(1);
    }

    [Fact]
    public async Task Connect_FirstAgentSilent_SecondTakesItsPlace()
    {
        await using var broker = await TestBroker.StartAsync(o => o.Agents.DeadAfterMs = 500);
        await using var first = await broker.DialAsync(TestBroker.Web);
        await first.EnterAsync();
        await TestBroker.EventuallyAsync(async () => (await broker.VmAsync(TestBroker.Web)).Agent.State == "silent", "the first agent counts as silent");
        await using var second = await broker.DialAsync(TestBroker.Web);

        await second.EnterAsync();

        Assert.Equal(1, broker.Ledger(TestBroker.Web)[LedgerEntry.TakenOver]);
        await Assert.ThrowsAnyAsync<Exception>(first.NextAsync);
    }

    [Fact]
    public async Task Connect_AddressOfNoVm_IsHeldShownAndRefused()
    {
        await using var broker = await TestBroker.StartAsync(o => o.Agents.HoldMs = 1_500);
        await using var stranger = await ScriptedAgent.DialAsync(broker.StrangerSocket, Guid.NewGuid());
        var hello = stranger.Hello();
        hello.HostName = "i-am-\u001b[31mweb-01";
        await stranger.SendAsync(hello);

        await TestBroker.EventuallyAsync(
            async () => (await broker.Client.GetAsync<StatusAnswer>("api/v1/status", Cancellation)).Held.Any(h => h.ClaimedHostName == "i-am-\ufffd[31mweb-01"),
            "the connection is shown as held, its claim without control characters");
        var refuse = (await stranger.NextAsync()).Refuse;

        Assert.Equal(RefuseReason.UnknownVm, refuse.Reason);
        Assert.Equal("no-agent", (await broker.VmAsync(TestBroker.Web)).Agent.State);
    }

    [Fact]
    public async Task Connect_VmAppearsWhileHeld_IsWelcomed()
    {
        await using var broker = await TestBroker.StartAsync(o => o.Agents.HoldMs = 15_000);
        await using var early = await ScriptedAgent.DialAsync(broker.StrangerSocket, Guid.NewGuid());
        await early.SendAsync(early.Hello());

        broker.Source.Partitions = [.. broker.Source.Partitions, TestBroker.Web with { Id = Guid.NewGuid(), Name = "new-03", AgentAddress = "unix:" + broker.StrangerSocket }];

        Assert.NotNull((await early.NextAsync()).Welcome);
    }

    [Theory]
    [InlineData("samples-first")]
    [InlineData("boot-id")]
    [InlineData("delta-without-definition")]
    [InlineData("gap")]
    [InlineData("second-hello")]
    [InlineData("host-metric")]
    [InlineData("collector-out-of-range")]
    public async Task Stream_BreaksARule_IsRefusedAsMalformedAndHarmsNoOther(string rule)
    {
        // Arrange
        await using var broker = await TestBroker.StartAsync();
        await using var good = await broker.DialAsync(TestBroker.Batch);
        await good.EnterAsync();
        await using var bad = await broker.DialAsync(TestBroker.Web);

        // Act
        if (rule == "samples-first")
        {
            await bad.SendAsync(ScriptedAgent.Sample(1, first: true));
        }
        else if (rule == "boot-id")
        {
            var hello = bad.Hello();
            hello.BootId = ByteString.CopyFrom(1, 2, 3);
            await bad.SendAsync(hello);
        }
        else
        {
            await bad.EnterAsync();
            await BreakAsync(bad, rule);
        }

        var refuse = await RefusalAsync(bad);

        // Assert
        Assert.Equal(RefuseReason.Malformed, refuse.Reason);
        Assert.NotEmpty(refuse.Remedy);
        await good.SendAsync(ScriptedAgent.Sample(1, first: true));
        await good.AcknowledgedAsync(1);
        Assert.True(broker.Ledger(TestBroker.Web)[LedgerEntry.Refused] + broker.Service<VmAccounts>().UnknownPeers.Ledger[LedgerEntry.Refused] > 0);
    }

    [Fact]
    public async Task Stream_MessageOverTheLimit_IsRefusedAndCounted()
    {
        await using var broker = await TestBroker.StartAsync();
        await using var agent = await broker.DialAsync(TestBroker.Web);
        await agent.EnterAsync();

        try
        {
            await agent.SendAsync(new AgentMessage { ProcessTable = new ProcessTable { Processes = { new ProcessEntry { Definition = new ProcessDefinition { Name = new string('x', 300_000) } } } } });
        }
        catch (RpcException)
        {
            // Refused by its length alone, before its end was written.
        }

        await TestBroker.EventuallyAsync(
            () => broker.Ledger(TestBroker.Web).Counts.GetValueOrDefault("refused_limit") == 1, "the message is counted as over the limit");
        Assert.Contains("larger than", broker.Ledger(TestBroker.Web).LastRefusal, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Socket_BytesThatAreNoHttp_EndThatConnectionOnly()
    {
        await using var broker = await TestBroker.StartAsync();
        await using var agent = await broker.DialAsync(TestBroker.Batch);
        await agent.EnterAsync();
        var address = new Transport.Abstractions.UnixAddress(Path.Combine(broker.Folder, "web-01.agent.sock"));
        byte[] noise = new byte[4096];
        new Random(20260101).NextBytes(noise);

        for (int i = 0; i < 20; i++)
        {
            await using var stream = await Transport.Transports.For(address).DialAsync(address, Cancellation);
            try
            {
                await stream.WriteAsync(noise, Cancellation);
            }
            catch (IOException)
            {
                // Hung up on already.
            }
        }

        await agent.SendAsync(ScriptedAgent.Sample(1, first: true));
        await agent.AcknowledgedAsync(1);
    }

    [Fact]
    public async Task Stream_SendsFasterThanAllowed_IsHeldBackAndCounted()
    {
        await using var broker = await TestBroker.StartAsync();
        await using var agent = await broker.DialAsync(TestBroker.Web);
        await agent.EnterAsync();

        for (ulong sequence = 1; sequence <= 80; sequence++)
        {
            await agent.SendAsync(ScriptedAgent.Sample(sequence, first: sequence == 1));
        }

        await agent.AcknowledgedAsync(80);
        Assert.True(broker.Ledger(TestBroker.Web)[LedgerEntry.Throttled] > 0);
        Assert.Equal(80, broker.Ledger(TestBroker.Web)[LedgerEntry.Batches]);
    }

    [Fact]
    public async Task Stream_KeptBatchesOfBeforeHello_AreNotHeldBack()
    {
        await using var broker = await TestBroker.StartAsync();
        await using var agent = await broker.DialAsync(TestBroker.Web);
        await agent.EnterAsync();
        long now = ScriptedAgent.MonotonicNs;

        for (ulong sequence = 1; sequence <= 300; sequence++)
        {
            await agent.SendAsync(ScriptedAgent.Sample(sequence, first: sequence == 1, now - 10_000_000_000 - ((300 - (long)sequence) * 1_000_000_000)));
        }

        await agent.AcknowledgedAsync(300);
        Assert.Equal(0, broker.Ledger(TestBroker.Web)[LedgerEntry.Throttled]);
    }

    [Fact]
    public async Task ClockReply_OfNoProbe_IsCountedAndIgnored()
    {
        await using var broker = await TestBroker.StartAsync();
        await using var agent = await broker.DialAsync(TestBroker.Web);
        await agent.EnterAsync();

        await agent.SendAsync(new AgentMessage { ClockReply = new ClockReply { ProbeId = 4_000_000, T1HostNs = 1, T2GuestMonotonicNs = ulong.MaxValue, T3GuestMonotonicNs = 1 } });
        await agent.SendAsync(ScriptedAgent.Sample(1, first: true));
        await agent.AcknowledgedAsync(1);

        Assert.Equal(1, broker.Ledger(TestBroker.Web)[LedgerEntry.StrayReplies]);
    }

    [Fact]
    public async Task ProcessTable_AskedByTheApi_ComesFromTheAgent()
    {
        await using var broker = await TestBroker.StartAsync();
        await using var agent = await broker.DialAsync(TestBroker.Web);
        await agent.EnterAsync();

        var asked = broker.Client.GetAsync<ProcessTableAnswer>("api/v1/vms/web-01/processes?rows=5", Cancellation);
        var request = (await agent.NextAsync()).ProcessTableRequest;
        await agent.SendAsync(new AgentMessage
        {
            ProcessTable = new ProcessTable
            {
                RequestId = request.RequestId,
                Processes = { new ProcessEntry { Definition = new ProcessDefinition { Pid = 42, Name = "post\u001bgres" }, Values = { 1_500_000, 500_000, 0, 4096 } } },
            },
        });
        var row = Assert.Single((await asked).Processes);

        Assert.Equal(5u, request.RowsMax);
        Assert.Equal((42, "post\ufffdgres", 2.0, 4096.0), (row.Pid, row.Name, row.CpuSeconds, row.ResidentBytes));
    }

    [Fact]
    public async Task History_DiskFull_NothingIsAcknowledgedAndTheViewGoesOn()
    {
        // Arrange
        await using var broker = await TestBroker.StartAsync();
        await using var agent = await broker.DialAsync(TestBroker.Web);
        await agent.EnterAsync();
        broker.Disk.IsFull = true;

        // Act
        await agent.SendAsync(ScriptedAgent.Sample(1, first: true));
        await TestBroker.EventuallyAsync(
            async () => (await broker.Client.GetAsync<StatusAnswer>("api/v1/status", Cancellation)).History.Fault is not null, "the fault is shown");
        var status = await broker.Client.GetAsync<StatusAnswer>("api/v1/status", Cancellation);

        // Assert: degraded and honest, then everything is acknowledged once there is room
        Assert.False(status.Ready);
        Assert.Contains(FillingDisk.Sentence, status.NotReady);
        Assert.Equal(0UL, broker.Disk.CommittedSequence(TestBroker.Web.Id, (await broker.VmAsync(TestBroker.Web)).Agent.BootId!.Value));
        Assert.Equal("live", (await broker.VmAsync(TestBroker.Web)).Agent.State);
        broker.Disk.IsFull = false;
        await agent.AcknowledgedAsync(1);
    }

    [Fact]
    public async Task Broker_RestartedMidStream_KnowsEverySequenceItAcknowledged()
    {
        // Arrange
        string folder = Directory.CreateTempSubdirectory("hvi-t-").FullName;
        var boot = Guid.NewGuid();
        const ulong Acknowledged = 25;
        await using (var broker = await TestBroker.StartAsync(folder: folder))
        {
            await using var agent = await broker.DialAsync(TestBroker.Web, boot);
            await agent.EnterAsync();
            for (ulong sequence = 1; sequence <= Acknowledged; sequence++)
            {
                await agent.SendAsync(ScriptedAgent.Sample(sequence, first: sequence == 1));
            }

            await agent.AcknowledgedAsync(Acknowledged);
        }

        // Act: the agent saw no more acknowledgements than these and sends its whole ring again
        await using var second = await TestBroker.StartAsync(folder: folder);
        await using var again = await second.DialAsync(TestBroker.Web, boot);
        var welcome = await again.EnterAsync();
        for (ulong sequence = 1; sequence <= Acknowledged + 5; sequence++)
        {
            await again.SendAsync(ScriptedAgent.Sample(sequence, first: sequence == 1));
        }

        await again.AcknowledgedAsync(Acknowledged + 5);

        // Assert
        Assert.Equal(Acknowledged, welcome.CommittedSequence);
        Assert.Equal((long)Acknowledged, second.Service<IHistoryReader>().Status.DuplicateBatches);
        Assert.Equal(Acknowledged + 5, second.Disk.CommittedSequence(TestBroker.Web.Id, boot));
        await second.DisposeAsync();
        Directory.Delete(folder, recursive: true);
    }

    private static async Task PumpAsync(ScriptedAgent agent, CancellationToken cancellation)
    {
        try
        {
            while (!cancellation.IsCancellationRequested)
            {
                await agent.NextUntilAsync(cancellation);
            }
        }
        catch (Exception e) when (e is RpcException or OperationCanceledException or TimeoutException or EndOfStreamException)
        {
            // The test is over.
        }
    }

    private static async Task<Refuse> RefusalAsync(ScriptedAgent agent)
    {
        while (true)
        {
            if ((await agent.NextAsync()).Refuse is { } refuse)
            {
                return refuse;
            }
        }
    }

    private static async Task BreakAsync(ScriptedAgent agent, string rule)
    {
        switch (rule)
        {
            case "delta-without-definition":
                await agent.SendAsync(ScriptedAgent.Sample(1, first: false));
                break;
            case "gap":
                await agent.SendAsync(ScriptedAgent.Sample(1, first: true));
                await agent.SendAsync(ScriptedAgent.Sample(9, first: false));
                break;
            case "second-hello":
                await agent.SendAsync(agent.Hello());
                break;
            case "host-metric":
                var lie = ScriptedAgent.Sample(1, first: false);
                lie.Series.Add(new SeriesDefinition { Collector = 0, Slot = 0, MetricId = 1000, Attributes = { "0" } });
                await agent.SendAsync(lie);
                break;
            default:
                var outside = ScriptedAgent.Sample(1, first: true);
                outside.Readings[0].Collector = 7;
                await agent.SendAsync(outside);
                break;
        }
    }
}
