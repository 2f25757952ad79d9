namespace HvIntegration.GuestAgent.Collection;

/// <summary>One source of in-guest metrics. Reads, parses and sets values; never waits, retries or logs.</summary>
internal interface ICollector : IDisposable
{
    /// <summary>Stable lower-case name; the page <c>docs/collectors/&lt;name&gt;.md</c> explains it.</summary>
    string Name { get; }

    /// <summary>Longest a read may take before it counts as failed, and the time between reads.</summary>
    CollectorSchedule Schedule { get; }

    /// <summary>Reads once and writes the values into <paramref name="series"/>.</summary>
    /// <returns>Whether the source gave values; absence is <see cref="CollectOutcome.Unavailable"/>, not an exception.</returns>
    /// <remarks>No allocation once every series is defined. Called by one thread at a time.</remarks>
    CollectOutcome Collect(CollectorSeries series);
}

/// <summary>When and where a collector runs.</summary>
/// <param name="Every">Reads once in this many sampling intervals (1 = each).</param>
/// <param name="DeadlineMs">A read that takes longer counts as late and is reported so.</param>
/// <param name="MayBlock">True for sources whose read can hang in the kernel (a dead network file system): runs on
/// the slow lane's thread, and the sampling loop uses the values of the last finished read.</param>
internal readonly record struct CollectorSchedule(int Every, int DeadlineMs, bool MayBlock)
{
    /// <summary>Every interval, 100 ms, on the sampling thread.</summary>
    public static CollectorSchedule EachInterval => new(1, 100, false);
}
