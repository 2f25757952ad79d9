using HvIntegration.Engine.Options;
using HvIntegration.Engine.Timeline;
using HvIntegration.Model;

namespace HvIntegration.Engine.Signals;

/// <summary>What was measured of one host: its own series, the tracks of each VM, and how far host time has come.</summary>
/// <remarks>It knows which VMs the inventory lists, keeps their number and their series within limits, and forgets a VM that left.</remarks>
internal sealed class HostTracks
{
    private const long Second = 1_000_000_000L;
    private const int GuestSeriesMin = 512;

    // A setting is held for 300 s without a new read (TimelineSeries); what is forgotten is older than that.
    private const int ForgetSecondsMin = 330;

    private readonly EngineOptions _options;
    private readonly Action<Guid> _forgotten;
    private readonly Dictionary<Guid, PartitionTracks> _partitions = [];
    private readonly Dictionary<Guid, GapWatch> _gaps = [];
    private List<PartitionTracks> _reported = [];
    private bool _reportedStale = true;
    private bool _inventoryKnown;

    /// <param name="options">Limits.</param>
    /// <param name="forgotten">Called with each VM whose tracks were dropped.</param>
    public HostTracks(EngineOptions options, Action<Guid> forgotten)
    {
        (_options, _forgotten) = (options, forgotten);
        Root = new SideTimeline(options.Timeline);
    }

    /// <summary>Series of the host itself.</summary>
    public SideTimeline Root { get; }

    /// <summary>The tracks of each VM, also of those that the inventory does not list.</summary>
    public Dictionary<Guid, PartitionTracks>.ValueCollection All => _partitions.Values;

    /// <summary>Newest host time that a sample or the owner named, nanoseconds; <see cref="long.MinValue"/> before the first.</summary>
    public long NowNs { get; private set; } = long.MinValue;

    /// <summary>VMs that got no tracks because the limit was reached, or because they named the host itself.</summary>
    public long Refused { get; private set; }

    /// <summary>VMs that get a report, by name, then by id.</summary>
    public IReadOnlyList<PartitionTracks> Reported
    {
        get
        {
            if (_reportedStale)
            {
                _reported = [.. All.Where(IsReported).OrderBy(p => p.Info.Name, StringComparer.Ordinal).ThenBy(p => p.Info.Id)];
                _reportedStale = false;
            }

            return _reported;
        }
    }

    /// <summary>Host time has come at least so far, nanoseconds.</summary>
    public void Reach(long hostNs) => NowNs = Math.Max(NowNs, hostNs);

    /// <summary>The tracks of a VM; null when it has none.</summary>
    public PartitionTracks? Find(Guid partition) => _partitions.GetValueOrDefault(partition);

    /// <summary>The host side of a VM, or that of the host itself for <see cref="Guid.Empty"/>; null when a limit is reached, which is counted.</summary>
    public SideTimeline? HostSideOf(Guid partition) => partition == Guid.Empty ? Root : Open(partition)?.Host;

    /// <summary>The tracks of a VM, made when it is new; null when the limit is reached, which is counted.</summary>
    /// <param name="partition">VM GUID.</param>
    /// <param name="info">Its inventory entry; null when the inventory has not shown it yet.</param>
    public PartitionTracks? Open(Guid partition, PartitionInfo? info = null)
    {
        if (_partitions.TryGetValue(partition, out var tracks))
        {
            return tracks;
        }

        if (partition == Guid.Empty || _partitions.Count >= _options.Timeline.PartitionsMax)
        {
            Refused++;
            return null;
        }

        tracks = new PartitionTracks(info ?? new PartitionInfo(partition, partition.ToString(), PartitionState.Unknown, 0, null, null, null), _options, GapsOf(partition));
        _partitions.Add(partition, tracks);
        _reportedStale = true;
        return tracks;
    }

    /// <summary>Replaces the inventory. A VM that is no longer listed is forgotten once its kept seconds have passed.</summary>
    public void UpdateInventory(IReadOnlyList<PartitionInfo> partitions)
    {
        _inventoryKnown = true;
        _reportedStale = true;
        foreach (var tracks in All)
        {
            tracks.Listed = false;
        }

        foreach (var info in partitions)
        {
            if (info.Id != Guid.Empty && Open(info.Id, info) is { } tracks)
            {
                tracks.Info = info;
                tracks.Listed = true;
            }
        }

        ForgetGone();
    }

    /// <summary>True when the VM gets a report: the inventory lists it, or none is known.</summary>
    public bool IsReported(PartitionTracks tracks) => tracks.Listed || !_inventoryKnown;

    /// <summary>Drops VMs that left and series that were not read for long, and shares among the guests the number of series that they may have together.</summary>
    /// <param name="second">Host second that is being closed.</param>
    public void Trim(long second)
    {
        // The inventory may not change for a year after a VM left.
        ForgetGone();
        var oldest = (second - Math.Max(ForgetSecondsMin, _options.Timeline.KeptSeconds)) * Second;
        Root.ForgetBefore(oldest);
        var total = 0L;
        foreach (var tracks in All)
        {
            tracks.Host.ForgetBefore(oldest);
            tracks.Guest.ForgetBefore(oldest);
            total += tracks.Guest.Count;
        }

        var each = total < _options.Timeline.GuestSeriesTotalMax
            ? _options.Timeline.SeriesMax
            : Math.Min(_options.Timeline.SeriesMax, Math.Max(GuestSeriesMin, _options.Timeline.GuestSeriesTotalMax / Math.Max(1, _partitions.Count)));
        foreach (var tracks in All)
        {
            tracks.Guest.SeriesMax = each;
        }
    }

    // Those that the inventory does not list and of which no second is kept any more.
    private void ForgetGone()
    {
        if (!_inventoryKnown)
        {
            return;
        }

        var oldest = NowNs == long.MinValue ? long.MinValue : NowNs - (_options.Timeline.KeptSeconds * Second);
        foreach (var gone in _partitions.Where(p => !p.Value.Listed && Math.Max(p.Value.Host.CoveredToNs, p.Value.Guest.CoveredToNs) < oldest).Select(p => p.Key).ToList())
        {
            _partitions.Remove(gone);
            _forgotten(gone);
        }
    }

    // A VM that moved away may come back long after its data was forgotten: what it missed here is then one gap.
    private GapWatch GapsOf(Guid partition)
    {
        if (!_gaps.TryGetValue(partition, out var gaps))
        {
            if (_gaps.Count >= 2 * _options.Timeline.PartitionsMax)
            {
                _gaps.Remove(_gaps.Where(g => !_partitions.ContainsKey(g.Key)).MinBy(g => g.Value.NewestSecond).Key);
            }

            _gaps.Add(partition, gaps = new GapWatch());
        }

        return gaps;
    }
}
