using System.Threading.Channels;

namespace HvIntegration.GuestAgent.Uplink;

/// <summary>Wakes one asynchronous waiter; signals that come while nobody waits count as one.</summary>
internal sealed class Signal
{
    private readonly Channel<bool> _channel = Channel.CreateBounded<bool>(
        new BoundedChannelOptions(1) { FullMode = BoundedChannelFullMode.DropWrite, SingleReader = true });

    /// <summary>Wakes the waiter. Never blocks.</summary>
    public void Set() => _channel.Writer.TryWrite(true);

    /// <summary>Waits for the next signal.</summary>
    public ValueTask<bool> WaitAsync(CancellationToken cancellation) => _channel.Reader.ReadAsync(cancellation);
}
