using HvIntegration.Model;
using HvIntegration.Engine.Options;

namespace HvIntegration.Engine.Timeline;

/// <summary>Follows memory, handles and threads of every process, and the guest's commitment, over hours, and finds steady growth.</summary>
/// <remarks>
/// A point a minute. Growth counts when it is monotone (Mann and Kendall, p below 0.01), its slope (Theil and Sen) is beyond the
/// limit, and the last third still grows: a cache that fills levels off. What is freed again was not leaked: a heap that is collected
/// falls back, so only growth of its floor over an hour counts. Source: diagnosis reference, rule H6.
/// </remarks>
internal sealed class LeakWatch
{
    private const long PointSeconds = 60;
    private const int PointsMax = 180;
    private const int PointsMin = 10;
    private const int SeriesMax = 400;
    private const double CriticalZ = 2.33;
    private const double SteadyShare = 0.6;
    private const double ChangeShare = 0.05;
    private const double RelativeGrowthMin = 0.2;
    private const double FreedShareMax = 0.25;
    private const double FloorShareMin = 0.5;
    private const long FloorSeconds = 3600;
    private const string Whole = "the guest as a whole";

    private readonly Dictionary<(int Pid, ulong Start, int Kind), Points> _series = [];
    private long _newestMinute = long.MinValue;

    /// <summary>The gravest growth now; null when there is none.</summary>
    public LeakTrend? Trend { get; private set; }

    /// <summary>Takes the rows of one batch, at most once a minute.</summary>
    /// <param name="rows">Process rows.</param>
    /// <param name="second">Host second of the read.</param>
    /// <param name="committed">Committed memory of the guest, bytes; NaN when not reported.</param>
    /// <param name="memory">Memory of the guest, bytes; NaN when not known.</param>
    /// <param name="limits">Limits of this VM.</param>
    public void Add(IReadOnlyList<GuestProcess> rows, long second, double committed, double memory, SignalLimits limits)
    {
        var minute = second / PointSeconds;
        if (minute <= _newestMinute)
        {
            return;
        }

        _newestMinute = minute;
        foreach (var row in rows)
        {
            // On Linux private memory may not be read for every process: resident memory then stands for it.
            var bytes = row.PrivateBytes > 0 ? row.PrivateBytes : row.ResidentBytes;
            Put((row.Pid, row.StartTimeMs, 0), row.Name, second, bytes);
            Put((row.Pid, row.StartTimeMs, 1), row.Name, second, row.Handles);
            Put((row.Pid, row.StartTimeMs, 2), row.Name, second, row.Threads);
        }

        if (committed > 0)
        {
            Put((-1, 0, 3), Whole, second, committed);
        }

        foreach (var gone in _series.Where(s => second - s.Value.Newest > 5 * PointSeconds).Select(s => s.Key).ToList())
        {
            _series.Remove(gone);
        }

        Trend = Gravest(memory, limits);
    }

    /// <summary>A new boot: everything starts again.</summary>
    public void Clear()
    {
        _series.Clear();
        Trend = null;
    }

    private void Put((int Pid, ulong Start, int Kind) key, string name, long second, double value)
    {
        if (!double.IsFinite(value) || value <= 0)
        {
            return;
        }

        if (!_series.TryGetValue(key, out var points))
        {
            if (_series.Count >= SeriesMax)
            {
                return;
            }

            _series.Add(key, points = new Points(name));
        }

        points.Add(second, value);
    }

