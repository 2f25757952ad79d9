using HvIntegration.Model;
using HvIntegration.Protocol.Metrics;

namespace HvIntegration.Engine.Timeline;

/// <summary>One series of one side of one partition, with its name taken apart once.</summary>
internal sealed class TimelineSeries
{
    /// <summary>A setting stands this long after it was last read.</summary>
    public const int SettingHoldSeconds = 300;

    private const long Second = 1_000_000_000L;

    private readonly long _holdNs;

    public TimelineSeries(SeriesKey key, int capacity, int holdSeconds)
    {
        Key = key;
        var bar = key.Instance.IndexOf('|', StringComparison.Ordinal);
        First = bar < 0 ? key.Instance : key.Instance[..bar];
        Rest = bar < 0 ? string.Empty : key.Instance[(bar + 1)..];
        var bar2 = key.Instance.LastIndexOf('|');
        Last = bar2 < 0 ? key.Instance : key.Instance[(bar2 + 1)..];
        BeforeLast = bar2 < 0 ? key.Instance : key.Instance[..bar2];
        FirstNumber = Number(First);
        LastNumber = Number(Last);
        Name = MetricCatalog.Find(key.MetricId)?.Name ?? "metric " + key.MetricId.ToString(System.Globalization.CultureInfo.InvariantCulture);
        _holdNs = (MetricPace.IsSetting(key.MetricId) ? SettingHoldSeconds : holdSeconds) * Second;
        Track = new SecondTrack(capacity, MetricPace.IsGreatest(key.MetricId));
    }

    /// <summary>Metric and attribute values.</summary>
    public SeriesKey Key { get; }

    /// <summary>First attribute value; the whole instance when it has one only.</summary>
    public string First { get; }

    /// <summary>Attribute values after the first.</summary>
    public string Rest { get; }

    /// <summary>Last attribute value; the whole instance when it has one only.</summary>
    public string Last { get; }

    /// <summary>Attribute values before the last: a disk's path may itself hold a bar.</summary>
    public string BeforeLast { get; }

    /// <summary>First attribute value as a number from 0; -1 when it is none.</summary>
    public int FirstNumber { get; }

    /// <summary>Last attribute value as a number from 0; -1 when it is none.</summary>
    public int LastNumber { get; }

    /// <summary>Counter's own name, or the catalog's where the source gave none.</summary>
    public string Native => NativeName.Length > 0 ? NativeName : Name;

    /// <summary>The metric's name in the catalog.</summary>
    public string Name { get; }

    /// <summary>Counter's own name as the newest sample gave it.</summary>
    public string NativeName { get; set; } = string.Empty;

    /// <summary>Quality of the newest sample.</summary>
    public SampleQuality Quality { get; set; } = SampleQuality.Measured;

    /// <summary>True for a level, false for what is counted or a rate.</summary>
    public bool IsGauge { get; set; }

    /// <summary>What a derivation found out about the name once; 0 before.</summary>
    public int Tag { get; set; }

    /// <summary>A value for each host second that was kept.</summary>
    public SecondTrack Track { get; }

    /// <summary>Host time of the newest sample; <see cref="long.MinValue"/> before the first.</summary>
    public long NewestNs { get; private set; } = long.MinValue;

    /// <summary>True when somebody outside holds on to it, as the reader of a recording does: it is never forgotten.</summary>
    public bool IsPinned { get; set; }

    /// <summary>Takes a sample whose times are host times.</summary>
    public void Add(SampleForm form, long startNs, long endNs, double value, long gapNs)
    {
        NewestNs = Math.Max(NewestNs, endNs);
        switch (form)
        {
            case SampleForm.Cumulative:
                Track.AddCumulative(endNs, value, gapNs);
                break;
            case SampleForm.IntervalRate:
                Track.AddIntervalRate(startNs, endNs, value);
                break;
            default:
                IsGauge = true;
                Track.AddGauge(endNs, value, _holdNs);
                break;
        }
    }

    /// <summary>Rate or level of a second; NaN when there is none.</summary>
    public double At(long second) => IsGauge ? Track.LevelAt(second, _holdNs) : Track.At(second);

    private static int Number(string text)
        => int.TryParse(text, System.Globalization.NumberStyles.None, System.Globalization.CultureInfo.InvariantCulture, out var number) ? number : -1;
}
