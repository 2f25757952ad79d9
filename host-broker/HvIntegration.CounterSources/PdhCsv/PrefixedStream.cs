namespace HvIntegration.CounterSources.PdhCsv;

/// <summary>Returns bytes that were looked at already, then the rest of the stream.</summary>
/// <param name="prefix">Bytes read before.</param>
/// <param name="rest">Stream to read after the prefix; closed with this object.</param>
internal sealed class PrefixedStream(ReadOnlyMemory<byte> prefix, Stream rest) : ForwardStream(rest)
{
    private ReadOnlyMemory<byte> _prefix = prefix;

    /// <inheritdoc/>
    public override int Read(Span<byte> buffer)
    {
        if (_prefix.IsEmpty)
        {
            return Rest.Read(buffer);
        }

        int length = Math.Min(buffer.Length, _prefix.Length);
        _prefix.Span[..length].CopyTo(buffer);
        _prefix = _prefix[length..];
        return length;
    }
}
