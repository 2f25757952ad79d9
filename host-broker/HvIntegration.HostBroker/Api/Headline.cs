using System.Collections.Frozen;

namespace HvIntegration.HostBroker.Api;

/// <summary>The few signals a list of VMs carries.</summary>
internal static class Headline
{
    /// <summary>Their ids.</summary>
    public static FrozenSet<string> SignalIds { get; } = new[]
    {
        Engine.Signals.SignalIds.GuestBusy, Engine.Signals.SignalIds.HostRun, Engine.Signals.SignalIds.Ready, Engine.Signals.SignalIds.Steal,
        Engine.Signals.SignalIds.GuestMemoryAvailable, Engine.Signals.SignalIds.DiskGuestLatency, Engine.Signals.SignalIds.DiskDeviceLatency,
    }.ToFrozenSet(StringComparer.Ordinal);
}
