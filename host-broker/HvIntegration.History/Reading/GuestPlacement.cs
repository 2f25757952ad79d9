using HvIntegration.Engine.Clock;
using HvIntegration.Engine.Options;
using HvIntegration.History.Times;
using HvIntegration.Model;

namespace HvIntegration.History.Reading;

/// <summary>Places the reads of one boot in host time with the engine's clock, as the live engine does, but knowing what came after.</summary>
internal sealed class GuestPlacement
{
    // The clock's line follows the newest exchanges, so it is led along: at each read it knows about a minute beyond it.
    private const long AheadNs = 60_000_000_000;

    private readonly Dictionary<long, long> _host = [];

    /// <summary>Places times of one boot.</summary>
    /// <param name="exchanges">In any order.</param>
    /// <param name="guestTimes">Guest monotonic times, in any order.</param>
    /// <param name="options">How the live engine follows a clock.</param>
    public GuestPlacement(IEnumerable<ClockExchange> exchanges, IEnumerable<long> guestTimes, ClockOptions options)
    {
        var clock = new GuestClock(options);
        using var exchange = exchanges.OrderBy(e => e.T1HostNs).GetEnumerator();
        var more = exchange.MoveNext();
        foreach (var guestNs in guestTimes.Distinct().Order())
        {
            while (more && (exchange.Current.T2GuestNs <= SaturatingTime.Sum(guestNs, AheadNs) || !clock.IsKnown))
            {
                clock.Add(exchange.Current);
                more = exchange.MoveNext();
            }

            if (clock.TryMapToHost(guestNs, out var hostNs, out _))
            {
                _host[guestNs] = hostNs;
            }
        }
    }

    /// <summary>Host time of a guest time; false when no exchange tells it, or a pause of the VM swallowed it.</summary>
    public bool TryHostNs(long guestNs, out long hostNs) => _host.TryGetValue(guestNs, out hostNs);
}
