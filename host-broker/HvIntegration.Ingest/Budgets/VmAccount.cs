using HvIntegration.Ingest.Events;
using HvIntegration.Ingest.Streams;

namespace HvIntegration.Ingest.Budgets;

/// <summary>Everything one VM may still use of the host, and what it used. It outlives streams and boots. Thread-safe.</summary>
internal sealed class VmAccount
{
    private const double SecondsPerHour = 3600;
    private const double KiB = 1024;

    // The fastest agent sends five a second; a burst of three seconds is a late timer, not a flood.
    private const int BurstSeconds = 3;

    // Everything else than batches together; a sane agent sends one reply each two seconds.
    private const double OtherMessagesPerSecond = 20;
    private const double FifteenMinutes = 900;
    private const double BytesBurstSeconds = 64;
    private const double ProcessesBurstHours = 1.0 / 6;
    private const double BootsBurstHours = 1.0 / 3;
    private const double StreamsBurstHours = 1.0 / 30;

    // A stream needs one connection; an agent that is refused dials again each 30 s.
    private const double ConnectionsPerStream = 2;
    private const double LogBurstHours = 1.0 / 12;
    private const double ProcessorBurstSeconds = 5;
    private const int BootsKnownMax = 8;

    private readonly Lock _gate = new();
    private readonly Queue<Guid> _boots = new();
    private readonly TokenBucket _newBoots;
    private readonly TokenBucket _logLines;
    private long _logSuppressed;
    private long _processorTicks;
    private long _historyBrokenUpTo = -1;

    public VmAccount(BudgetOptions options, TimeProvider time)
    {
        LiveBatches = new TokenBucket(time, Protocol.Handshake.ProtocolLimits.BatchesPerSecondMax, Protocol.Handshake.ProtocolLimits.BatchesPerSecondMax * BurstSeconds);
        KeptBatches = new TokenBucket(time, options.KeptBatches / FifteenMinutes, options.KeptBatches);
        OtherMessages = new TokenBucket(time, OtherMessagesPerSecond, OtherMessagesPerSecond * BurstSeconds);
        Samples = new TokenBucket(time, options.SamplesPerSecond, options.SamplesBurst);
        Bytes = new TokenBucket(time, options.KiBPerSecond * KiB, options.KiBPerSecond * KiB * BytesBurstSeconds);
        Series = new SeriesBudget(time, options.SeriesPerHour, options.SeriesPerDay);
        Processes = Hourly(time, options.ProcessesPerHour, ProcessesBurstHours);
        Connections = Hourly(time, options.StreamsPerHour * ConnectionsPerStream, StreamsBurstHours);
        Streams = Hourly(time, options.StreamsPerHour, StreamsBurstHours);
        Processor = new TokenBucket(time, options.ProcessorPercent / 100, options.ProcessorPercent / 100 * ProcessorBurstSeconds);
        History = new TokenBucket(time, 1, double.MaxValue);
        _newBoots = Hourly(time, options.BootsPerHour, BootsBurstHours);
        _logLines = Hourly(time, options.LogLinesPerHour, LogBurstHours);
    }

    /// <summary>What was sent, refused and left out.</summary>
    public VmLedger Ledger { get; } = new();

    /// <summary>What its agent noticed lately.</summary>
    public AgentEventLog Events { get; } = new();

    /// <summary>Budget for new batches of the VM.</summary>
    public TokenBucket LiveBatches { get; }

    /// <summary>Batches of before, as a ring that is sent again after a time without the broker.</summary>
    public TokenBucket KeptBatches { get; }

    /// <summary>Messages that are no batches.</summary>
    public TokenBucket OtherMessages { get; }

    /// <summary>Budget for samples of the VM.</summary>
    public TokenBucket Samples { get; }

    /// <summary>Bytes on the wire.</summary>
    public TokenBucket Bytes { get; }

    /// <summary>Budget for different series of the VM.</summary>
    public SeriesBudget Series { get; }

    /// <summary>Processes not seen before.</summary>
    public TokenBucket Processes { get; }

    /// <summary>Budget for connections from the VM.</summary>
    public TokenBucket Connections { get; }

    /// <summary>Budget for streams that the VM opens.</summary>
    public TokenBucket Streams { get; }

