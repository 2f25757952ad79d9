namespace HvIntegration.CounterSources.PdhCsv;

/// <summary>How a recording is read.</summary>
/// <param name="Zone">The recorder's time zone; needed where the header has no bias, and taken instead of the bias where given.</param>
/// <param name="AnsiCodePage">Code page of a recording that is neither marked nor UTF-8.</param>
public sealed record PdhCsvReaderOptions(TimeZoneInfo? Zone = null, int AnsiCodePage = 1252)
{
    /// <summary>Zone of recordings whose header has no bias; a bias comes first.</summary>
    public TimeZoneInfo? Fallback { get; init; }

    /// <summary>Told the bytes of each piece read of a file; what it throws ends the reading.</summary>
    public Action<long>? BytesRead { get; init; }
}
