using HvIntegration.GuestAgent.Buffering;
using HvIntegration.GuestAgent.Collection;
using HvIntegration.GuestAgent.Sampling;
using HvIntegration.GuestAgent.Tests.Sampling;
using HvIntegration.GuestAgent.Uplink;
using HvIntegration.Protocol.Codec;
using HvIntegration.Protocol.Handshake;
using HvIntegration.Protocol.Metrics;
using HvIntegration.Protocol.V1;
using Microsoft.Extensions.Logging.Abstractions;

namespace HvIntegration.GuestAgent.Tests.Uplink;

/// <summary>One stream as a broker sees it: order, resends, other versions, refusals, requests.</summary>
public sealed class UplinkSessionTests : IDisposable
{
    private const ulong First = 9_001;
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(20);
    private static readonly byte[] UnknownField = [0xD2, 0x0F, 0x05, .. "later"u8];
    private readonly FakeGuestClock _clock = new();
    private readonly SamplingSettings _settings = new(1000, 1000, 5);
    private readonly BatchRing _ring = new(2, First, 1 << 20, 900_000_000_000);
    private readonly List<string> _configured = [];
    private readonly Sampler _sampler;
    private readonly UplinkSource _source;
    private ulong _sequence = First;
    private long _count;

    public UplinkSessionTests()
    {
        int slot = -1;
        var counting = new ScriptedCollector("cpu", CollectorSchedule.EachInterval, series =>
        {
            slot = slot >= 0 ? slot : series.Define(GuestMetrics.ContextSwitches);
            series.Set(slot, ++_count);
            return CollectOutcome.Ok;
        });
        _sampler = new Sampler([counting], new TwoProcesses(), _settings, _clock, NullLogger.Instance, null);
        var identity = new GuestIdentity(OsFamily.Linux, "Debian", "6.1", "web1", Guid.NewGuid(), 2, 1 << 30, []);
        _source = new UplinkSource(identity, _sampler, _ring, _settings, First, _clock, _configured.Add);
    }

    public void Dispose() => _sampler.Dispose();

    [Fact]
    public async Task RunAsync_Welcomed_SendsHelloRepliesSnapshotAndBatchesInThatOrder()
    {
        // Arrange
        Sample(2);
        var broker = new ScriptedBroker();
        Task session = Run(broker);
        // Act and assert: nothing of the guest's data leaves before Welcome.
        Hello hello = (await broker.NextAsync()).Hello;
        Assert.Equal((ProtocolVersion.Major, ProtocolVersion.Minor, First, "web1"), (hello.ProtocolMajor, hello.ProtocolMinor, hello.FirstSequence, hello.HostName));
        Assert.Equal(["cpu", "process"], hello.Collectors);
        Assert.Equal(GuestMetrics.All.Select(m => ((uint)m.Id, m.Name, m.Unit)), hello.Catalog.Select(m => (m.Id, m.Name, m.Unit)));
        broker.Send(new BrokerMessage { ClockProbe = new ClockProbe { ProbeId = 7, T1HostNs = 70 } }, receivedNs: 700);
        ClockReply reply = (await broker.NextAsync()).ClockReply;
        Assert.Equal((7u, 70ul, 700ul), (reply.ProbeId, reply.T1HostNs, reply.T2GuestMonotonicNs));
        Assert.True(broker.IsSilent);
        // Act
        broker.Send(Welcome(0));
        // Assert
        Assert.Equal(First - 1, (await broker.NextAsync()).Snapshot.Sequence);
        Assert.Equal(First, (await broker.NextAsync()).Samples.Sequence);
        Assert.Equal(First + 1, (await broker.NextAsync()).Samples.Sequence);
        Sample(1);
        Assert.Equal(First + 2, (await broker.NextAsync()).Samples.Sequence);
        await EndAsync(broker, session);
    }

