namespace HvIntegration.CounterSources.PdhCsv;

/// <summary>Reports how many bytes were read.</summary>
/// <param name="rest">Stream to read; closed with this object.</param>
/// <param name="report">Called with each piece's bytes; what it throws ends the reading.</param>
internal sealed class CountedStream(Stream rest, Action<long> report) : ForwardStream(rest)
{
    /// <inheritdoc/>
    public override int Read(Span<byte> buffer)
    {
        int length = Rest.Read(buffer);
        report(length);
        return length;
    }
}
