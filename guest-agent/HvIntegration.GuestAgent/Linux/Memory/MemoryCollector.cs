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

    /// <summary>8 EiB: more than any machine has.</summary>
    private const long KibibytesMax = 1L << 53;

    private readonly KernelFile _file = new(root.Of("/proc/meminfo"));
    private readonly KeyedNumbers _parsed = new(Keys);
    private readonly BalloonReader _balloon = new(root);
    private readonly OptionalSeries _limit = new(GuestMetrics.MemoryLimit, KibibytesMax);
    private readonly OptionalSeries _free = Usage("free");
    private readonly OptionalSeries _used = Usage("used");
    private readonly OptionalSeries _buffers = Usage("buffers");
    private readonly OptionalSeries _cached = Usage("cached");
    private readonly OptionalSeries _slabReclaimable = Usage("slab_reclaimable");
    private readonly OptionalSeries[] _plain = [.. PlainKinds.Select(Usage)];
    private readonly OptionalSeries _available = new(GuestMetrics.MemoryAvailable, KibibytesMax);
    private readonly OptionalSeries _needed = new(GuestMetrics.MemoryNeeded, KibibytesMax);
    private readonly OptionalSeries _committed = new(GuestMetrics.MemoryCommitted, KibibytesMax);
    private readonly OptionalSeries _commitLimit = new(GuestMetrics.MemoryCommitLimit, KibibytesMax);
    private readonly OptionalSeries _swapUsed = new(GuestMetrics.PagingUsage, KibibytesMax, "used");
    private readonly OptionalSeries _swapFree = new(GuestMetrics.PagingUsage, KibibytesMax, "free");
    private readonly OptionalSeries _ballooned = new(GuestMetrics.MemoryBalloon, KibibytesMax);

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

        var total = _parsed[Total];
        if (total > KibibytesMax)
        {
            return CollectOutcome.Failed("MemTotal of /proc/meminfo is not possible");
        }

        _limit.Set(series, total);
        _free.Set(series, Part(Free));
        _buffers.Set(series, Part(Buffers));
        _cached.Set(series, Part(Cached));
        _slabReclaimable.Set(series, Part(SlabReclaimable));
        _used.Set(series, Used(total));
        for (var kind = 0; kind < _plain.Length; kind++)
        {
            _plain[kind].Set(series, Part(FirstPlainKind + kind));
        }

        _committed.Set(series, _parsed[Committed]);
        _commitLimit.Set(series, _parsed[CommitLimit]);
        var swapKnown = _parsed.Has(SwapFree) && _parsed[SwapTotal] >= _parsed[SwapFree] && _parsed[SwapTotal] <= KibibytesMax;
        _swapUsed.Set(series, swapKnown ? _parsed[SwapTotal] - _parsed[SwapFree] : -1);
        _swapFree.Set(series, swapKnown ? _parsed[SwapFree] : -1);

        // Before 3.14 the kernel does not say what is available; a guess of ours would look like its word. Some containers see that of their host.
        var available = Part(Available);
        _available.Set(series, available);
        _needed.Set(series, available < 0 ? -1 : NeededMemory.Of(total, available));
        _ballooned.Set(series, _balloon.TryRead(_parsed[Balloon], out var kibibytes) ? kibibytes : -1);
        return CollectOutcome.Ok;
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        _file.Dispose();
        _balloon.Dispose();
    }

    private static OptionalSeries Usage(string kind) => new(GuestMetrics.MemoryUsage, KibibytesMax, kind);

    // A part of the memory; -1 where the kernel does not have it, or when it is more than the whole.
    private long Part(int key) => _parsed[key] <= _parsed[Total] ? _parsed[key] : -1;

    private long Used(long total) =>
        total - _parsed[Free] - Math.Min(_parsed.OrZero(Buffers), total) - Math.Min(_parsed.OrZero(Cached), total) - Math.Min(_parsed.OrZero(SlabReclaimable), total);
}