    [Fact]
    public async Task RunAsync_SecondStream_BeginsAfterWhatIsCommittedAndSendsTheRestVerbatimWithTrueTimes()
    {
        // Arrange: a first stream sends five batches; the broker acknowledges one and dies with the rest.
        Sample(5);
        var broker = new ScriptedBroker();
        Task session = Run(broker);
        _ = await broker.NextAsync();
        broker.Send(Welcome(0));
        _ = await broker.NextAsync();
        var sent = new List<SampleBatch>();
        for (int i = 0; i < 5; i++)
        {
            sent.Add((await broker.NextAsync()).Samples);
        }

        broker.Send(new BrokerMessage { Ack = new Ack { Sequence = First } });
        await EndAsync(broker, session);
        Assert.Equal(4, _ring.Count);
        _clock.Advance(60_000_000_000);
        // Act: the next broker had committed one more.
        broker = new ScriptedBroker();
        session = Run(broker);
        _ = await broker.NextAsync();
        broker.Send(Welcome(First + 1));
        // Assert
        Snapshot snapshot = (await broker.NextAsync()).Snapshot;
        Assert.Equal(First + 1, snapshot.Sequence);
        var decoder = new StreamDecoder(2);
        decoder.Apply(snapshot);
        var batch = new DecodedBatch();
        for (int i = 2; i < 5; i++)
        {
            SampleBatch again = (await broker.NextAsync()).Samples;
            Assert.Equal(sent[i], again);
            decoder.Apply(again, batch);
            Assert.Equal(i + 1, Assert.Single(batch.Values).Raw);
        }

        await EndAsync(broker, session);
    }

    [Fact]
    public async Task RunAsync_RingDropsWhatIsNotSentYet_SendsASnapshotAndTellsTheCount()
    {
        // Arrange: the ring keeps 900 s; its oldest batches leave before this stream came to them.
        Sample(3);
        var broker = new ScriptedBroker();
        Task session = Run(broker);
        _ = await broker.NextAsync();
        broker.Send(Welcome(0));
        for (int i = 0; i < 4; i++)
        {
            _ = await broker.NextAsync();
        }

        await EndAsync(broker, session);
        _clock.Advance(901_000_000_000);
        Sample(1);
        // Act
        broker = new ScriptedBroker();
        session = Run(broker);
        _ = await broker.NextAsync();
        broker.Send(Welcome(0));
        // Assert
        Assert.Equal(First + 2, (await broker.NextAsync()).Snapshot.Sequence);
        Assert.Equal(First + 3, (await broker.NextAsync()).Samples.Sequence);
        Sample(1);
        SampleBatch next = (await broker.NextAsync()).Samples;
        Assert.Equal((First + 4, 3ul), (next.Sequence, next.DroppedTotal));
        await EndAsync(broker, session);
    }

    [Fact]
    public async Task RunAsync_BrokerOfALaterMinor_UnknownFieldsAndMessagesChangeNothing()
    {
        // Arrange
        Sample(1);
        var broker = new ScriptedBroker();
        Task session = Run(broker);
        _ = await broker.NextAsync();
        // Act
        broker.Send(new BrokerMessage(), later: UnknownField);
        BrokerMessage welcome = Welcome(0);
        welcome.Welcome.ProtocolMinor = 99;
        broker.Send(welcome, later: UnknownField);
        broker.Send(new BrokerMessage(), later: UnknownField);
        broker.Send(new BrokerMessage { Configure = new Configure { IntervalMs = 500 } }, later: UnknownField);
        // Assert
        _ = (await broker.NextAsync()).Snapshot;
        Assert.Equal(First, (await broker.NextAsync()).Samples.Sequence);
        await EndAsync(broker, session);
        Assert.Equal(500, _settings.IntervalMsAt(_clock.MonotonicNs));
        Assert.Equal("configured by the broker: interval 500 ms", Assert.Single(_configured));
    }

