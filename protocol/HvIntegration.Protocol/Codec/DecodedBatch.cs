using HvIntegration.Protocol.V1;

namespace HvIntegration.Protocol.Codec;

/// <summary>What one batch says, in absolute values. Filled by <see cref="StreamDecoder.Apply(SampleBatch, DecodedBatch)"/>, used again for the next.</summary>
public sealed class DecodedBatch
{
    /// <summary>Sequence within the boot.</summary>
    public ulong Sequence { get; internal set; }

    /// <summary>Guest monotonic time of the first read on the sampling thread, nanoseconds.</summary>
    public long MonotonicStartNs { get; internal set; }

    /// <summary>Reads of collectors, in the order sent.</summary>
    public List<DecodedReading> Readings { get; } = [];

    /// <summary>Every known series of every collector that was read well in this batch, changed or not.</summary>
    public List<DecodedValue> Values { get; } = [];

    /// <summary>Process rows; empty when processes were not read.</summary>
    public List<DecodedProcess> Processes { get; } = [];

    /// <summary>Processes in the whole guest; 0 when processes were not read.</summary>
    public int ProcessesTotal { get; internal set; }

    /// <summary>Guest monotonic start of the process read, nanoseconds; 0 when processes were not read.</summary>
    public long ProcessStartNs { get; internal set; }

    /// <summary>Guest monotonic end of the process read, nanoseconds; 0 when processes were not read.</summary>
    public long ProcessEndNs { get; internal set; }

    /// <summary>Events since the previous batch; texts are within their bound.</summary>
    public List<AgentEvent> Events { get; } = [];

    /// <summary>Wall clock beside the monotonic clock; null in most batches.</summary>
    public WallClock? WallClock { get; internal set; }

    /// <summary>Batches of this run that the agent's ring dropped before this one was made.</summary>
    public ulong DroppedTotal { get; internal set; }

    internal void Clear()
    {
        Readings.Clear();
        Values.Clear();
        Processes.Clear();
        Events.Clear();
        ProcessesTotal = 0;
        ProcessStartNs = 0;
        ProcessEndNs = 0;
        WallClock = null;
    }
}

/// <summary>One read of one collector.</summary>
/// <param name="Collector">Position in Hello's collector names.</param>
/// <param name="StartNs">Guest monotonic start of the read, nanoseconds.</param>
/// <param name="EndNs">Guest monotonic end of the read, nanoseconds.</param>
/// <param name="Status">Only <see cref="CollectorStatus.Ok"/> and <see cref="CollectorStatus.DeadlineExceeded"/> readings have values.</param>
/// <param name="Reason">Why it is not ok: the newest reason the agent gave, empty when ok.</param>
public readonly record struct DecodedReading(int Collector, long StartNs, long EndNs, CollectorStatus Status, string Reason);

/// <summary>One value of one series in one of the batch's readings.</summary>
/// <param name="Series">Metric and attributes.</param>
/// <param name="Reading">Index into <see cref="DecodedBatch.Readings"/>, for the time.</param>
/// <param name="Value">Scaled to base units.</param>
/// <param name="Raw">Raw integer, before the catalog's scale.</param>
public readonly record struct DecodedValue(DecodedSeries Series, int Reading, double Value, long Raw);
