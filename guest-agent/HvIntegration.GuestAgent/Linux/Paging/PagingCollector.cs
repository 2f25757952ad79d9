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
    private readonly int[] _slots = new int[10];
    private bool _defined;

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

        Define(series);
        series.Set(_slots[0], Math.Max(0, _parsed[Faults] - _parsed[MajorFaults]));
        series.Set(_slots[1], _parsed[MajorFaults]);
        series.Set(_slots[2], _parsed.OrZero(SwapIn));
        series.Set(_slots[3], _parsed.OrZero(SwapOut));
        series.Set(_slots[4], _parsed.OrZero(PageIn));
        series.Set(_slots[5], _parsed.OrZero(PageOut));
        series.Set(_slots[6], Sum(DirectFirst, DirectCount));
        series.Set(_slots[7], Sum(KswapdFirst, KswapdCount));
        series.Set(_slots[8], _parsed.OrZero(OomKill));
        series.Set(_slots[9], Sum(StallFirst, StallCount));
        return CollectOutcome.Ok;
    }

    /// <inheritdoc/>
    public void Dispose() => _file.Dispose();

    private long Sum(int first, int count)
    {
        long sum = 0;
        for (var index = first; index < first + count; index++)
        {
            var value = _parsed.OrZero(index);
            sum = sum > long.MaxValue - value ? long.MaxValue : sum + value;
        }

        return sum;
    }

    private void Define(CollectorSeries series)
    {
        if (_defined)
        {
            return;
        }

        _defined = true;
        _slots[0] = series.Define(GuestMetrics.PagingFaults, "minor");
        _slots[1] = series.Define(GuestMetrics.PagingFaults, "major");
        _slots[2] = series.Define(GuestMetrics.PagingOperations, "in");
        _slots[3] = series.Define(GuestMetrics.PagingOperations, "out");
        _slots[4] = series.Define(GuestMetrics.PagingIo, "in");
        _slots[5] = series.Define(GuestMetrics.PagingIo, "out");
        _slots[6] = series.Define(GuestMetrics.ReclaimScanned, "direct");
        _slots[7] = series.Define(GuestMetrics.ReclaimScanned, "kswapd");
        // oom_kill came with kernel 4.13: no value is better than a zero that nobody counted.
        _slots[8] = _parsed.Has(OomKill) ? series.Define(GuestMetrics.OomKills) : -1;
        _slots[9] = series.Define(GuestMetrics.AllocationStalls);
    }
}
