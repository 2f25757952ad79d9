using System.Buffers;
using System.IO.Pipelines;
using HvIntegration.Transport.Abstractions;

namespace HvIntegration.Transport.Memory;

/// <summary>One end of an in-memory connection; both directions are bounded and push back as a socket does.</summary>
internal sealed class MemoryTransportStream(PipeReader input, PipeWriter output) : TransportStream
{
    private const long BufferedBytesMax = 256 * 1024;

    private readonly CancellationTokenSource _closed = new();
    private int _disposed;

    /// <summary>Makes the two ends of one connection.</summary>
    public static (MemoryTransportStream Dialler, MemoryTransportStream Listener) Pair()
    {
        var bounds = new PipeOptions(pauseWriterThreshold: BufferedBytesMax, resumeWriterThreshold: BufferedBytesMax / 2, useSynchronizationContext: false);
        var there = new Pipe(bounds);
        var back = new Pipe(bounds);
        return (new MemoryTransportStream(back.Reader, there.Writer), new MemoryTransportStream(there.Reader, back.Writer));
    }

    public override async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
    {
        if (buffer.IsEmpty)
        {
            return 0;
        }

        using var both = Link(cancellationToken);
        try
        {
            var result = await input.ReadAsync(both.Token);
            int length = (int)Math.Min(result.Buffer.Length, buffer.Length);
            var taken = result.Buffer.Slice(0, length);
            taken.CopyTo(buffer.Span);
            input.AdvanceTo(taken.End);
            return length;
        }
        catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
            throw Lost("read");
        }
        catch (InvalidOperationException) when (_disposed != 0)
        {
            throw Lost("read");
        }
    }

    public override async ValueTask WriteAsync(ReadOnlyMemory<byte> buffer, CancellationToken cancellationToken = default)
    {
        using var both = Link(cancellationToken);
        try
        {
            if ((await output.WriteAsync(buffer, both.Token)).IsCompleted)
            {
                throw Lost("write");
            }
        }
        catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
            throw Lost("write");
        }
        catch (InvalidOperationException) when (_disposed != 0)
        {
            throw Lost("write");
        }
    }

    public override int Read(Span<byte> buffer)
    {
        var copy = new byte[buffer.Length];
        int length = ReadAsync(copy, CancellationToken.None).AsTask().GetAwaiter().GetResult();
        copy.AsSpan(0, length).CopyTo(buffer);
        return length;
    }

    public override void Write(ReadOnlySpan<byte> buffer) =>
        WriteAsync(buffer.ToArray(), CancellationToken.None).AsTask().GetAwaiter().GetResult();

    public override void CompleteWrites() => output.Complete();

    protected override void Dispose(bool disposing)
    {
        if (disposing && Interlocked.Exchange(ref _disposed, 1) == 0)
        {
            _closed.Cancel();
            output.Complete();
            input.Complete();
        }

        base.Dispose(disposing);
    }

    private static IOException Lost(string operation) => new($"the connection was lost during a {operation}: it is closed");

    private CancellationTokenSource Link(CancellationToken cancellation) =>
        CancellationTokenSource.CreateLinkedTokenSource(cancellation, _closed.Token);
}
