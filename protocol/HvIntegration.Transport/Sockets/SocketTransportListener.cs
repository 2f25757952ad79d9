using System.Net.Sockets;
using HvIntegration.Transport.Abstractions;

namespace HvIntegration.Transport.Sockets;

/// <summary>Accept loop's half of a listening socket.</summary>
internal sealed class SocketTransportListener(ISocketFamily family, Socket socket, TransportAddress address) : ITransportListener
{
    private int _unbound;

    public TransportAddress Address => address;

    public async ValueTask<AcceptedConnection?> AcceptAsync(CancellationToken cancellation)
    {
        while (true)
        {
            Socket? ahead = null;
            Socket accepted;
            try
            {
                ahead = family.CreateAcceptSocket(address);
                accepted = ahead is null ? await socket.AcceptAsync(cancellation) : await socket.AcceptAsync(ahead, cancellation);
            }
            catch (ObjectDisposedException)
            {
                ahead?.Dispose();
                return null;
            }
            catch (SocketException e) when (e.SocketErrorCode is SocketError.OperationAborted || Volatile.Read(ref _unbound) != 0)
            {
                ahead?.Dispose();
                return null;
            }
            catch (SocketException e)
            {
                ahead?.Dispose();
                throw family.Explain(e, address, SocketStep.Listen);
            }
            catch
            {
                ahead?.Dispose();
                throw;
            }

            try
            {
                return new AcceptedConnection(accepted, new SocketTransportStream(accepted), family.PeerOf(accepted, address));
            }
            catch (Exception e) when (e is SocketException or ObjectDisposedException)
            {
                // The peer left between accept and the question who it is: there is nobody to serve.
                accepted.Dispose();
            }
        }
    }

    public ValueTask UnbindAsync()
    {
        if (Interlocked.Exchange(ref _unbound, 1) == 0)
        {
            socket.Dispose();
        }

        return ValueTask.CompletedTask;
    }

    public ValueTask DisposeAsync() => UnbindAsync();
}
