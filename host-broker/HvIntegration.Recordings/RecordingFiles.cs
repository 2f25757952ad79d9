using HvIntegration.CounterSources.PdhCsv;

namespace HvIntegration.Recordings;

/// <summary>Opens the recordings of a request as it asked: time zone, code page, columns of one computer.</summary>
/// <param name="zones">Time zones of the request.</param>
/// <param name="codePage">Code page of names that are neither marked nor UTF-8; null where none was given.</param>
/// <param name="share">Told how much was read.</param>
internal sealed class RecordingFiles(RecordingZones zones, int? codePage, ReadShare share)
{
    /// <summary>Told how much of all recordings was read.</summary>
    public ReadShare Share => share;

    /// <summary>Size of a file, bytes; 0 where it cannot be found.</summary>
    public static long Length(string file) => new FileInfo(file) is { Exists: true } known ? known.Length : 0;

    /// <summary>Opens a recording for its header and first rows.</summary>
    public PdhCsvReader Open(RecordingPart part) => PdhCsvReader.Open(part.File, Options(part));

    /// <summary>Opens a recording for a pass over all of it, which counts in <see cref="Share"/>.</summary>
    public PdhCsvReader OpenWhole(RecordingPart part) => PdhCsvReader.Open(part.File, Options(part) with { BytesRead = share.Add });

    private PdhCsvReaderOptions Options(RecordingPart part) => new(zones.Of(part.File), codePage) { Fallback = zones.Common, Computer = part.Computer };
}
