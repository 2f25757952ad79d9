using System.Collections.Concurrent;
using System.Threading.Channels;
using HvIntegration.Transport.Abstractions;

namespace HvIntegration.Transport.Memory;

/// <summary>Connections inside one process, for tests and for a demo whose two sides share it.</summary>
internal sealed class MemoryTransport(TransportOptions options) : ITransport
{
    // The process is the machine here, and its listeners are known to all of it.
    private static readonly ConcurrentDictionary<string, MemoryTransportListener> Listeners = new(StringComparer.Ordinal);

    public TransportKind Kind => TransportKind.Memory;

    public async Task<Stream> DialAsync(TransportAddress address, CancellationToken cancellation)
    {
        cancellation.ThrowIfCancellationRequested();
        if (!Listeners.TryGetValue(Name(address), out var listener))
        {
            throw NobodyListens(address);
        }

        var (dialler, accepted) = MemoryTransportStream.Pair();
        try
        {
            await listener.OfferAsync(accepted, cancellation);
            return dialler;
        }
        catch (ChannelClosedException)
        {
            await dialler.DisposeAsync();
            throw NobodyListens(address);
        }
        catch
        {
            await dialler.DisposeAsync();
            throw;
        }
    }

    public Task<ITransportListener> ListenAsync(TransportAddress address, CancellationToken cancellation)
    {
        cancellation.ThrowIfCancellationRequested();
        var listener = new MemoryTransportListener((MemoryAddress)address, options.Backlog, l => Listeners.TryRemove(new(Name(address), l)));
        return Listeners.TryAdd(Name(address), listener)
            ? Task.FromResult<ITransportListener>(listener)
            : throw new TransportException(TransportFailure.AddressInUse, $"{address} is in use", "choose another name");
    }

    private static TransportException NobodyListens(TransportAddress address) =>
        new(TransportFailure.NobodyListens, $"no process listens at {address}", "start the listener in this process first");

    private static string Name(TransportAddress address) => address is MemoryAddress memory
        ? memory.Name
        : throw new TransportException(
            TransportFailure.AddressNotAllowed,
            $"{address} is not an address of the in-memory transport",
            "use the transport for this address");
}
