using HvIntegration.GuestAgent.Buffering;
using HvIntegration.GuestAgent.Collection;
using HvIntegration.Protocol.Codec;
using HvIntegration.Protocol.Metrics;
using HvIntegration.Protocol.V1;

namespace HvIntegration.GuestAgent.Tests.Sampling;

public sealed class BatchRingTests
{
    [Fact]
    public void Append_OverTheAge_DropsTheOldestAndCounts()
    {
        // Arrange
        var chain = new Chain(seed: 1);
        var ring = new BatchRing(1, 1, 1 << 20, 10_000_000_000);
        // Act
        for (int i = 0; i < 30; i++)
        {
            chain.Produce(ring);
        }

        // Assert
        Assert.Equal((11, 19L), (ring.Count, ring.Dropped));
        Assert.Equal(19UL, ring.ToSnapshot().Sequence);
    }

    [Fact]
    public void Append_OverTheBytes_DropsTheOldestAndStaysBelowTheBound()
    {
        // Arrange
        var chain = new Chain(seed: 2);
        var ring = new BatchRing(1, 1, 2_000, long.MaxValue);
        // Act and assert
        for (int i = 0; i < 500; i++)
        {
            chain.Produce(ring);
            Assert.InRange(ring.Bytes, 1, 2_000);
        }

        Assert.Equal(500, ring.Count + ring.Dropped);
    }

    [Fact]
    public void CopyNext_BatchDroppedBeforeItWasSent_AsksForASnapshot()
    {
        // Arrange
        var chain = new Chain(seed: 3);
        var ring = new BatchRing(1, 1, 1 << 20, 5_000_000_000);
        for (int i = 0; i < 10; i++)
        {
            chain.Produce(ring);
        }

        byte[] buffer = [];
        // Act and assert
        Assert.Equal(BatchRing.Next.Dropped, ring.CopyNext(1, ref buffer, out _));
        Assert.Equal(BatchRing.Next.Copied, ring.CopyNext(ring.ToSnapshot().Sequence, ref buffer, out _));
        Assert.Equal(BatchRing.Next.None, ring.CopyNext(10, ref buffer, out _));
    }

    [Fact]
    public void Acknowledge_SequenceOfAnEarlierRunOrOfTheFuture_NeverFails()
    {
        // Arrange
        var chain = new Chain(seed: 4);
        var ring = new BatchRing(1, 1, 1 << 20, long.MaxValue);
        chain.Produce(ring);
        // Act and assert
        Assert.Equal(0, ring.Acknowledge(0));
        Assert.Equal(1, ring.Acknowledge(ulong.MaxValue));
        chain.Produce(ring);
        Assert.Equal(1, ring.Count);
    }

    /// <summary>The law of delivery: whatever is sampled, lost, dropped and sent again, history gets each kept second once and exactly.</summary>
    [Theory]
    [InlineData(101)]
    [InlineData(102)]
    [InlineData(103)]
    [InlineData(104)]
    [InlineData(105)]
    [InlineData(106)]
    public void Stream_AnyOrderOfSampleSendAckDropAndReconnect_DecodesToTheProducedValuesExactlyOnce(int seed)
    {
        // Arrange
        var random = new Random(seed);
        var chain = new Chain(seed);
        var ring = new BatchRing(1, 1, 3_000 + random.Next(20_000), (10 + random.Next(60)) * 1_000_000_000L);
        var history = new Dictionary<ulong, List<(string, long)>>();
        var broker = new Broker(history);
        broker.Reconnect(ring);
        // Act
        for (int step = 0; step < 4_000; step++)
        {
            switch (random.Next(10))
            {
                case < 4:
                    chain.Produce(ring);
                    break;
                case < 8:
                    broker.ReceiveOne(ring);
                    break;
                case 8:
                    broker.CommitAndAcknowledge(ring, lost: random.Next(3) == 0);
                    break;
                default:
                    if (random.Next(4) == 0)
                    {
                        // Killed before a commit now and then: what was received is gone.
                        broker.Reconnect(ring);
                    }

                    break;
            }
        }

        while (broker.ReceiveOne(ring))
        {
        }

        broker.CommitAndAcknowledge(ring, lost: false);
        // Assert
        Assert.Equal(0, ring.Count);
        Assert.InRange(history.Count, 1, chain.Produced.Count);
        Assert.True(history.Count + ring.Dropped >= chain.Produced.Count, "a second is neither in history nor counted as dropped");
        foreach (var (sequence, values) in history)
        {
            Assert.Equal(chain.Produced[sequence], values);
        }
    }

