using HvIntegration.Model;

namespace HvIntegration.Recordings;

/// <summary>One VM of a recording, with what is known of it.</summary>
internal sealed class OfflineVm(Guid id, string name)
{
    /// <summary>GUID, or one made from its name.</summary>
    public Guid Id { get; } = id;

    /// <summary>Name as the host has it.</summary>
    public string Name { get; } = name;

    /// <summary>GUID when the recording or the inventory tells it; null when it was made from the name.</summary>
    public Guid? KnownId { get; set; }

    /// <summary>Several VMs of this name that cannot be told apart.</summary>
    public bool IsGroup { get; set; }

    /// <summary>Virtual processors; 0 when not known.</summary>
    public int VirtualProcessors { get; set; }

    /// <summary>Its inventory entry; null when there is none.</summary>
    public InventoryFile.VmEntry? Entry { get; set; }

    /// <summary>Its Windows recording, in parts by time; empty when there is none.</summary>
    public List<GuestPart> Guests { get; } = [];

    /// <summary>Its Linux recording; null when there is none.</summary>
    public LinuxRecording? Linux { get; set; }

    /// <summary>What the guest says it did; null without a guest recording.</summary>
    public ActivityTrack? GuestActivity { get; set; }

    /// <summary>What the host says it did.</summary>
    public ActivityTrack HostActivity { get; } = new();

    /// <summary>How its clock stands to the host's; null without a guest recording.</summary>
    public ClockEstimate? Clock { get; set; }

    /// <summary>Tracks when the VM runs and when it is frozen.</summary>
    public StillnessWatch Stillness { get; set; } = new(null);

    /// <summary>Host rows name it.</summary>
    public bool OnHost { get; set; }

    /// <summary>Memory the guest has, bytes: what the host lets it see, else what the inventory gives it at most; NaN when neither is known.</summary>
    public double Memory => VisibleMemory > 0 ? VisibleMemory : Entry?.Memory?.MaximumBytes ?? double.NaN;

    /// <summary>Memory the host lets it see, bytes, by the latest host row; NaN when not known.</summary>
    public double VisibleMemory { get; set; } = double.NaN;

    /// <summary>Seconds of the window.</summary>
    public long Seconds { get; set; }

    /// <summary>Seconds of the window that the guest side covers.</summary>
    public long GuestSeconds { get; set; }

    /// <summary>Seconds of the window that the host side covers.</summary>
    public long HostSeconds { get; set; }

    /// <summary>Seconds of the window that at least one side covers: between two runs of a recorder there is nothing to judge.</summary>
    public long CoveredSeconds { get; set; }

    /// <summary>Seconds of the window in which a resource could be judged, by the resource.</summary>
    public Dictionary<ResourceFamily, long> JudgedSeconds { get; } = [];

    /// <summary>Seconds of the window in which at least one resource could be judged.</summary>
    public long AnyJudgedSeconds { get; set; }

    /// <summary>Seconds of the window in which the VM was off: there is nothing to judge.</summary>
    public long OffSeconds { get; set; }

    /// <summary>It has an episode in the window.</summary>
    public bool HasEpisode { get; set; }

    /// <summary>True when most of what was recorded could be judged, or an episode was found in it: else the VM is neither healthy nor affected.</summary>
    public bool IsJudged => HasEpisode || (AnyJudgedSeconds + OffSeconds > 0 && 2 * (AnyJudgedSeconds + OffSeconds) >= CoveredSeconds);

    /// <summary>True when a resource could be judged in most recorded seconds in which the VM was not off.</summary>
    public bool IsMostlyJudged(ResourceFamily resource) => (JudgedSeconds.GetValueOrDefault(resource) * 2) >= CoveredSeconds - OffSeconds;

    /// <summary>Seconds of the window in which part of the guest's processor time was in no CPU mode.</summary>
    public long UncountedSeconds { get; set; }

    /// <summary>Greatest share of processor time in no CPU mode in one second.</summary>
    public double UncountedShareMax { get; set; }

    /// <summary>So much and so often that a reader must know of it.</summary>
    public bool IsUncounted => 10 * UncountedSeconds >= Seconds && UncountedShareMax >= 0.2;

    /// <summary>What the engine is told of it.</summary>
    public PartitionInfo Info(PartitionState state)
    {
        double? limit = Entry?.Processor?.LimitPercent is > 0 and < 100 and var percent && VirtualProcessors > 0 ? percent / 100 * VirtualProcessors : null;
        return new PartitionInfo(Id, Name, state, VirtualProcessors, limit, Entry?.Memory?.MaximumBytes, null);
    }
}
