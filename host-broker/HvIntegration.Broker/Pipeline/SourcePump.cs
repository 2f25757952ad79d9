using HvIntegration.Ingest.Streams;
using System.Threading.Channels;
using HvIntegration.CounterSources;

namespace HvIntegration.Broker.Pipeline;

/// <summary>Reads the counter source once per interval, on its own, so that a slow source never holds ingest back.</summary>
internal sealed partial class SourcePump(
    ICounterSource source, HostClock clock, TimeProvider time, SourceTimeout timeout, ILogger<SourcePump> logger) : BackgroundService
{
    private const int ReadingsMax = 8;
    private const int PauseMax = 30;
    private static readonly TimeSpan Interval = TimeSpan.FromSeconds(1);

    private readonly Channel<CounterReading> _readings = Channel.CreateBounded<CounterReading>(
        new BoundedChannelOptions(ReadingsMax) { SingleReader = true, SingleWriter = true, FullMode = BoundedChannelFullMode.Wait });

    private long _dropped;
    private long _slowReads;
    private long _reads;
    private long _failures;
    private int _failuresInARow;
    private int _pause;
    private volatile IReadOnlyList<string> _faults = [];

    /// <summary>What was read and not taken yet.</summary>
    public ChannelReader<CounterReading> Readings => _readings.Reader;

    /// <summary>Readings dropped because the broker was behind.</summary>
    public long Dropped => Interlocked.Read(ref _dropped);

    /// <summary>Reads that took longer than an interval.</summary>
    public long SlowReads => Interlocked.Read(ref _slowReads);

    /// <summary>Reads done, what they gave handed on.</summary>
    public long Reads => Interlocked.Read(ref _reads);

    /// <summary>Reads that failed as a whole: nothing of the host is known of their seconds.</summary>
    public long Failures => Interlocked.Read(ref _failures);

    /// <summary>What the newest read could not read.</summary>
    public IReadOnlyList<string> Faults => _faults;

    /// <summary>True when a recording has no more rows.</summary>
    public bool Ended { get; private set; }

    /// <summary>Says that everything was read before the broker began: what it shows is a recording.</summary>
    public void NoteEnded()
    {
        Interlocked.Increment(ref _reads);
        Ended = true;
    }

    /// <inheritdoc/>
    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        using var timer = new PeriodicTimer(Interval, time);
        do
        {
            if (_pause > 0)
            {
                _pause--;
                continue;
            }

            long began = time.GetTimestamp();
            var reading = await ReadAsync(stoppingToken);
            if (time.GetElapsedTime(began) > Interval)
            {
                Interlocked.Increment(ref _slowReads);
            }

            if (reading is not null)
            {
                _failuresInARow = 0;
                Report(reading.Faults);
                Ended = reading.Ended;
                if (!_readings.Writer.TryWrite(reading))
                {
                    // Host samples of one second are worth less than an unbroken ingest.
                    Interlocked.Increment(ref _dropped);
                }
            }

            Interlocked.Increment(ref _reads);
        }
        while (await WaitAsync(timer, stoppingToken));
    }

    private static async Task<bool> WaitAsync(PeriodicTimer timer, CancellationToken cancellation)
    {
        try
        {
            return await timer.WaitForNextTickAsync(cancellation);
        }
        catch (OperationCanceledException)
        {
            return false;
        }
    }

    private async Task<CounterReading?> ReadAsync(CancellationToken cancellation)
    {
        using var deadline = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        deadline.CancelAfter(timeout.Milliseconds);
        try
        {
            return await source.ReadAsync(clock.NowNs, deadline.Token);
        }
        catch (OperationCanceledException)
        {
            if (!cancellation.IsCancellationRequested)
            {
                Report([$"The counter source '{source.Name}' did not answer within {timeout.Milliseconds} ms; host values are missing until it answers."]);
            }

            return null;
        }
        catch (Exception e)
        {
            // Whatever a counter, a provider or a call of the system comes up with: one second is lost, and never the broker.
            NoteFailure(e);
            return null;
        }
    }

    // The second failure in a row costs a pause of one interval, each further one twice as many: a source that is broken is not asked in vain all the time.
    private void NoteFailure(Exception failure)
    {
        Interlocked.Increment(ref _failures);
        _failuresInARow++;
        _pause = Math.Min(PauseMax, (1 << Math.Min(_failuresInARow - 1, 10)) - 1);
        string kind = failure is IOException or UnauthorizedAccessException or FormatException or InvalidOperationException ? "" : $" ({failure.GetType().Name})";
        Report([$"The counter source '{source.Name}' failed: {failure.Message}{kind}"]);
    }

    private void Report(IReadOnlyList<string> faults)
    {
        foreach (string fault in faults.Except(_faults))
        {
            LogFault(logger, fault);
        }

        _faults = faults;
    }

    [LoggerMessage(EventId = 2101, Level = LogLevel.Warning, Message = "Host counters: {Fault}")]
    private static partial void LogFault(ILogger logger, string fault);
}
