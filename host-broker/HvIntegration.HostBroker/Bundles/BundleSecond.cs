using HvIntegration.Engine.Model;
using HvIntegration.HostBroker.History;

namespace HvIntegration.HostBroker.Bundles;

/// <summary>One host second of a bundle, checked.</summary>
/// <param name="Second">Host second.</param>
/// <param name="Exchanges">Clock exchanges.</param>
/// <param name="HostSamples">Host samples.</param>
/// <param name="Batches">Guest batches.</param>
/// <param name="Said">What was said of each VM then.</param>
/// <param name="Gaps">Gaps that end here.</param>
internal sealed record BundleSecond(
    long Second, IReadOnlyList<(Guid Partition, Guid BootId, ClockExchange Exchange)> Exchanges, IReadOnlyList<HostSample> HostSamples, IReadOnlyList<GuestBatch> Batches,
    IReadOnlyList<(Guid Partition, RecordedSecond Second)> Said, IReadOnlyList<(Guid Partition, DataGap Gap)> Gaps);
