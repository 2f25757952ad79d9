using System.Net.Sockets;
using System.Runtime.CompilerServices;
using HvIntegration.Transport.Abstractions;

namespace HvIntegration.Transport.Sockets;

/// <summary>The stream over every socket family of ours.</summary>
/// <remarks>
/// <see cref="NetworkStream"/> turns a zero-length read into <c>recv(MSG_PEEK)</c>, which Linux <c>hv_sock</c> refuses
/// with EOPNOTSUPP, and HTTP/2 does such a read before every frame. Here it completes at once with 0.
/// </remarks>
internal sealed class SocketTransportStream(Socket socket) : TransportStream
{
    private int _disposed;

    public override int Read(Span<byte> buffer)
    {
        if (buffer.IsEmpty)
        {
            return 0;
        }

        try
        {
            return socket.Receive(buffer, SocketFlags.None);
        }
        catch (Exception e) when (IsLoss(e))
        {
            throw Lost("read", e);
        }
    }

    [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder<>))]
    public override async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
    {
        if (buffer.IsEmpty)
        {
            cancellationToken.ThrowIfCancellationRequested();
            return 0;
        }

        try
        {
            return await socket.ReceiveAsync(buffer, SocketFlags.None, cancellationToken);
        }
        catch (Exception e) when (IsLoss(e))
        {
            throw Lost("read", e);
        }
    }

    public override void Write(ReadOnlySpan<byte> buffer)
    {
        try
        {
            while (!buffer.IsEmpty)
            {
                buffer = buffer[socket.Send(buffer, SocketFlags.None)..];
            }
        }
        catch (Exception e) when (IsLoss(e))
        {
            throw Lost("write", e);
        }
    }

    [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder))]
    public override async ValueTask WriteAsync(ReadOnlyMemory<byte> buffer, CancellationToken cancellationToken = default)
    {
        try
        {
            while (!buffer.IsEmpty)
            {
                buffer = buffer[await socket.SendAsync(buffer, SocketFlags.None, cancellationToken)..];
            }
        }
        catch (Exception e) when (IsLoss(e))
        {
            throw Lost("write", e);
        }
    }

    public override void CompleteWrites()
    {
        try
        {
            socket.Shutdown(SocketShutdown.Send);
        }
        catch (Exception e) when (IsLoss(e))
        {
            throw Lost("end of data", e);
        }
    }

    protected override void Dispose(bool disposing)
    {
        if (disposing && Interlocked.Exchange(ref _disposed, 1) == 0)
        {
            try
            {
                socket.Shutdown(SocketShutdown.Both);
            }
            catch (Exception e) when (IsLoss(e))
            {
                // The peer went first.
            }

            socket.Dispose();
        }

        base.Dispose(disposing);
    }

    private static bool IsLoss(Exception e) => e is SocketException or ObjectDisposedException;

    // Any error means that the connection is gone: some kernels report an orderly close as EIO or ENOMEM.
    private static IOException Lost(string operation, Exception inner) =>
        new($"the connection was lost during a {operation}: {inner.Message}", inner);
}
