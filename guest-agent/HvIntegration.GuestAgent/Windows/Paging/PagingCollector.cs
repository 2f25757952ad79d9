using HvIntegration.GuestAgent.Collection;
using HvIntegration.GuestAgent.Windows.Native;
using HvIntegration.GuestAgent.Windows.Reading;
using HvIntegration.Protocol.Metrics;

namespace HvIntegration.GuestAgent.Windows.Paging;

/// <summary>Page faults, paging I/O, page files.</summary>
/// <remarks>
/// Sources: <c>NtQuerySystemInformation</c>, system performance and page files. "Major" faults are the read operations that
/// faults caused; pages read for faults cannot be told apart by page file and file, so paging operations have only "out".
/// </remarks>
internal sealed class PagingCollector() : WindowsCollector("paging", CollectorSchedule.EachInterval)
{
    private readonly NativeBuffer _system = new(512, 4096);
    private readonly NativeBuffer _files = new(2048, 64 * 1024);
    private readonly long _kibPerPage = Environment.SystemPageSize / 1024;
    private int[]? _slots;
    private int[]? _fileSlots;
    private Carried32 _faults;
    private Carried32 _reads;
    private Carried32 _pagesRead;
    private Carried32 _pageFileWritten;
    private Carried32 _mappedWritten;

    /// <inheritdoc/>
    public override void Dispose()
    {
        _system.Dispose();
        _files.Dispose();
    }

    /// <inheritdoc/>
    protected override CollectOutcome Read(CollectorSeries series)
    {
        int status = NtDll.Query(NtDll.SystemPerformanceInformation, _system, out int length);
        if (status != 0 || !SystemPerformance.TryParse(_system.Content(length), out SystemPerformance system))
        {
            return OfStatus("NtQuerySystemInformation(system performance)", status);
        }

        _slots ??=
        [
            series.Define(GuestMetrics.PagingFaults, "minor"),
            series.Define(GuestMetrics.PagingFaults, "major"),
            series.Define(GuestMetrics.PagingOperations, "out"),
            series.Define(GuestMetrics.PagingIo, "in"),
            series.Define(GuestMetrics.PagingIo, "out"),
        ];
        long major = _reads.Advance(system.PageReads);
        long pageFileWritten = _pageFileWritten.Advance(system.PageFilePagesWritten);
        series.Set(_slots[0], Math.Max(0, _faults.Advance(system.PageFaults) - major));
        series.Set(_slots[1], major);
        series.Set(_slots[2], pageFileWritten);
        series.Set(_slots[3], _pagesRead.Advance(system.PagesRead) * _kibPerPage);
        series.Set(_slots[4], (pageFileWritten + _mappedWritten.Advance(system.MappedPagesWritten)) * _kibPerPage);
        SetPageFiles(series);
        return CollectOutcome.Ok;
    }

    private void SetPageFiles(CollectorSeries series)
    {
        // A guest without a page file has none to tell; the rest must not suffer.
        if (NtDll.Query(NtDll.SystemPageFileInformation, _files, out int length) != 0)
        {
            return;
        }

        (long total, long used) = PageFiles.Sum(_files.Content(length));
        if (total == 0)
        {
            return;
        }

        _fileSlots ??= [series.Define(GuestMetrics.PagingUsage, "used"), series.Define(GuestMetrics.PagingUsage, "free")];
        series.Set(_fileSlots[0], used * _kibPerPage);
        series.Set(_fileSlots[1], Math.Max(0, total - used) * _kibPerPage);
    }
}
