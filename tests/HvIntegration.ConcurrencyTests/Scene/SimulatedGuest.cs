using Google.Protobuf;
using HvIntegration.ConcurrencyTests.Exploring;
using HvIntegration.Model;
using HvIntegration.Protocol.Handshake;
using HvIntegration.Protocol.Metrics;
using HvIntegration.Protocol.V1;
using HvIntegration.Transport.Abstractions;

namespace HvIntegration.ConcurrencyTests.Scene;

/// <summary>A guest with its agent: makes batches, keeps them until they are acknowledged, connects again whenever its stream ends.</summary>
internal sealed class SimulatedGuest
{
    private const int KeptMax = 600;
    private const int PipeMessages = 8;
    private const int CounterStep = 1_000;

    private readonly Explorer _explorer;
    private readonly MemoryStore _store;
    private readonly Random _random;
    private readonly List<ulong> _kept = [];
    private readonly HashSet<(Guid Boot, ulong Sequence)> _lost = [];
    private readonly Dictionary<Guid, (List<ulong> Made, ulong Acknowledged)> _boots = [];
    private Link? _link;
    private ulong _next = 1;

    // So that no two exchanges are the same, although the clock stands still in between.
    private ulong _probes;
    private TaskCompletionSource _made = new();
    private DateTimeOffset _booted;

    public SimulatedGuest(string name, Explorer explorer, MemoryStore store, Random random)
    {
        _explorer = explorer;
        _store = store;
        _random = random;
        Vm = new PartitionInfo(NewGuid(), name, PartitionState.Running, 1, null, null, null);
        Peer = new PeerIdentity(TransportKind.Unix, name, null);
        Reboot();
    }

    public PartitionInfo Vm { get; }

    public PeerIdentity Peer { get; }

    public Guid Boot { get; private set; }

    /// <summary>Batches that no acknowledgement came for.</summary>
    public int Kept => _kept.Count;

    public long Acknowledgements { get; private set; }

    /// <summary>Makes one batch.</summary>
    public void Make()
    {
        if (_kept.Count == KeptMax)
        {
            _lost.Add((Boot, _kept[0]));
            _kept.RemoveAt(0);
        }

        _kept.Add(_next);
        Of(Boot).Made.Add(_next++);
        var made = _made;
        _made = new TaskCompletionSource();
        made.SetResult();
    }

    /// <summary>Starts anew: nothing of the boot before is sent any more.</summary>
    public void Reboot()
    {
        Forget();
        Boot = NewGuid();
        _booted = _explorer.Time.GetUtcNow();
        _next = 1;
        Cut();
    }

    /// <summary>The agent starts anew within one boot: its sequences go on higher.</summary>
    public void RestartAgent()
    {
        Forget();
        _next += 100;
        Cut();
    }

    /// <summary>Ends the stream so that both ends see it.</summary>
    public void Cut()
    {
        _link?.Up.Close();
        _link?.Down.Close();
        Leave();
    }

    /// <summary>Leaves the stream so that the broker does not see it: it looks silent, and what was sent can be read still.</summary>
    public void Leave()
    {
        _link?.Left.Cancel();
        _link = null;
    }

    /// <summary>Connects, sends and connects again for ever.</summary>
    public async Task RunAsync(Func<SimulatedGuest, Link, Task> connect, CancellationToken cancellation)
    {
        while (true)
        {
            var link = _link = new Link(new Pipe<AgentMessage>(PipeMessages), new Pipe<BrokerMessage>(PipeMessages), new CancellationTokenSource());
            var brokerEnd = connect(this, link);
            try
            {
                await StreamAsync(link, Boot, cancellation);
            }
            catch (Exception e) when (e is IOException or OperationCanceledException && !cancellation.IsCancellationRequested)
            {
                // The stream ended or was left; the broker's end of one that was left is looked after by the broker.
                _ = brokerEnd;
            }

            await Task.Delay(TimeSpan.FromMilliseconds(100 + _random.Next(400)), _explorer.Time, cancellation);
        }
    }

    private Guid NewGuid()
    {
        byte[] bytes = new byte[16];
        _random.NextBytes(bytes);
        return new Guid(bytes);
    }

    private (List<ulong> Made, ulong Acknowledged) Of(Guid boot) =>
        _boots.TryGetValue(boot, out var known) ? known : _boots[boot] = ([], 0);

    private void Forget()
    {
        foreach (ulong sequence in _kept)
        {
            _lost.Add((Boot, sequence));
        }

        _kept.Clear();
    }

