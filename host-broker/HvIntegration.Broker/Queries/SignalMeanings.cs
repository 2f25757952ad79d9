using HvIntegration.Api.Contract;
using HvIntegration.Model;
using System.Collections.Frozen;
using HvIntegration.Engine.Signals;

namespace HvIntegration.Broker.Queries;

/// <summary>Meaning, side and unit of every derived signal: the engine's own, in words that stand beside the other side's numbers.</summary>
internal static class SignalMeanings
{
    // Within a sentence the engine's name is enough; alone in a row these are clearer.
    private static readonly FrozenDictionary<string, string> Words = new Dictionary<string, string>(StringComparer.Ordinal)
    {
        [SignalIds.GuestReportedSteal] = "steal reported by the guest kernel",
        [SignalIds.GuestUncounted] = "processor time that the guest books in no mode",
        [SignalIds.HostOverhead] = "logical processors used in addition",
        [SignalIds.Contention1s] = "ready over 1 s",
        [SignalIds.Contention1m] = "ready over 1 min",
        [SignalIds.Contention5m] = "ready over 5 min",
        [SignalIds.CpuDemand] = "run plus ready",
        [SignalIds.StealSigned] = "busy minus run, signed",
        [SignalIds.LpBusy] = "logical processors of the host busy",
        [SignalIds.LpFull] = "logical processors of the host at least 95 % busy",
        [SignalIds.RootBusy] = "root partition busy",
        [SignalIds.GuestMemoryNeededShare] = "memory needed as a share of the guest memory",
        [SignalIds.MemoryAssigned] = "memory assigned",
        [SignalIds.DiskGuestIops] = "disk operations of the guest",
        [SignalIds.DiskInside] = "disk latency added in the guest",
        [SignalIds.DiskStack] = "disk latency added by the host stack",
        [SignalIds.DiskHostIops] = "disk operations at the host",
        [SignalIds.DiskHostBytes] = "disk bytes at the host",
        [SignalIds.DiskConservation] = "host operations divided by guest operations",
        [SignalIds.NetGuestReceive] = "network received by the guest",
        [SignalIds.NetGuestTransmit] = "network sent by the guest",
        [SignalIds.NetHostBytes] = "network at the host",
        [SignalIds.NetHostDropped] = "packets dropped at the host",
        [SignalIds.WakeupLatenessMax] = "maximum lateness of that timer",
        [SignalIds.RoundTrip] = "round trip over VMBus",
        [SignalIds.HostMemoryAvailableBytes] = "host memory available, bytes",
    }.ToFrozenDictionary(StringComparer.Ordinal);

    /// <summary>Meaning of an id with or without an instance (<c>cpu.guest.busy:0</c>); null when this build has no words for it.</summary>
    public static SignalMeaning? Find(string id)
    {
        int colon = id.IndexOf(':', StringComparison.Ordinal);
        string plain = colon < 0 ? id : id[..colon];
        return SignalCatalog.Find(plain) is { } signal
            ? new SignalMeaning(plain, Words.GetValueOrDefault(plain, SignalText.Name(plain)), ApiText.Word(signal.Side), signal.Unit)
            : null;
    }
}
