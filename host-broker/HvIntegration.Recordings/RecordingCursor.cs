using HvIntegration.CounterSources.PerformanceCounters;
using HvIntegration.Model;
using HvIntegration.CounterSources.PdhCsv;

namespace HvIntegration.Recordings;

/// <summary>Walks one PDH recording row by row and gives its values as samples with the interval they cover.</summary>
internal sealed class RecordingCursor : IDisposable
{
    private const int CappedRows = 5;

    // A recorder that stood still for longer than this many intervals did not measure the time between.
    private const int PauseIntervals = 3;

    private readonly PdhCsvReader _reader;
    private readonly IReadOnlyList<HostTarget> _targets;
    private readonly string[] _natives;
    private readonly int[] _only100;
    private readonly HashSet<int> _capped = [];
    private PdhRow _row;
    private long _previousNs;
    private long _nominalNs;

    /// <summary>Opens a cursor; the reader is then its own.</summary>
    /// <param name="reader">Reader at the start of the recording.</param>
    /// <param name="targets">Series to create from each row.</param>
    /// <param name="offsetNs">Taken off every time: the recorder's clock minus the host's.</param>
    public RecordingCursor(PdhCsvReader reader, IReadOnlyList<HostTarget> targets, long offsetNs = 0)
    {
        _reader = reader;
        _targets = targets;
        OffsetNs = offsetNs;
        _only100 = new int[targets.Count];
        _natives = [.. targets.Select(t => CounterText.Of(t, reader.Columns))];
    }

    /// <summary>The recorder's clock minus the host's.</summary>
    public long OffsetNs { get; }

    /// <summary>Series that are made of each row.</summary>
    public IReadOnlyList<HostTarget> Targets => _targets;

    /// <summary>Host time of the row that is next.</summary>
    public long EndNs { get; private set; }

    /// <summary>Host time from which the rates of that row hold; equal to <see cref="EndNs"/> for the first row.</summary>
    public long StartNs { get; private set; }

    /// <summary>Number of rows read so far.</summary>
    public long Rows { get; private set; }

    /// <summary>Series whose counter was capped by the recorder, by the counter's path.</summary>
    public IReadOnlyList<string> Capped => [.. _capped.Select(i => _natives[i])];

    /// <summary>The reader, for its counts and notices.</summary>
    public PdhCsvReader Reader => _reader;

    /// <summary>Moves to the next row.</summary>
    /// <returns>False at the end.</returns>
    public bool Advance()
    {
        if (!_reader.TryRead(out _row))
        {
            return false;
        }

        Rows++;
        EndNs = _row.TimeNs - OffsetNs;
        long step = _previousNs == 0 ? 0 : EndNs - _previousNs;
        bool joined = !_row.AfterGap && (_nominalNs == 0 || step <= PauseIntervals * _nominalNs);
        long interval = joined ? step : Math.Min(step, _nominalNs);
        if (joined && step > 0)
        {
            _nominalNs = step;
        }

        StartNs = EndNs - interval;
        _previousNs = EndNs;
        return true;
    }

    /// <summary>Value of one series in this row; NaN when it has none or says nothing.</summary>
    public double Value(int target)
    {
        var series = _targets[target];
        double value = series.Value(_row.Values.Span);
        if (double.IsNaN(value) || (series.ZeroIsNone && value == 0) || (series.MayBeCapped && IsCapped(target, series)))
        {
            return double.NaN;
        }

        return series.Form == SampleForm.IntervalRate && StartNs >= EndNs ? double.NaN : value;
    }

    /// <summary>Raw value of a column in this row; NaN when it has none.</summary>
    public double Column(int column) => _row.Values.Span[column];

    /// <summary>The series' counter as evidence names it.</summary>
    public string Native(int target) => _natives[target];

    /// <inheritdoc/>
    public void Dispose() => _reader.Dispose();

    // A recorder that caps percentages leaves 100 in every row: nothing is taken until another value proves that it does not.
    private bool IsCapped(int target, HostTarget series)
    {
        double raw = _row.Values.Span[series.Columns[0]];
        if (_only100[target] < 0)
        {
            return false;
        }

        if (raw != 100)
        {
            _only100[target] = -1;
            _capped.Remove(target);
            return false;
        }

        if (++_only100[target] == CappedRows)
        {
            _capped.Add(target);
        }

        return true;
    }
}
