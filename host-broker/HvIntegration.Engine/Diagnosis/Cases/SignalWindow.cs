using HvIntegration.Model;
using HvIntegration.Engine.Options;
using HvIntegration.Engine.Signals;

namespace HvIntegration.Engine.Diagnosis.Cases;

/// <summary>Compares the newest seconds of one VM's signals with limits, and with the time before. The questions of <c>Questions/</c>, a class for each resource, are made of these.</summary>
/// <remarks>
/// A question "at least" takes the k-th greatest of the n values of the window, so that it holds exactly when k of n seconds
/// are beyond the limit; "below" takes the k-th least. Fewer than k values are "not measured". One instance per VM, used again
/// every second.
/// </remarks>
internal sealed class SignalWindow
{
    private const int BaselinePaceSeconds = 30;
    private const int BaselinePoints = 120;
    private readonly DiagnosisOptions _options;
    private readonly DecisionWindow _windows;
    private readonly double[] _sorted;
    private readonly short[] _counts = new short[SignalCatalog.Count];
    private readonly Normal[] _normals = new Normal[SignalCatalog.Count];
    private long _baselineTo;
    private long? _openSince;

    /// <param name="partition">What was measured of the VM.</param>
    /// <param name="options">Limits, and how long the window and the time before are.</param>
    public SignalWindow(PartitionTracks partition, DiagnosisOptions options)
    {
        Tracks = partition;
        _options = options;
        Limits = options.LimitsFor(partition.Info);
        _windows = options.WindowsFor(Limits);
        _sorted = new double[SignalCatalog.Count * _windows.Seconds];
    }

    /// <summary>Host second that the window ends with.</summary>
    public long Second { get; private set; }

    /// <summary>Limits of this VM.</summary>
    public SignalLimits Limits { get; }

    /// <summary>What was measured of the VM.</summary>
    public PartitionTracks Tracks { get; }

    /// <summary>The windows of all VMs of the host in this second, this one among them.</summary>
    public IReadOnlyList<SignalWindow> All { get; private set; } = [];

    /// <summary>Length of the window, seconds.</summary>
    public int Seconds => _windows.Seconds;

    /// <summary>Second in which the busiest process was last found to fill one processor; long ago when never. The question for a single hot thread keeps it here, from second to second.</summary>
    public long PinnedSecond { get; set; } = long.MinValue / 2;

    /// <summary>Inventory entry, the newest.</summary>
    public PartitionInfo Partition => Tracks.Info;

    /// <summary>True while somebody reads the evidence: facts are made only then, because a second is weighed far more often than it is told.</summary>
    public bool Explaining { get; set; }

    /// <summary>Stretch of the limits: 1, or the hysteresis ratio while the hypothesis asked has an open episode.</summary>
    public double Hysteresis { get; set; } = 1;

    /// <summary>Turns to another second.</summary>
    /// <param name="all">Those of all VMs of the host, this one among them.</param>
    /// <param name="second">Host second.</param>
    /// <param name="openSince">Onset of the open episode, so that its own time is not taken for normal; null when none is open.</param>
    public void Begin(IReadOnlyList<SignalWindow> all, long second, long? openSince)
    {
        All = all;
        _openSince = openSince;
        Second = second;
        Explaining = false;
        Hysteresis = 1;
        _baselineTo = Math.Min(second - (2 * _windows.Seconds), openSince - 1 ?? long.MaxValue);
        Array.Fill(_counts, (short)-1);
    }

    /// <summary>Holds when k of n seconds are at or above the limit.</summary>
    public Finding AtLeast(SignalDefinition signal, double limit, bool lessErrorBar = false) => Compare(signal, limit, above: true, lessErrorBar);

    /// <summary>Holds when k of n seconds are below the limit.</summary>
    public Finding Below(SignalDefinition signal, double limit) => Compare(signal, limit, above: false, lessErrorBar: false);

    /// <summary>Median of the window; NaN when not measured.</summary>
    public double Level(SignalDefinition signal)
    {
        var window = Window(signal);
        return window.Length == 0 ? double.NaN : window[window.Length / 2];
    }

    /// <summary>Median of the time before; NaN when the history is too short.</summary>
    public double Baseline(SignalDefinition signal)
    {
        ref var kept = ref _normals[signal.Index];

        // Normal moves slowly; while an episode lasts it stands as it was before.
        var same = kept.Known && kept.OpenSince == _openSince;
        if (same && (_openSince is not null || (Second - kept.Second < BaselinePaceSeconds && Second >= kept.Second)))
        {
            return kept.Value;
        }

        var value = TakeBaseline(signal);
        if (!double.IsNaN(value))
        {
            kept = new Normal(true, Second, _openSince, value);
        }
        else if (kept.Known && _openSince is not null)
        {
            kept = kept with { OpenSince = _openSince };
            return kept.Value;
        }

        return value;
    }

    /// <summary>Holds when the level is a multiple of the time before, and at least so much.</summary>
    public Finding AboveBaseline(SignalDefinition signal, double ratio, double least)
    {
        var floor = AtLeast(signal, least);
        if (!floor.Holds)
        {
            return floor;
        }

        var baseline = Baseline(signal);
        if (double.IsNaN(baseline))
        {
            return Absent(signal, FactKind.SignalAgainstBefore, "the history is too short");
        }

        var finding = AtLeast(signal, Math.Max(baseline * ratio, least));
        return Explaining ? finding with { Fact = OfSignal(FactKind.AboveBefore, signal, Level(signal), baseline) } : finding;
    }

    /// <summary>The fact; null unless the verdict is explained.</summary>
    public Fact? When(FactKind kind) => Say(kind);

