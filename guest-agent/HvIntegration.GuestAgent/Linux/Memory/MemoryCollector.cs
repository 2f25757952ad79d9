using HvIntegration.GuestAgent.Collection;
using HvIntegration.GuestAgent.Linux.Native;
using HvIntegration.GuestAgent.Linux.Parsing;
using HvIntegration.Protocol.Metrics;

namespace HvIntegration.GuestAgent.Linux.Memory;

/// <summary>Memory by kind, available, committed, needed, ballooned; swap by state.</summary>
/// <remarks>Sources: <c>/proc/meminfo</c> (KiB); for the balloon see <see cref="BalloonReader"/>.</remarks>
internal sealed class MemoryCollector(GuestRoot root) : ICollector
{
    private const int Total = 0;
    private const int Free = 1;
    private const int Available = 2;
    private const int Buffers = 3;
    private const int Cached = 4;
    private const int SlabReclaimable = 5;
    private const int CommitLimit = 6;
    private const int Committed = 7;
    private const int SwapTotal = 8;
    private const int SwapFree = 9;
    private const int Balloon = 10;
    private const int FirstPlainKind = 11;

    private static readonly string[] Keys =
    [
        "MemTotal", "MemFree", "MemAvailable", "Buffers", "Cached", "SReclaimable", "CommitLimit", "Committed_AS",
        "SwapTotal", "SwapFree", "Balloon",
        "SUnreclaim", "AnonPages", "Shmem", "Mapped", "Dirty", "Writeback", "PageTables", "KernelStack", "Hugetlb",
    ];

    private static readonly string[] PlainKinds =
        ["slab_unreclaimable", "anonymous", "shared", "mapped", "dirty", "writeback", "page_tables", "kernel_stack", "huge_pages"];

    private readonly KernelFile _file = new(root.Of("/proc/meminfo"));
    private readonly KeyedNumbers _parsed = new(Keys);
    private readonly BalloonReader _balloon = new(root);
    private readonly int[] _plainSlots = new int[PlainKinds.Length];
    private Slots _slots;
    private bool _defined;

    /// <inheritdoc/>
    public string Name => "memory";

    /// <inheritdoc/>
    public CollectorSchedule Schedule => CollectorSchedule.EachInterval;

    /// <inheritdoc/>
    public CollectOutcome Collect(CollectorSeries series)
    {
        if (!_file.TryReadOnce(out var text))
        {
            return _file.FailureOutcome;
        }

        _parsed.Parse(text);
        if (!_parsed.Has(Total) || !_parsed.Has(Free))
        {
            return CollectOutcome.Failed("/proc/meminfo has no MemTotal or no MemFree");
        }

        Define(series);
        var total = _parsed[Total];
        var cache = _parsed.OrZero(Buffers) + _parsed.OrZero(Cached) + _parsed.OrZero(SlabReclaimable);
        series.Set(_slots.Limit, total);
        series.Set(_slots.Free, _parsed[Free]);
        series.Set(_slots.Buffers, _parsed.OrZero(Buffers));
        series.Set(_slots.Cached, _parsed.OrZero(Cached));
        series.Set(_slots.SlabReclaimable, _parsed.OrZero(SlabReclaimable));
        series.Set(_slots.Used, Math.Max(0, total - _parsed[Free] - cache));
        for (var kind = 0; kind < _plainSlots.Length; kind++)
        {
            series.Set(_plainSlots[kind], _parsed.OrZero(FirstPlainKind + kind));
        }

        series.Set(_slots.Committed, _parsed.OrZero(Committed));
        series.Set(_slots.CommitLimit, _parsed.OrZero(CommitLimit));
        series.Set(_slots.SwapUsed, Math.Max(0, _parsed.OrZero(SwapTotal) - _parsed.OrZero(SwapFree)));
        series.Set(_slots.SwapFree, _parsed.OrZero(SwapFree));
        if (_parsed.Has(Available))
        {
            series.Set(_slots.Available, _parsed[Available]);
            series.Set(_slots.Needed, NeededMemory.Of(total, _parsed[Available]));
        }

        SetBalloon(series);
        return CollectOutcome.Ok;
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        _file.Dispose();
        _balloon.Dispose();
    }

    private void Define(CollectorSeries series)
    {
        if (_defined)
        {
            return;
        }

        _defined = true;
        _slots.Limit = series.Define(GuestMetrics.MemoryLimit);
        _slots.Free = series.Define(GuestMetrics.MemoryUsage, "free");
        _slots.Used = series.Define(GuestMetrics.MemoryUsage, "used");
        _slots.Buffers = series.Define(GuestMetrics.MemoryUsage, "buffers");
        _slots.Cached = series.Define(GuestMetrics.MemoryUsage, "cached");
        _slots.SlabReclaimable = series.Define(GuestMetrics.MemoryUsage, "slab_reclaimable");
        for (var kind = 0; kind < PlainKinds.Length; kind++)
        {
            _plainSlots[kind] = _parsed.Has(FirstPlainKind + kind) ? series.Define(GuestMetrics.MemoryUsage, PlainKinds[kind]) : -1;
        }

        _slots.Committed = series.Define(GuestMetrics.MemoryCommitted);
        _slots.CommitLimit = series.Define(GuestMetrics.MemoryCommitLimit);
        _slots.SwapUsed = series.Define(GuestMetrics.PagingUsage, "used");
        _slots.SwapFree = series.Define(GuestMetrics.PagingUsage, "free");
        // Before kernel 3.14 the kernel does not say what is available; a guess of ours would look like its word.
        _slots.Available = _parsed.Has(Available) ? series.Define(GuestMetrics.MemoryAvailable) : -1;
        _slots.Needed = _parsed.Has(Available) ? series.Define(GuestMetrics.MemoryNeeded) : -1;
        _slots.Balloon = -1;
    }

    private void SetBalloon(CollectorSeries series)
    {
        if (!_balloon.TryRead(_parsed[Balloon], out var kibibytes))
        {
            return;
        }

        if (!_slots.BalloonDefined)
        {
            _slots.BalloonDefined = true;
            _slots.Balloon = series.Define(GuestMetrics.MemoryBalloon);
        }

        series.Set(_slots.Balloon, kibibytes);
    }

    private struct Slots
    {
        public int Limit;
        public int Free;
        public int Used;
        public int Buffers;
        public int Cached;
        public int SlabReclaimable;
        public int Available;
        public int Needed;
        public int Committed;
        public int CommitLimit;
        public int SwapUsed;
        public int SwapFree;
        public int Balloon;
        public bool BalloonDefined;
    }
}
