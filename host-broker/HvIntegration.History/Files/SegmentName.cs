using System.Globalization;

namespace HvIntegration.History.Files;

/// <summary>Name of one file of history: its tier and the hour, day or month it belongs to.</summary>
/// <param name="Tier">Raw, 1 min or 1 h.</param>
/// <param name="Start">Start of that hour, day or month, UTC.</param>
/// <param name="Ordinal">0; 1, 2, ... for files made because an earlier one of the same time was full or damaged.</param>
internal sealed record SegmentName(HistoryTier Tier, DateTimeOffset Start, int Ordinal)
{
    /// <summary>Ending of every file that holds history.</summary>
    public const string Extension = ".duckdb";

    private const string HourFormat = "yyyyMMdd'T'HH";
    private const string DayFormat = "yyyyMMdd";
    private const string MonthFormat = "yyyyMM";

    /// <summary>First instant after the file's own time.</summary>
    public DateTimeOffset End => Tier switch
    {
        HistoryTier.Second => Start.AddHours(1),
        HistoryTier.Minute => Start.AddDays(1),
        _ => Start.AddMonths(1),
    };

    /// <summary>File name with extension.</summary>
    public string FileName => $"{Prefix(Tier)}{Stamp}{(Ordinal == 0 ? "" : $"-{Ordinal}")}{Extension}";

    /// <summary>Name under which DuckDB knows the attached file: letters, digits and underscores.</summary>
    public string Alias => $"seg_{Prefix(Tier)[..^1]}_{Stamp}_{Ordinal}";

    private string Stamp => Start.ToString(Format(Tier), CultureInfo.InvariantCulture);

    /// <summary>The file to which this instant belongs.</summary>
    public static SegmentName For(HistoryTier tier, DateTimeOffset at, int ordinal = 0) => new(tier, tier switch
    {
        HistoryTier.Second => new DateTimeOffset(at.Year, at.Month, at.Day, at.Hour, 0, 0, TimeSpan.Zero),
        HistoryTier.Minute => new DateTimeOffset(at.Year, at.Month, at.Day, 0, 0, 0, TimeSpan.Zero),
        _ => new DateTimeOffset(at.Year, at.Month, 1, 0, 0, 0, TimeSpan.Zero),
    }, ordinal);

    /// <summary>Reads a file name; null when it is not one of ours.</summary>
    public static SegmentName? Parse(string fileName)
    {
        if (!fileName.EndsWith(Extension, StringComparison.Ordinal))
        {
            return null;
        }

        var body = fileName.AsSpan(0, fileName.Length - Extension.Length);
        foreach (var tier in Enum.GetValues<HistoryTier>())
        {
            var prefix = Prefix(tier);
            if (!body.StartsWith(prefix, StringComparison.Ordinal))
            {
                continue;
            }

            var rest = body[prefix.Length..];
            var dash = rest.IndexOf('-');
            var ordinal = 0;
            if (dash >= 0 && (!int.TryParse(rest[(dash + 1)..], NumberStyles.None, CultureInfo.InvariantCulture, out ordinal) || ordinal == 0))
            {
                return null;
            }

            return DateTimeOffset.TryParseExact(dash >= 0 ? rest[..dash] : rest, Format(tier), CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal, out var start)
                ? new SegmentName(tier, start, ordinal)
                : null;
        }

        return null;
    }

    private static string Prefix(HistoryTier tier) => tier switch
    {
        HistoryTier.Second => "1s-",
        HistoryTier.Minute => "1min-",
        _ => "1h-",
    };

    private static string Format(HistoryTier tier) => tier switch
    {
        HistoryTier.Second => HourFormat,
        HistoryTier.Minute => DayFormat,
        _ => MonthFormat,
    };
}
