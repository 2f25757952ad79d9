namespace HvIntegration.Ingest.Streams;

/// <summary>The broker's steady clock: the wall clock is read once, the monotonic clock carries it on, so host time never steps.</summary>
internal sealed class HostClock(TimeProvider time)
{
    private const long NanosecondsPerSecond = 1_000_000_000;

    private readonly long _anchorTimestamp = time.GetTimestamp();
    private readonly long _anchorUnixNs = (time.GetUtcNow() - DateTimeOffset.UnixEpoch).Ticks * TimeSpan.NanosecondsPerTick;

    /// <summary>Host time now, Unix nanoseconds.</summary>
    public long NowNs =>
        _anchorUnixNs + (long)((Int128)(time.GetTimestamp() - _anchorTimestamp) * NanosecondsPerSecond / time.TimestampFrequency);

    /// <summary>Host time now, whole Unix seconds.</summary>
    public long NowSecond => NowNs / NanosecondsPerSecond;
}
