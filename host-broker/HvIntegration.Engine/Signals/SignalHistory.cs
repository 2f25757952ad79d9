namespace HvIntegration.Engine.Signals;

/// <summary>Derived signals of one partition over the kept seconds, a row per second.</summary>
internal sealed class SignalHistory
{
    private const int InstancesMax = 400;
    private const int ForgetEverySeconds = 60;

    private readonly int _capacity;
    private readonly int _width = SignalCatalog.Count;
    private readonly long[] _seconds;
    private readonly float[] _values;
    private float[]? _errors;
    private readonly Dictionary<string, Instance> _instances = new(StringComparer.Ordinal);

    public SignalHistory(int capacity)
    {
        _capacity = capacity;
        _seconds = new long[capacity];
        Array.Fill(_seconds, long.MinValue);
        _values = new float[capacity * _width];
    }

    /// <summary>Newest second written; <see cref="long.MinValue"/> when none.</summary>
    public long Newest { get; private set; } = long.MinValue;

    /// <summary>Oldest second written; <see cref="long.MaxValue"/> when none.</summary>
    public long Oldest { get; private set; } = long.MaxValue;

    /// <summary>Number of seconds kept at most.</summary>
    public int Capacity => _capacity;

    /// <summary>Writes a second, also one that was written before.</summary>
    /// <param name="second">Host second.</param>
    /// <param name="frame">Its signals.</param>
    /// <param name="detail">Keep error bars and instances too.</param>
    public void Write(long second, SignalFrame frame, bool detail)
    {
        var slot = Slot(second);
        if (_seconds[slot] > second)
        {
            return;
        }

        _seconds[slot] = second;
        Newest = Math.Max(Newest, second);
        Oldest = Math.Min(Oldest, second);
        var row = _values.AsSpan(slot * _width, _width);
        var from = frame.Values;
        for (var i = 0; i < row.Length; i++)
        {
            row[i] = (float)from[i];
        }

        if (detail)
        {
            WriteDetail(second, slot, frame);
        }
    }

    /// <summary>True when the second was judged.</summary>
    public bool Has(long second) => _seconds[Slot(second)] == second;

    /// <summary>Value of a second; NaN when missing.</summary>
    public double At(SignalDefinition signal, long second)
    {
        var slot = Slot(second);
        return _seconds[slot] == second ? _values[(slot * _width) + signal.Index] : double.NaN;
    }

    /// <summary>Values present in <paramref name="into"/>.Length seconds up to and including <paramref name="last"/>, oldest first.</summary>
    /// <returns>How many there are.</returns>
    public int Window(SignalDefinition signal, long last, Span<double> into)
    {
        var found = 0;
        var count = Math.Min(into.Length, _capacity);
        for (var second = last - count + 1; second <= last; second++)
        {
            var value = At(signal, second);
            if (!double.IsNaN(value))
            {
                into[found++] = value;
            }
        }

        return found;
    }

    /// <summary>Mean of the values present; NaN when fewer than <paramref name="least"/>.</summary>
    public double Mean(SignalDefinition signal, long last, int count, int least = 1)
    {
        var sum = 0.0;
        var present = 0;
        for (var second = last - Math.Min(count, _capacity) + 1; second <= last; second++)
        {
            var value = At(signal, second);
            if (!double.IsNaN(value))
            {
                sum += value;
                present++;
            }
        }

        return present >= Math.Max(1, least) ? sum / present : double.NaN;
    }

    /// <summary>All kept points of a signal, oldest first; seconds in which it is missing have NaN.</summary>
    public IReadOnlyList<SignalPoint> Points(string id)
    {
        var signal = SignalCatalog.Find(id);
        var instance = signal is null ? _instances.GetValueOrDefault(id)?.Values : null;
        if (Newest == long.MinValue || (signal is null && instance is null))
        {
            return [];
        }

        var points = new List<SignalPoint>(_capacity);
        var any = false;
        for (var second = Math.Max(Oldest, Newest - _capacity + 1); second <= Newest; second++)
        {
            var slot = Slot(second);
            if (_seconds[slot] != second)
            {
                continue;
            }

            var value = instance is not null ? instance[slot] : _values[(slot * _width) + signal!.Index];
            any |= !float.IsNaN(value);
            points.Add(new SignalPoint(second, value, instance is null && _errors is not null ? _errors[(slot * _width) + signal!.Index] : double.NaN));
        }

        return any ? points : [];
    }

    private void WriteDetail(long second, int slot, SignalFrame frame)
    {
        _errors ??= new float[_capacity * _width];
        var row = _errors.AsSpan(slot * _width, _width);
        var from = frame.Errors;
        for (var i = 0; i < row.Length; i++)
        {
            row[i] = (float)from[i];
        }

        foreach (var instance in _instances.Values)
        {
            instance.Values[slot] = float.NaN;
        }

        if (second % ForgetEverySeconds == 0)
        {
            ForgetEmpty();
        }

        foreach (var signal in frame.Instances)
        {
            if (!_instances.TryGetValue(signal.Id, out var instance))
            {
                if (_instances.Count >= InstancesMax)
                {
                    continue;
                }

                instance = new Instance(new float[_capacity]);
                Array.Fill(instance.Values, float.NaN);
                _instances.Add(signal.Id, instance);
            }

            instance.Values[slot] = (float)signal.Value;
            instance.Newest = Math.Max(instance.Newest, second);
        }
    }

    // Disks and adapters come and go, and their names with them: what has no second left would fill the bound for good.
    private void ForgetEmpty()
    {
        foreach (var gone in _instances.Where(i => i.Value.Newest <= Newest - _capacity).Select(i => i.Key).ToList())
        {
            _instances.Remove(gone);
        }
    }

    private int Slot(long second)
    {
        var slot = (int)(second % _capacity);
        return slot < 0 ? slot + _capacity : slot;
    }

    private sealed class Instance(float[] values)
    {
        public float[] Values { get; } = values;

        public long Newest { get; set; } = long.MinValue;
    }
}