    /// <summary>Seconds of a processor for reading messages, placing samples in time, and judging.</summary>
    public TokenBucket Processor { get; }

    /// <summary>Bytes that may be written into history; <see cref="VmAccounts"/> sets the rate by the share of each VM.</summary>
    public TokenBucket History { get; }

    /// <summary>Bytes between the wire and history; <see cref="InFlight"/> keeps it.</summary>
    public long InFlightBytes { get; set; }

    /// <summary>True while the VM's stream waits for room; <see cref="InFlight"/> keeps it.</summary>
    public bool IsHeldBack { get; set; }

    /// <summary>Newest stream, by <see cref="AgentSession.Order"/>, of which batches were kept out of history; it and all before it bring nothing more into history. -1 when there was none.</summary>
    /// <remarks>By number and not by stream: what a stream that has ended brought may wait still, and would be behind a gap.</remarks>
    public long HistoryBrokenUpTo => Interlocked.Read(ref _historyBrokenUpTo);

    /// <summary>Seconds of processor time that the VM took since the broker started: its messages read, its samples placed, its verdict judged.</summary>
    public double ProcessorSeconds => TimeSpan.FromTicks(Interlocked.Read(ref _processorTicks)).TotalSeconds;

    /// <summary>Budgets that are spent now, by the name that docs/budgets.md gives them; empty when the VM is within all.</summary>
    public IReadOnlyList<string> Spent
    {
        get
        {
            var spent = new List<string>();
            Add("batches", LiveBatches.IsInDebt);
            Add("messages", OtherMessages.IsInDebt);
            Add("samples", Samples.IsInDebt);
            Add("bytes", Bytes.IsInDebt);
            Add("series", Series.IsSpent);
            Add("processes", Processes.IsShort);
            Add("boots", _newBoots.IsShort);
            Add("streams", Streams.IsShort);
            Add("connections", Connections.IsShort);
            Add("log lines", _logLines.IsShort);
            Add("processor", Processor.IsInDebt);
            Add("history", History.IsShort);
            Add("in flight", IsHeldBack);
            return spent;

            void Add(string name, bool isSpent)
            {
                if (isSpent)
                {
                    spent.Add(name);
                }
            }
        }
    }

    /// <summary>Admits a boot: one of the newest few is known already, a new one costs.</summary>
    /// <returns>False when the VM brought too many.</returns>
    public bool TryBoot(Guid boot)
    {
        lock (_gate)
        {
            if (_boots.Contains(boot))
            {
                return true;
            }

            if (!_newBoots.TryTake())
            {
                return false;
            }

            _boots.Enqueue(boot);
            if (_boots.Count > BootsKnownMax)
            {
                _boots.Dequeue();
            }

            return true;
        }
    }

    /// <summary>Keeps a stream and all before it out of history: their agent sends again what is missing, by the next one.</summary>
    /// <param name="order">The stream's <see cref="AgentSession.Order"/>.</param>
    public void BreakHistory(long order)
    {
        lock (_gate)
        {
            Interlocked.Exchange(ref _historyBrokenUpTo, Math.Max(_historyBrokenUpTo, order));
        }
    }

    /// <summary>Charges processor time to the VM.</summary>
    /// <returns>How long its next message must wait.</returns>
    public TimeSpan Charge(TimeSpan took)
    {
        Interlocked.Add(ref _processorTicks, took.Ticks);
        return Processor.Take(took.TotalSeconds);
    }

    /// <summary>Asks for one log line about this VM.</summary>
    /// <param name="suppressed">Lines that were left out since the last one.</param>
    /// <returns>False when the line is to be left out; it is counted.</returns>
    public bool TryLog(out long suppressed)
    {
        if (_logLines.TryTake())
        {
            suppressed = Interlocked.Exchange(ref _logSuppressed, 0);
            return true;
        }

        Interlocked.Increment(ref _logSuppressed);
        Ledger.Count(LedgerEntry.LogSuppressed);
        suppressed = 0;
        return false;
    }

    /// <summary>Asks for one log line that does not tell how many were left out before it.</summary>
    public bool TryLog() => _logLines.TryTake();

    private static TokenBucket Hourly(TimeProvider time, double perHour, double burstHours) =>
        new(time, perHour / SecondsPerHour, perHour * burstHours);
}
