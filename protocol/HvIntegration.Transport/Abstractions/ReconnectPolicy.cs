namespace HvIntegration.Transport.Abstractions;

/// <summary>When to dial again: at once after a loss, then 100 ms, 200 ms and so on up to 5 s, each shortened by jitter.</summary>
/// <remarks>
/// A live migration freezes the guest and ends its connection while the destination already listens, so the first
/// attempt waits for nothing. A connection that lived 30 s starts the ladder anew; one that ends sooner does not, so a
/// broker that accepts and hangs up is not hammered. Pure: it waits for nothing itself. Not thread-safe.
/// </remarks>
/// <param name="time">Clock that tells how long a connection lived.</param>
/// <param name="random">Jitter; agents of one host must not draw the same.</param>
public sealed class ReconnectPolicy(TimeProvider time, Random random)
{
    /// <summary>Second wait; the first is zero.</summary>
    public static readonly TimeSpan DelayMin = TimeSpan.FromMilliseconds(100);

    /// <summary>Longest wait between two attempts.</summary>
    public static readonly TimeSpan DelayMax = TimeSpan.FromSeconds(5);

    /// <summary>A connection that lived this long was a good one.</summary>
    public static readonly TimeSpan StableAfter = TimeSpan.FromSeconds(30);

    /// <summary>Part of a wait that jitter may take away.</summary>
    public const double JitterRatio = 0.3;

    private long? _connectedAt;
    private int _attempt;

    /// <summary>Attempts since the last good connection.</summary>
    public int Attempts => _attempt;

    /// <summary>Tells that a connection stands.</summary>
    public void Connected() => _connectedAt = time.GetTimestamp();

    /// <summary>How long to wait before the next attempt; call it after a loss and after a failed dial.</summary>
    public TimeSpan NextDelay()
    {
        if (_connectedAt is { } since && time.GetElapsedTime(since) >= StableAfter)
        {
            _attempt = 0;
        }

        _connectedAt = null;
        int attempt = _attempt++;
        if (attempt == 0)
        {
            return TimeSpan.Zero;
        }

        double full = Math.Min(DelayMin.TotalMilliseconds * Math.Pow(2, attempt - 1), DelayMax.TotalMilliseconds);
        return TimeSpan.FromMilliseconds(full * (1 - (JitterRatio * random.NextDouble())));
    }
}
