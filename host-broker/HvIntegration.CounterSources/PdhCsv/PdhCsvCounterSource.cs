using HvIntegration.CounterSources.HyperV.Counters;
using HvIntegration.Model;

namespace HvIntegration.CounterSources.PdhCsv;

/// <summary>Replays a recording of Hyper-V host counters in real time, faster, or row by row.</summary>
/// <remarks>
/// Moved to now, the first row falls on the first read. At speed N, one second of replay shows N recorded seconds as their mean:
/// rates stay as recorded, and the growth of cumulative counters is divided by N.
/// </remarks>
internal sealed class PdhCsvCounterSource : ICounterSource
{
    private const int RowsPerReadMax = 20_000;
    private const int ComputersSaid = 5;

    private readonly PdhCsvReader _reader;
    private readonly CounterPlan _plan;
    private readonly bool _stepped;
    private readonly bool _keep;
    private readonly double _speed;
    private readonly CounterRowSampler _rows;
    private readonly List<string> _pending = [];
    private double[]? _row;
    private PdhRow _next;
    private bool _ended;
    private long _firstNs;
    private long _startNs;
    private long _previousNs;
    private long _nominalNs;
    private bool _started;

    /// <summary>Opens the recording and reads its header.</summary>
    /// <exception cref="CounterSourceException">It cannot be read; the message names file, line, column and remedy.</exception>
    public PdhCsvCounterSource(PdhCsvOptions options)
    {
        if (options.File.Length == 0)
        {
            throw new CounterSourceException("the pdh-csv source needs the path of a recording: set PdhCsv:File");
        }

        TimeZoneInfo? zone = null;
        if (options.TimeZone is { Length: > 0 } text)
        {
            zone = PdhTime.Zone(text)
                ?? throw new CounterSourceException($"Invalid time zone '{text}'. Use UTC, an offset such as +02:00, or a name such as Europe/Berlin");
        }

        _reader = Open(options, new PdhCsvReaderOptions(zone, options.AnsiCodePage));
        _plan = new CounterPlan(_reader.Columns, new VmHints { Partitions = options.Partitions, DiskOwners = options.DiskOwners });
        _plan.Require(options.File);
        _stepped = options.Speed == 0;
        _speed = _stepped ? 1 : options.Speed;
        _keep = options.KeepTimestamps;
        _rows = new CounterRowSampler(_plan, _keep ? 1 : _speed, mayBeCapped: true);
        _pending.AddRange(_plan.Faults);
    }

    /// <inheritdoc/>
    public string Name => "pdh-csv";

    /// <inheritdoc/>
    public SourceOrigin Origin => SourceOrigin.Replayed;

    /// <inheritdoc/>
    public ValueTask<CounterReading> ReadAsync(long nowNs, CancellationToken cancellation)
    {
        var samples = new HostSampleList();
        if (!_started)
        {
            _started = true;
            _startNs = nowNs;
            Advance();
            _firstNs = _next.TimeNs;
        }

        for (int rows = 0; !_ended && rows < RowsPerReadMax && IsDue(nowNs); rows++)
        {
            cancellation.ThrowIfCancellationRequested();
            Emit(samples);
            Advance();
            if (_stepped)
            {
                break;
            }
        }

        _pending.AddRange(_reader.TakeNotices());
        string[] faults = [.. _pending];
        _pending.Clear();
        var partitions = _plan.Partitions.Select(p => new PartitionInfo(
            p.Id, p.Name, _rows.IsAlive(p.Id) ? PartitionState.Running : PartitionState.Unknown, p.Processors, null, null, null)).ToList();
        return ValueTask.FromResult(new CounterReading(partitions, samples.Samples, faults, _ended));
    }

    /// <inheritdoc/>
    public ValueTask DisposeAsync()
    {
        _reader.Dispose();
        return default;
    }

    // Counters of several hosts are never mixed: one is replayed.
    private PdhCsvReader Open(PdhCsvOptions options, PdhCsvReaderOptions reading)
    {
        var reader = PdhCsvReader.Open(options.File, reading with { Computer = options.Computer });
        var computers = RecordedComputers.Of(reader.Columns);
        if (computers.Count == 1)
        {
            return reader;
        }

        string chosen = RecordedComputers.Hosts(reader.Columns) is [var host, ..] ? host : computers[0];
        reader.Dispose();
        _pending.Add($"{options.File}: it has columns of {computers.Count} computers; those of {chosen} are replayed, and {string.Join(", ", computers.Where(c => c != chosen).Take(ComputersSaid))} left out. Set PdhCsv:Computer for another");
        return PdhCsvReader.Open(options.File, reading with { Computer = chosen });
    }

    private bool IsDue(long nowNs) => _stepped || (_next.TimeNs - _firstNs) / _speed <= nowNs - _startNs;

    private void Advance()
    {
        try
        {
            if (_reader.TryRead(out _next))
            {
                _row = _next.Values.ToArray();
                return;
            }

            if (_reader.DamagedLines + _reader.UnorderedRows > 0)
            {
                _pending.Add($"the recording has ended: {_reader.DamagedLines} damaged lines and {_reader.UnorderedRows} rows out of order were skipped");
            }
        }
        catch (PdhCsvException e)
        {
            _pending.Add(e.Message);
        }

        _row = null;
        _ended = true;
    }

    private void Emit(HostSampleList samples)
    {
        long time = _next.TimeNs;
        long interval = Interval(time);
        _rows.Emit(_row!, interval > 0 ? Shown(time - interval) : Shown(time), Shown(time), samples, _pending);
        _previousNs = time;
    }

    // A rate covers the recorder's own interval: after skipped lines that is shorter than the way back to the previous row.
    private long Interval(long time)
    {
        if (_previousNs == 0)
        {
            return 0;
        }

        long step = time - _previousNs;
        if (_next.AfterGap && _nominalNs > 0)
        {
            return Math.Min(step, _nominalNs);
        }

        _nominalNs = step;
        return step;
    }

    private long Shown(long time) => _keep ? time : _startNs + (long)((time - _firstNs) / _speed);
}
