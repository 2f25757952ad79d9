using HvIntegration.Api.Contract;
using System.Globalization;

namespace HvIntegration.Dashboard.Models;

/// <summary>The stretch of time a page shows: the newest seconds, moving, or a stored stretch that stands.</summary>
/// <param name="Seconds">Length of the range, seconds.</param>
/// <param name="From">First second; null while it moves with the clock.</param>
internal sealed record TimeRange(long Seconds, long? From)
{
    private const long SecondsMin = 10;
    private const long SecondsMax = 400L * 86400;
    private const long NewestSeconds = 900;

    /// <summary>Choices of the page.</summary>
    public static IReadOnlyList<(string Id, string Words, long Seconds)> Choices { get; } =
    [
        ("5m", "5 min", 300), ("15m", "15 min", 900), ("1h", "1 h", 3600), ("6h", "6 h", 21600), ("1d", "24 h", 86400), ("7d", "7 d", 604800), ("30d", "30 d", 2592000),
    ];

    /// <summary>The newest 15 minutes; of a history that is younger than 5 minutes, 5, so that a chart is not mostly empty.</summary>
    /// <param name="oldest">Oldest second that is kept; 0 when none is.</param>
    /// <param name="now">Current host second, Unix.</param>
    public static TimeRange Newest(long oldest, long now) => new(oldest > 0 && now - oldest < Choices[0].Seconds ? Choices[0].Seconds : NewestSeconds, null);

    /// <summary>The 15 minutes before a second.</summary>
    /// <param name="end">End, not in it.</param>
    public static TimeRange Ending(long end) => new(NewestSeconds, Math.Max(0, end - NewestSeconds));

    /// <summary>Moves with the clock.</summary>
    public bool IsLive => From is null;

    /// <summary>Reads an address: <c>from</c> and <c>to</c> win over <c>range</c>; what cannot be read is left out.</summary>
    public static TimeRange Parse(string? range, string? from, string? to, long now, long oldest)
    {
        if (from is not null && TimeText.TryParse(from, now, out long first))
        {
            long last = to is not null && TimeText.TryParse(to, now, out long end) ? end : now;
            if (last > first)
            {
                return new TimeRange(Math.Clamp(last - first, SecondsMin, SecondsMax), first);
            }
        }

        return Choices.FirstOrDefault(c => c.Id == range) is { Seconds: > 0 } choice ? new TimeRange(choice.Seconds, null) : Newest(oldest, now);
    }

    /// <summary>First second and second after the last.</summary>
    /// <param name="newest">Newest processed host second, Unix.</param>
    public (long From, long To) At(long newest) => From is { } from ? (from, from + Seconds) : (newest + 1 - Seconds, newest + 1);

    /// <summary>Half of its length back (-1) or forward (1); what reaches the present moves with the clock again.</summary>
    /// <param name="direction">-1 for back, 1 for forward.</param>
    /// <param name="newest">Newest processed host second, Unix.</param>
    public TimeRange Moved(int direction, long newest)
    {
        long start = At(newest).From + (direction * Seconds / 2);
        return direction > 0 && start + Seconds > newest ? Following(Seconds) : new TimeRange(Seconds, Math.Max(0, start));
    }

    /// <summary>Twice its length around the same middle.</summary>
    /// <param name="newest">Newest processed host second, Unix.</param>
    public TimeRange Doubled(long newest)
    {
        long length = Math.Min(SecondsMax, Seconds * 2);
        long start = At(newest).From - (Seconds / 2);
        return start + length >= newest ? Following(length) : new TimeRange(length, Math.Max(0, start));
    }

    /// <summary>The query of an address.</summary>
    public Dictionary<string, object?> Query() => From is { } from
        ? new() { ["range"] = null, ["from"] = from.ToString(CultureInfo.InvariantCulture), ["to"] = (from + Seconds).ToString(CultureInfo.InvariantCulture) }
        : new() { ["range"] = Choices.FirstOrDefault(c => c.Seconds == Seconds).Id, ["from"] = null, ["to"] = null };

    private static TimeRange Following(long seconds) => new(Choices.Select(c => c.Seconds).FirstOrDefault(s => s >= seconds, Choices[^1].Seconds), null);
}
