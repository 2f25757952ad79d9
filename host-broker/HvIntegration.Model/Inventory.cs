using HvIntegration.Protocol.Text;

namespace HvIntegration.Model;

/// <summary>State of a partition as the host's management says.</summary>
public enum PartitionState
{
    /// <summary>Not told by this source.</summary>
    Unknown,

    /// <summary>Its virtual processors can run.</summary>
    Running,

    /// <summary>Paused: virtual processors stopped, memory kept.</summary>
    Paused,

    /// <summary>It is off, or saved to disk.</summary>
    Off,
}

/// <summary>What the host's management does with a partition beside its state; it names the gaps in the partition's data.</summary>
public enum PartitionActivity
{
    /// <summary>Nothing, or not told by this source.</summary>
    None,

    /// <summary>It starts and does not run yet.</summary>
    Starting,

    /// <summary>It is saved, or being saved or restored.</summary>
    Saved,

    /// <summary>A checkpoint is made or applied.</summary>
    Checkpoint,

    /// <summary>It moves to or from another host while it runs.</summary>
    Migrating,
}

/// <summary>One VM of the host.</summary>
/// <param name="Id">VM GUID; made from the name (see the counter source) where the source has none.</param>
/// <param name="Name">Display name: not unique, may change.</param>
/// <param name="State">Running, paused, off.</param>
/// <param name="VirtualProcessors">Count; 0 when not known.</param>
/// <param name="CpuLimit">Cap in logical processors summed over the virtual processors; null when uncapped or not known.</param>
/// <param name="MemoryMaximumBytes">Most it may be assigned; null when not known.</param>
/// <param name="AgentAddress">Peer address by which this VM's agent is known (CID, socket path); null when it is the GUID.</param>
public sealed record PartitionInfo(
    Guid Id, string Name, PartitionState State, int VirtualProcessors, double? CpuLimit,
    double? MemoryMaximumBytes, string? AgentAddress)
{
    /// <summary>Longest name kept, in UTF-8 bytes: Hyper-V's names have 100 characters.</summary>
    public const int NameBytesMax = 512;

    /// <summary>Display name: not unique, may change. Chosen by others, so kept by the rule of <see cref="SafeText"/>.</summary>
    public string Name { get; init => field = SafeText.Of(value, NameBytesMax); } = SafeText.Of(Name, NameBytesMax);

    /// <summary>What the host does with it now.</summary>
    public PartitionActivity Activity { get; init; }

    /// <summary>Why the hypervisor stopped it by itself, in its own word, such as <c>io-error</c>; null when it did not, or does not say.</summary>
    public string? StopReason { get; init; }
}