    /// <summary>The fact with the level of a signal; null unless the verdict is explained.</summary>
    public Fact? When(FactKind kind, SignalDefinition signal) => Explaining ? OfSignal(kind, signal, Level(signal), double.NaN) : null;

    /// <summary>The fact with the levels of two signals of one unit; null unless the verdict is explained.</summary>
    public Fact? When(FactKind kind, SignalDefinition signal, SignalDefinition other) => Explaining ? OfSignal(kind, signal, Level(signal), Level(other)) : null;

    /// <summary>True when the window holds the signal.</summary>
    public bool Has(SignalDefinition signal) => Window(signal).Length > 0;

    private double TakeBaseline(SignalDefinition signal)
    {
        var from = Math.Max(_baselineTo - _options.BaselineSeconds + 1, Math.Max(Second - Tracks.History.Capacity + 1, Tracks.History.Oldest));
        if (_baselineTo < from)
        {
            return double.NaN;
        }

        var stride = Math.Max(1, (_baselineTo - from + 1) / BaselinePoints);
        Span<double> values = stackalloc double[(int)((_baselineTo - from) / stride) + 1];
        var count = 0;
        for (var second = _baselineTo; second >= from; second -= stride)
        {
            var value = Tracks.History.At(signal, second);
            if (!double.IsNaN(value))
            {
                values[count++] = value;
            }
        }

        if (count * stride < _options.BaselineSecondsMin)
        {
            return double.NaN;
        }

        values[..count].Sort();
        return values[count / 2];
    }

    private ReadOnlySpan<double> Window(SignalDefinition signal)
    {
        var at = signal.Index * _windows.Seconds;
        if (_counts[signal.Index] < 0)
        {
            var into = _sorted.AsSpan(at, _windows.Seconds);
            var count = Tracks.History.Window(signal, Second, into);
            count = count < _windows.Hits ? 0 : count;
            into[..count].Sort();
            _counts[signal.Index] = (short)count;
        }

        return _sorted.AsSpan(at, _counts[signal.Index]);
    }

    private Finding Compare(SignalDefinition signal, double limit, bool above, bool lessErrorBar)
    {
        var values = Window(signal);
        if (values.Length == 0)
        {
            return Absent(signal, FactKind.Signal, Explaining ? Tracks.Frame.SourceOf(signal) : string.Empty) with { IsUnreported = Tracks.Frame.IsUnreported(signal) };
        }

        var hits = Math.Clamp((int)Math.Ceiling((double)_windows.Hits * values.Length / _windows.Seconds), 1, values.Length);
        var value = above ? values[^hits] : values[hits - 1];
        var frame = Tracks.Frame;
        var error = frame.Error(signal) is > 0 and var bar ? bar : 0;
        var eased = Ease(limit, above);
        var compared = lessErrorBar ? value - error : value;
        var holds = above ? compared >= eased : compared < eased;
        var quality = frame.QualityOf(signal) switch { SampleQuality.Estimated => 0.75, SampleQuality.Stale => 0.5, _ => 1 };
        var strength = quality * Margin(value, eased, error, above);
        if (!Explaining)
        {
            return new Finding(holds ? Answer.Yes : Answer.No, signal, string.Empty, null, compared, limit, signal.Unit, string.Empty, strength);
        }

        // What a reader sees beside each other is what was compared: the k-th value, and the eased limit only where it decided.
        var shown = (above ? compared >= limit : compared < limit) == holds ? limit : eased;
        var fact = OfSignal(above ? FactKind.AtLeast : FactKind.Below, signal, compared, shown) with { IsEstimated = frame.QualityOf(signal) == SampleQuality.Estimated };
        return new Finding(holds ? Answer.Yes : Answer.No, signal, signal.Id, fact, compared, shown, signal.Unit, frame.SourceOf(signal), strength);
    }

    // Near the limit, or with the limit inside the error bar, evidence weighs less.
    private static double Margin(double value, double limit, double error, bool above)
    {
        var apart = above ? value - limit : limit - value;
        var relative = Math.Clamp(apart / Math.Max(Math.Abs(above ? Math.Min(limit, Math.Max(1 - limit, 0.05)) : limit), 1e-9), 0, 1);
        return (Math.Abs(apart) <= error ? 0.85 : 1) * (0.75 + (0.25 * relative));
    }

    // Shares near 1 cannot be eased by a ratio: 0.9 busy would become 0.63.
    private double Ease(double limit, bool above)
    {
        var ratio = limit >= 0.5 ? 1 - ((1 - Hysteresis) / 3) : Hysteresis;
        return above ? limit * ratio : limit / ratio;
    }

    private static Fact OfSignal(FactKind kind, SignalDefinition signal, double value, double other)
        => new(kind, signal.Id, Fact.Number(value), Fact.Number(other), signal.Unit);

    /// <summary>A fact without a signal of the catalog; null unless the verdict is explained.</summary>
    public Fact? Say(FactKind kind, double value = double.NaN, double other = double.NaN, string unit = "")
        => Explaining ? new Fact(kind, string.Empty, Fact.Number(value), Fact.Number(other), unit) : null;

    /// <summary>The answer "not measured" to a question about a signal.</summary>
    /// <param name="signal">The signal.</param>
    /// <param name="kind">What evidence would say of it.</param>
    /// <param name="why">Why it is missing.</param>
    public Finding Absent(SignalDefinition signal, FactKind kind, string why)
        => new(Answer.NotMeasured, signal, signal.Id, Explaining ? new Fact(kind, signal.Id, Unit: signal.Unit) : null, double.NaN, double.NaN, signal.Unit, why, 0);

    private readonly record struct Normal(bool Known, long Second, long? OpenSince, double Value);
}