    [Theory]
    [InlineData(2u, "Update hvi-agent in this guest")]
    [InlineData(0u, "Update hvi on the host")]
    public async Task RunAsync_BrokerOfAnotherMajor_IsRefusedWithWhatToUpdate(uint major, string remedy)
    {
        var broker = new ScriptedBroker();
        Task session = Run(broker);
        _ = await broker.NextAsync();

        BrokerMessage welcome = Welcome(0);
        welcome.Welcome.ProtocolMajor = major;
        broker.Send(welcome);

        var refused = await Assert.ThrowsAsync<UplinkRefusedException>(() => session.WaitAsync(Patience, TestContext.Current.CancellationToken));
        Assert.Equal(($"the broker uses protocol {major}, this agent uses protocol {ProtocolVersion.Major}", remedy), (refused.Message, refused.Remedy));
        Assert.True(broker.IsSilent);
    }

    [Fact]
    public async Task RunAsync_Refused_CarriesTheBrokersSentenceAndRemedy()
    {
        var broker = new ScriptedBroker();
        Task session = Run(broker);
        _ = await broker.NextAsync();

        broker.Send(new BrokerMessage { Refuse = new Refuse { Reason = RefuseReason.AnotherAgentConnected, Text = "Another agent of this VM is connected.", Remedy = "Stop it." } });

        var refused = await Assert.ThrowsAsync<UplinkRefusedException>(() => session.WaitAsync(Patience, TestContext.Current.CancellationToken));
        Assert.Equal(("Another agent of this VM is connected.", "Stop it."), (refused.Message, refused.Remedy));
    }

    [Fact]
    public async Task RunAsync_ProcessTableRequested_AnswersWithTheWholeTableAfterTheNextRead()
    {
        // Arrange
        var broker = new ScriptedBroker();
        Task session = Run(broker);
        _ = await broker.NextAsync();
        broker.Send(Welcome(0));
        _ = (await broker.NextAsync()).Snapshot;
        // Act
        broker.Send(new BrokerMessage { ProcessTableRequest = new ProcessTableRequest { RequestId = 42, RowsMax = 1 } });
        ProcessTable? table = null;
        for (int i = 0; table is null && i < 50; i++)
        {
            // The request reaches the sampler on another thread: the next read or one after it answers.
            Sample(1);
            do
            {
                table = (await broker.NextAsync()).ProcessTable ?? table;
            }
            while (!broker.IsSilent);
            await Task.Delay(10, TestContext.Current.CancellationToken);
        }

        // Assert
        Assert.NotNull(table);
        Assert.Equal((42u, true), (table.RequestId, table.Truncated));
        Assert.Equal("busy", Assert.Single(table.Processes).Definition.Name);
        await EndAsync(broker, session);
    }

    private static BrokerMessage Welcome(ulong committed) => new()
    {
        Welcome = new Welcome { ProtocolMajor = ProtocolVersion.Major, ProtocolMinor = ProtocolVersion.Minor, BrokerVersion = "0.1.0", CommittedSequence = committed },
    };

    private Task Run(ScriptedBroker broker) => new UplinkSession(broker.Call, _source).RunAsync(_ => { }, TestContext.Current.CancellationToken);

    private static async Task EndAsync(ScriptedBroker broker, Task session)
    {
        broker.Close();
        await Assert.ThrowsAsync<IOException>(() => session.WaitAsync(Patience, TestContext.Current.CancellationToken));
    }

    private void Sample(int count)
    {
        for (int i = 0; i < count; i++)
        {
            _clock.Advance(1_000_000_000);
            long time = _sampler.Sample(_sequence, _ring.Dropped, 0);
            _ring.Append(_sequence++, time, _sampler.Message);
        }
    }

    /// <summary>Two processes, the busier first; none of them is sent each second.</summary>
    private sealed class TwoProcesses : IProcessCollector
    {
        public string Name => "process";

        public CollectOutcome Collect(ProcessSlots slots, int topN)
        {
            slots.ProcessesTotal = 2;
            return CollectOutcome.Ok;
        }

        public IReadOnlyList<ProcessEntry> WholeTable(int rowsMax) =>
            [.. new[] { "busy", "idle" }.Take(rowsMax).Select((name, i) => new ProcessEntry { Definition = new ProcessDefinition { Pid = (uint)i + 1, Name = name } })];

        public void Dispose()
        {
        }
    }
}
