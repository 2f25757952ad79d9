using HvIntegration.CounterSources.PdhCsv;

namespace HvIntegration.Recordings;

/// <summary>Time zones of recordings as they were asked for: <c>ZONE</c> where a header has none that can be right, <c>FILE=ZONE</c> instead of any header.</summary>
internal sealed class RecordingZones
{
    private readonly Dictionary<string, TimeZoneInfo> _byFile = new(StringComparer.Ordinal);

    /// <summary>Reads the zones as they were given.</summary>
    /// <param name="texts">As given.</param>
    /// <param name="files">Recordings of the request.</param>
    /// <exception cref="OfflineException">A zone is not known, or a file is none of the request.</exception>
    public RecordingZones(IReadOnlyList<string> texts, IReadOnlyCollection<string> files)
    {
        foreach (string text in texts)
        {
            // Names of files may hold '=', names of zones do not.
            int at = text.LastIndexOf('=');
            if (at < 0)
            {
                Common = Common is null ? Zone(text) : throw new OfflineException($"--time-zone '{text}': one time zone was given already. Use --time-zone FILE=ZONE for a recording of another zone");
            }
            else if (files.Contains(text[..at]))
            {
                _byFile[text[..at]] = Zone(text[(at + 1)..]);
            }
            else
            {
                throw new OfflineException($"--time-zone '{text}': '{text[..at]}' is none of the recordings given. Write the file as after --host or --guest VM=");
            }
        }
    }

    /// <summary>Zone of recordings whose header names none, or a wrong one; null where none was given.</summary>
    public TimeZoneInfo? Common { get; }

    /// <summary>Zone that was given for this file; null where none was.</summary>
    public TimeZoneInfo? Of(string file) => _byFile.GetValueOrDefault(file);

    private static TimeZoneInfo Zone(string text) =>
        PdhTime.Zone(text) ?? throw new OfflineException($"Invalid time zone '{text}'. Use UTC, an offset such as +02:00, or a name such as Europe/Berlin");
}
