using System.Collections.Frozen;
using HvIntegration.Model;

namespace HvIntegration.Presentation;

/// <summary>Text of the causes: name, reason and advice.</summary>
public static class CauseText
{
    private static readonly FrozenDictionary<string, string> Names = new Dictionary<string, string>(StringComparer.Ordinal)
    {
        [HypothesisIds.None] = "healthy",
        [HypothesisIds.GuestCpuDemand] = "guest CPU demand",
        [HypothesisIds.GuestCpuSingleThread] = "CPU limit of one thread",
        [HypothesisIds.HostCpuContention] = "host CPU contention",
        [HypothesisIds.CpuCap] = "CPU cap",
        [HypothesisIds.HostStorageSlow] = "slow host storage",
        [HypothesisIds.StorageQosCap] = "storage quota",
        [HypothesisIds.GuestDiskOverload] = "guest disk overload",
        [HypothesisIds.HostMemoryPressure] = "host memory pressure",
        [HypothesisIds.GuestMemoryMaximum] = "guest memory shortage",
        [HypothesisIds.VmbusPath] = "slow VMBus path",
        [HypothesisIds.GuestLeak] = "guest resource leak",
        [HypothesisIds.HostNetworkCongestion] = "host network congestion",
        [HypothesisIds.VmPaused] = "VM pause",
        [HypothesisIds.Unknown] = "cause unknown",
    }.ToFrozenDictionary(StringComparer.Ordinal);

    /// <summary>Short name, lower case, as a sentence uses it; the id as text where this build does not know the cause.</summary>
    public static string Name(string cause) => Names.GetValueOrDefault(cause) ?? ForeignText.Name(cause);

    /// <summary>Name as it begins a line; null where this build does not know the cause.</summary>
    public static string? Title(string cause) => Names.TryGetValue(cause, out var name) ? char.ToUpperInvariant(name[0]) + name[1..] : null;

    /// <summary>A side as verdicts name it.</summary>
    public static string Of(Side side) => side switch
    {
        Side.Guest => "guest side",
        Side.Host => "host side",
        Side.Configuration => "configured limit",
        Side.Both => "both sides",
        _ => "no side",
    };

    /// <summary>The measured reason as one sentence without its full stop; empty where nothing was measured.</summary>
    internal static string Because(VerdictStatement statement)
    {
        var levels = new Levels(statement);
        string reason = statement.Cause switch
        {
            HypothesisIds.CpuCap => levels.List((SignalIds.CapUse, "it uses ", " of its CPU cap"), (SignalIds.Ready, "its virtual processors waited ", " of the time"))
                + (levels.Has(SignalIds.LpBusy) ? $", while the host processors are {levels.Say(SignalIds.LpBusy)} busy" : string.Empty),
            HypothesisIds.GuestCpuDemand => levels.List(
                (SignalIds.GuestBusy, "the guest is ", " busy with its own work"), (SignalIds.HostRun, "its virtual processors ran ", " of the time"), (SignalIds.Ready, "waited ", "")),
            HypothesisIds.GuestCpuSingleThread
                => $"one processor of the guest is {levels.Say(SignalIds.GuestBusyMax)} busy, but the mean of all its processors is only {levels.Say(SignalIds.GuestBusy)}",
            HypothesisIds.GuestDiskOverload
                => $"the guest issues {levels.Say(SignalIds.DiskGuestIops)} with {levels.Say(SignalIds.DiskGuestQueue)} outstanding, far more than before, and an operation takes {levels.Say(SignalIds.DiskGuestLatency)}",
            HypothesisIds.GuestLeak => $"{Fact(statement)}, and {levels.Say(SignalIds.GuestMemoryAvailable)} of the guest memory is available",
            HypothesisIds.GuestMemoryMaximum => levels.List(
                (SignalIds.GuestMemoryAvailable, "only ", " of the guest memory is available"), (SignalIds.PsiMemorySome, "guest tasks waited for memory ", " of the time"),
                (SignalIds.MemoryMaximumUse, "the VM has ", " of its maximum memory")),
            HypothesisIds.HostCpuContention => Contention(statement, levels),
            HypothesisIds.HostMemoryPressure => levels.List(
                (SignalIds.MemoryPressure, "the VM needs ", " of its assigned memory"), (SignalIds.HostMemoryAvailable, "only ", " of the host memory is available"),
                (SignalIds.PsiMemorySome, "guest tasks waited for memory ", " of the time")),
            HypothesisIds.HostNetworkCongestion => levels.List(
                (SignalIds.NetHostDropped, "the host dropped ", " of its packets"), (SignalIds.UplinkUse, "the uplink is at ", " of its speed"),
                (SignalIds.Retransmits, "the guest retransmitted ", " of its TCP segments")),
            HypothesisIds.HostStorageSlow => "a disk operation takes " + levels.List(
                (SignalIds.DiskGuestLatency, "", " in the guest"), (SignalIds.DiskDeviceLatency, "", " at the virtual device"), (SignalIds.DiskLowerLatency, "", " in the store")),
            HypothesisIds.StorageQosCap => $"its disk runs at {levels.Say(SignalIds.DiskQosUse)} of its quota, and an operation takes " + levels.List(
                (SignalIds.DiskDeviceLatency, "", " at the virtual device"), (SignalIds.DiskLowerLatency, "", " in the store")),
            HypothesisIds.VmPaused => Fact(statement),
            HypothesisIds.VmbusPath
                => $"a disk operation takes {levels.Say(SignalIds.DiskGuestLatency)} in the guest but only {levels.Say(SignalIds.DiskDeviceLatency)} at the virtual device; " + levels.List(
                    (SignalIds.RingFull, "full VMBus rings ", ""), (SignalIds.RoundTrip, "clock round trip ", ""), (SignalIds.WakeupLateness, "timers late by ", "")),
            _ => levels.List([.. statement.Levels.Select(l => (l.Signal, SignalText.Name(l.Signal) + " ", ""))]),
        };
        return reason.Length == 0 ? reason : char.ToUpperInvariant(reason[0]) + reason[1..];
    }

