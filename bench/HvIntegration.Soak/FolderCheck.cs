using System.Globalization;
using HvIntegration.History;

namespace HvIntegration.Soak;

/// <summary>Compares the folder of history with what docs/history.md promises of it.</summary>
internal static class FolderCheck
{
    // Upkeep runs once a second of the turned clock, so what is due may stay for one step.
    private static readonly TimeSpan Late = TimeSpan.FromMinutes(2);

    /// <summary>Files by tier.</summary>
    public static (int Second, int Minute, int Hour) Count(string folder) => (Of(folder, "1s-"), Of(folder, "1min-"), Of(folder, "1h-"));

    /// <summary>Every promise that the folder breaks, one sentence each.</summary>
    public static IEnumerable<string> Faults(HistoryOptions options, DateTimeOffset now)
    {
        long size = 0;
        foreach (var file in new DirectoryInfo(options.Folder).GetFiles())
        {
            // What is being made gets its name last, or goes again at any moment.
            bool isUnfinished = file.Name.Contains(".duckdb.new", StringComparison.Ordinal);
            if (file.Name is "lock" or "format.json" or "acknowledgements.jsonl" || isUnfinished || !TryLength(file, out long length))
            {
                continue;
            }

            size += length;
            string name = file.Name.EndsWith(".wal", StringComparison.Ordinal) ? file.Name[..^4] : file.Name;
            if (!name.EndsWith(".duckdb", StringComparison.Ordinal) || End(name) is not { } end)
            {
                yield return $"{file.Name} is no file that docs/history.md names.";
                continue;
            }

            var kept = name.StartsWith("1s-", StringComparison.Ordinal) ? end.AddHours(options.SecondHours)
                : name.StartsWith("1min-", StringComparison.Ordinal) ? end.AddDays(options.MinuteDays) : end.AddMonths(options.HourMonths);
            if (kept + Late < now)
            {
                yield return string.Create(CultureInfo.InvariantCulture, $"At {now:u} {file.Name} is older than its tier keeps: it should have gone at {kept:u}.");
            }
        }

        if (size > ((long)options.SizeMaxMiB << 20) * 1.02)
        {
            yield return string.Create(CultureInfo.InvariantCulture, $"At {now:u} history takes {size >> 20} MiB, its limit is {options.SizeMaxMiB} MiB.");
        }
    }

    // False for a file that retention deleted since the folder was listed.
    private static bool TryLength(FileInfo file, out long length)
    {
        try
        {
            length = file.Length;
            return true;
        }
        catch (FileNotFoundException)
        {
            length = 0;
            return false;
        }
    }

    private static int Of(string folder, string prefix) =>
        new DirectoryInfo(folder).GetFiles(prefix + "*.duckdb").Length;

    // The end of the hour, day or month of UTC that a name tells; null when it tells none.
    private static DateTimeOffset? End(string name)
    {
        string[] parts = name[..^".duckdb".Length].Split('-');
        if (parts.Length is < 2 or > 3)
        {
            return null;
        }

        return parts[0] switch
        {
            "1s" when Parse("yyyyMMdd'T'HH") is { } at => at.AddHours(1),
            "1min" when Parse("yyyyMMdd") is { } at => at.AddDays(1),
            "1h" when Parse("yyyyMM") is { } at => at.AddMonths(1),
            _ => null,
        };

        DateTimeOffset? Parse(string format) =>
            DateTimeOffset.TryParseExact(parts[1], format, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal, out var at) ? at : null;
    }
}
