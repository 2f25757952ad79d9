using System.Threading.Channels;
using Google.Protobuf;
using Grpc.Core;
using HvIntegration.GuestAgent.Uplink;
using HvIntegration.Protocol.V1;

namespace HvIntegration.GuestAgent.Tests.Uplink;

/// <summary>The broker's end of one stream, without a network: bytes go through the wire's own parsers both ways.</summary>
internal sealed class ScriptedBroker : IClientStreamWriter<AgentFrame>, IAsyncStreamReader<BrokerFrame>
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(20);
    private readonly Channel<AgentMessage> _fromAgent = Channel.CreateUnbounded<AgentMessage>();
    private readonly Channel<BrokerFrame> _toAgent = Channel.CreateUnbounded<BrokerFrame>();

    public ScriptedBroker() => Call = new AsyncDuplexStreamingCall<AgentFrame, BrokerFrame>(
        this, this, Task.FromResult(new Metadata()), () => Status.DefaultSuccess, () => [], () => { });

    public AsyncDuplexStreamingCall<AgentFrame, BrokerFrame> Call { get; }

    public WriteOptions? WriteOptions { get; set; }

    public BrokerFrame Current { get; private set; } = new(new BrokerMessage(), 0);

    /// <summary>Sends a message, with bytes of a later version behind it when there are any.</summary>
    public void Send(BrokerMessage message, long receivedNs = 0, params byte[] later) =>
        Assert.True(_toAgent.Writer.TryWrite(new BrokerFrame(BrokerMessage.Parser.ParseFrom([.. message.ToByteArray(), .. later]), receivedNs)));

    /// <summary>Ends the stream, as a broker that stops does.</summary>
    public void Close() => _toAgent.Writer.Complete();

    /// <summary>The next message of the agent.</summary>
    public async Task<AgentMessage> NextAsync() =>
        await _fromAgent.Reader.ReadAsync(TestContext.Current.CancellationToken).AsTask().WaitAsync(Patience, TestContext.Current.CancellationToken);

    /// <summary>True when the agent has sent nothing that was not taken.</summary>
    public bool IsSilent => _fromAgent.Reader.Count == 0;

    public Task WriteAsync(AgentFrame message) => WriteAsync(message, CancellationToken.None);

    public Task WriteAsync(AgentFrame message, CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        ReadOnlySpan<byte> bytes = message.Message is { } written ? written.ToByteArray() : message.Buffer.AsSpan(0, message.Length);
        Assert.True(_fromAgent.Writer.TryWrite(AgentMessage.Parser.ParseFrom(bytes)));
        return Task.CompletedTask;
    }

    public Task CompleteAsync() => Task.CompletedTask;

    public async Task<bool> MoveNext(CancellationToken cancellationToken)
    {
        if (!await _toAgent.Reader.WaitToReadAsync(cancellationToken) || !_toAgent.Reader.TryRead(out BrokerFrame? frame))
        {
            return false;
        }

        Current = frame;
        return true;
    }
}
