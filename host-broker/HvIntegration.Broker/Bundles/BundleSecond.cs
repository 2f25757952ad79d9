using HvIntegration.Model;
using HvIntegration.History;

namespace HvIntegration.Broker.Bundles;

/// <summary>One host second of a bundle, checked.</summary>
/// <param name="Second">Host second, Unix.</param>
/// <param name="Exchanges">Clock exchanges of the second.</param>
/// <param name="HostSamples">Host samples of the second.</param>
/// <param name="Batches">Guest batches of the second.</param>
/// <param name="Said">What was said of each VM then.</param>
/// <param name="Gaps">Gaps that end here.</param>
internal sealed record BundleSecond(
    long Second, IReadOnlyList<(Guid Partition, Guid BootId, ClockExchange Exchange)> Exchanges, IReadOnlyList<HostSample> HostSamples, IReadOnlyList<GuestBatch> Batches,
    IReadOnlyList<(Guid Partition, RecordedSecond Second)> Said, IReadOnlyList<(Guid Partition, DataGap Gap)> Gaps)
{
    /// <summary>Bytes of its line.</summary>
    public int Bytes { get; init; }

    /// <summary>Raw values of both sides.</summary>
    public int Values { get; init; }
}
