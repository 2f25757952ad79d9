namespace HvIntegration.GuestAgent.Windows.Reading;

/// <summary>What one collector measured and another one needs: thread states, busy share, disks' busy time.</summary>
/// <remarks>Thread-safe: processes and disks are read beside the sampling thread. Values are as old as the last read of their collector.</remarks>
internal sealed class GuestLoad
{
    private readonly Lock _gate = new();
    private ThreadCounts _threads;
    private bool _threadsKnown;
    private long _diskBusyUs = -1;

    /// <summary>Busy share of all processors over the last interval, 0 to 1; NaN until two reads are there. Sampling thread only.</summary>
    public double BusyShare { get; set; } = double.NaN;

    /// <summary>Busy time of the busiest disk of each read, added up, microseconds; negative while no disk told any.</summary>
    public long DiskBusyUs => Interlocked.Read(ref _diskBusyUs);

    /// <summary>Adds the busy time since the last read.</summary>
    public void AddDiskBusy(long microseconds) => Interlocked.Exchange(ref _diskBusyUs, Math.Max(0, DiskBusyUs) + microseconds);

    /// <summary>Sets the thread counts of the newest process read.</summary>
    public void SetThreads(in ThreadCounts threads)
    {
        lock (_gate)
        {
            _threads = threads;
            _threadsKnown = true;
        }
    }

    /// <summary>Thread counts of the newest process read; false before the first.</summary>
    public bool TryGetThreads(out ThreadCounts threads)
    {
        lock (_gate)
        {
            threads = _threads;
            return _threadsKnown;
        }
    }
}

/// <summary>Threads by what they do, the idle process aside.</summary>
/// <param name="Running">On a processor.</param>
/// <param name="Ready">Could run and have no processor.</param>
/// <param name="PageWaits">Threads of programs (not of the system process) that wait for a page or for memory.</param>
internal readonly record struct ThreadCounts(int Running, int Ready, int PageWaits);
