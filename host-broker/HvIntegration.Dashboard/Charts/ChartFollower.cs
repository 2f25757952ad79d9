namespace HvIntegration.Dashboard.Charts;

/// <summary>Whether the charts of a live page have every second, and when they are to be read again from history because they have not.</summary>
internal sealed class ChartFollower
{
    // History has a second once it is committed, shortly after it was closed.
    private const int SettleSeconds = 3;

    // Charts that cannot be made whole are not read over and over.
    private const int BetweenSeconds = 5;

    private long _newest;
    private long _due = long.MaxValue;
    private long _read;
    private bool _single;

    /// <summary>The charts are to be read again now.</summary>
    /// <param name="second">Newest processed host second, Unix.</param>
    public bool IsDue(long second) => second >= _due;

    /// <summary>Something that was to be drawn was not: all of it is read again.</summary>
    public void Miss() => _due = _read + BetweenSeconds;

    /// <summary>Records that a read of chart data starts.</summary>
    /// <param name="second">Newest processed host second, Unix.</param>
    public void Read(long second) => (_read, _due) = (second, long.MaxValue);

    /// <summary>What was read is drawn.</summary>
    /// <param name="data">Data that was read.</param>
    /// <param name="kept">Seconds that were drawn before and are newer stay.</param>
    public void Drew(ChartData data, bool kept)
    {
        _single = data.Span == 1;
        _newest = Math.Max(data.Times is [.., var newest] ? newest : 0, kept ? _newest : 0);
    }

    /// <summary>A second is drawn beside those before.</summary>
    /// <param name="second">Host second, Unix.</param>
    /// <param name="everySeconds">Seconds between two points that are no hole.</param>
    public void Drew(long second, int everySeconds)
    {
        // Points that stand for more than a second are drawn by the next reading.
        if (_single && _newest > 0 && second - _newest > everySeconds && _due == long.MaxValue)
        {
            _due = Math.Max(second + SettleSeconds, _read + BetweenSeconds);
        }

        _newest = Math.Max(_newest, second);
    }
}