    private async Task StreamAsync(Link link, Guid boot, CancellationToken cancellation)
    {
        using var ending = CancellationTokenSource.CreateLinkedTokenSource(cancellation, link.Left.Token);
        await link.Up.WriteAsync(new AgentMessage { Hello = Hello(boot) }, ending.Token);
        var welcomed = new TaskCompletionSource();
        var reading = ReadAsync(link, boot, welcomed, ending.Token);
        var writing = WriteAsync(link, welcomed.Task, ending.Token);
        try
        {
            await await Task.WhenAny(reading, writing);
        }
        finally
        {
            await ending.CancelAsync();
            await Task.WhenAll(reading, writing).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing | ConfigureAwaitOptions.ContinueOnCapturedContext);
            if (_link == link)
            {
                Cut();
            }
        }
    }

    private async Task ReadAsync(Link link, Guid boot, TaskCompletionSource welcomed, CancellationToken cancellation)
    {
        while (await link.Down.MoveNext(cancellation))
        {
            var message = link.Down.Current;
            switch (message.BodyCase)
            {
                case BrokerMessage.BodyOneofCase.ClockProbe:
                    ulong now = MonotonicNs + ++_probes;
                    await link.Up.WriteAsync(
                        new AgentMessage { ClockReply = new ClockReply { ProbeId = message.ClockProbe.ProbeId, T2GuestMonotonicNs = now, T3GuestMonotonicNs = now } }, cancellation);
                    break;
                case BrokerMessage.BodyOneofCase.Welcome:
                    Acknowledge(boot, message.Welcome.CommittedSequence);
                    welcomed.TrySetResult();
                    break;
                case BrokerMessage.BodyOneofCase.Ack:
                    Acknowledge(boot, message.Ack.Sequence);
                    break;
                default:
                    return;
            }
        }
    }

    private async Task WriteAsync(Link link, Task welcomed, CancellationToken cancellation)
    {
        await welcomed.WaitAsync(cancellation);
        ulong? sent = null;
        while (true)
        {
            ulong oldest = _kept.Count > 0 ? _kept[0] : _next;
            if (sent is not { } last || oldest > last + 1)
            {
                sent = oldest - 1;
                await link.Up.WriteAsync(new AgentMessage { Snapshot = State(oldest - 1) }, cancellation);
            }
            else if (last + 1 < _next)
            {
                sent = last + 1;
                await link.Up.WriteAsync(new AgentMessage { Samples = Batch(last + 1) }, cancellation);
            }
            else
            {
                await _made.Task.WaitAsync(cancellation);
            }
        }
    }

    private void Acknowledge(Guid boot, ulong sequence)
    {
        var (made, before) = Of(boot);
        foreach (ulong one in made.Where(s => s > before && s <= sequence))
        {
            Assert.True(_store.Has(Vm.Id, boot, one) || _lost.Contains((boot, one)), $"{Vm.Name}: {sequence} is acknowledged and {one} is not in history");
        }

        if (sequence > before)
        {
            Acknowledgements++;
            _boots[boot] = (made, sequence);
        }

        if (boot == Boot)
        {
            _kept.RemoveAll(s => s <= sequence);
        }
    }

    private ulong MonotonicNs => (ulong)(_explorer.Time.GetUtcNow() - _booted).Ticks * 100;

    private static SeriesDefinition Series => new() { Collector = 0, Slot = 0, MetricId = GuestMetrics.CpuTime.Id, Attributes = { "user", "0" } };

    private static Hello Hello(Guid boot) => new()
    {
        ProtocolMajor = ProtocolVersion.Major,
        ProtocolMinor = ProtocolVersion.Minor,
        AgentVersion = "0.1.0",
        OsFamily = OsFamily.Linux,
        BootId = ByteString.CopyFrom(boot.ToByteArray(bigEndian: true)),
        Collectors = { "cpu" },
        LogicalProcessors = 1,
    };

    private static Snapshot State(ulong sequence) => new()
    {
        Sequence = sequence,
        Series = { new SeriesState { Definition = Series, Value = (long)sequence * CounterStep } },
    };

    private SampleBatch Batch(ulong sequence) => new()
    {
        Sequence = sequence,
        MonotonicStartNs = MonotonicNs,
        Readings = { new Reading { Collector = 0, DurationUs = 40, Changed = ByteString.CopyFrom(0b1), Deltas = { CounterStep } } },
    };
}

/// <summary>One connection.</summary>
/// <param name="Up">From the agent.</param>
/// <param name="Down">To the agent.</param>
/// <param name="Left">Ends the agent's own end.</param>
internal sealed record Link(Pipe<AgentMessage> Up, Pipe<BrokerMessage> Down, CancellationTokenSource Left);
