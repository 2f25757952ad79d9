using System.Collections.Frozen;

namespace HvIntegration.Api.Contract;

/// <summary>The few signals a list of VMs carries.</summary>
public static class Headline
{
    /// <summary>Ids of the signals that every VM list shows.</summary>
    public static FrozenSet<string> SignalIds { get; } = new[]
    {
        Model.SignalIds.GuestBusy, Model.SignalIds.HostRun, Model.SignalIds.Ready, Model.SignalIds.Steal,
        Model.SignalIds.GuestMemoryAvailable, Model.SignalIds.DiskGuestLatency, Model.SignalIds.DiskDeviceLatency,
    }.ToFrozenSet(StringComparer.Ordinal);
}
