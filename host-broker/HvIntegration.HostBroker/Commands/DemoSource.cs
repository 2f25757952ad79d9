using HvIntegration.Model;
using HvIntegration.CounterSources;
using HvIntegration.CounterSources.Simulated;

namespace HvIntegration.HostBroker.Commands;

/// <summary>The simulated host, with this machine beside its VMs as one that is seen from inside only.</summary>
internal sealed class DemoSource(ICounterSource inner, PartitionInfo thisMachine) : ICounterSource, ISimulatedGuests
{
    /// <inheritdoc/>
    public string Name => inner.Name;

    /// <inheritdoc/>
    public SourceOrigin Origin => inner.Origin;

    /// <inheritdoc/>
    public async ValueTask<CounterReading> ReadAsync(long nowNs, CancellationToken cancellation)
    {
        var reading = await inner.ReadAsync(nowNs, cancellation);
        return reading with { Partitions = [.. reading.Partitions, thisMachine] };
    }

    /// <inheritdoc/>
    public IReadOnlyList<GuestBatch> DrainGuests(long nowNs) => inner is ISimulatedGuests guests ? guests.DrainGuests(nowNs) : [];

    /// <inheritdoc/>
    public IReadOnlyList<(Guid Partition, Guid BootId, ClockExchange Exchange)> DrainExchanges(long nowNs) =>
        inner is ISimulatedGuests guests ? guests.DrainExchanges(nowNs) : [];

    /// <inheritdoc/>
    public ValueTask DisposeAsync() => inner.DisposeAsync();
}
