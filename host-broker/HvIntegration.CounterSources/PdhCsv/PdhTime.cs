using System.Globalization;

namespace HvIntegration.CounterSources.PdhCsv;

/// <summary>Reads <c>MM/DD/YYYY HH:MM:SS.mmm</c>, the one form of the recorder whatever its locale, and unambiguous forms of other tables.</summary>
public static class PdhTime
{
    private static readonly string[] Forms =
        [
            "MM/dd/yyyy HH:mm:ss.fff", "MM/dd/yyyy HH:mm:ss", "M/d/yyyy H:m:s.FFFFFFF", "M/d/yyyy H:m:s",

            // Never written by the recorder, but by tables that saved its files again.
            "dd.MM.yyyy HH:mm:ss.fff", "dd.MM.yyyy HH:mm:ss", "yyyy-MM-dd HH:mm:ss.fff", "yyyy-MM-dd HH:mm:ss", "yyyy-MM-ddTHH:mm:ss.fff", "yyyy-MM-ddTHH:mm:ss",
        ];

    /// <summary>Local time of the recorder; kind unspecified.</summary>
    public static bool TryParse(string text, out DateTime local) => DateTime.TryParseExact(
        text, Forms, CultureInfo.InvariantCulture, DateTimeStyles.AllowLeadingWhite | DateTimeStyles.AllowTrailingWhite, out local);

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
