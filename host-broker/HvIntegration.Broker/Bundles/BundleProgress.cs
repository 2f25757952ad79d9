using System.Buffers.Binary;
using System.Buffers.Text;
using System.IO.Compression;
using System.IO.Pipelines;

namespace HvIntegration.Broker.Bundles;

/// <summary>Reads along while a bundle comes, and tells which share of its seconds is there. It never fails: of what it cannot read it tells nothing.</summary>
internal sealed class BundleProgress : IAsyncDisposable
{
    /// <summary>Header of the broker's answer: the bundle's first second, with the lead before its range.</summary>
    public const string FirstHeader = "Hvi-First-Second";

    /// <summary>Header of the broker's answer: the second after the bundle's last.</summary>
    public const string EndHeader = "Hvi-End-Second";

    private const int LocalHeaderBytes = 30;
    private const uint LocalHeaderMark = 0x04034b50;
    private const int BufferBytes = 64 * 1024;
    private const int NumberBytesMax = 20;

    // A reader that is slower than the broker holds it up instead of filling the memory.
    private readonly Pipe _pipe = new(new PipeOptions(pauseWriterThreshold: 1 << 20, resumeWriterThreshold: 1 << 19, useSynchronizationContext: false));
    private readonly Task _reading;
    private readonly long _first;
    private readonly long _end;
    private long _newest;

    /// <summary>Begins before the first byte.</summary>
    /// <param name="first">First second of the range, Unix.</param>
    /// <param name="end">Second after the last.</param>
    public BundleProgress(long first, long end)
    {
        (_first, _end, _newest) = (first, end, first);
        _reading = ReadAsync();
    }

    /// <summary>Share of the seconds whose lines came, 0 to 1.</summary>
    public double Share => _end > _first ? Math.Clamp((Interlocked.Read(ref _newest) - _first) / (double)(_end - _first), 0, 1) : 0;

    /// <summary>Takes the next bytes of the file.</summary>
    public async ValueTask TakeAsync(ReadOnlyMemory<byte> bytes, CancellationToken cancellation) => await _pipe.Writer.WriteAsync(bytes, cancellation);

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        await _pipe.Writer.CompleteAsync();
        await _reading;
    }

    private async Task ReadAsync()
    {
        try
        {
            // The seconds are the first part of the zip file, so their bytes come first and in order.
            await using var file = _pipe.Reader.AsStream();
            byte[] buffer = new byte[BufferBytes];
            await file.ReadExactlyAsync(buffer.AsMemory(0, LocalHeaderBytes));
            if (BinaryPrimitives.ReadUInt32LittleEndian(buffer) != LocalHeaderMark)
            {
                return;
            }

            int names = BinaryPrimitives.ReadUInt16LittleEndian(buffer.AsSpan(26)) + BinaryPrimitives.ReadUInt16LittleEndian(buffer.AsSpan(28));
            await file.ReadExactlyAsync(buffer.AsMemory(0, Math.Min(names, buffer.Length)));
            await using var seconds = new DeflateStream(file, CompressionMode.Decompress);
            await FollowAsync(seconds, buffer);
        }
        catch (Exception e) when (e is InvalidDataException or IOException)
        {
            // Not a bundle, or cut off: whoever reads it whole says so.
        }
        finally
        {
            await _pipe.Reader.CompleteAsync();
        }
    }

    /// <summary>Takes the second from the beginning of each line.</summary>
    private async Task FollowAsync(Stream seconds, byte[] buffer)
    {
        byte[] head = new byte["{\"second\":"u8.Length + NumberBytesMax];
        int known = 0;
        for (int read = await seconds.ReadAsync(buffer); read > 0; read = await seconds.ReadAsync(buffer))
        {
            for (int i = 0; i < read; i++)
            {
                if (buffer[i] == (byte)'\n')
                {
                    known = 0;
                }
                else if (known < head.Length)
                {
                    head[known++] = buffer[i];
                    if (known == head.Length)
                    {
                        Note(head);
                    }
                }
            }
        }
    }

    private void Note(ReadOnlySpan<byte> head)
    {
        var begin = "{\"second\":"u8;
        if (head.StartsWith(begin) && Utf8Parser.TryParse(head[begin.Length..], out long second, out int used) && used > 0)
        {
            Interlocked.Exchange(ref _newest, second + 1);
        }
    }
}
