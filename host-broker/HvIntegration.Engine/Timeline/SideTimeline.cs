using HvIntegration.Model;
using HvIntegration.Engine.Options;

namespace HvIntegration.Engine.Timeline;

/// <summary>All series of one side of one partition, as host seconds.</summary>
internal sealed class SideTimeline
{
    private const long Second = 1_000_000_000L;
    private const int MetricsMax = 1_400;
    // Long enough for the second that is judged while a slow recording is read ahead of it.
    private const int BriefSeconds = 128;

    // What was not read for so long makes room when there is none; looked for at most this often.
    private const long MakeRoomNs = 60 * Second;
    private const long MakeRoomEveryNs = 10 * Second;
    private static readonly List<TimelineSeries> None = [];

    private readonly TimelineOptions _options;
    private readonly Dictionary<SeriesKey, TimelineSeries> _series = [];
    private readonly List<TimelineSeries>?[] _byMetric = new List<TimelineSeries>?[MetricsMax];
    private readonly float[] _edgeErrorMs;
    private readonly long[] _edgeSecond;
    private long _coverFrom = long.MinValue;
    private long _coverTo = long.MinValue;
    private long _madeRoomNs = long.MinValue;

    public SideTimeline(TimelineOptions options)
    {
        _options = options;
        SeriesMax = options.SeriesMax;
        _edgeErrorMs = new float[options.KeptSeconds];
        _edgeSecond = new long[options.KeptSeconds];
        Array.Fill(_edgeSecond, long.MinValue);
    }

    /// <summary>Host time up to which this side has been read; <see cref="long.MinValue"/> before the first read.</summary>
    public long CoveredToNs { get; private set; } = long.MinValue;

    /// <summary>Host time of the oldest read.</summary>
    public long CoveredFromNs { get; private set; } = long.MaxValue;

    /// <summary>Usual time between two reads, nanoseconds.</summary>
    public long PaceNs { get; private set; } = Second;

    /// <summary>Series refused because the bound was reached.</summary>
    public long Refused { get; private set; }

    /// <summary>Number of series that are followed now.</summary>
    public int Count => _series.Count;

    /// <summary>Most series; lower than the option where all sides together have many.</summary>
    public int SeriesMax { get; set; }

    /// <summary>Rises whenever a series is added or forgotten: lists built from the series are then stale.</summary>
    public int Version { get; private set; }

    /// <summary>Series of a metric, in order of arrival.</summary>
    public List<TimelineSeries> Of(Protocol.Metrics.MetricDefinition metric) => _byMetric[metric.Id] ?? None;

    /// <summary>The only or first series of a metric; null when there is none.</summary>
    public TimelineSeries? Single(Protocol.Metrics.MetricDefinition metric)
    {
        var list = Of(metric);
        return list.Count == 0 ? null : list[0];
    }

    /// <summary>Takes a sample in host time. Values that are no numbers are dropped.</summary>
    public void Add(in SeriesKey key, SampleForm form, long startNs, long endNs, double value, SampleQuality quality, string nativeName, double edgeErrorNs)
    {
        if (Open(key) is { } series)
        {
            series.Quality = quality;
            series.NativeName = nativeName;
            Add(series, form, startNs, endNs, value, edgeErrorNs);
        }
    }

    /// <summary>The series of a key, made when it is new; null when the bound is reached or the metric is not one of the catalog.</summary>
    public TimelineSeries? Open(in SeriesKey key)
    {
        if (_series.TryGetValue(key, out var series))
        {
            return series;
        }

        if (key.MetricId >= MetricsMax || (_series.Count >= SeriesMax && !MakesRoom()))
        {
            Refused++;
            return null;
        }

        series = new TimelineSeries(key, MetricPace.IsBrief(key.MetricId) ? Math.Min(BriefSeconds, _options.KeptSeconds) : _options.KeptSeconds, _options.HoldSeconds);
        _series.Add(key, series);
        (_byMetric[key.MetricId] ??= []).Add(series);
        Version++;
        return series;
    }

    /// <summary>Takes a sample of an open series in host time. Values that are no numbers are dropped.</summary>
    public void Add(TimelineSeries series, SampleForm form, long startNs, long endNs, double value, double edgeErrorNs)
    {
        if (!double.IsFinite(value) || endNs < 0 || startNs < 0)
        {
            return;
        }

        series.Add(form, startNs, endNs, value, _options.GapSeconds * Second);
        Cover(form == SampleForm.IntervalRate ? startNs : endNs, endNs, edgeErrorNs);
    }

    /// <summary>Forgets series that were not read since a host time: processes and devices come and go, and their names with them.</summary>
    public void ForgetBefore(long hostNs)
    {
        List<TimelineSeries>? stale = null;
        foreach (var series in _series.Values)
        {
            if (series.NewestNs < hostNs && !series.IsPinned)
            {
                (stale ??= []).Add(series);
            }
        }

        foreach (var series in stale ?? [])
        {
            _series.Remove(series.Key);
            _byMetric[series.Key.MetricId]!.Remove(series);
            Version++;
        }
    }

    /// <summary>Uncertainty of an edge of a second, nanoseconds; NaN when this side was not read around it.</summary>
    public double EdgeErrorNs(long second)
    {
        var slot = (int)(second % _edgeSecond.Length);
        return _edgeSecond[slot] == second ? _edgeErrorMs[slot] * 1e6 : double.NaN;
    }

    /// <summary>Forgets everything from a host second on.</summary>
    public void ClearFrom(long second)
    {
        foreach (var series in _series.Values)
        {
            series.Track.ClearFrom(second);
        }

        for (var i = 0; i < _edgeSecond.Length; i++)
        {
            if (_edgeSecond[i] >= second)
            {
                _edgeSecond[i] = long.MinValue;
            }
        }

        CoveredToNs = Math.Min(CoveredToNs, second * Second);
        (_coverFrom, _coverTo) = (long.MinValue, long.MinValue);
    }

    /// <summary>A new boot: counters start again.</summary>
    public void Cut()
    {
        foreach (var series in _series.Values)
        {
            series.Track.Cut();
        }
    }

    private bool MakesRoom()
    {
        if (_madeRoomNs == long.MinValue || CoveredToNs - _madeRoomNs >= MakeRoomEveryNs)
        {
            _madeRoomNs = CoveredToNs;
            ForgetBefore(CoveredToNs - MakeRoomNs);
        }

        return _series.Count < SeriesMax;
    }

    private void Cover(long startNs, long endNs, double edgeErrorNs)
    {
        if (endNs > CoveredToNs)
        {
            if (CoveredToNs != long.MinValue && endNs - CoveredToNs > Second / 5)
            {
                PaceNs = Math.Clamp(endNs - CoveredToNs, Second / 5, 60 * Second);
            }

            CoveredToNs = endNs;
        }

        CoveredFromNs = Math.Min(CoveredFromNs, startNs);
        var to = endNs / Second;
        if (to == _coverTo && startNs / Second == _coverFrom)
        {
            // All series of one read cover the same seconds.
            return;
        }

        (_coverFrom, _coverTo) = (startNs / Second, to);
        for (var second = Math.Max(startNs / Second, to - _edgeSecond.Length + 1); second <= to; second++)
        {
            var slot = (int)(second % _edgeSecond.Length);
            _edgeSecond[slot] = second;
            _edgeErrorMs[slot] = (float)(edgeErrorNs / 1e6);
        }
    }
}
