using System.Text;
using System.Text.Json;
using HvIntegration.History;

namespace HvIntegration.Broker.Live;

/// <summary>Which episodes somebody has seen, kept in one file of JSON lines beside the history. Thread-safe.</summary>
/// <remarks>A line is appended for each change and the newest of an episode counts; a line that was cut off by a crash is skipped.</remarks>
internal sealed partial class Acknowledgements(string folder, ILogger<Acknowledgements> logger)
{
    /// <summary>Most characters of a note.</summary>
    public const int NoteMax = 2_000;

    /// <summary>Most characters of a name.</summary>
    public const int ByMax = 100;

    /// <summary>Its file in the folder of the history.</summary>
    public const string FileName = "acknowledgements.jsonl";

    private const int KeptMax = 10_000;
    private const int LineMax = (NoteMax + ByMax + 200) * 6;

    private readonly Lock _gate = new();
    private readonly string _file = Path.Combine(folder, FileName);
    private Dictionary<EpisodeKey, Acknowledgement>? _known;
    private int _lines;

    /// <summary>Rises with each change.</summary>
    public long Version { get; private set; }

    /// <summary>What somebody said of an episode; null when nobody did.</summary>
    public Acknowledgement? Of(EpisodeKey key)
    {
        lock (_gate)
        {
            return Known().GetValueOrDefault(key);
        }
    }

    /// <summary>Keeps what somebody says of an episode, or with null takes it back.</summary>
    /// <exception cref="HistoryException">It could not be written; nothing changed.</exception>
    public void Set(EpisodeKey key, Acknowledgement? acknowledgement)
    {
        lock (_gate)
        {
            var known = Known();
            var before = known.GetValueOrDefault(key);
            Put(known, key, acknowledgement);
            try
            {
                if (_lines >= 2 * KeptMax)
                {
                    Rewrite(known);
                }
                else
                {
                    Append(Line(key, acknowledgement));
                    _lines++;
                }
            }
            catch (Exception e) when (e is IOException or UnauthorizedAccessException)
            {
                Put(known, key, before);
                throw new HistoryException($"The acknowledgement could not be written to {_file}: {e.Message} Free space, or make the folder writable.", e);
            }

            Version++;
        }
    }

    private void Append(string line)
    {
        using var file = new FileStream(_file, FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.Read);
        if (file.Length > 0)
        {
            // After a crash the last line may have no end: the new one must not become part of it.
            file.Seek(-1, SeekOrigin.End);
            line = file.ReadByte() == '\n' ? line : "\n" + line;
        }

        file.Write(Encoding.UTF8.GetBytes(line));
        file.Flush(flushToDisk: true);
    }

    private static void Put(Dictionary<EpisodeKey, Acknowledgement> known, EpisodeKey key, Acknowledgement? acknowledgement)
    {
        if (acknowledgement is null)
        {
            known.Remove(key);
            return;
        }

        known[key] = acknowledgement;
        if (known.Count > KeptMax)
        {
            known.Remove(known.Keys.MinBy(k => k.OnsetSecond));
        }
    }

    private static string Line(EpisodeKey key, Acknowledgement? a) => JsonSerializer.Serialize(new Entry(key.ToString(), a)) + "\n";

    private Dictionary<EpisodeKey, Acknowledgement> Known()
    {
        if (_known is not null)
        {
            return _known;
        }

        var known = new Dictionary<EpisodeKey, Acknowledgement>();
        int bad = 0;
        if (File.Exists(_file))
        {
            foreach (string line in File.ReadLines(_file))
            {
                _lines++;
                if (Read(line) is { } entry && EpisodeKey.TryParse(entry.Episode, out var key))
                {
                    Put(known, key, entry.Acknowledgement);
                }
                else
                {
                    bad++;
                }
            }
        }

        if (bad > 0)
        {
            LogSkipped(logger, bad, _file);
        }

        return _known = known;
    }

    private static Entry? Read(string line)
    {
        try
        {
            return line.Length <= LineMax ? JsonSerializer.Deserialize<Entry>(line) is { Episode: not null } entry ? entry : null : null;
        }
        catch (JsonException)
        {
            return null;
        }
    }

    private void Rewrite(Dictionary<EpisodeKey, Acknowledgement> known)
    {
        string unfinished = _file + ".new";
        File.WriteAllText(unfinished, string.Concat(known.Select(k => Line(k.Key, k.Value))));
        File.Move(unfinished, _file, overwrite: true);
        _lines = known.Count;
    }

    private sealed record Entry(string Episode, Acknowledgement? Acknowledgement);

    [LoggerMessage(EventId = 2701, Level = LogLevel.Warning, Message = "Skipped {Count} corrupt lines in {File}")]
    private static partial void LogSkipped(ILogger logger, int count, string file);
}
