using Grpc.Core;
using HvIntegration.GuestAgent.Buffering;
using HvIntegration.Protocol.Handshake;
using HvIntegration.Protocol.V1;

namespace HvIntegration.GuestAgent.Uplink;

/// <summary>One stream: Hello, probes, Welcome, then the snapshot and the kept batches, then live batches.</summary>
/// <param name="call">Opened stream.</param>
/// <param name="source">What is sent and what messages of the broker change.</param>
internal sealed class UplinkSession(AsyncDuplexStreamingCall<AgentFrame, BrokerFrame> call, UplinkSource source)
{
    private readonly OutgoingReplies _replies = new();
    private readonly Signal _wake = new();
    private readonly AgentFrame _frame = new();
    private volatile bool _welcomed;

    /// <summary>Longest wait for Welcome. Four probes over a slow link take far less.</summary>
    public static readonly TimeSpan HandshakeTimeout = TimeSpan.FromSeconds(20);

    /// <summary>Runs until the stream ends; always ends with an exception that says why.</summary>
    /// <param name="welcomed">Called once, when the broker accepted this agent.</param>
    /// <param name="cancellation">Ends the stream.</param>
    public async Task RunAsync(Action<Welcome> welcomed, CancellationToken cancellation)
    {
        using var ended = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        _frame.Message = new AgentMessage { Hello = source.CreateHello() };
        using (var handshake = CancellationTokenSource.CreateLinkedTokenSource(cancellation))
        {
            handshake.CancelAfter(HandshakeTimeout);
            await call.RequestStream.WriteAsync(_frame, handshake.Token);
        }

        source.Ring.Appended = _wake.Set;
        Task writing = WriteAllAsync(ended.Token);
        Task reading = ReadAllAsync(welcomed, ended.Token);
        try
        {
            await await Task.WhenAny(writing, reading);
            throw new IOException("the broker ended the stream");
        }
        finally
        {
            source.Ring.Appended = null;
            await ended.CancelAsync();
            await Task.WhenAll(writing, reading).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
    }

    private async Task ReadAllAsync(Action<Welcome> welcomed, CancellationToken cancellation)
    {
        using (var handshake = CancellationTokenSource.CreateLinkedTokenSource(cancellation))
        {
            handshake.CancelAfter(HandshakeTimeout);
            try
            {
                while (!_welcomed)
                {
                    if (!await call.ResponseStream.MoveNext(handshake.Token))
                    {
                        return;
                    }

                    Handle(call.ResponseStream.Current, welcomed);
                }
            }
            catch (Exception e) when (handshake.IsCancellationRequested && !cancellation.IsCancellationRequested && e is RpcException or OperationCanceledException)
            {
                throw new TimeoutException($"the broker sent no Welcome within {HandshakeTimeout.TotalSeconds:0} s", e);
            }
        }

        while (await call.ResponseStream.MoveNext(cancellation))
        {
            Handle(call.ResponseStream.Current, welcomed);
        }
    }

    private void Handle(BrokerFrame frame, Action<Welcome> welcomed)
    {
        BrokerMessage message = frame.Message;
        switch (message.BodyCase)
        {
            case BrokerMessage.BodyOneofCase.ClockProbe:
                _replies.AddClockReply(message.ClockProbe, frame.ReceivedNs);
                _wake.Set();
                break;
            case BrokerMessage.BodyOneofCase.Welcome when !_welcomed:
                Accept(message.Welcome, welcomed);
                break;
            case BrokerMessage.BodyOneofCase.Ack:
                source.Ring.Acknowledge(message.Ack.Sequence);
                break;
            case BrokerMessage.BodyOneofCase.Configure:
                source.Configure(message.Configure);
                break;
            case BrokerMessage.BodyOneofCase.ProcessTableRequest:
                source.RequestProcessTable(message.ProcessTableRequest.RequestId, message.ProcessTableRequest.RowsMax, table =>
                {
                    _replies.SetTable(table);
                    _wake.Set();
                });
                break;
            case BrokerMessage.BodyOneofCase.Refuse:
                throw new UplinkRefusedException(
                    message.Refuse.Text.Length > 0 ? message.Refuse.Text : $"reason {message.Refuse.Reason}",
                    message.Refuse.Remedy.Length > 0 ? message.Refuse.Remedy : "The log of the broker has details");
            default:
                // A message of a later minor version, or a second Welcome: skipping it is the rule.
                break;
        }
    }

    private void Accept(Welcome welcome, Action<Welcome> welcomed)
    {
        if (welcome.ProtocolMajor != ProtocolVersion.Major)
        {
            throw VersionRefusal(welcome.ProtocolMajor);
        }

        source.Ring.Acknowledge(welcome.CommittedSequence);
        if (welcome.Configure is { } configure)
        {
            source.Configure(configure);
        }

        welcomed(welcome);
        _welcomed = true;
        _wake.Set();
    }

    /// <summary>What an agent says to a broker of another major version.</summary>
    internal static UplinkRefusedException VersionRefusal(uint brokerMajor) => new(
        $"the broker uses protocol {brokerMajor}, this agent uses protocol {ProtocolVersion.Major}",
        brokerMajor > ProtocolVersion.Major ? "Update hvi-agent in this guest" : "Update hvi on the host");

    private async Task WriteAllAsync(CancellationToken cancellation)
    {
        ulong? sent = null;
        while (true)
        {
            if (_replies.TryTake() is { } reply)
            {
                await WriteAsync(reply, cancellation);
            }
            else if (_welcomed && sent is null)
            {
                Snapshot snapshot = source.Ring.ToSnapshot();
                await WriteAsync(new AgentMessage { Snapshot = snapshot }, cancellation);
                sent = snapshot.Sequence;
            }
            else if (_welcomed && sent is { } last)
            {
                sent = await WriteNextAsync(last, cancellation);
            }
            else
            {
                await _wake.WaitAsync(cancellation);
            }
        }
    }

    /// <summary>Sends the next kept batch, or waits for one.</summary>
    /// <returns>Sequence sent last; null when the chain broke and a snapshot has to come first.</returns>
    private async Task<ulong?> WriteNextAsync(ulong last, CancellationToken cancellation)
    {
        byte[] buffer = _frame.Buffer;
        BatchRing.Next next = source.Ring.CopyNext(last, ref buffer, out int length);
        _frame.Buffer = buffer;
        switch (next)
        {
            case BatchRing.Next.Copied:
                _frame.Message = null;
                _frame.Length = length;
                await call.RequestStream.WriteAsync(_frame, cancellation);
                return last + 1;
            case BatchRing.Next.Dropped:
                return null;
            default:
                await _wake.WaitAsync(cancellation);
                return last;
        }
    }

    private async Task WriteAsync(AgentMessage message, CancellationToken cancellation)
    {
        _frame.Message = message;
        await call.RequestStream.WriteAsync(_frame, cancellation);
        _frame.Message = null;
    }
}
