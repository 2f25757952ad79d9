using HvIntegration.Model;

namespace HvIntegration.Api.OpenMetrics;

/// <summary>Everything one scrape shows.</summary>
/// <param name="Source">Counter source, e.g. "qemu".</param>
/// <param name="Origin">"live", "replayed" or "simulated"; anything but "live" labels every series of the host side, and signals that use it.</param>
/// <param name="Version">Version of the broker.</param>
/// <param name="Host">Newest samples of the host itself.</param>
/// <param name="Partitions">VMs, in the order in which they are shown.</param>
internal sealed record MetricsSnapshot(
    string Source, string Origin, string Version, IReadOnlyList<HostSample> Host, IReadOnlyList<MetricsPartition> Partitions);

/// <summary>What is known of one VM.</summary>
/// <param name="Info">Inventory entry of the VM.</param>
/// <param name="AgentConnected">An agent streams now.</param>
/// <param name="Report">Newest report; null before the first.</param>
/// <param name="Guest">Newest batch of its agent; null without one, or once it is old.</param>
/// <param name="GuestOrigin">"live", or "simulated" for a guest that is made up with its host.</param>
/// <param name="Host">Newest host samples of the VM.</param>
internal sealed record MetricsPartition(
    PartitionInfo Info, bool AgentConnected, PartitionReport? Report, GuestBatch? Guest, string GuestOrigin, IReadOnlyList<HostSample> Host);
