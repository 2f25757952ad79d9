namespace HvIntegration.Model;

/// <summary>Stable ids of the hypotheses: never renamed, never used again. Each has its page <c>docs/rules/&lt;id&gt;.md</c>.</summary>
public static class HypothesisIds
{
    /// <summary>H0: nothing is wrong with the VM.</summary>
    public const string None = "none";

    /// <summary>H1: the guest wants more processor than it has.</summary>
    public const string GuestCpuDemand = "guest-cpu-demand";

    /// <summary>H1b: one thread fills one processor.</summary>
    public const string GuestCpuSingleThread = "guest-cpu-single-thread";

    /// <summary>H2: the host's processors are full.</summary>
    public const string HostCpuContention = "host-cpu-contention";

    /// <summary>H2b: the VM is at its CPU cap.</summary>
    public const string CpuCap = "cpu-cap";

    /// <summary>H3: the store below is slow.</summary>
    public const string HostStorageSlow = "host-storage-slow";

    /// <summary>H3b: the VM is at its storage quota.</summary>
    public const string StorageQosCap = "storage-qos-cap";

    /// <summary>H3c: the guest overdrives its disk.</summary>
    public const string GuestDiskOverload = "guest-disk-overload";

    /// <summary>H4: the host is short of memory.</summary>
    public const string HostMemoryPressure = "host-memory-pressure";

    /// <summary>H4b: the guest needs more memory than it may have.</summary>
    public const string GuestMemoryMaximum = "guest-memory-maximum";

    /// <summary>H5: the bus between guest and host, or the root partition that serves it.</summary>
    public const string VmbusPath = "vmbus-path";

    /// <summary>H6: a process of the guest takes more and more.</summary>
    public const string GuestLeak = "guest-leak";

    /// <summary>H7: the host's network drops or is full.</summary>
    public const string HostNetworkCongestion = "host-network-congestion";

    /// <summary>H8: the VM stood still.</summary>
    public const string VmPaused = "vm-paused";

    /// <summary>H9: no cause is probable enough.</summary>
    public const string Unknown = "unknown";
}
