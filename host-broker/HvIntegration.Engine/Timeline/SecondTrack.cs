
namespace HvIntegration.Engine.Timeline;

/// <summary>One series as host seconds: a counter's mean rate over each second, a gauge's level in it.</summary>
/// <remarks>
/// Counters are interpolated to the second's edges; a fall of a counter is a reset and the pair is dropped; a pair of reads too
/// far apart is not joined, because nothing is known about how the difference spread. A second is written only when reads cover
/// all of it, so no rate is made from a part.
/// </remarks>
internal sealed class SecondTrack
{
    private const long Second = 1_000_000_000L;
    private const long CoveredMin = Second - 1_000_000L;
    private const long IntervalNsMax = 3_600L * Second;

    private readonly float[] _ring;
    private readonly bool _greatest;
    private long _head = long.MinValue;
    private bool _hasLast;
    private long _lastNs;
    private double _lastValue;
    private long _intervalNs;
    private long _openSecond = long.MinValue;
    private double _openSum;
    private long _openCovered;

    /// <summary>A track without a value in any second.</summary>
    /// <param name="capacity">Seconds kept.</param>
    /// <param name="greatest">Of several levels in one second keep the greatest, not the last.</param>
    public SecondTrack(int capacity, bool greatest)
    {
        _ring = new float[capacity];
        _greatest = greatest;
    }

    /// <summary>Newest second that has a value; <see cref="long.MinValue"/> when none.</summary>
    public long NewestSecond => _head;

    /// <summary>Takes a read of a cumulative counter.</summary>
    public void AddCumulative(long timeNs, double value, long gapNs)
    {
        if (!_hasLast)
        {
            Remember(timeNs, value);
            return;
        }

        if (timeNs <= _lastNs)
        {
            return;
        }

        var interval = timeNs - _lastNs;
        if (value < _lastValue)
        {
            _openSecond = long.MinValue;
        }
        else if (interval <= gapNs || IsOwnPace(interval))
        {
            Spread(_lastNs, timeNs, (value - _lastValue) / interval);
        }
        else
        {
            _openSecond = long.MinValue;
        }

        _intervalNs = interval;
        Remember(timeNs, value);
    }

    /// <summary>Takes a mean rate per second over an interval. One below zero is made across a reset of its counter: the interval holds nothing.</summary>
    public void AddIntervalRate(long startNs, long endNs, double perSecond)
    {
        if (perSecond < 0)
        {
            _openSecond = long.MinValue;
            return;
        }

        if (endNs > startNs && endNs - startNs <= IntervalNsMax)
        {
            Spread(startNs, endNs, perSecond / Second);
            Remember(endNs, perSecond);
        }
    }

    /// <summary>Takes a level; it stands until the next one, at most for <paramref name="holdNs"/>.</summary>
    public void AddGauge(long timeNs, double value, long holdNs)
    {
        var second = Math.DivRem(timeNs, Second).Quotient;
        if (_hasLast && timeNs > _lastNs && timeNs - _lastNs <= holdNs)
        {
            for (var between = Math.DivRem(_lastNs, Second).Quotient + 1; between < second; between++)
            {
                Write(between, _lastValue);
            }
        }

        Write(second, _greatest && TryWritten(second, out var before) ? Math.Max(before, value) : value);
        if (!_hasLast || timeNs > _lastNs)
        {
            Remember(timeNs, value);
        }
    }

    /// <summary>Value of a second; NaN when it has none.</summary>
    public double At(long second) => TryWritten(second, out var value) ? value : double.NaN;

    /// <summary>Level of a gauge in a second, held from before when none was read in it; NaN when none.</summary>
    public double LevelAt(long second, long holdNs)
    {
        if (TryWritten(second, out var value))
        {
            return value;
        }

        return _hasLast && second > _lastNs / Second && ((second + 1) * Second) - _lastNs <= holdNs ? _lastValue : double.NaN;
    }

    /// <summary>Forgets everything from a second on, and what the next read would be joined with.</summary>
    public void ClearFrom(long second)
    {
        for (var i = Math.Max(second, _head - _ring.Length + 1); i <= _head; i++)
        {
            _ring[Slot(i)] = float.NaN;
        }

        _hasLast = false;
        _openSecond = long.MinValue;
    }

    /// <summary>Forgets the last read, so that the next one is not joined with it.</summary>
    public void Cut()
    {
        _hasLast = false;
        _openSecond = long.MinValue;
    }

    // A series that is always read this slowly is not a gap.
    private bool IsOwnPace(long interval) => _intervalNs > 0 && interval <= _intervalNs + (_intervalNs / 2) && interval <= IntervalNsMax;

    private void Remember(long timeNs, double value)
    {
        _hasLast = true;
        _lastNs = timeNs;
        _lastValue = value;
    }

    private void Spread(long startNs, long endNs, double perNs)
    {
        var from = startNs;
        while (from < endNs)
        {
            var second = from / Second;
            var to = Math.Min(endNs, (second + 1) * Second);
            if (second != _openSecond)
            {
                _openSecond = second;
                _openSum = 0;
                _openCovered = 0;
            }

            _openSum += perNs * (to - from);
            _openCovered += to - from;
            if (_openCovered >= CoveredMin)
            {
                Write(second, _openSum * Second / _openCovered);
            }

            from = to;
        }
    }

    private void Write(long second, double value)
    {
        if (_head == long.MinValue || second - _head >= _ring.Length)
        {
            Array.Fill(_ring, float.NaN);
            _head = second;
        }
        else if (second > _head)
        {
            for (var i = _head + 1; i < second; i++)
            {
                _ring[Slot(i)] = float.NaN;
            }

            _head = second;
        }
        else if (_head - second >= _ring.Length)
        {
            return;
        }

        _ring[Slot(second)] = (float)value;
    }

    private bool TryWritten(long second, out double value)
    {
        value = double.NaN;
        if (_head == long.MinValue || second > _head || _head - second >= _ring.Length)
        {
            return false;
        }

        value = _ring[Slot(second)];
        return !double.IsNaN(value);
    }

    private int Slot(long second)
    {
        var slot = (int)(second % _ring.Length);
        return slot < 0 ? slot + _ring.Length : slot;
    }
}
