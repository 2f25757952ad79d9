using HvIntegration.Ingest;
using HvIntegration.Ingest.Budgets;
using HvIntegration.Ingest.Streams;
using System.Threading.Channels;
using Google.Protobuf;
using Grpc.Core;
using HvIntegration.Protocol.Handshake;
using HvIntegration.Protocol.V1;
using HvIntegration.Transport.Abstractions;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;

namespace HvIntegration.Soak;

/// <summary>The agent of one VM: it speaks the protocol with the broker's own stream, in memory.</summary>
/// <param name="vm">Its VM.</param>
/// <param name="services">The broker.</param>
/// <param name="turn">Turns the clock a little: what a stream waits for may be the clock.</param>
internal sealed class SoakAgent(SoakVm vm, IServiceProvider services, Action turn)
{
    private const int LeftBehindMax = 60;
    private static readonly TimeSpan StalledFor = TimeSpan.FromSeconds(1);

    private readonly TimeProvider _time = services.GetRequiredService<TimeProvider>();
    private readonly HostClock _clock = services.GetRequiredService<HostClock>();
    private SoakChain? _chain;
    private Link? _link;

    /// <summary>The VM.</summary>
    public SoakVm Vm => vm;

    /// <summary>True when the broker has taken everything that was sent.</summary>
    public bool IsTaken => _link is { } link && (link.Ended.IsCompleted || services.GetRequiredService<AgentSessions>().Find(vm.Id)?.LastSequence >= _chain!.Sequence);

    /// <summary>True when all that was sent before the newest batch is acknowledged.</summary>
    public bool IsAcknowledged => _link is { } link && link.Acknowledged + 1 >= _chain!.Sequence;

    /// <summary>Why the newest stream ended; null while it runs.</summary>
    public string? Fault => _link is { Ended.IsCompleted: true } link ? link.Reason : null;

    /// <summary>Where its stream stands.</summary>
    public override string ToString() => _link is { } link
        ? $"{vm.Info.Name} ({vm.Role}): sent {_chain!.Sequence}, acknowledged {link.Acknowledged}{(link.Ended.IsCompleted ? $", ended: {link.Reason}" : "")}"
        : $"{vm.Info.Name} ({vm.Role}): no stream";

    /// <summary>Streams that were opened.</summary>
    public int Streams { get; private set; }

    /// <summary>Batches that were sent.</summary>
    public long Batches { get; private set; }

    /// <summary>Connects where that is due, and sends the batch of now.</summary>
    /// <param name="hostNs">Host time of the read.</param>
    /// <param name="reconnect">Cut the stream first, as a network does.</param>
    public async Task SendAsync(long hostNs, bool reconnect)
    {
        if (_chain?.BootId != vm.BootId)
        {
            await CloseAsync();
            _chain = new SoakChain(vm) { BootId = vm.BootId };
        }
        else if (reconnect || _link is null || _link.Ended.IsCompleted)
        {
            await CloseAsync();
        }

        if (_link is null)
        {
            await OpenAsync(_chain.Snapshot);
        }

        if (_link!.Ended.IsCompleted || (_chain.Sequence > _link.Acknowledged + LeftBehindMax && vm.Role is SoakRole.NameChurner or SoakRole.Booter))
        {
            // Refused, or held back: an agent keeps some minutes and drops the oldest, which begins a chain anew here.
            await CloseAsync();
            _chain = null;
            return;
        }

        _link.Send(new AgentMessage { Samples = _chain.Next(hostNs) });
        Batches++;
    }

    /// <summary>Ends the stream.</summary>
    public async Task CloseAsync()
    {
        if (_link is { } link)
        {
            link.Close();
            await link.Ended;
            link.Dispose();
            _link = null;
        }
    }

