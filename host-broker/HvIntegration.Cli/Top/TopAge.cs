using HvIntegration.Cli.Terminal;
using Spectre.Console;

namespace HvIntegration.Cli.Top;

/// <summary>How old what is shown is.</summary>
/// <param name="Seconds">Whole seconds since the newest second was new; 0 while it is the newest there is.</param>
/// <param name="IsLate">It is older than it should be.</param>
/// <param name="IsStale">It is so old that it says nothing of now.</param>
internal sealed record TopAge(long Seconds, bool IsLate, bool IsStale)
{
    /// <summary>As it stands on the screen.</summary>
    public string Words => !IsLate ? "live" : Seconds switch
    {
        < 120 => FormattableString.Invariant($"{Seconds} s old"),
        < 7_200 => FormattableString.Invariant($"{Seconds / 60} min old"),
        _ => FormattableString.Invariant($"{Seconds / 3_600} h old"),
    };

    /// <summary>Colour of the words.</summary>
    public Style Style => IsStale ? Styles.Dim : IsLate ? Styles.Warn : Styles.Good;

    /// <summary>The age of a second that has been the newest for so long.</summary>
    /// <param name="age">Since it was new.</param>
    /// <param name="usual">Usual time from one second to the next one that is told.</param>
    public static TopAge Of(TimeSpan age, TimeSpan usual)
    {
        double slow = Math.Max(0, usual.TotalSeconds - 1);
        bool late = age.TotalSeconds >= SecondAge.LateSeconds + slow;
        return new TopAge(late ? (long)age.TotalSeconds : 0, late, age.TotalSeconds >= SecondAge.StaleSeconds + slow);
    }
}
