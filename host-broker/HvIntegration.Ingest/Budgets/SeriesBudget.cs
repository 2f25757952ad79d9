using HvIntegration.Model;

namespace HvIntegration.Ingest.Budgets;

/// <summary>Bounds how many different series one VM brings within an hour and a day. Thread-safe.</summary>
/// <remarks>
/// A series that was admitted within the hour or the day costs nothing again: a reconnect defines the same names anew.
/// Names are known by a hash that is seeded for this process, so a guest cannot choose names that share one.
/// </remarks>
internal sealed class SeriesBudget(TimeProvider time, int perHour, int perDay)
{
    private static readonly TimeSpan Hour = TimeSpan.FromHours(1);
    private const int HoursPerDay = 24;

    private readonly Lock _gate = new();
    private readonly HashSet<int> _hour = [];
    private readonly HashSet<int> _day = [];
    private readonly long _began = time.GetTimestamp();
    private long _hourNumber;

    /// <summary>Number of the hour, from the start of this budget on: what was refused in one may be asked again in the next.</summary>
    public long HourNumber => time.GetElapsedTime(_began).Ticks / Hour.Ticks;

    /// <summary>True once a series was refused, until the next hour.</summary>
    public bool IsSpent { get; private set; }

    /// <summary>Admits a series, or says that the VM brought too many.</summary>
    public bool TryAdmit(in SeriesKey key)
    {
        int hash = HashCode.Combine(key.MetricId, key.Instance);
        lock (_gate)
        {
            Turn();
            if (_hour.Contains(hash))
            {
                return true;
            }

            if (_hour.Count >= perHour || (_day.Count >= perDay && !_day.Contains(hash)))
            {
                IsSpent = true;
                return false;
            }

            _hour.Add(hash);
            _day.Add(hash);
            return true;
        }
    }

    private void Turn()
    {
        long now = HourNumber;
        if (now == _hourNumber)
        {
            return;
        }

        if (now / HoursPerDay != _hourNumber / HoursPerDay)
        {
            _day.Clear();
        }

        _hourNumber = now;
        _hour.Clear();
        IsSpent = false;
    }
}
