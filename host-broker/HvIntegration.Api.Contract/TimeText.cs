using System.Globalization;

namespace HvIntegration.Api.Contract;

/// <summary>Reads the times administrators write: Unix seconds, ISO 8601, or back from now (<c>-15m</c>).</summary>
public static class TimeText
{
    /// <summary>What is understood, for messages.</summary>
    public const string Forms = "Unix seconds, ISO 8601 (2026-01-31T12:00:00Z), or a time ago (-90s, -15m, -2h, -3d)";

    /// <summary>Parses a time in one of the accepted forms.</summary>
    /// <param name="text">See <see cref="Forms"/>.</param>
    /// <param name="nowSecond">Host second from which "ago" counts.</param>
    /// <param name="second">The parsed time, Unix seconds.</param>
    /// <returns>False when the text is none of the forms.</returns>
    public static bool TryParse(string text, long nowSecond, out long second)
    {
        second = 0;
        if (text.Equals("now", StringComparison.OrdinalIgnoreCase))
        {
            second = nowSecond;
            return true;
        }

        if (text.StartsWith('-') && text.Length > 2
            && long.TryParse(text.AsSpan(1, text.Length - 2), NumberStyles.None, CultureInfo.InvariantCulture, out long ago) && ago < 1_000_000_000)
        {
            long unit = text[^1] switch { 's' => 1, 'm' => 60, 'h' => 3600, 'd' => 86400, _ => 0 };
            second = nowSecond - (ago * unit);
            return unit > 0;
        }

        if (long.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out second))
        {
            return true;
        }

        if (DateTimeOffset.TryParse(text, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal, out var time))
        {
            second = time.ToUnixTimeSeconds();
            return true;
        }

        return false;
    }
}
