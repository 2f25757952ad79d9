using HvIntegration.History.Committing;
using HvIntegration.History.Times;

namespace HvIntegration.History.Rollups;

/// <summary>Which minutes and hours have rows that their windows do not have yet.</summary>
/// <remarks>Thread-safe. Holds no more than the minutes and hours of raw counters that are kept; what is noted beyond that forgets the newest one noted.</remarks>
/// <param name="options">How long raw counters and minutes are kept.</param>
internal sealed class RollupPlan(HistoryOptions options)
{
    private const int MinuteSeconds = 60;
    private const int HourSeconds = 3600;
    private const long SecondNs = 1_000_000_000;

    // A read soon after a minute's end still shapes its last second.
    private const long EdgeNs = 1_500_000_000;

    // Minutes before the oldest file and after now, where a clock was set back.
    private const int HoursMore = 4;

    private readonly Lock _gate = new();
    private readonly SortedSet<long> _minutes = [];
    private readonly SortedSet<long> _hours = [];
    private readonly Dictionary<long, long> _later = [];

    /// <summary>Number of minutes and hours that wait to be made.</summary>
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

    /// <summary>Notes the minutes of the rows of a commit.</summary>
    public void Note(RawRows rows)
    {
        foreach (var (_, hostNs) in rows.Batches)
        {
            NoteRow(hostNs);
        }

        foreach (var sample in rows.HostSamples)
        {
            NoteRow(sample.EndNs);
        }

        foreach (var report in rows.Reports)
        {
            NoteMinute(Floor(report.Second, MinuteSeconds));
        }
    }

    /// <summary>Notes that a window must be made again.</summary>
    public void Note(HistoryTier tier, long start)
    {
        if (tier == HistoryTier.Minute)
        {
            NoteMinute(start);
        }
        else
        {
            NoteHour(start);
        }
    }

    /// <summary>Notes a row at this host time.</summary>
    public void NoteRow(long hostNs)
    {
        lock (_gate)
        {
            AddMinute(Floor(hostNs / SecondNs, MinuteSeconds));
            AddMinute(Floor(SaturatingTime.Difference(hostNs, EdgeNs) / SecondNs, MinuteSeconds));
        }
    }

    /// <summary>Notes that a minute must be made again.</summary>
    public void NoteMinute(long start)
    {
        lock (_gate)
        {
            AddMinute(start);
        }
    }

    /// <summary>Notes that an hour must be made again.</summary>
    public void NoteHour(long second)
    {
        lock (_gate)
        {
            _hours.Add(Floor(second, HourSeconds));
            if (_hours.Count > (options.MinuteDays * 24) + HoursMore)
            {
                _hours.Remove(_hours.Max);
            }
        }
    }

    /// <summary>Notes that a window must be tried again, not before a second; younger ones do not wait for it.</summary>
    public void NoteLater(HistoryTier tier, long start, long notBeforeSecond)
    {
        lock (_gate)
        {
            if (tier == HistoryTier.Minute)
            {
                AddMinute(start);
                if (_minutes.Contains(start))
                {
                    _later[start] = notBeforeSecond;
                }
            }
            else
            {
                _hours.Add(start);
                _later[-start] = notBeforeSecond;
            }
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
            _minutes.RemoveWhere(m => m < oldestSecond && Forget(m));
            foreach (var minute in _minutes)
            {
                if (minute + MinuteSeconds + graceSeconds > nowSecond)
                {
                    return null;
                }

                if (IsDue(minute, nowSecond))
                {
                    _minutes.Remove(minute);
                    return minute;
                }
            }

            return null;
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
                if (hour + HourSeconds + graceSeconds <= nowSecond && _minutes.GetViewBetween(hour, hour + HourSeconds - 1).Count == 0 && IsDue(-hour, nowSecond))
                {
                    _hours.Remove(hour);
                    return hour;
                }
            }

            return null;
        }
    }

    private static long Floor(long second, int span) => second - (second % span);

    private void AddMinute(long start)
    {
        _minutes.Add(start);
        if (_minutes.Count > (options.SecondHours + HoursMore) * MinuteSeconds)
        {
            Forget(_minutes.Max);
            _minutes.Remove(_minutes.Max);
        }
    }

    // A clock set back must not make a window wait for the time it was set back by.
    private bool IsDue(long key, long nowSecond)
    {
        const int LaterMax = 3600;
        if (_later.TryGetValue(key, out var notBefore) && nowSecond < notBefore && notBefore - nowSecond <= LaterMax)
        {
            return false;
        }

        Forget(key);
        return true;
    }

    private bool Forget(long key)
    {
        _later.Remove(key);
        return true;
    }
}
