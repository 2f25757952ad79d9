using HvIntegration.Model;

namespace HvIntegration.CounterSources.Qemu;

/// <summary>Result of asking one monitor.</summary>
/// <param name="Stamp">Monotonic time of the answer.</param>
/// <param name="State">query-status.</param>
/// <param name="Activity">query-status, what QEMU does with it.</param>
/// <param name="StopReason">query-status, why QEMU stopped it by itself; null when it did not.</param>
/// <param name="Statistics">query-blockstats.</param>
/// <param name="BalloonBytes">query-balloon; null without a balloon.</param>
/// <param name="Identity">When it was asked this time, else null.</param>
internal sealed record QemuPoll(
    long Stamp, PartitionState State, PartitionActivity Activity, string? StopReason, IReadOnlyList<QemuDiskStatistics> Statistics, double? BalloonBytes, QemuIdentity? Identity);
