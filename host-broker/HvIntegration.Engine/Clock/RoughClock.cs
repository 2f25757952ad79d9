using HvIntegration.Model;

namespace HvIntegration.Engine.Clock;

/// <summary>Where in host time the times of one boot of a guest lie, near enough to find its reads again and to tell possible times from impossible ones.</summary>
/// <remarks><see cref="GuestClock"/> is the exact one. Any time that a guest claims is taken: nothing overflows. Not thread-safe.</remarks>
public sealed class RoughClock
{
    private const int ExchangesMax = 8;

    private readonly Queue<ClockExchange> _recent = new(ExchangesMax);

    /// <summary>Notes an exchange; the newest few count.</summary>
    public void Add(in ClockExchange exchange)
    {
        if (_recent.Count == ExchangesMax)
        {
            _recent.Dequeue();
        }

        _recent.Enqueue(exchange);
    }

    /// <summary>Host time of a guest's monotonic time, by the exchange with the shortest round trip.</summary>
    /// <param name="guestNs">Guest monotonic time, nanoseconds.</param>
    /// <returns>Nanoseconds, at the end of the range where it would overflow; null before the first exchange.</returns>
    public long? HostNs(Int128 guestNs)
    {
        if (_recent.Count == 0)
        {
            return null;
        }

        var best = _recent.MinBy(e => (Int128)e.T4HostNs - e.T1HostNs - ((Int128)e.T3GuestNs - e.T2GuestNs));
        var hostNs = guestNs - (((Int128)best.T2GuestNs - best.T1HostNs) / 2) - (((Int128)best.T3GuestNs - best.T4HostNs) / 2);
        return (long)Int128.Clamp(hostNs, long.MinValue, long.MaxValue);
    }
}
