using HvIntegration.Engine.Model;

namespace HvIntegration.HostBroker.History;

/// <summary>Where in host time a guest's reads lie, near enough to find them again: the store's index, not its windows.</summary>
internal sealed class GuestClocks
{
    private const int ExchangesMax = 8;
    private const int BootsMax = 8192;

    private readonly Dictionary<(Guid Partition, Guid Boot), Queue<ClockExchange>> _recent = [];

    /// <summary>Notes an exchange; of each boot the newest few are kept.</summary>
    public void Add(Guid partition, Guid boot, ClockExchange exchange)
    {
        if (!_recent.TryGetValue((partition, boot), out var queue))
        {
            if (_recent.Count >= BootsMax)
            {
                _recent.Clear();
            }

            _recent[(partition, boot)] = queue = new Queue<ClockExchange>(ExchangesMax);
        }

        if (queue.Count == ExchangesMax)
        {
            queue.Dequeue();
        }

        queue.Enqueue(exchange);
    }

    /// <summary>Host time of a guest time by the exchange with the shortest round trip; <paramref name="otherwiseNs"/> before the first exchange.</summary>
    public long HostNs(Guid partition, Guid boot, long guestNs, long otherwiseNs)
    {
        if (!_recent.TryGetValue((partition, boot), out var queue))
        {
            return otherwiseNs;
        }

        var best = queue.MinBy(e => e.T4HostNs - e.T1HostNs - (e.T3GuestNs - e.T2GuestNs));
        return guestNs - ((best.T2GuestNs - best.T1HostNs) / 2) - ((best.T3GuestNs - best.T4HostNs) / 2);
    }
}
