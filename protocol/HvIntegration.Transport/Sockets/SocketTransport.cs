using System.Net.Sockets;
using HvIntegration.Transport.Abstractions;

namespace HvIntegration.Transport.Sockets;

/// <summary>Dials and listens over one socket family.</summary>
internal sealed class SocketTransport(ISocketFamily family, TransportOptions options) : ITransport
{
    // The kernel's own limit must win over ours, as its answer says more.
    private static readonly TimeSpan KernelFirst = TimeSpan.FromMilliseconds(500);

    public TransportKind Kind => family.Kind;

    public async Task<Stream> DialAsync(TransportAddress address, CancellationToken cancellation)
    {
        CheckKind(address);
        cancellation.ThrowIfCancellationRequested();
        family.CheckDial(address);

        // One socket for one attempt: a second connect on the same socket hangs on AF_VSOCK.
        var socket = Guarded(() => family.CreateSocket(address), address, SocketStep.Create);
        try
        {
            Guarded(() => family.PrepareDial(socket, address), address, SocketStep.BindLocal);
            using var limit = new CancellationTokenSource(
                options.ConnectTimeout is { } timeout ? timeout + KernelFirst : Timeout.InfiniteTimeSpan, options.Time);
            using var both = CancellationTokenSource.CreateLinkedTokenSource(cancellation, limit.Token);
            try
            {
                await socket.ConnectAsync(family.EndPointOf(address), both.Token);
            }
            catch (OperationCanceledException) when (!cancellation.IsCancellationRequested)
            {
                throw new TransportException(
                    TransportFailure.TimedOut,
                    $"{address} did not answer within {options.ConnectTimeout!.Value.TotalSeconds:0.###} s",
                    "check whether the machine of the broker is overloaded or paused. The agent reconnects automatically");
            }
            catch (SocketException e)
            {
                throw family.Explain(e, address, SocketStep.Connect);
            }

            return new SocketTransportStream(socket);
        }
        catch
        {
            socket.Dispose();
            throw;
        }
    }

    public Task<ITransportListener> ListenAsync(TransportAddress address, CancellationToken cancellation)
    {
        CheckKind(address);
        cancellation.ThrowIfCancellationRequested();
        family.CheckListen(address);
        var socket = Guarded(() => family.CreateSocket(address), address, SocketStep.Create);
        try
        {
            Guarded(
                () =>
                {
                    family.Bind(socket, address);
                    socket.Listen(options.Backlog);
                },
                address,
                SocketStep.Listen);
            return Task.FromResult<ITransportListener>(new SocketTransportListener(family, socket, family.BoundAddress(socket, address)));
        }
        catch
        {
            socket.Dispose();
            throw;
        }
    }

    private void CheckKind(TransportAddress address)
    {
        ArgumentNullException.ThrowIfNull(address);
        if (address.Kind != family.Kind)
        {
            throw new TransportException(
                TransportFailure.AddressNotAllowed,
                $"{address} is not an address of the {family.Kind} transport",
                "use the transport for this address");
        }
    }

    private T Guarded<T>(Func<T> action, TransportAddress address, SocketStep step)
    {
        try
        {
            return action();
        }
        catch (SocketException e)
        {
            throw family.Explain(e, address, step);
        }
    }

    private void Guarded(Action action, TransportAddress address, SocketStep step) =>
        Guarded(
            () =>
            {
                action();
                return true;
            },
            address,
            step);
}