    private LeakTrend? Gravest(double memory, SignalLimits limits)
    {
        LeakTrend? gravest = null;
        var worst = 0.0;
        foreach (var (key, points) in _series)
        {
            if (points.Count < PointsMin || points.Newest - points.Oldest < limits.LeakSeconds)
            {
                continue;
            }

            var (what, unit, perHourMin) = key.Kind switch
            {
                0 => ("private memory", "By", Math.Max(limits.LeakBytesPerHour, memory > 0 ? memory * limits.LeakMemoryShare : 0)),
                1 => ("handles", "{handle}", limits.LeakHandlesPerHour),
                2 => ("threads", "{thread}", limits.LeakThreadsPerHour),
                _ => ("committed memory", "By", Math.Max(limits.LeakBytesPerHour, memory > 0 ? memory * limits.LeakMemoryShare : 0)),
            };
            if (points.Grown(perHourMin) is not { } grown)
            {
                continue;
            }

            // A named process says more than the guest's sum, memory more than handles.
            var weight = grown.PerHour / perHourMin * (key.Kind switch { 0 => 100, 3 => 0.01, _ => 1 });
            if (weight > worst || (weight == worst && gravest is not null && string.CompareOrdinal(points.Name, gravest.Name) < 0))
            {
                worst = weight;
                gravest = new LeakTrend(points.Name, key.Kind != 3, what, unit, grown.PerHour, grown.Growth, grown.From, points.Newest, $"{what} of {points.Name}");
            }
        }

        return gravest;
    }

    private sealed class Points(string name)
    {
        private readonly List<(long Second, double Value)> _points = [];

        public string Name => name;

        public int Count => _points.Count;

        public long Oldest => _points[0].Second;

        public long Newest => _points[^1].Second;

        public void Add(long second, double value)
        {
            if (_points.Count == PointsMax)
            {
                _points.RemoveAt(0);
            }

            _points.Add((second, value));
        }

        public (double PerHour, double Growth, long From)? Grown(double perHourMin)
        {
            var growth = _points[^1].Value - _points[0].Value;
            if (growth < RelativeGrowthMin * _points[0].Value || growth <= 0)
            {
                return null;
            }

            // What came before the growth is not part of its slope.
            var start = 0;
            while (start < _points.Count - PointsMin && _points[start + 1].Value < _points[0].Value + (ChangeShare * growth))
            {
                start++;
            }

            var slope = Slope(start, _points.Count) * 3600;
            var late = Slope(_points.Count - Math.Max(4, (_points.Count - start) / 3), _points.Count) * 3600;
            return slope >= perHourMin && late >= SteadyShare * slope && Monotone(start) >= CriticalZ && Kept(start)
                ? (slope, _points[^1].Value - _points[start].Value, _points[start].Second)
                : null;
        }

        // Never gave much of it back; or did, and still its least values rose over an hour.
        private bool Kept(int from)
        {
            var growth = _points[^1].Value - _points[from].Value;
            var (highest, freed) = (double.NegativeInfinity, 0.0);
            for (var i = from; i < _points.Count; i++)
            {
                highest = Math.Max(highest, _points[i].Value);
                freed = Math.Max(freed, highest - _points[i].Value);
            }

            return freed <= FreedShareMax * growth
                || (_points[^1].Second - _points[from].Second >= FloorSeconds && Least(_points.Count - ((_points.Count - from) / 3), _points.Count) - Least(from, from + ((_points.Count - from) / 3)) >= FloorShareMin * growth);
        }

        private double Least(int from, int to)
        {
            var least = double.PositiveInfinity;
            for (var i = from; i < to; i++)
            {
                least = Math.Min(least, _points[i].Value);
            }

            return least;
        }

        // Theil and Sen: the median of the slopes of all pairs.
        private double Slope(int from, int to)
        {
            var slopes = new List<double>();
            for (var i = from; i < to; i++)
            {
                for (var j = i + 1; j < to; j++)
                {
                    slopes.Add((_points[j].Value - _points[i].Value) / (_points[j].Second - _points[i].Second));
                }
            }

            slopes.Sort();
            return slopes.Count == 0 ? 0 : slopes[slopes.Count / 2];
        }

        // Mann and Kendall: score of a trend in standard deviations.
        private double Monotone(int from)
        {
            var score = 0.0;
            var n = _points.Count - from;
            for (var i = from; i < _points.Count; i++)
            {
                for (var j = i + 1; j < _points.Count; j++)
                {
                    score += Math.Sign(_points[j].Value - _points[i].Value);
                }
            }

            return (score - Math.Sign(score)) / Math.Sqrt(n * (n - 1.0) * ((2 * n) + 5) / 18);
        }
    }
}
