using System.Runtime.CompilerServices;
using HvIntegration.Engine.Clock;
using HvIntegration.Engine.Model;
using HvIntegration.Engine.Options;
using HvIntegration.Engine.Signals;

namespace HvIntegration.Engine.Diagnosis;

/// <summary>What the hypotheses may ask about one VM: levels of its window against limits, and its normal. The questions made of these are in the other parts, one for each resource.</summary>
/// <remarks>
/// A question "at least" takes the k-th greatest of the n values of the window, so that it holds exactly when k of n seconds
/// are beyond the limit; "below" takes the k-th least. Fewer than k values are "not measured". One instance per VM, used again
/// every second.
/// </remarks>
internal sealed partial class Symptoms
{
    private const int BaselinePaceSeconds = 30;
    private const int BaselinePoints = 120;
    private readonly DiagnosisOptions _options;
    private readonly PartitionMemory _partition;
    private readonly Windows _windows;
    private readonly double[] _sorted;
    private readonly short[] _counts = new short[SignalCatalog.Count];
    private readonly Normal[] _normals = new Normal[SignalCatalog.Count];
    private IReadOnlyList<PartitionMemory> _all = [];
    private long _baselineTo;
    private long? _openSince;

    /// <summary>Questions about one VM.</summary>
    public Symptoms(PartitionMemory partition, DiagnosisOptions options)
    {
        _partition = partition;
        _options = options;
        Limits = options.LimitsFor(partition.Info);
        _windows = options.WindowsFor(Limits);
        _sorted = new double[SignalCatalog.Count * _windows.Seconds];
    }

    /// <summary>Host second.</summary>
    public long Second { get; private set; }

    /// <summary>Limits of this VM.</summary>
    public SignalLimits Limits { get; }

    /// <summary>Inventory entry.</summary>
    public PartitionInfo Partition => _partition.Info;

    /// <summary>True while somebody reads the sentences.</summary>
    public bool Explaining { get; set; }

    /// <summary>Stretch of the limits: 1, or the hysteresis ratio while the hypothesis asked has an open episode.</summary>
    public double Hysteresis { get; set; } = 1;

    /// <summary>Turns to another second.</summary>
    /// <param name="all">All VMs of the host, this one among them.</param>
    /// <param name="second">Host second.</param>
    /// <param name="openSince">Onset of the open episode, so that its own time is not taken for normal; null when none is open.</param>
    public void Begin(IReadOnlyList<PartitionMemory> all, long second, long? openSince)
    {
        _all = all;
        _openSince = openSince;
        Second = second;
        Explaining = false;
        Hysteresis = 1;
        _baselineTo = Math.Min(second - (2 * _windows.Seconds), openSince - 1 ?? long.MaxValue);
        Array.Fill(_counts, (short)-1);
    }

    /// <summary>A sentence, made only when it is read.</summary>
    public string Words([InterpolatedStringHandlerArgument("")] ref WordsHandler text) => text.Text(Explaining);

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
            return Absent(signal, " against the time before", "too short a history");
        }

        var finding = AtLeast(signal, Math.Max(baseline * ratio, least));
        return Explaining ? finding with { Sentence = Words($"{signal.Name} {Text.InUnit(Level(signal), signal.Unit)}, {Text.InUnit(baseline, signal.Unit)} before") } : finding;
    }

    /// <summary>A level in the words of its unit; "not measured" when missing.</summary>
    public string Say(SignalDefinition signal)
    {
        var level = Level(signal);
        return double.IsNaN(level) ? "not measured" : Text.InUnit(level, signal.Unit);
    }

    /// <summary>A list in words of those that are measured: "5 ms in the guest, 4 ms at the virtual device and 3 ms below".</summary>
    /// <param name="parts">Signal, what stands before its value, what after.</param>
    public string SayMeasured(params ReadOnlySpan<(SignalDefinition Signal, string Before, string After)> parts)
    {
        var said = new List<string>();
        foreach (var (signal, before, after) in parts)
        {
            if (Has(signal))
            {
                said.Add(before + Say(signal) + after);
            }
        }

        return said.Count < 2 ? string.Concat(said) : $"{string.Join(", ", said.Take(said.Count - 1))} and {said[^1]}";
    }

    /// <summary>True when the window holds the signal.</summary>
    public bool Has(SignalDefinition signal) => Window(signal).Length > 0;

    private double TakeBaseline(SignalDefinition signal)
    {
        var from = Math.Max(_baselineTo - _options.BaselineSeconds + 1, Math.Max(Second - _partition.History.Capacity + 1, _partition.History.Oldest));
        if (_baselineTo < from)
        {
            return double.NaN;
        }

        var stride = Math.Max(1, (_baselineTo - from + 1) / BaselinePoints);
        Span<double> values = stackalloc double[(int)((_baselineTo - from) / stride) + 1];
        var count = 0;
        for (var second = _baselineTo; second >= from; second -= stride)
        {
            var value = _partition.History.At(signal, second);
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
            var count = _partition.History.Window(signal, Second, into);
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
            return Absent(signal, string.Empty, Explaining ? _partition.Frame.SourceOf(signal) : string.Empty);
        }

        var hits = Math.Clamp((int)Math.Ceiling((double)_windows.Hits * values.Length / _windows.Seconds), 1, values.Length);
        var value = above ? values[^hits] : values[hits - 1];
        var frame = _partition.Frame;
        var error = frame.Error(signal) is > 0 and var bar ? bar : 0;
        var eased = Ease(limit, above);
        var compared = lessErrorBar ? value - error : value;
        var holds = above ? compared >= eased : compared < eased;
        var quality = frame.QualityOf(signal) switch { SampleQuality.Estimated => 0.75, SampleQuality.Stale => 0.5, _ => 1 };
        var strength = quality * Margin(value, eased, error, above);
        if (!Explaining)
        {
            return new Finding(holds ? Answer.Yes : Answer.No, signal, string.Empty, string.Empty, compared, limit, signal.Unit, string.Empty, strength);
        }

        // What a reader sees beside each other is what was compared: the k-th value, and the eased limit only where it decided.
        var shown = (above ? compared >= limit : compared < limit) == holds ? limit : eased;

        var estimated = frame.QualityOf(signal) == SampleQuality.Estimated ? ", estimated" : string.Empty;
        var sentence = $"{signal.Name} {Text.InUnit(compared, signal.Unit)} ({(above ? "at least" : "below")} {Text.InUnit(shown, signal.Unit)}{estimated})";
        return new Finding(holds ? Answer.Yes : Answer.No, signal, signal.Id, sentence, compared, shown, signal.Unit, frame.SourceOf(signal), strength);
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

    private Finding Absent(SignalDefinition signal, string more, string why)
        => new(Answer.NotMeasured, signal, signal.Id, Explaining ? signal.Name + more : string.Empty, double.NaN, double.NaN, signal.Unit, why, 0);

    private readonly record struct Normal(bool Known, long Second, long? OpenSince, double Value);
}
