using System.Threading.Channels;
using HvIntegration.Transport.Abstractions;

namespace HvIntegration.Transport.Memory;

/// <summary>A listener inside the process.</summary>
internal sealed class MemoryTransportListener(MemoryAddress address, int backlog, Action<MemoryTransportListener> forget) : ITransportListener
{
    private readonly Channel<MemoryTransportStream> _offered = Channel.CreateBounded<MemoryTransportStream>(backlog);

    public TransportAddress Address => address;

    /// <summary>Waits while the backlog is full.</summary>
    /// <exception cref="ChannelClosedException">Unbound.</exception>
    public ValueTask OfferAsync(MemoryTransportStream stream, CancellationToken cancellation) =>
        _offered.Writer.WriteAsync(stream, cancellation);

    public async ValueTask<AcceptedConnection?> AcceptAsync(CancellationToken cancellation)
    {
        try
        {
            var stream = await _offered.Reader.ReadAsync(cancellation);
            return new AcceptedConnection(null, stream, new PeerIdentity(TransportKind.Memory, $"memory:{address.Name}", null));
        }
        catch (ChannelClosedException)
        {
            return null;
        }
    }

    public ValueTask UnbindAsync()
    {
        forget(this);
        if (_offered.Writer.TryComplete())
        {
            // What was offered and not accepted ends, as a socket's backlog does.
            while (_offered.Reader.TryRead(out var stream))
            {
                stream.Dispose();
            }
        }

        return ValueTask.CompletedTask;
    }

    public ValueTask DisposeAsync() => UnbindAsync();
}
