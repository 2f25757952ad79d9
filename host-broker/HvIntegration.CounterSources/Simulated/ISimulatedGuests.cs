using HvIntegration.Model;

namespace HvIntegration.CounterSources.Simulated;

/// <summary>The inside of simulated VMs, for whoever shows both sides. A source that is one gives host samples as well.</summary>
/// <remarks>Safe beside reads of the same source on another thread. What nobody drains is bounded, the oldest is dropped.</remarks>
public interface ISimulatedGuests
{
    /// <summary>Batches that the guests sent since the last call, rising sequence per guest.</summary>
    /// <param name="nowNs">Host time, as for <see cref="ICounterSource.ReadAsync"/>; it may not step back.</param>
    IReadOnlyList<GuestBatch> DrainGuests(long nowNs);

    /// <summary>Clock exchanges since the last call. Take them before the batches of the same moment.</summary>
    /// <param name="nowNs">As for <see cref="DrainGuests"/>.</param>
    IReadOnlyList<(Guid Partition, Guid BootId, ClockExchange Exchange)> DrainExchanges(long nowNs);
}
