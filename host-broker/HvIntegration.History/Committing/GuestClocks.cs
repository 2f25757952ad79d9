using HvIntegration.Engine.Clock;
using HvIntegration.Model;

namespace HvIntegration.History.Committing;

/// <summary>Where in host time a guest's reads lie, near enough to find them again: the store's index, not its windows.</summary>
/// <remarks>Bounded per VM: whatever boots one claims, those of the others stay.</remarks>
internal sealed class GuestClocks
{
    private readonly BootBook<RoughClock> _recent = new();

    /// <summary>Notes an exchange of a boot.</summary>
    public void Add(BootKey boot, ClockExchange exchange)
    {
        if (!_recent.TryGet(boot, out var clock))
        {
            clock = new RoughClock();
        }

        _recent.Set(boot, clock);
        clock.Add(exchange);
    }

    /// <summary>Host time of a guest time by the exchange with the shortest round trip; <paramref name="otherwiseNs"/> before the first exchange.</summary>
    public long HostNs(BootKey boot, long guestNs, long otherwiseNs) =>
        _recent.TryGet(boot, out var clock) && clock.HostNs(guestNs) is { } hostNs ? hostNs : otherwiseNs;
}
