namespace HvIntegration.Broker.Bundles;

/// <summary>Reads lines of bytes, each with a bound.</summary>
/// <param name="stream">Read to its end, then disposed.</param>
internal sealed class BoundedLines(Stream stream) : IAsyncDisposable
{
    private byte[] _buffer = new byte[1 << 16];
    private int _from;
    private int _to;

    /// <summary>Number of bytes read so far.</summary>
    public long Bytes { get; private set; }

    /// <summary>The next line without its end; valid until the next call. Null at the end.</summary>
    /// <exception cref="FormatException">The line is too long.</exception>
    public async Task<ReadOnlyMemory<byte>?> NextAsync(CancellationToken cancellation)
    {
        int looked = _from;
        while (true)
        {
            int end = _buffer.AsSpan(looked, _to - looked).IndexOf((byte)'\n');
            if (end >= 0)
            {
                var line = _buffer.AsMemory(_from, looked + end - _from);
                _from = looked + end + 1;
                return line;
            }

            looked = _to;
            if (_from > 0)
            {
                _buffer.AsSpan(_from, _to - _from).CopyTo(_buffer);
                (looked, _to, _from) = (looked - _from, _to - _from, 0);
            }

            if (_to == _buffer.Length)
            {
                if (_buffer.Length >= BundleFormat.LineBytesMax)
                {
                    throw new FormatException($"a line has more than {BundleFormat.LineBytesMax} bytes.");
                }

                Array.Resize(ref _buffer, Math.Min(_buffer.Length * 2, BundleFormat.LineBytesMax));
            }

            int read = await stream.ReadAsync(_buffer.AsMemory(_to), cancellation);
            if (read == 0)
            {
                var last = _to > _from ? _buffer.AsMemory(_from, _to - _from) : (ReadOnlyMemory<byte>?)null;
                _from = _to;
                return last;
            }

            Bytes += read;
            _to += read;
        }
    }

    /// <inheritdoc/>
    public ValueTask DisposeAsync() => stream.DisposeAsync();
}
