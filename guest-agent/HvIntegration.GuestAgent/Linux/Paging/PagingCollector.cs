using HvIntegration.GuestAgent.Collection;
using HvIntegration.GuestAgent.Linux.Native;
using HvIntegration.GuestAgent.Linux.Parsing;
using HvIntegration.Protocol.Metrics;

namespace HvIntegration.GuestAgent.Linux.Paging;

/// <summary>Page faults, swapping, paging I/O, reclaim, out-of-memory kills.</summary>
/// <remarks>Source: <c>/proc/vmstat</c>, counters since boot. Kernels split reclaim counters per zone or not: all are summed.</remarks>
internal sealed class PagingCollector(GuestRoot root) : ICollector
{
    private const int Faults = 0;
    private const int MajorFaults = 1;
    private const int SwapIn = 2;
    private const int SwapOut = 3;
    private const int PageIn = 4;
    private const int PageOut = 5;
    private const int OomKill = 6;
    private const int StallFirst = 7;
    private const int StallCount = 6;
    private const int DirectFirst = StallFirst + StallCount;
    private const int DirectCount = 6;
    private const int KswapdFirst = DirectFirst + DirectCount;
    private const int KswapdCount = 6;

    private static readonly string[] Keys =
    [
        "pgfault", "pgmajfault", "pswpin", "pswpout", "pgpgin", "pgpgout", "oom_kill",
        "allocstall", "allocstall_dma", "allocstall_dma32", "allocstall_normal", "allocstall_movable", "allocstall_device",
        "pgscan_direct", "pgscan_direct_dma", "pgscan_direct_dma32", "pgscan_direct_normal", "pgscan_direct_movable", "pgscan_direct_high",
        "pgscan_kswapd", "pgscan_kswapd_dma", "pgscan_kswapd_dma32", "pgscan_kswapd_normal", "pgscan_kswapd_movable", "pgscan_kswapd_high",
    ];

    private readonly KernelFile _file = new(root.Of("/proc/vmstat"), 16 * 1024);
    private readonly KeyedNumbers _parsed = new(Keys);
    private readonly OptionalSeries _minor = new(GuestMetrics.PagingFaults, OptionalSeries.CountMax, "minor");
    private readonly OptionalSeries _major = new(GuestMetrics.PagingFaults, OptionalSeries.CountMax, "major");
    private readonly OptionalSeries _swapIn = new(GuestMetrics.PagingOperations, OptionalSeries.CountMax, "in");
    private readonly OptionalSeries _swapOut = new(GuestMetrics.PagingOperations, OptionalSeries.CountMax, "out");
    private readonly OptionalSeries _pageIn = new(GuestMetrics.PagingIo, OptionalSeries.CountMax, "in");
    private readonly OptionalSeries _pageOut = new(GuestMetrics.PagingIo, OptionalSeries.CountMax, "out");
    private readonly OptionalSeries _direct = new(GuestMetrics.ReclaimScanned, OptionalSeries.CountMax, "direct");
    private readonly OptionalSeries _kswapd = new(GuestMetrics.ReclaimScanned, OptionalSeries.CountMax, "kswapd");
    private readonly OptionalSeries _oomKills = new(GuestMetrics.OomKills, OptionalSeries.CountMax);
    private readonly OptionalSeries _stalls = new(GuestMetrics.AllocationStalls, OptionalSeries.CountMax);

    /// <inheritdoc/>
    public string Name => "paging";

    /// <inheritdoc/>
    public CollectorSchedule Schedule => CollectorSchedule.EachInterval;

    /// <inheritdoc/>
    public CollectOutcome Collect(CollectorSeries series)
    {
        if (!_file.TryRead(out var text))
        {
            return _file.FailureOutcome;
        }

        _parsed.Parse(text);
        if (!_parsed.Has(Faults) || !_parsed.Has(MajorFaults))
        {
            return CollectOutcome.Failed("/proc/vmstat has no pgfault or no pgmajfault");
        }

        _minor.Set(series, _parsed[Faults] - _parsed[MajorFaults]);
        _major.Set(series, _parsed[MajorFaults]);
        _swapIn.Set(series, _parsed[SwapIn]);
        _swapOut.Set(series, _parsed[SwapOut]);
        _pageIn.Set(series, _parsed[PageIn]);
        _pageOut.Set(series, _parsed[PageOut]);
        _direct.Set(series, Sum(DirectFirst, DirectCount));
        _kswapd.Set(series, Sum(KswapdFirst, KswapdCount));

        // oom_kill came with kernel 4.13: no value is better than a zero that was not counted.
        _oomKills.Set(series, _parsed[OomKill]);
        _stalls.Set(series, Sum(StallFirst, StallCount));
        return CollectOutcome.Ok;
    }

    /// <inheritdoc/>
    public void Dispose() => _file.Dispose();

    // Which of the lines there are depends on the kernel and its zones; -1 where it has none of them.
    private long Sum(int first, int count)
    {
        long sum = -1;
        for (var index = first; index < first + count; index++)
        {
            var value = _parsed.OrZero(index);
            sum = _parsed.Has(index) ? Math.Max(sum, 0) : sum;
            sum = sum > long.MaxValue - value ? long.MaxValue : sum + value;
        }

        return sum;
    }
}
