namespace HvIntegration.Broker.Bundles;

/// <summary>The clock of an opened bundle: it stands at the end of the recorded time, so that "now" and "15 min ago" mean then. Timers run as ever.</summary>
internal sealed class StandingTime(long unixSecond) : TimeProvider
{
    /// <inheritdoc/>
    public override DateTimeOffset GetUtcNow() => DateTimeOffset.FromUnixTimeSeconds(unixSecond);

    /// <inheritdoc/>
    public override long GetTimestamp() => unixSecond * TimestampFrequency;

    /// <inheritdoc/>
    public override long TimestampFrequency => TimeSpan.TicksPerSecond;
}
