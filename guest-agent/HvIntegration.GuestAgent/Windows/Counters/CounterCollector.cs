using System.Diagnostics;
using System.Globalization;
using HvIntegration.GuestAgent.Collection;
using HvIntegration.GuestAgent.Windows.Native;
using HvIntegration.GuestAgent.Windows.Reading;

namespace HvIntegration.GuestAgent.Windows.Counters;

/// <summary>Performance counters of one set, for what Windows tells in no other way.</summary>
/// <remarks>
/// Source: PDH with English names. Counters are added one by one, so a missing one does not harm the others; while the set is
/// absent it is looked for again every five minutes (the Remote Desktop sets come with the first session). Own thread: PDH asks providers, which can hang.
/// </remarks>
internal sealed class CounterCollector : WindowsCollector
{
    private const int RetryEvery = 300;
    private const int SeriesMax = 256;

    // GPU Engine has a row for each engine of each process: more than a thousand on a session host.
    private const int InstancesMax = 8_192;
    private const int ForgetEvery = 60;

    private readonly CounterRule[] _rules;
    private readonly nint[] _counters;
    private readonly NativeBuffer _buffer = new(16 * 1024, 4 * 1024 * 1024);
    private readonly InstanceCache<Series?>[] _instances;
    private readonly Dictionary<string, Series> _series = new(StringComparer.Ordinal);
    private readonly List<string> _gone = [];
    private nint _query;
    private int _reads;
    private bool _hasTried;
    private int _absentFor;
    private uint _lastStatus;
    private long _lastStamp;

    /// <summary>Makes the collector; PDH is not touched before the first read.</summary>
    /// <param name="name">Stable name.</param>
    /// <param name="every">Reads once in this many intervals.</param>
    /// <param name="rules">Counters of one set.</param>
    public CounterCollector(string name, int every, params CounterRule[] rules)
        : base(name, new CollectorSchedule(every, 5000, true))
    {
        _rules = rules;
        _counters = new nint[rules.Length];
        _instances = Array.ConvertAll(rules, _ => new InstanceCache<Series?>(InstancesMax, ForgetEvery));
    }

    /// <inheritdoc/>
    public override void Dispose()
    {
        Close();
        _buffer.Dispose();
    }

    /// <inheritdoc/>
    protected override CollectOutcome Read(CollectorSeries series)
    {
        if (_query == 0 && !TryOpen())
        {
            return Absent();
        }

        uint status = Pdh.PdhCollectQueryData(_query);
        if (status is Pdh.NoData or Pdh.NoInstance)
        {
            // The set is there and has no instance now: no session, no GPU.
            Retire(series, ++_reads);
            return CollectOutcome.Unavailable($"{_rules[0].Path} has no instance now");
        }

        if (status != 0)
        {
            Close();
            return CollectOutcome.Failed(string.Create(CultureInfo.InvariantCulture, $"PdhCollectQueryData({_rules[0].Path}): 0x{status:X8}"));
        }

        _reads++;
        long now = Stopwatch.GetTimestamp();
        double seconds = _lastStamp == 0 ? 0 : Stopwatch.GetElapsedTime(_lastStamp, now).TotalSeconds;
        _lastStamp = now;
        for (var rule = 0; rule < _rules.Length; rule++)
        {
            if (_counters[rule] != 0)
            {
                Take(series, rule, seconds);
            }
        }

        foreach (Series one in _series.Values)
        {
            one.Write(series, _reads);
        }

        Retire(series, _reads);
        return CollectOutcome.Ok;
    }

    private bool TryOpen()
    {
        if (_absentFor-- > 0)
        {
            return false;
        }

        _absentFor = RetryEvery / Math.Max(1, Schedule.Every);
        if (_hasTried)
        {
            // PDH remembers which sets there were: a set of the first remote session would stay absent.
            Pdh.RefreshSets();
        }

        _hasTried = true;
        _lastStatus = Pdh.Open(out _query);
        if (_lastStatus != 0)
        {
            _query = 0;
            return false;
        }

        var added = 0;
        for (var rule = 0; rule < _rules.Length; rule++)
        {
            uint status = Pdh.Add(_query, _rules[rule].Path, out _counters[rule]);
            if (status == 0)
            {
                added++;
            }
            else
            {
                _counters[rule] = 0;
                _lastStatus = status;
            }
        }

        if (added == 0)
        {
            Close();
            return false;
        }

        return true;
    }

    private CollectOutcome Absent() => _lastStatus switch
    {
        Pdh.NoObject or Pdh.NoCounter or Pdh.NoInstance => CollectOutcome.Unavailable($"not available on this Windows version: counter {_rules[0].Path}"),
        _ => CollectOutcome.Unavailable(string.Create(CultureInfo.InvariantCulture, $"PDH rejected {_rules[0].Path}: 0x{_lastStatus:X8}")),
    };

    private void Take(CollectorSeries series, int rule, double seconds)
    {
        if (Pdh.ReadArray(_counters[rule], _buffer, out int count) != 0)
        {
            // A rate at its first sample, or time that ran back: the next one has it.
            return;
        }

        CounterRule definition = _rules[rule];
        ReadOnlySpan<byte> content = _buffer.Content(_buffer.Length);
        for (var index = 0; index < count; index++)
        {
            if (!CounterItem.TryParse(content, _buffer.Address, index, out var name, out double value))
            {
                continue;
            }

            if (!_instances[rule].TryGet(name, out Series? target))
            {
                string instance = name.ToString();
                target = SeriesOf(series, definition, definition.Attributes(instance));
                _instances[rule].Remember(instance, target, _reads);
            }

            target?.Add(_reads, value * definition.Factor * (definition.IsPerSecond ? seconds : 1));
        }
    }

    private Series? SeriesOf(CollectorSeries series, CounterRule definition, string[]? attributes)
    {
        if (attributes is null)
        {
            return null;
        }

        string key = definition.Metric.Name + "\n" + string.Join('\n', attributes);
        if (!_series.TryGetValue(key, out Series? known) && _series.Count < SeriesMax)
        {
            known = new Series(series.Define(definition.Metric, attributes), definition.IsPerSecond);
            _series.Add(key, known);
        }

        return known;
    }

    private void Retire(CollectorSeries series, int read)
    {
        _gone.Clear();
        foreach (var (key, one) in _series)
        {
            if (one.ReadAt != read)
            {
                _gone.Add(key);
            }
        }

        if (_gone.Count == 0)
        {
            return;
        }

        foreach (string key in _gone)
        {
            series.Retire(_series[key].Slot);
            _series.Remove(key);
        }

        foreach (var instances in _instances)
        {
            instances.Clear();
        }
    }

    private void Close()
    {
        if (_query != 0)
        {
            _ = Pdh.PdhCloseQuery(_query);
            _query = 0;
            Array.Clear(_counters);
        }
    }

    private sealed class Series(int slot, bool isCounter)
    {
        private double _total;
        private double _now;

        public int Slot => slot;

        public int ReadAt { get; private set; }

        public void Add(int read, double raw)
        {
            _now = ReadAt == read ? _now + raw : raw;
            ReadAt = read;
        }

        public void Write(CollectorSeries target, int read)
        {
            if (ReadAt == read)
            {
                _total = isCounter ? _total + Math.Max(0, _now) : _now;
                target.Set(slot, (long)Math.Clamp(Math.Round(_total), -9e18, 9e18));
            }
        }
    }
}
