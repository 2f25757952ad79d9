using HvIntegration.Model;

namespace HvIntegration.Presentation;

/// <summary>Text of the causes of gaps in the data.</summary>
public static class GapText
{
    /// <summary>The cause as text; the id itself where this build does not know it.</summary>
    public static string Of(string cause) => cause switch
    {
        GapCauses.GuestSilent => "no data from the guest",
        GapCauses.HostSilent => "the host reported no counters of the VM",
        GapCauses.NoData => "no data from either side",
        GapCauses.Away => "the VM was not on this host",
        GapCauses.StoodStill => "the VM was frozen according to its clock; the host reported no reason",
        GapCauses.Restart => "the guest restarted",
        GapCauses.Off => "the VM was off",
        GapCauses.Paused => "the VM was paused",
        GapCauses.SaveOrCheckpoint => "save, checkpoint or restore (the host counters do not show which)",
        GapCauses.Checkpoint => "checkpoint",
        GapCauses.Saved => "the VM was saved",
        GapCauses.Migration => "live migration",
        _ => ForeignText.Name(cause),
    };
}
