using HvIntegration.Model;

namespace HvIntegration.Engine.Signals;

/// <summary>The signals of one partition in one second.</summary>
/// <remarks>
/// Arrays by <see cref="SignalDefinition.Index"/>, because this is written and read for every VM and second. Words (sources,
/// signals of single instances) are made only when <see cref="Words"/> is set.
/// </remarks>
internal sealed class SignalFrame
{
    /// <summary>Why a signal is missing when nothing more is known.</summary>
    private const string NotReported = "not reported";

    // A hostile guest may name a thousand disks: the frame stays small.
    private const int InstancesMax = 240;

    private readonly double[] _values = new double[SignalCatalog.Count];
    private readonly double[] _errors = new double[SignalCatalog.Count];
    private readonly SampleQuality[] _quality = new SampleQuality[SignalCatalog.Count];
    private readonly string?[] _sources = new string?[SignalCatalog.Count];
    private readonly List<Signal> _instances = [];

    public SignalFrame() => Clear(words: true);

    /// <summary>True when sources and instances are wanted.</summary>
    public bool Words { get; private set; }

    /// <summary>Values by index; NaN when missing.</summary>
    public ReadOnlySpan<double> Values => _values;

    /// <summary>Error bars by index.</summary>
    public ReadOnlySpan<double> Errors => _errors;

    /// <summary>Signals of single processors, disks and adapters.</summary>
    public IReadOnlyList<Signal> Instances => _instances;

    /// <summary>Starts the frame of another second.</summary>
    public void Clear(bool words)
    {
        Words = words;
        Array.Fill(_values, double.NaN);
        Array.Fill(_errors, double.NaN);
        Array.Fill(_quality, SampleQuality.Missing);
        Array.Clear(_sources);
        _instances.Clear();
    }

    /// <summary>All signals that were derived, missing ones with their reason.</summary>
    public IReadOnlyList<Signal> All()
    {
        var all = new List<Signal>(SignalCatalog.Count + _instances.Count);
        foreach (var definition in SignalCatalog.All)
        {
            if (_sources[definition.Index] is not null)
            {
                all.Add(Of(definition));
            }
        }

        all.AddRange(_instances);
        return all;
    }

    /// <summary>One signal as reports show it.</summary>
    public Signal Of(SignalDefinition signal)
        => new(signal.Id, signal.Side, _values[signal.Index], signal.Unit, _errors[signal.Index], _quality[signal.Index], SourceOf(signal));

    /// <summary>Its value; NaN when missing.</summary>
    public double Value(SignalDefinition signal) => _values[signal.Index];

    /// <summary>Half width of its error bar; NaN when not known.</summary>
    public double Error(SignalDefinition signal) => _errors[signal.Index];

    /// <summary>How sure the signal's value of this second is.</summary>
    public SampleQuality QualityOf(SignalDefinition signal) => _quality[signal.Index];

    /// <summary>Native counter, or why it is missing.</summary>
    public string SourceOf(SignalDefinition signal) => _sources[signal.Index] ?? NotReported;

    /// <summary>Nothing is known of it: neither a value nor why it is missing.</summary>
    public bool IsUnreported(SignalDefinition signal) => _sources[signal.Index] is null;

    /// <summary>True when it has a value.</summary>
    public bool Has(SignalDefinition signal) => _quality[signal.Index] != SampleQuality.Missing;

    /// <summary>Sets a value; one that is no number is missing.</summary>
    public void Add(SignalDefinition signal, double value, double error, SampleQuality quality, string source)
    {
        var at = signal.Index;
        _sources[at] = source;
        if (!double.IsFinite(value))
        {
            _values[at] = double.NaN;
            _quality[at] = SampleQuality.Missing;
            return;
        }

        _values[at] = value;
        _errors[at] = error;
        _quality[at] = quality;
    }

    /// <summary>Says that a signal could not be measured, with the reason.</summary>
    public void Missing(SignalDefinition signal, string reason)
    {
        var at = signal.Index;
        _values[at] = double.NaN;
        _quality[at] = SampleQuality.Missing;
        _sources[at] = reason;
    }

    /// <summary>Adds the signal of one instance, when words are wanted.</summary>
    public void AddInstance(SignalDefinition signal, string instance, double value, double error, SampleQuality quality, string source)
    {
        if (Words && _instances.Count < InstancesMax && double.IsFinite(value))
        {
            _instances.Add(new Signal(SignalIds.Of(signal.Id, instance), signal.Side, value, signal.Unit, error, quality, source));
        }
    }

    /// <summary>Takes the host's own signals from its frame.</summary>
    public void Copy(SignalFrame from, ReadOnlySpan<SignalDefinition> signals)
    {
        foreach (var signal in signals)
        {
            var at = signal.Index;
            (_values[at], _errors[at], _quality[at], _sources[at]) = (from._values[at], from._errors[at], from._quality[at], from._sources[at]);
        }
    }
}
