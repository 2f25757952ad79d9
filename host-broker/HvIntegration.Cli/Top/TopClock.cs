using HvIntegration.Api.Contract;

namespace HvIntegration.Cli.Top;

/// <summary>Counts the age of what <c>hvi top</c> shows, by this machine's steady clock: it goes on when the broker, the line or the data stand still.</summary>
internal sealed class TopClock(TimeProvider time)
{
    // What a second usually waits for until both its sides are there.
    private const double UsualWaitSeconds = 4;

    private readonly UsualGap _usual = new();
    private long _second;
    private long _at;
    private TimeSpan _before;

    /// <summary>Takes what the broker has at the start: it may have stood still before.</summary>
    public void Begin(StatusAnswer status)
    {
        long now = status.StartedSecond + status.UptimeSeconds;
        (_second, _at) = (status.Second, time.GetTimestamp());
        _before = TimeSpan.FromSeconds(Math.Max(0, now - status.Second - 1 - UsualWaitSeconds));
    }

    /// <summary>How old the newest second is now.</summary>
    /// <param name="second">The newest second that came; 0 before the first.</param>
    /// <returns>Null before the first second.</returns>
    public TopAge? Age(long second)
    {
        if (second != _second)
        {
            // A second that came anew after the broker began again is new as well.
            if (_second > 0 && second > _second)
            {
                _usual.Note(time.GetElapsedTime(_at).TotalSeconds);
            }

            (_second, _at, _before) = (second, time.GetTimestamp(), TimeSpan.Zero);
        }

        return second == 0 ? null : TopAge.Of(time.GetElapsedTime(_at) + _before, TimeSpan.FromSeconds(_usual.Seconds));
    }
}
