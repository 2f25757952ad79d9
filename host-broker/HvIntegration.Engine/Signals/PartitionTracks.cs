using HvIntegration.Engine.Clock;
using HvIntegration.Model;
using HvIntegration.Engine.Options;
using HvIntegration.Engine.Timeline;
using HvIntegration.Protocol.Metrics;

namespace HvIntegration.Engine.Signals;

/// <summary>What was measured of one partition: series of both sides, its clock, and the signals derived from them.</summary>
/// <param name="info">Inventory entry.</param>
/// <param name="options">Limits.</param>
/// <param name="gaps">Its gaps, which are remembered longer than its data.</param>
internal sealed class PartitionTracks(PartitionInfo info, EngineOptions options, GapWatch gaps)
{
    private const int LiveSetsMax = 4;
    private const int RecordedSetsMax = 64;

    private bool _busySeen;
    private bool _runSeen;

    /// <summary>Inventory entry, the newest.</summary>
    public PartitionInfo Info { get; set; } = info;

    /// <summary>True while the inventory lists it.</summary>
    public bool Listed { get; set; }

    /// <summary>What the host counts of the VM, each series by host second.</summary>
    public SideTimeline Host { get; } = new(options.Timeline);

    /// <summary>What the guest reported, each series by host second.</summary>
    public SideTimeline Guest { get; } = new(options.Timeline);

    /// <summary>The newest rows of the guest's processes.</summary>
    public ProcessBook Processes { get; } = new(options.Diagnosis.Detail == ReportDetail.Episodes ? RecordedSetsMax : LiveSetsMax);

    /// <summary>Signals derived from both sides, by host second.</summary>
    public SignalHistory History { get; } = new(options.Timeline.KeptSeconds);

    /// <summary>Boot whose batches are taken.</summary>
    public Guid Boot { get; set; }

    /// <summary>Clock of that boot; null before the first exchange or batch.</summary>
    public GuestClock? Clock { get; set; }

    /// <summary>Host second in which that boot began, by the guest's monotonic clock; null before the first batch of it was placed.</summary>
    public long? BootedSecond { get; set; }

    /// <summary>Seconds in which a side told nothing.</summary>
    public GapWatch Gaps { get; } = gaps;

    /// <summary>Boots that ended, so that stragglers are not taken for a new boot.</summary>
    public Queue<Guid> FormerBoots { get; } = new();

    /// <summary>Batches that wait for the clock.</summary>
    public Queue<GuestBatch> Held { get; } = new();

    /// <summary>Wall minus monotonic clock of the guest as last sent; null before.</summary>
    public long? WallClock { get; set; }

    /// <summary>First and last closed second that later guest data filled; empty when from is after to.</summary>
    public long LateFrom { get; set; } = long.MaxValue;

    /// <summary>Last closed second that later guest data filled.</summary>
    public long LateTo { get; set; } = long.MinValue;

    /// <summary>What judging it took since that was last asked for, in units of the counter that the owner gave.</summary>
    public long Cost { get; set; }

    /// <summary>The newest report of this VM; null before the first.</summary>
    public PartitionReport? Latest { get; set; }

    /// <summary>Signals of the second being judged.</summary>
    public SignalFrame Frame { get; set; } = new();

    /// <summary>Which device of one side is which of the other.</summary>
    public DevicePairs Pairs { get; } = new();

    /// <summary>Growth of its processes over hours.</summary>
    public LeakWatch Leaks { get; } = new();

    /// <summary>Takes the guest's process rows; none where the source names no process, so that the guest's memory as a whole is followed.</summary>
    /// <param name="rows">The rows of one read.</param>
    /// <param name="hostNs">Host time of the read.</param>
    /// <param name="limits">Limits of this VM, by which growth counts as a leak.</param>
    public void AddProcesses(IReadOnlyList<GuestProcess> rows, long hostNs, SignalLimits limits)
    {
        if (rows.Count > 0)
        {
            Processes.Add(rows, hostNs);
        }

        var second = hostNs / 1_000_000_000L;
        var memory = Guest.Single(GuestMetrics.MemoryLimit)?.At(second) ?? double.NaN;
        Leaks.Add(
            rows, second, Guest.Single(GuestMetrics.MemoryCommitted)?.At(second) ?? double.NaN,
            memory > 0 ? memory : Host.Single(HostMetrics.MemoryAssigned)?.At(second) ?? double.NaN, limits);
    }

    /// <summary>The guest side covered the second being judged. A level that merely still stands does not count.</summary>
    public bool HasGuest(long second)
        => Frame.Has(SignalCatalog.GuestBusy)
            || (Frame.Has(SignalCatalog.GuestMemoryAvailable) && Guest.CoveredToNs / 1_000_000_000L >= second);

    /// <summary>The guest side was heard in the second being judged. Levels are bridged over silence: they count only where nothing better ever came.</summary>
    public bool HearsGuest(long second)
    {
        _busySeen |= Frame.Has(SignalCatalog.GuestBusy);
        return _busySeen ? Frame.Has(SignalCatalog.GuestBusy) : HasGuest(second);
    }

    /// <summary>The host side covered the second being judged.</summary>
    public bool HasHost(long second)
        => Frame.Has(SignalCatalog.HostRun) || Frame.Has(SignalCatalog.DiskHostIops) || Frame.Has(SignalCatalog.NetHostBytes)
            || (Frame.Has(SignalCatalog.MemoryAssigned) && Host.CoveredToNs / 1_000_000_000L >= second);

    /// <summary>The host side was heard in the second being judged, as <see cref="HearsGuest"/>.</summary>
    public bool HearsHost(long second)
    {
        _runSeen |= Frame.Has(SignalCatalog.HostRun);
        return _runSeen ? Frame.Has(SignalCatalog.HostRun) || Frame.Has(SignalCatalog.DiskHostIops) || Frame.Has(SignalCatalog.NetHostBytes) : HasHost(second);
    }
}
