namespace HvIntegration.HostBroker.History;

/// <summary>Which minutes and hours have rows that their windows do not have yet.</summary>
/// <remarks>Thread-safe. Bounded by the hours of raw counters that are kept.</remarks>
internal sealed class RollupPlan
{
    private const int MinuteSeconds = 60;
    private const int HourSeconds = 3600;
    private const long SecondNs = 1_000_000_000;

    // A read soon after a minute's end still shapes its last second.
    private const long EdgeNs = 1_500_000_000;

    private readonly Lock _gate = new();
    private readonly SortedSet<long> _minutes = [];
    private readonly SortedSet<long> _hours = [];

    /// <summary>Windows that wait.</summary>
    public int Count
    {
        get
        {
            lock (_gate)
            {
                return _minutes.Count + _hours.Count;
            }
        }
    }

    /// <summary>Notes a row at this host time.</summary>
    public void NoteRow(long hostNs)
    {
        lock (_gate)
        {
            _minutes.Add(Floor(hostNs / SecondNs, MinuteSeconds));
            _minutes.Add(Floor((hostNs - EdgeNs) / SecondNs, MinuteSeconds));
        }
    }

    /// <summary>Notes that a minute must be made again.</summary>
    public void NoteMinute(long start)
    {
        lock (_gate)
        {
            _minutes.Add(start);
        }
    }

    /// <summary>Notes that an hour must be made again.</summary>
    public void NoteHour(long second)
    {
        lock (_gate)
        {
            _hours.Add(Floor(second, HourSeconds));
        }
    }

    /// <summary>Takes the oldest minute that ended long enough ago.</summary>
    /// <param name="nowSecond">Host second.</param>
    /// <param name="graceSeconds">What "long enough" is.</param>
    /// <param name="oldestSecond">Minutes before it are forgotten: their raw counters are not whole any more.</param>
    /// <returns>Its start, or null.</returns>
    public long? TakeMinute(long nowSecond, int graceSeconds, long oldestSecond)
    {
        lock (_gate)
        {
            _minutes.RemoveWhere(m => m < oldestSecond);
            if (_minutes.Count == 0 || _minutes.Min + MinuteSeconds + graceSeconds > nowSecond)
            {
                return null;
            }

            var minute = _minutes.Min;
            _minutes.Remove(minute);
            return minute;
        }
    }

    /// <summary>Takes the oldest hour whose minutes are all made.</summary>
    /// <param name="nowSecond">Host second.</param>
    /// <param name="graceSeconds">How long its last minute waits.</param>
    /// <returns>Its start, or null.</returns>
    public long? TakeHour(long nowSecond, int graceSeconds)
    {
        lock (_gate)
        {
            foreach (var hour in _hours)
            {
                if (hour + HourSeconds + graceSeconds <= nowSecond && _minutes.GetViewBetween(hour, hour + HourSeconds - 1).Count == 0)
                {
                    _hours.Remove(hour);
                    return hour;
                }
            }

            return null;
        }
    }

    private static long Floor(long second, int span) => second - (second % span);
}
