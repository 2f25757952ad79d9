using HvIntegration.Model;
using HvIntegration.CounterSources.LinuxHost;

namespace HvIntegration.CounterSources.Qemu;

/// <summary>What is known of one VM between reads.</summary>
internal sealed class QemuPartition
{
    /// <summary>Name and identifiers as the monitor gave them last.</summary>
    public required QemuIdentity Identity { get; set; }

    /// <summary>GUID it is known by: its UUID, or one made from its name.</summary>
    public required Guid Id { get; init; }

    /// <summary>Its process; 0 when its threads are not to be seen.</summary>
    public int Process { get; set; }

    /// <summary>Start of the process: tells it from a later one with the same number.</summary>
    public ulong ProcessStart { get; set; }

    /// <summary>Start of each virtual processor's thread.</summary>
    public Dictionary<int, ulong> ThreadStarts { get; } = [];

    /// <summary>Control groups of the virtual processors' threads, each once.</summary>
    public IReadOnlyList<string> Groups { get; set; } = [];

    /// <summary>Tap interfaces the process holds.</summary>
    public IReadOnlyList<string> Taps { get; set; } = [];

    /// <summary>Store of each disk.</summary>
    public Dictionary<string, BackingStore> Stores { get; } = new(StringComparer.Ordinal);

    /// <summary>State as the monitor gave it last.</summary>
    public PartitionState State { get; set; }

    /// <summary>What QEMU does with it while it does not run.</summary>
    public PartitionActivity Activity { get; set; }

    /// <summary>Why QEMU stopped it by itself, in its own word; null when it did not.</summary>
    public string? StopReason { get; set; }

    /// <summary>Newest size of the balloon's guest; null without a balloon.</summary>
    public double? BalloonBytes { get; set; }

    /// <summary>Monotonic time of the monitor's newest answer.</summary>
    public long AnswerStamp { get; set; }

    /// <summary>Newest cap; null when uncapped.</summary>
    public CpuQuota? Quota { get; set; }

    /// <summary>Process CPU seconds outside virtual processors, never falling.</summary>
    public double OverheadSeconds { get; set; }

    /// <summary>Process CPU seconds at the previous read; NaN before the first.</summary>
    public double ProcessSeconds { get; set; } = double.NaN;
}
