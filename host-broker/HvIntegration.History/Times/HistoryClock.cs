namespace HvIntegration.History.Times;

/// <summary>Wall time in the units that history stores.</summary>
/// <param name="time">Where the time comes from.</param>
internal sealed class HistoryClock(TimeProvider time)
{
    /// <summary>The time now, UTC.</summary>
    public DateTimeOffset Now => time.GetUtcNow();

    /// <summary>The time now, Unix nanoseconds.</summary>
    public long NowNs => (Now.UtcTicks - DateTimeOffset.UnixEpoch.UtcTicks) * 100;

    /// <summary>The time now, whole Unix seconds.</summary>
    public long NowSecond => Now.ToUnixTimeSeconds();
}