    /// <summary>The advice in one line; empty where there is none.</summary>
    internal static string Advice(VerdictStatement statement)
    {
        var levels = new Levels(statement);
        return statement.Advice switch
        {
            HypothesisIds.CpuCap => "Raise the CPU cap. More virtual processors or another host would not help.",
            AdviceIds.GuestCpuDemandWithRoom
                => $"Add a virtual processor if the workload has enough threads: the host processors are only {levels.Say(SignalIds.LpBusy)} busy. A live migration would not help.",
            HypothesisIds.GuestCpuDemand
                => $"Reduce the work in the guest. Another virtual processor would help little: the host processors are {levels.Say(SignalIds.LpBusy)} busy.",
            HypothesisIds.GuestCpuSingleThread
                => "Use a faster processor, or make the program use more threads. More virtual processors would not help one thread.",
            HypothesisIds.GuestDiskOverload => "Reduce the I/O in the guest, or use a faster disk. More virtual processors would not help.",
            AdviceIds.GuestLeakOfProcess when statement.Process is { } process
                => $"Restart {process} to release the resources, and fix {process} to stop the leak. More memory for the VM would only delay the problem.",
            HypothesisIds.GuestLeak or AdviceIds.GuestLeakOfProcess => "Find the process that grows and restart it. More memory for the VM would only delay the problem.",
            HypothesisIds.GuestMemoryMaximum => "Raise the maximum memory of the VM, or reduce the memory use in the guest. Processors and disks would not help.",
            HypothesisIds.HostCpuContention =>
                (HasNamedVm(statement)
                    ? "Reduce the host load, migrate this VM or the named VM, or cap the named VM."
                    : "Reduce the host load, or migrate this VM.")
                + (levels.Has(SignalIds.Ready)
                    ? $" More virtual processors would not help: ready is {levels.Say(SignalIds.Ready)}."
                    : $" More virtual processors would not help: the logical processors are {levels.Say(SignalIds.LpBusy)} busy."),
            HypothesisIds.HostMemoryPressure
                => "Add memory to the host, or migrate a VM. A higher maximum for this VM would not help while the host has no memory available.",
            HypothesisIds.HostNetworkCongestion
                => (HasNamedVm(statement)
                    ? "Use a faster or less loaded uplink, enable VMQ, or limit the bandwidth of the named VM."
                    : "Use a faster or less loaded uplink, or enable VMQ.") + " More processors or memory for this VM would not help.",
            HypothesisIds.HostStorageSlow => "Reduce the load of the store, or use a faster store. More memory or processors for the VM would not help.",
            HypothesisIds.StorageQosCap => "Raise the storage quota. A faster store would not help.",
            HypothesisIds.VmPaused when StopText.Advice(statement.Because?.Name) is { } stopped => stopped,
            HypothesisIds.VmPaused
                => "Look for a checkpoint, a live migration, a save or a manual pause at that time. No change in the guest would help.",
            HypothesisIds.VmbusPath
                => "Reduce the load of the root partition, add storage channels, or issue fewer small operations. A faster store, more memory or more processors would not help.",
            AdviceIds.MeasureMissing when statement.Settles is { } settles => $"Collect the missing data: {FactText.Brief(settles)}.",
            AdviceIds.WatchLonger or AdviceIds.MeasureMissing => "Watch the VM longer, or compare with an earlier time.",
            _ => string.Empty,
        };
    }

    private static bool HasNamedVm(VerdictStatement statement)
        => statement.Culprits.Count > 0 && statement.Culprits[0] is { Kind: CulpritKind.Named } first && first.Partition != Guid.Empty && first.Partition != statement.Partition;

    private static string Contention(VerdictStatement statement, Levels levels)
        => (levels.Has(SignalIds.Ready) || levels.Has(SignalIds.Steal)
                ? $"its virtual processors waited {levels.Say(levels.Has(SignalIds.Ready) ? SignalIds.Ready : SignalIds.Steal)} of the time"
                : $"the logical processors are {levels.Say(SignalIds.LpBusy)} busy and {Fact(statement)}")
            + (levels.Has(SignalIds.GuestBusy) ? $", while the guest reported {levels.Say(SignalIds.GuestBusy)} busy" : string.Empty);

    private static string Fact(VerdictStatement statement) => statement.Because is { } fact ? FactText.Of(fact) : string.Empty;

    private readonly struct Levels(VerdictStatement statement)
    {
        public bool Has(string signal) => Find(signal) is not null;

        // A level with its unit.
        public string Say(string signal) => Find(signal) is { } level ? NumberText.InUnit(level.Value, level.Unit) : "not measured";

        // Those that are measured: "5 ms in the guest, 4 ms at the virtual device and 3 ms below".
        public string List(params ReadOnlySpan<(string Signal, string Before, string After)> parts)
        {
            var said = new List<string>();
            foreach (var (signal, before, after) in parts)
            {
                if (Has(signal))
                {
                    said.Add(before + Say(signal) + after);
                }
            }

            return said.Count < 2 ? string.Concat(said) : $"{string.Join(", ", said.Take(said.Count - 1))} and {said[^1]}";
        }

        private MeasuredLevel? Find(string signal)
        {
            foreach (var level in statement.Levels)
            {
                if (level.Signal == signal)
                {
                    return level;
                }
            }

            return null;
        }
    }
}
