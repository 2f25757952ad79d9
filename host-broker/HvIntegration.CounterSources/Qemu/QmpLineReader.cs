namespace HvIntegration.CounterSources.Qemu;

/// <summary>Cuts a monitor's byte stream into lines of bounded length.</summary>
/// <param name="stream">From QEMU.</param>
/// <param name="lineBytesMax">A longer line is refused.</param>
internal sealed class QmpLineReader(Stream stream, int lineBytesMax)
{
    private byte[] _buffer = new byte[Math.Min(4096, lineBytesMax + 1)];
    private int _start;
    private int _end;

    /// <summary>Next line without its end; valid until the next call. Null at the end of the stream.</summary>
    /// <exception cref="QmpException">The line is longer than the bound.</exception>
    /// <exception cref="IOException">The connection broke.</exception>
    public async ValueTask<ReadOnlyMemory<byte>?> ReadLineAsync(CancellationToken cancellation)
    {
        int looked = 0;
        while (true)
        {
            int at = _buffer.AsSpan(_start + looked, _end - _start - looked).IndexOf((byte)'\n');
            if (at >= 0)
            {
                int length = looked + at;
                var line = _buffer.AsMemory(_start, length);
                _start += length + 1;
                return length > 0 && line.Span[^1] == '\r' ? line[..^1] : line;
            }

            looked = _end - _start;
            if (looked >= lineBytesMax)
            {
                throw new QmpException($"the monitor sent a line longer than {lineBytesMax} bytes");
            }

            MakeRoom();
            int read = await stream.ReadAsync(_buffer.AsMemory(_end), cancellation);
            if (read == 0)
            {
                return null;
            }

            _end += read;
        }
    }

    private void MakeRoom()
    {
        if (_start > 0)
        {
            _buffer.AsSpan(_start, _end - _start).CopyTo(_buffer);
            _end -= _start;
            _start = 0;
        }

        if (_end == _buffer.Length)
        {
            Array.Resize(ref _buffer, Math.Min(_buffer.Length * 2, lineBytesMax + 1));
        }
    }
}
