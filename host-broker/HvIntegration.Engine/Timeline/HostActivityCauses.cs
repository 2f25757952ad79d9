using HvIntegration.Model;
using HvIntegration.Protocol.Metrics;

namespace HvIntegration.Engine.Timeline;

/// <summary>Why a side of a VM may be missing in a second, as far as the host reports it: what the inventory shows, and the activity counters.</summary>
internal static class HostActivityCauses
{
    /// <summary>The cause of a second; where several are reported, the one that <see cref="GapCauses.Rank"/> puts first.</summary>
    /// <param name="info">Inventory entry, the newest.</param>
    /// <param name="host">Host side of the VM.</param>
    /// <param name="second">Host second.</param>
    /// <returns>One of <see cref="GapCauses"/>; null when the host reports no activity.</returns>
    public static string? At(PartitionInfo info, SideTimeline host, long second)
    {
        var cause = info.Activity switch
        {
            PartitionActivity.Migrating => GapCauses.Migration,
            PartitionActivity.Saved => GapCauses.Saved,
            PartitionActivity.Checkpoint => GapCauses.Checkpoint,
            PartitionActivity.Starting => GapCauses.Restart,
            _ => null,
        };
        foreach (var series in host.Of(HostMetrics.VmActivity))
        {
            if (series.Track.At(second) > 0)
            {
                cause = Higher(cause, series.Key.Instance == "migration" ? GapCauses.Migration : GapCauses.SaveOrCheckpoint);
            }
        }

        return info.State switch
        {
            PartitionState.Paused => Higher(cause, GapCauses.Paused),
            PartitionState.Off => Higher(cause, GapCauses.Off),
            _ => cause,
        };
    }

    private static string Higher(string? known, string cause) => known is null || GapCauses.Rank(cause) > GapCauses.Rank(known) ? cause : known;
}