    private async Task OpenAsync(Snapshot? snapshot)
    {
        var link = new Link(vm, _clock);
        _link = link;
        Streams++;
        link.Run(services, _time);
        link.Send(new AgentMessage
        {
            Hello = new Hello
            {
                ProtocolMajor = ProtocolVersion.Major,
                ProtocolMinor = ProtocolVersion.Minor,
                AgentVersion = "0.1.0",
                OsFamily = OsFamily.Linux,
                OsDescription = "Debian GNU/Linux 12",
                HostName = vm.Info.Name,
                BootId = ByteString.CopyFrom(vm.BootId.ToByteArray(bigEndian: true)),
                Collectors = { SoakChain.Collectors },
                LogicalProcessors = 2,
                MonotonicNs = (ulong)vm.GuestNs(_clock.NowNs),
            },
        });
        while (!link.Welcomed.IsCompleted && !link.Ended.IsCompleted)
        {
            if (await Task.WhenAny(link.Welcomed, link.Ended, Task.Delay(StalledFor)) is { } first && first != link.Welcomed && first != link.Ended)
            {
                turn();
            }
        }

        if (snapshot is not null && link.Welcomed.IsCompletedSuccessfully)
        {
            link.Send(new AgentMessage { Snapshot = snapshot });
        }
    }

    /// <summary>Both directions of one stream.</summary>
    private sealed class Link(SoakVm vm, HostClock clock) : IAsyncStreamReader<AgentMessage>, IServerStreamWriter<BrokerMessage>, IDisposable
    {
        private readonly Channel<AgentMessage> _sent = Channel.CreateUnbounded<AgentMessage>();
        private readonly CancellationTokenSource _closing = new();
        private readonly TaskCompletionSource _welcomed = new(TaskCreationOptions.RunContinuationsAsynchronously);
        private long _acknowledged;

        public Task Welcomed => _welcomed.Task;

        public Task Ended { get; private set; } = Task.CompletedTask;

        public string Reason { get; private set; } = "";

        public ulong Acknowledged => (ulong)Interlocked.Read(ref _acknowledged);

        public AgentMessage Current { get; private set; } = new();

        public WriteOptions? WriteOptions { get; set; }

        public void Run(IServiceProvider services, TimeProvider time) => Ended = Task.Run(async () =>
        {
            using var stream = new AgentStream(
                new PeerIdentity(TransportKind.Unix, vm.Info.AgentAddress!, null), this, this, services.GetRequiredService<AgentSessions>(), services.GetRequiredService<VmAccounts>(),
                services.GetRequiredService<InFlight>(), services.GetRequiredService<IPeerDirectory>(), services.GetRequiredService<IArrivals>(), clock, time,
                services.GetRequiredService<IOptions<AgentOptions>>().Value);
            try
            {
                await stream.RunAsync(_closing.Token);
            }
            catch (RefusedException e)
            {
                stream.Account?.Ledger.Refused(e);
                Reason = e.Message;
            }
            catch (Exception e) when (e is OperationCanceledException or IOException)
            {
                Reason = stream.Session?.EndReason ?? e.Message;
            }
        });

        public void Send(AgentMessage message) => _sent.Writer.TryWrite(message);

        // As a connection that is cut: whatever the broker waits for on this stream, it waits no more.
        public void Close()
        {
            _sent.Writer.TryComplete();
            _closing.Cancel();
        }

        public void Dispose() => _closing.Dispose();

        public async Task<bool> MoveNext(CancellationToken cancellationToken)
        {
            if (!await _sent.Reader.WaitToReadAsync(cancellationToken) || !_sent.Reader.TryRead(out var message))
            {
                return false;
            }

            Current = message;
            return true;
        }

        public Task WriteAsync(BrokerMessage message)
        {
            switch (message.BodyCase)
            {
                case BrokerMessage.BodyOneofCase.ClockProbe:
                    ulong now = (ulong)vm.GuestNs(clock.NowNs);
                    Send(new AgentMessage { ClockReply = new ClockReply { ProbeId = message.ClockProbe.ProbeId, T1HostNs = message.ClockProbe.T1HostNs, T2GuestMonotonicNs = now, T3GuestMonotonicNs = now } });
                    break;
                case BrokerMessage.BodyOneofCase.Welcome:
                    _welcomed.TrySetResult();
                    break;
                case BrokerMessage.BodyOneofCase.Ack:
                    Interlocked.Exchange(ref _acknowledged, (long)message.Ack.Sequence);
                    break;
            }

            return Task.CompletedTask;
        }

        public Task WriteAsync(BrokerMessage message, CancellationToken cancellationToken) => WriteAsync(message);
    }
}
