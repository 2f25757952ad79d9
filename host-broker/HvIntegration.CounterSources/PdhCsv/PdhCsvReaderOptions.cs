namespace HvIntegration.CounterSources.PdhCsv;

/// <summary>How a recording is read.</summary>
/// <param name="Zone">The recorder's time zone; taken instead of the bias of the header.</param>
/// <param name="AnsiCodePage">Code page of a recording that is neither marked nor UTF-8; null for the likeliest one, which is noticed.</param>
public sealed record PdhCsvReaderOptions(TimeZoneInfo? Zone = null, int? AnsiCodePage = null)
{
    /// <summary>Zone of recordings whose header has no bias, or one that its zone's name contradicts; any other bias comes first.</summary>
    public TimeZoneInfo? Fallback { get; init; }

    /// <summary>Only columns of this computer are read, in any case of its letters; null for all.</summary>
    public string? Computer { get; init; }

    /// <summary>Told the bytes of each piece read of a file; what it throws ends the reading.</summary>
    public Action<long>? BytesRead { get; init; }
}
