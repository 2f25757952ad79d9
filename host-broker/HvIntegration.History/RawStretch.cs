using HvIntegration.Model;

namespace HvIntegration.History;

/// <summary>A stretch of the raw tier as it came in, to be taken elsewhere.</summary>
/// <param name="Batches">Guest batches with the host time of their start, by rising host time.</param>
/// <param name="ClockExchanges">Exchanges of the same guests, by rising host time.</param>
/// <param name="HostSamples">Host samples of all partitions and of the host itself, by rising time.</param>
/// <param name="Seconds">What the engine said of the same guests, by rising second.</param>
public sealed record RawStretch(
    IReadOnlyList<(GuestBatch Batch, long HostNs)> Batches,
    IReadOnlyList<(Guid Partition, Guid BootId, ClockExchange Exchange)> ClockExchanges,
    IReadOnlyList<HostSample> HostSamples,
    IReadOnlyList<(Guid Partition, RecordedSecond Second)> Seconds);