    /// <summary>A collector with series that come, go and change, and what it produced.</summary>
    private sealed class Chain(int seed)
    {
        private readonly Random _random = new(seed);
        private readonly BatchEncoder _encoder = new(1);
        private readonly CollectorSeries _series = new(40);
        private readonly List<int> _live = [];
        private ulong _sequence;

        public Dictionary<ulong, List<(string, long)>> Produced { get; } = [];

        public void Produce(BatchRing ring)
        {
            _sequence++;
            if (_live.Count < 30 && _random.Next(4) == 0)
            {
                _live.Add(_series.Define(GuestMetrics.DiskLimit, $"disk{_sequence}"));
            }

            if (_live.Count > 5 && _random.Next(8) == 0)
            {
                _series.Retire(_live[0]);
                _live.RemoveAt(0);
            }

            foreach (int slot in _live)
            {
                _series.Set(slot, _random.NextInt64(-1_000_000, 1_000_000_000_000));
            }

            long time = (long)_sequence * 1_000_000_000;
            _encoder.Begin(_sequence, time);
            _encoder.Add(0, _series, CollectorStatus.Ok, "", time, time + 50_000);
            _encoder.End(ring.Dropped);
            Produced[_sequence] = [.. _live.Order().Select(s => (_series.Identity(s)!.Attributes[0], _series.Values[s]))];
            ring.Append(_sequence, time, _encoder.Message);
        }
    }

    /// <summary>The other end, as docs/architecture.md says: decode, commit, acknowledge; drop what is committed already.</summary>
    private sealed class Broker(Dictionary<ulong, List<(string, long)>> history)
    {
        private readonly DecodedBatch _into = new();
        private readonly List<(ulong Sequence, List<(string, long)> Values)> _received = [];
        private StreamDecoder _decoder = new(1);
        private byte[] _buffer = [];
        private ulong _sent;
        private ulong _committed;

        public void Reconnect(BatchRing ring)
        {
            _received.Clear();
            ring.Acknowledge(_committed);
            _decoder = new StreamDecoder(1);
            TakeSnapshot(ring);
        }

        public bool ReceiveOne(BatchRing ring)
        {
            BatchRing.Next next = ring.CopyNext(_sent, ref _buffer, out int length);
            if (next == BatchRing.Next.Dropped)
            {
                TakeSnapshot(ring);
                next = ring.CopyNext(_sent, ref _buffer, out length);
            }

            if (next == BatchRing.Next.None)
            {
                return false;
            }

            _decoder.Apply(AgentMessage.Parser.ParseFrom(_buffer, 0, length).Samples, _into);
            _sent = _into.Sequence;
            if (_into.Sequence > _committed)
            {
                _received.Add((_into.Sequence, [.. _into.Values.Select(v => (v.Series.Attributes[0], v.Raw))]));
            }

            return true;
        }

        public void CommitAndAcknowledge(BatchRing ring, bool lost)
        {
            foreach (var (sequence, values) in _received)
            {
                history.Add(sequence, values);
                _committed = sequence;
            }

            _received.Clear();
            if (!lost)
            {
                ring.Acknowledge(_committed);
            }
        }

        private void TakeSnapshot(BatchRing ring)
        {
            Snapshot snapshot = ring.ToSnapshot();
            _decoder.Apply(snapshot);
            _sent = snapshot.Sequence;
        }
    }
}
