using HvIntegration.Broker.Queries;
using HvIntegration.Broker.Live;

namespace HvIntegration.Dashboard.Live;

/// <summary>How old the newest second is.</summary>
internal sealed class Freshness(BrokerReader reader)
{
    private const long NsPerSecond = 1_000_000_000;
    private const long NsPerMs = 1_000_000;

    /// <summary>What a page tells the browser of the second that it shows.</summary>
    /// <param name="view">The view that is shown.</param>
    /// <param name="pageEverySeconds">Least seconds between two updates of the page.</param>
    /// <returns>Null before the first second.</returns>
    public ShownSecond? Of(BrokerView view, int pageEverySeconds)
    {
        if (view.Second == 0)
        {
            return null;
        }

        long now = reader.NowNs;
        int every = Math.Max(view.EverySeconds, pageEverySeconds);

        // Seconds that come one a second and are all old are old too: a second that waited longer than it may is as old as what is beyond that.
        long wait = reader.SecondWaitMaxSeconds + (view.EverySeconds > 1 ? 2 * view.EverySeconds : 0);
        long beyond = now - ((view.Second + 1 + wait) * NsPerSecond);
        long age = Math.Max(0, Math.Max(now - view.ClosedNs, beyond));
        return new ShownSecond(view.Second, age / NsPerMs, now / NsPerMs, every);
    }
}

/// <summary>The second that a page shows.</summary>
/// <param name="Second">Host second, Unix.</param>
/// <param name="AgeMs">How long ago it was new, milliseconds.</param>
/// <param name="SentMs">Host time now, Unix milliseconds.</param>
/// <param name="EverySeconds">Seconds that usually pass until the page shows a newer one.</param>
internal sealed record ShownSecond(long Second, long AgeMs, long SentMs, int EverySeconds)
{
    /// <summary>As the browser's clock reads it.</summary>
    public override string ToString() => FormattableString.Invariant($"{Second} {AgeMs} {SentMs} {EverySeconds} {SecondAge.LateSeconds} {SecondAge.StaleSeconds}");
}
