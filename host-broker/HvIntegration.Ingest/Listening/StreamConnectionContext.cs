using System.IO.Pipelines;
using Microsoft.AspNetCore.Connections;
using Microsoft.AspNetCore.Connections.Features;
using Microsoft.AspNetCore.Http.Features;

namespace HvIntegration.Ingest.Listening;

/// <summary>A connection of a transport that has no socket, as the in-memory one.</summary>
internal sealed class StreamConnectionContext : ConnectionContext, IConnectionLifetimeFeature, IConnectionIdFeature, IConnectionItemsFeature, IConnectionTransportFeature
{
    private readonly Stream _stream;
    private readonly CancellationTokenSource _closed = new();
    private int _ended;

    public StreamConnectionContext(Stream stream)
    {
        _stream = stream;
        Transport = new Duplex(
            PipeReader.Create(stream, new StreamPipeReaderOptions(leaveOpen: true, useZeroByteReads: false)),
            PipeWriter.Create(stream, new StreamPipeWriterOptions(leaveOpen: true)));
        ConnectionClosed = _closed.Token;
        Features = new FeatureCollection();
        Features.Set<IConnectionLifetimeFeature>(this);
        Features.Set<IConnectionIdFeature>(this);
        Features.Set<IConnectionItemsFeature>(this);
        Features.Set<IConnectionTransportFeature>(this);
    }

    public override string ConnectionId { get; set; } = $"stream-{Guid.NewGuid():N}";

    public override IFeatureCollection Features { get; }

    public override IDictionary<object, object?> Items { get; set; } = new Dictionary<object, object?>();

    public override IDuplexPipe Transport { get; set; }

    public override CancellationToken ConnectionClosed { get; set; }

    // Pending reads and writes of the stream end with it.
    public override void Abort(ConnectionAbortedException abortReason) => End();

    public override async ValueTask DisposeAsync()
    {
        await Transport.Input.CompleteAsync();
        try
        {
            await Transport.Output.CompleteAsync();
        }
        catch (IOException)
        {
            // The last bytes have nobody to go to.
        }

        End();
        await base.DisposeAsync();
    }

    private void End()
    {
        if (Interlocked.Exchange(ref _ended, 1) == 0)
        {
            _stream.Dispose();
            ThreadPool.UnsafeQueueUserWorkItem(static closed => closed.Cancel(), _closed, preferLocal: false);
        }
    }

    private sealed record Duplex(PipeReader Input, PipeWriter Output) : IDuplexPipe;
}
