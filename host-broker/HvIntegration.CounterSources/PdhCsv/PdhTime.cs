using System.Globalization;

namespace HvIntegration.CounterSources.PdhCsv;

/// <summary>Reads <c>MM/DD/YYYY HH:MM:SS.mmm</c>, the one form of the recorder whatever its locale, and unambiguous forms of other tables.</summary>
public static class PdhTime
{
    private static readonly string[] Forms =
        [
            "MM/dd/yyyy HH:mm:ss.fff", "MM/dd/yyyy HH:mm:ss", "M/d/yyyy H:m:s.FFFFFFF", "M/d/yyyy H:m:s",

            // Never written by the recorder, but by scripts, and by spreadsheets that saved its files again.
            "M/d/yyyy h:m:s.FFFFFFF tt", "M/d/yyyy h:m:s tt",
            "dd.MM.yyyy HH:mm:ss.fff", "dd.MM.yyyy HH:mm:ss", "yyyy-MM-dd HH:mm:ss.fff", "yyyy-MM-dd HH:mm:ss", "yyyy-MM-ddTHH:mm:ss.fff", "yyyy-MM-ddTHH:mm:ss",
            "M/d/yyyy H:m", "M/d/yyyy h:m tt", "dd.MM.yyyy H:m", "yyyy-MM-dd H:m",
        ];

    private static readonly string[] DayFirst = ["d/M/yyyy H:m:s.FFFFFFF", "d/M/yyyy H:m:s", "d/M/yyyy h:m:s tt", "d/M/yyyy H:m"];

    /// <summary>Local time of the recorder; kind unspecified.</summary>
    public static bool TryParse(string text, out DateTime local) => DateTime.TryParseExact(
        text, Forms, CultureInfo.InvariantCulture, DateTimeStyles.AllowLeadingWhite | DateTimeStyles.AllowTrailingWhite, out local);

    /// <summary>Local time of a table that has the day before the month; kind unspecified.</summary>
    public static bool TryParseDayFirst(string text, out DateTime local) => DateTime.TryParseExact(
        text, DayFirst, CultureInfo.InvariantCulture, DateTimeStyles.AllowLeadingWhite | DateTimeStyles.AllowTrailingWhite, out local);

    /// <summary>True for a time of hours and minutes alone.</summary>
    public static bool LacksSeconds(string text) => text.AsSpan().Count(':') == 1;

    /// <summary>An offset from UTC as an administrator writes it: <c>+02:00</c>.</summary>
    public static string Offset(TimeSpan offset) => (offset < TimeSpan.Zero ? "-" : "+") + offset.ToString("hh\\:mm", CultureInfo.InvariantCulture);

    /// <summary>Reads a zone as an administrator writes it: "UTC", "+02:00", "-0530" or a name the system knows.</summary>
    /// <returns>Null when it is none.</returns>
    public static TimeZoneInfo? Zone(string text)
    {
        if (text.Length >= 5 && text[0] is '+' or '-')
        {
            string digits = text[1..].Replace(":", "", StringComparison.Ordinal);
            if (digits.Length == 4 && int.TryParse(digits, NumberStyles.None, CultureInfo.InvariantCulture, out int number)
                && number % 100 < 60 && number <= 1400)
            {
                var offset = TimeSpan.FromMinutes((number / 100 * 60) + (number % 100)) * (text[0] == '-' ? -1 : 1);
                return TimeZoneInfo.CreateCustomTimeZone(text, offset, text, text);
            }

            return null;
        }

        return TimeZoneInfo.TryFindSystemTimeZoneById(text, out var zone) ? zone : null;
    }
}
